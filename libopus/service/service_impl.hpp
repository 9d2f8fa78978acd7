#pragma once
// What is behind the Service: its parts, in the order in which they are made, and the changes of
// jobs that take more than one of them.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <opus/service.hpp>

#include "libopus/executor/function/function_executor.hpp"
#include "libopus/provenance/lineage.hpp"
#include "libopus/service/catalogue.hpp"
#include "libopus/service/changes.hpp"
#include "libopus/service/data_folder.hpp"
#include "libopus/service/descriptions.hpp"
#include "libopus/service/engine.hpp"
#include "libopus/service/job_cache.hpp"
#include "libopus/service/request.hpp"
#include "libopus/service/run_times.hpp"
#include "libopus/service/uploads.hpp"
#include "libopus/service/waiters.hpp"
#include "libopus/store/store.hpp"

namespace opus { inline namespace uws0 {

/// Threads: any, after start(). Errors: as Service's members of the same name.
class Service::Impl {
 public:
  using JobPtr = std::shared_ptr<const Job>;

  Impl(ServiceConfig config, service::DataFolder folder, std::unique_ptr<store::Store> store);
  ~Impl();
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  Result<void> start();

  Result<void> define(JobDescription description);
  Result<void> define(JobDescription description, JobFunction function);
  Result<bool> adopt(JobDescription description);

  void create(JobRequest request, Done done);
  void create_sweep(SweepRequest request, DoneSweep done);
  void run(const JobId& id, Done done);
  void hold(const JobId& id, Done done);
  void abort(const JobId& id, AbortRequest request, Done done);
  void update(const JobId& id, JobUpdate update, Done done);
  void destroy(const JobId& id, AbortRequest request, DoneVoid done);

  Result<JobPtr> peek(const JobId& id);
  Subscription when_phase_leaves(const JobId& id, Phase phase, Done done);
  Result<Job> wait(const JobId& id, std::chrono::milliseconds timeout);
  Result<ProvenanceGraph> provenance(const std::vector<ProvRoot>& roots, const LineageQuery& query);
  Result<service::DefinedPtr> defined_of(const Job& job);

  const ServiceConfig& config() const { return config_; }
  service::DataFolder& folder() { return folder_; }
  store::Store& store() { return *store_; }
  store::Reader& reader() { return store_->reader(); }
  CommitStatistics commit_statistics() const { return store_->commit_statistics(); }
  service::Waiters& waiters() { return waiters_; }
  service::Descriptions& descriptions() { return descriptions_; }
  service::Catalogue& catalogue() { return catalogue_; }
  service::Engine& engine() { return engine_; }
  service::Uploads& uploads() { return uploads_; }

 private:
  using Ingested = std::vector<service::Ingested>;

  /// With what a new job runs: what is offered, a pending version, or what another job ran with.
  Result<service::DefinedPtr> defined_for(const JobRequest& request);
  Result<void> try_create(JobRequest request, const Done& done);
  Result<void> try_create_sweep(SweepRequest request, const DoneSweep& done);
  Result<void> try_update(const JobId& id, JobUpdate update, const Done& done);

  /// Files first, then the record; files of a record that could not be made are taken back.
  Result<Ingested> ingest(const std::vector<Upload>& uploads, const JobDescription& description,
                          const std::optional<std::string>& owner);
  void discard(const Ingested& ingested) const;
  /// Called when the record was made, or not.
  void settle(const Ingested& ingested, bool recorded) const;

  /// What makes a new job ready to be stored.
  service::Changes::Prepare preparation(service::DefinedPtr defined, bool run);
  Result<job::Applied> commit_run(store::Writer& writer, Job job, const JobDescription& description,
                                  TimePoint now);
  /// A job that was to try a description does not run once that was rejected.
  Result<void> refuse_rejected(store::Writer& writer, const Job& job);
  /// Uploads that the job does not use any more go, unless others do.
  Result<void> let_expire(store::Writer& writer, const std::vector<JobInput>& before,
                          const std::vector<JobInput>& after, TimePoint now);
  /// Asks the store for past runs the first time; without an answer there are none.
  service::RunTime run_time_of(const std::string& description);

  ServiceConfig config_;
  ServiceConfig trial_config_ = config_;  // for jobs that try a pending description
  service::DataFolder folder_;
  std::unique_ptr<store::Store> store_;
  service::JobCache cache_;
  service::Waiters waiters_{};
  service::Descriptions descriptions_{};
  service::Catalogue catalogue_{config_, *store_, descriptions_};
  service::RunTimes run_times_{};
  service::Changes changes_;
  FunctionExecutor* functions_ = nullptr;  // owned by the engine
  service::Engine engine_;
  service::Uploads uploads_{config_, folder_, *store_, engine_};
};

}}  // namespace opus::uws0

#include <opus/service.hpp>

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <utility>

#include "libopus/core/files.hpp"
#include "libopus/core/ids.hpp"
#include "libopus/entity/ingest.hpp"
#include "libopus/executor/function/function_executor.hpp"
#include "libopus/provenance/lineage.hpp"
#include "libopus/service/catalogue.hpp"
#include "libopus/service/changes.hpp"
#include "libopus/service/commit_run.hpp"
#include "libopus/service/data_folder.hpp"
#include "libopus/service/descriptions.hpp"
#include "libopus/service/engine.hpp"
#include "libopus/service/job_cache.hpp"
#include "libopus/service/limits.hpp"
#include "libopus/service/request.hpp"
#include "libopus/service/run_times.hpp"
#include "libopus/service/sweep.hpp"
#include "libopus/service/uploads.hpp"
#include "libopus/service/waiters.hpp"
#include "libopus/store/sqlite/sqlite_store.hpp"

namespace opus { inline namespace uws0 {
namespace {

/// Jobs kept for reads; one is about 2 KiB.
constexpr std::size_t k_cached_jobs = 2048;

constexpr std::string_view k_function = "function";

/// How long an upload stays that its job has replaced by another; by then the change is committed.
constexpr std::chrono::seconds k_after_replacement{60};

/// Waits for a callback.
template <class T> class Waiting {
 public:
  auto done() {
    return [state = state_](Result<T> result) {
      const std::lock_guard lock{state->mutex};
      state->result = std::move(result);
      state->wake.notify_one();
    };
  }
  Result<T> wait() {
    std::unique_lock lock{state_->mutex};
    state_->wake.wait(lock, [this] { return state_->result.has_value(); });
    return *std::move(state_->result);
  }

 private:
  struct State {
    std::mutex mutex{};
    std::condition_variable wake{};
    std::optional<Result<T>> result{};
  };
  std::shared_ptr<State> state_ = std::make_shared<State>();
};

using JobPtr = std::shared_ptr<const Job>;

/// The blocking form of a call with a Done.
template <class Call> Result<Job> blocking(Call&& call) {
  Waiting<JobPtr> waiting;
  call(waiting.done());
  OPUS_UWS_TRY(const JobPtr job, waiting.wait());
  return *job;
}

}  // namespace

class Service::Impl {
 public:
  Impl(ServiceConfig config, service::DataFolder folder, std::unique_ptr<store::Store> store)
      : config_(std::move(config)),
        folder_(std::move(folder)),
        store_(std::move(store)),
        changes_(*store_, cache_, waiters_, config_.clock,
                 [this](const JobPtr& job) {
                   run_times_.add(*job);
                   engine_.on_commit(job);
                 }),
        engine_({config_, folder_, *store_, descriptions_}) {
    if (config_.trial_duration_max.count() > 0 &&
        (config_.execution_duration_max.count() == 0 ||
         config_.trial_duration_max < config_.execution_duration_max))
      trial_config_.execution_duration_max = config_.trial_duration_max;
  }

  ~Impl() {
    const Error closing{Errc::unavailable, "the service is closing", {}};
    waiters_.close(closing);
    engine_.stop();
    store_->close();
    changes_.stop();
  }

  Result<void> start() {
    auto functions =
        make_function_executor({.max_threads = config_.max_executing, .clock = config_.clock});
    functions_ = functions.get();
    engine_.set_gate([this](const JobDescription& description) {
      return description.executor != k_function || functions_->has(description.name);
    });
    OPUS_UWS_CHECK(catalogue_.load());
    OPUS_UWS_CHECK(engine_.start(changes_));
    return engine_.add_executor(std::move(functions));
  }

  Result<void> define(JobDescription description) {
    const std::string name = description.name;
    OPUS_UWS_CHECK(catalogue_.define(std::move(description)));
    functions_->undefine(name);
    return {};
  }

  Result<bool> adopt(JobDescription description) {
    const std::string name = description.name;
    OPUS_UWS_TRY(const bool adopted, catalogue_.adopt(std::move(description)));
    if (adopted) functions_->undefine(name);
    return adopted;
  }

  Result<void> define(JobDescription description, JobFunction function) {
    if (!function)
      return Error{Errc::invalid_argument, "function: expected a callable, got an empty one", {}};
    description.executor = k_function;
    const std::string name = description.name;
    OPUS_UWS_CHECK(catalogue_.define(std::move(description)));
    functions_->define(name, std::move(function));
    engine_.gate_changed();
    return {};
  }

  void create(JobRequest request, Done done) {
    if (Result<void> created = try_create(std::move(request), done); !created)
      done(std::move(created).error());
  }

  void create_sweep(SweepRequest request, DoneSweep done) {
    if (Result<void> created = try_create_sweep(std::move(request), done); !created)
      done(std::move(created).error());
  }

  void run(const JobId& id, Done done) {
    if (const Result<JobPtr> job = peek(id)) (void)run_time_of((*job)->description);
    changes_.change(
        id,
        [this](store::Writer& writer, Job job, TimePoint now) -> Result<job::Applied> {
          OPUS_UWS_TRY(const auto defined, defined_of(job));
          OPUS_UWS_CHECK(refuse_rejected(writer, job));
          return commit_run(writer, std::move(job), defined->description, now);
        },
        std::move(done));
  }

  void abort(const JobId& id, Done done) {
    changes_.change(
        id,
        [](store::Writer&, Job job, TimePoint now) {
          return job::apply(std::move(job), job::AbortAsked{}, now);
        },
        std::move(done));
  }

  void update(const JobId& id, JobUpdate update, Done done) {
    if (Result<void> updated = try_update(id, std::move(update), done); !updated)
      done(std::move(updated).error());
  }

  void destroy(const JobId& id, DoneVoid done) {
    changes_.change(
        id,
        [](store::Writer&, Job job, TimePoint now) {
          return job::apply(std::move(job), job::DestroyAsked{}, now);
        },
        [done = std::move(done)](const Result<JobPtr>& result) {
          if (result)
            done({});
          else
            done(result.error());
        });
  }

  Result<JobPtr> peek(const JobId& id) {
    if (JobPtr cached = cache_.find(id)) return cached;
    const std::uint64_t generation = cache_.generation();
    OPUS_UWS_TRY(Job job, store_->reader().job(id));
    auto read = std::make_shared<const Job>(std::move(job));
    cache_.offer(read, generation);
    return read;
  }

  Subscription when_phase_leaves(const JobId& id, Phase phase, Done done) {
    Subscription waiter = waiters_.add(id, phase, std::move(done));
    waiters_.arm(waiter, peek(id));
    return waiter;
  }

  Result<Job> wait(const JobId& id, std::chrono::milliseconds timeout) {
    const auto deadline = std::chrono::steady_clock::now() + timeout;
    for (;;) {
      OPUS_UWS_TRY(const JobPtr job, peek(id));
      if (is_final(job->phase)) return *job;
      struct State {
        std::mutex mutex{};
        std::condition_variable wake{};
        bool changed = false;
      };
      const auto state = std::make_shared<State>();
      const Subscription waiter = when_phase_leaves(id, job->phase, [state](const Result<JobPtr>&) {
        const std::lock_guard lock{state->mutex};
        state->changed = true;
        state->wake.notify_one();
      });
      std::unique_lock lock{state->mutex};
      if (!state->wake.wait_until(lock, deadline, [&] { return state->changed; })) return *job;
    }
  }

  Result<ProvenanceGraph> provenance(const provenance::Root& root, const LineageQuery& query) {
    return provenance::lineage(store_->reader(), {root}, query, {.base = config_.provenance_base});
  }

  /// Asks the store for past runs the first time; without an answer there are none.
  service::RunTime run_time_of(const std::string& description) {
    if (const Result<void> known = run_times_.load(description, store_->reader()); !known)
      return std::nullopt;
    return run_times_.median(description);
  }

  Result<service::DefinedPtr> defined_of(const Job& job) {
    return descriptions_.by_hash(job.description_hash, store_->reader());
  }

  ServiceConfig config_;
  ServiceConfig trial_config_ = config_;  // for jobs that try a pending description
  service::DataFolder folder_;
  std::unique_ptr<store::Store> store_;
  service::JobCache cache_{k_cached_jobs};
  service::Waiters waiters_{};
  service::Descriptions descriptions_{};
  service::Catalogue catalogue_{config_, *store_, descriptions_};
  service::RunTimes run_times_{};
  service::Changes changes_;
  FunctionExecutor* functions_ = nullptr;  // owned by the engine
  service::Engine engine_;
  service::Uploads uploads_{config_, folder_, *store_, engine_};

 private:
  /// Files first, then the record; files of a record that could not be made are taken back.
  Result<std::vector<service::Ingested>> ingest(const std::vector<Upload>& uploads,
                                                const JobDescription& description,
                                                const std::optional<std::string>& owner) {
    OPUS_UWS_CHECK(service::check_uploads(uploads, description));
    std::vector<service::Ingested> ingested;
    for (const Upload& upload : uploads) {
      Result<Entity> entity = entity::ingest(upload, folder_.root(), owner, config_.clock->now());
      if (!entity) {
        discard(ingested);
        return std::move(entity).error();
      }
      ingested.push_back({find_input(description, upload.name)->name, *std::move(entity)});
    }
    return ingested;
  }

  void discard(const std::vector<service::Ingested>& ingested) const {
    for (const service::Ingested& one : ingested) entity::discard(one.entity, folder_.root());
  }

  /// `done`, but first the uploads are settled, or go if it fails.
  Done settling(std::vector<service::Ingested> ingested, Done done) {
    if (ingested.empty()) return done;
    return [this, ingested = std::move(ingested), done = std::move(done)](Result<JobPtr> result) {
      if (!result) discard(ingested);
      for (const service::Ingested& one : ingested) entity::settle(one.entity.id, folder_.root());
      done(std::move(result));
    };
  }

  /// A job that was to try a description does not run once that was rejected.
  Result<void> refuse_rejected(store::Writer& writer, const Job& job) {
    const auto offered = descriptions_.find(job.description);
    if (offered && (*offered)->saved.hash == job.description_hash) return {};
    OPUS_UWS_TRY(const auto versions, writer.versions_with(job.description_hash));
    const auto is_rejected = [](const DescriptionVersion& version) {
      return version.state == VersionState::rejected;
    };
    if (versions.empty() || !std::all_of(versions.begin(), versions.end(), is_rejected)) return {};
    return Error{Errc::conflict, "its description was rejected: " + versions.back().reason};
  }

  /// Uploads that the job does not use any more go, unless others do.
  Result<void> let_expire(store::Writer& writer, const std::vector<JobInput>& before,
                          const std::vector<JobInput>& after, TimePoint now) {
    for (const JobInput& input : before) {
      const bool stays = std::any_of(after.begin(), after.end(), [&](const JobInput& other) {
        return other.entity == input.entity;
      });
      if (stays || input.entity.empty()) continue;
      OPUS_UWS_TRY(Entity entity, writer.entity(input.entity));
      if (!entity.generated_by.empty() || entity.expires) continue;
      entity.expires = now + k_after_replacement;
      OPUS_UWS_CHECK(writer.update_entity(entity));
      engine_.on_expiry(*entity.expires);
    }
    return {};
  }

  Result<job::Applied> commit_run(store::Writer& writer, Job job, const JobDescription& description,
                                  TimePoint now) {
    const auto defined = [this](const Job& origin) { return defined_of(origin); };
    const service::RunTime run_time = run_times_.median(job.description);
    return service::commit_run(writer, std::move(job), description, defined, run_time, now);
  }

  Result<void> try_create(JobRequest request, const Done& done) {
    const bool trial = !request.trial.empty();
    OPUS_UWS_TRY(const service::DefinedPtr defined,
                 trial ? catalogue_.trial(request.description, request.trial)
                       : descriptions_.find(request.description));
    OPUS_UWS_TRY(Job job,
                 service::new_job(request, *defined, trial ? trial_config_ : config_,
                                  run_time_of(defined->description.name), config_.clock->now()));
    OPUS_UWS_TRY(std::vector<service::Ingested> uploads,
                 ingest(request.uploads, defined->description, request.owner));
    service::set_uploads(job, uploads);
    std::vector<Entity> entities;
    for (const service::Ingested& upload : uploads) entities.push_back(upload.entity);
    changes_.create(std::move(job), defined->saved, std::move(entities),
                    preparation(defined, request.run), settling(std::move(uploads), done));
    return {};
  }

  /// What makes a new job ready to be stored.
  service::Changes::Prepare preparation(service::DefinedPtr defined, bool run) {
    return [this, run, defined = std::move(defined)](store::Writer& writer, Job pending,
                                                     TimePoint now) -> Result<job::Applied> {
      if (run) return commit_run(writer, std::move(pending), defined->description, now);
      return job::Applied{std::move(pending), {}, true};
    };
  }

  Result<void> try_create_sweep(SweepRequest request, const DoneSweep& done) {
    OPUS_UWS_TRY(const service::DefinedPtr defined, descriptions_.find(request.job.description));
    const JobDescription& description = defined->description;
    OPUS_UWS_CHECK(service::check_uploads(request.job.uploads, description));
    OPUS_UWS_TRY(const std::vector<service::SweepJob> parts,
                 service::expand_sweep(request, description, config_.sweep_max));
    const TimePoint now = config_.clock->now();
    const service::RunTime run_time = run_time_of(description.name);
    JobRequest one = std::move(request.job);
    if (one.run_id.empty()) one.run_id = "sweep-" + make_uuid7(now);
    std::vector<Job> jobs;
    Sweep sweep{one.run_id, {}};
    for (const service::SweepJob& part : parts) {
      one.parameters = part.parameters;
      OPUS_UWS_TRY(Job job, service::new_job(one, *defined, config_, run_time, now));
      sweep.jobs.push_back(job.id);
      jobs.push_back(std::move(job));
    }
    OPUS_UWS_TRY(std::vector<service::Ingested> uploads,
                 ingest(one.uploads, description, one.owner));
    for (std::size_t i = 0; i < jobs.size(); ++i) {
      std::vector<service::Ingested> own;
      for (const std::size_t place : parts[i].uploads) own.push_back(uploads[place]);
      service::set_uploads(jobs[i], own);
    }
    std::vector<Entity> entities;
    for (const service::Ingested& upload : uploads) entities.push_back(upload.entity);
    changes_.create(std::move(jobs), defined->saved, std::move(entities),
                    preparation(defined, one.run),
                    [this, sweep = std::move(sweep), uploads = std::move(uploads),
                     done](const Result<void>& written) {
                      if (!written) {
                        discard(uploads);
                        return done(written.error());
                      }
                      for (const service::Ingested& upload : uploads)
                        entity::settle(upload.entity.id, folder_.root());
                      done(sweep);
                    });
    return {};
  }

  Result<void> try_update(const JobId& id, JobUpdate update, const Done& done) {
    OPUS_UWS_TRY(const JobPtr before, peek(id));
    OPUS_UWS_TRY(const service::DefinedPtr defined, defined_of(*before));
    bool trial = false;
    if (update.execution_duration) {
      OPUS_UWS_TRY(trial, catalogue_.is_trial(before->description_hash));
    }
    const ServiceConfig& config = trial ? trial_config_ : config_;
    if (!update.uploads.empty() && before->phase != Phase::pending) {
      Job probe = *before;  // the same answer as in the transaction, before a file is touched
      OPUS_UWS_CHECK(service::apply_update(probe, update, defined->description, config, {},
                                           config_.clock->now()));
    }
    OPUS_UWS_TRY(std::vector<service::Ingested> uploads,
                 ingest(update.uploads, defined->description, before->owner));
    Done settled = settling(uploads, done);
    changes_.change(
        id,
        [this, &config, update = std::move(update), defined, uploads = std::move(uploads)](
            store::Writer& writer, Job job, TimePoint now) -> Result<job::Applied> {
          const std::vector<JobInput> inputs = job.inputs;
          for (const service::Ingested& upload : uploads)
            OPUS_UWS_CHECK(writer.insert_entity(upload.entity));
          OPUS_UWS_CHECK(service::apply_update(job, update, defined->description, config,
                                               run_times_.median(job.description), now));
          service::set_uploads(job, uploads);
          OPUS_UWS_CHECK(let_expire(writer, inputs, job.inputs, now));
          return job::Applied{std::move(job), {{now, "updated", {}, {}, {}}}, true};
        },
        std::move(settled));
    return {};
  }
};

Result<Service> Service::open(ServiceConfig config) {
  if (!config.clock) config.clock = system_clock();
  OPUS_UWS_TRY(service::DataFolder folder, service::DataFolder::open(config.data_dir));
  config.data_dir = folder.root();
  OPUS_UWS_TRY(std::unique_ptr<store::Store> store,
               store::open_sqlite_store(
                   {.data_dir = folder.root(), .log = config.log, .faults = config.faults}));
  auto impl = std::make_unique<Impl>(std::move(config), std::move(folder), std::move(store));
  OPUS_UWS_CHECK(impl->start());
  return Service{std::move(impl)};
}

Service::Service(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Service::Service(Service&&) noexcept = default;
Service& Service::operator=(Service&&) noexcept = default;
Service::~Service() = default;

Result<void> Service::add_executor(std::unique_ptr<Executor> executor) {
  if (!executor)
    return Error{Errc::invalid_argument, "executor: expected an executor, got null", {}};
  return impl_->engine_.add_executor(std::move(executor));
}

Result<void> Service::define(JobDescription description) {
  return impl_->define(std::move(description));
}
Result<void> Service::define(JobDescription description, JobFunction function) {
  return impl_->define(std::move(description), std::move(function));
}
Result<bool> Service::adopt(JobDescription description) {
  return impl_->adopt(std::move(description));
}
Result<void> Service::undefine(std::string_view name) { return impl_->catalogue_.undefine(name); }
std::vector<JobDescription> Service::descriptions() const { return impl_->descriptions_.all(); }

Result<JobDescription> Service::description(std::string_view name) const {
  OPUS_UWS_TRY(const service::DefinedPtr defined, impl_->descriptions_.find(name));
  return defined->description;
}

Result<JobDescription> Service::description_of(const JobId& id) const {
  OPUS_UWS_TRY(const JobPtr job, impl_->peek(id));
  OPUS_UWS_TRY(const service::DefinedPtr defined, impl_->defined_of(*job));
  return defined->description;
}

Result<DescriptionVersion> Service::submit(JobDescription description,
                                           std::optional<std::string> author) {
  return impl_->catalogue_.submit(std::move(description), std::move(author));
}
Result<DescriptionVersion> Service::validate(std::string_view name, unsigned number) {
  return impl_->catalogue_.validate(name, number);
}
Result<DescriptionVersion> Service::reject(std::string_view name, unsigned number,
                                           std::string reason) {
  return impl_->catalogue_.reject(name, number, std::move(reason));
}
Result<DescriptionVersion> Service::restore(std::string_view name, unsigned number,
                                            std::optional<std::string> author) {
  return impl_->catalogue_.restore(name, number, std::move(author));
}
Result<std::vector<DescriptionVersion>> Service::history(std::string_view name) const {
  return impl_->catalogue_.history(name);
}
Result<std::vector<DescriptionVersion>> Service::versions(bool all) const {
  return impl_->catalogue_.versions(all);
}
Result<JobDescription> Service::description(std::string_view name, std::string_view hash) const {
  return impl_->catalogue_.description(name, hash);
}

Result<JobLimits> Service::limits(std::string_view name) const {
  OPUS_UWS_TRY(const JobDescription found, description(name));
  return service::limits_of(found, impl_->config_);
}

std::optional<std::size_t> Service::queue_position(const Job& job) const {
  if (job.phase != Phase::queued) return std::nullopt;
  const auto defined = impl_->defined_of(job);
  if (!defined) return std::nullopt;
  return impl_->engine_.queue_position((*defined)->description.executor, job.owner, job.id);
}

Result<Job> Service::create(JobRequest request) {
  return blocking([&](Done done) { impl_->create(std::move(request), std::move(done)); });
}
void Service::create(JobRequest request, Done done) {
  impl_->create(std::move(request), std::move(done));
}

Result<Sweep> Service::create_sweep(SweepRequest request) {
  Waiting<Sweep> waiting;
  impl_->create_sweep(std::move(request), waiting.done());
  return waiting.wait();
}
void Service::create_sweep(SweepRequest request, DoneSweep done) {
  impl_->create_sweep(std::move(request), std::move(done));
}

Result<Job> Service::run(const JobId& id) {
  return blocking([&](Done done) { impl_->run(id, std::move(done)); });
}
void Service::run(const JobId& id, Done done) { impl_->run(id, std::move(done)); }

Result<Job> Service::abort(const JobId& id) {
  return blocking([&](Done done) { impl_->abort(id, std::move(done)); });
}
void Service::abort(const JobId& id, Done done) { impl_->abort(id, std::move(done)); }

Result<Job> Service::update(const JobId& id, JobUpdate update) {
  return blocking([&](Done done) { impl_->update(id, std::move(update), std::move(done)); });
}
void Service::update(const JobId& id, JobUpdate update, Done done) {
  impl_->update(id, std::move(update), std::move(done));
}

Result<void> Service::destroy(const JobId& id) {
  Waiting<std::monostate> waiting;
  impl_->destroy(id, [done = waiting.done()](const Result<void>& result) {
    if (result)
      done(std::monostate{});
    else
      done(result.error());
  });
  OPUS_UWS_CHECK(waiting.wait());
  return {};
}
void Service::destroy(const JobId& id, DoneVoid done) { impl_->destroy(id, std::move(done)); }

Result<Job> Service::get(const JobId& id) const {
  OPUS_UWS_TRY(const JobPtr job, impl_->peek(id));
  return *job;
}
Result<std::shared_ptr<const Job>> Service::peek(const JobId& id) const { return impl_->peek(id); }

Result<std::vector<JobSummary>> Service::list(const JobFilter& filter) const {
  return impl_->store_->reader().list(filter);
}

Result<std::vector<HistoryEntry>> Service::history(const JobId& id) const {
  return impl_->store_->reader().events(id);
}

Result<Job> Service::wait(const JobId& id, std::chrono::milliseconds timeout) const {
  return impl_->wait(id, timeout);
}

Subscription Service::when_phase_leaves(const JobId& id, Phase phase, Done done) const {
  return impl_->when_phase_leaves(id, phase, std::move(done));
}

Subscription Service::subscribe(std::function<void(const JobChange&)> callback) const {
  return impl_->waiters_.subscribe(std::move(callback));
}

std::filesystem::path Service::data_dir() const { return impl_->folder_.root(); }

Result<std::filesystem::path> Service::log_path(const JobId& id, std::string_view stream) const {
  if (stream != "stdout" && stream != "stderr")
    return faults_error("log", {{"stream", "stdout or stderr", std::string{stream}}});
  OPUS_UWS_CHECK(impl_->peek(id));
  return impl_->folder_.log_path(id, stream);
}

Result<std::filesystem::path> Service::content_path(const Entity& entity) const {
  if (entity.location.empty() || !is_safe_relative_path(entity.location))
    return Error{Errc::not_found, "the content of entity " + entity.id.value + " is gone", {}};
  return impl_->folder_.root() / entity.location;
}

Result<Entity> Service::entity(const EntityId& id) const {
  return impl_->store_->reader().entity(id);
}

Result<Entity> Service::add_entity(Upload upload, std::optional<std::string> owner) {
  return impl_->uploads_.add(upload, owner);
}

Result<void> Service::remove_entity(const EntityId& id) { return impl_->uploads_.remove(id); }

Result<std::vector<JobId>> Service::users_of(const EntityId& id) const {
  return impl_->store_->reader().users_of(id);
}

std::filesystem::path Service::incoming_dir() const { return impl_->folder_.incoming(); }

Result<ProvenanceGraph> Service::provenance(const JobId& id, const LineageQuery& query) const {
  return impl_->provenance(provenance::Root{id}, query);
}
Result<ProvenanceGraph> Service::provenance(const EntityId& id, const LineageQuery& query) const {
  return impl_->provenance(provenance::Root{id}, query);
}

}}  // namespace opus::uws0

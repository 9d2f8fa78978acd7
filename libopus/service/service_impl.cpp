#include "libopus/service/service_impl.hpp"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <utility>

#include "libopus/core/ids.hpp"
#include "libopus/core/strings.hpp"
#include "libopus/entity/ingest.hpp"
#include "libopus/service/cleanup.hpp"
#include "libopus/service/commit_run.hpp"
#include "libopus/service/owner_limits.hpp"
#include "libopus/service/sweep.hpp"

namespace opus { inline namespace uws0 {
namespace {

/// Jobs kept for reads; one is about 2 KiB.
constexpr std::size_t k_cached_jobs = 2048;

constexpr std::string_view k_function = "function";

/// How long an upload stays that its job has replaced by another; by then the change is committed.
constexpr std::chrono::seconds k_after_replacement{60};

/// One line of an AbortRequest.
std::string kept(std::string_view text) {
  constexpr std::size_t k_most = 500;
  return printable(trim(text), k_most);
}

}  // namespace

Service::Impl::Impl(ServiceConfig config, service::DataFolder folder,
                    std::unique_ptr<store::Store> store)
    : config_(std::move(config)),
      folder_(std::move(folder)),
      store_(std::move(store)),
      cache_(k_cached_jobs),
      changes_(*store_, cache_, waiters_, config_.clock,
               [this](const std::vector<JobPtr>& jobs) {
                 for (const JobPtr& job : jobs) run_times_.add(*job);
                 engine_.on_commit(jobs);
               }),
      engine_({config_, folder_, *store_, descriptions_}) {
  if (config_.trial_duration_max.count() > 0 &&
      (config_.execution_duration_max.count() == 0 ||
       config_.trial_duration_max < config_.execution_duration_max))
    trial_config_.execution_duration_max = config_.trial_duration_max;
}

Service::Impl::~Impl() {
  const Error closing{Errc::unavailable, "the service is closing", {}};
  waiters_.close(closing);
  engine_.stop();
  store_->close();
  changes_.stop();
}

Result<void> Service::Impl::start() {
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

Result<void> Service::Impl::define(JobDescription description) {
  const std::string name = description.name;
  OPUS_UWS_CHECK(catalogue_.define(std::move(description)));
  functions_->undefine(name);
  return {};
}

Result<bool> Service::Impl::adopt(JobDescription description) {
  const std::string name = description.name;
  OPUS_UWS_TRY(const bool adopted, catalogue_.adopt(std::move(description)));
  if (adopted) functions_->undefine(name);
  return adopted;
}

Result<void> Service::Impl::define(JobDescription description, JobFunction function) {
  if (!function)
    return Error{Errc::invalid_argument, "function: expected a callable, got an empty one", {}};
  description.executor = k_function;
  const std::string name = description.name;
  OPUS_UWS_CHECK(catalogue_.define(std::move(description)));
  functions_->define(name, std::move(function));
  engine_.gate_changed();
  return {};
}

void Service::Impl::create(JobRequest request, Done done) {
  if (Result<void> created = try_create(std::move(request), done); !created)
    done(std::move(created).error());
}

void Service::Impl::create_sweep(SweepRequest request, DoneSweep done) {
  if (Result<void> created = try_create_sweep(std::move(request), done); !created)
    done(std::move(created).error());
}

void Service::Impl::run(const JobId& id, Done done) {
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

void Service::Impl::hold(const JobId& id, Done done) {
  engine_.ask_hold(id, [this, id, done = std::move(done)](const Result<void>& can) {
    if (!can) return done(can.error());
    changes_.change(
        id,
        [](store::Writer&, Job job, TimePoint now) {
          return job::apply(std::move(job), job::HoldAsked{}, now);
        },
        done);
  });
}

void Service::Impl::abort(const JobId& id, AbortRequest request, Done done) {
  changes_.change(
      id,
      [asked = job::AbortAsked{kept(request.by), kept(request.reason)}](store::Writer&, Job job,
                                                                        TimePoint now) {
        return job::apply(std::move(job), asked, now);
      },
      std::move(done));
}

void Service::Impl::update(const JobId& id, JobUpdate update, Done done) {
  if (Result<void> updated = try_update(id, std::move(update), done); !updated)
    done(std::move(updated).error());
}

void Service::Impl::destroy(const JobId& id, AbortRequest request, DoneVoid done) {
  changes_.change(
      id,
      [asked = job::DestroyAsked{kept(request.by), kept(request.reason)}](store::Writer&, Job job,
                                                                          TimePoint now) {
        return job::apply(std::move(job), asked, now);
      },
      [done = std::move(done)](const Result<JobPtr>& result) {
        if (result)
          done({});
        else
          done(result.error());
      });
}

Result<Service::Impl::JobPtr> Service::Impl::peek(const JobId& id) {
  if (JobPtr cached = cache_.find(id)) return cached;
  const std::uint64_t generation = cache_.generation();
  OPUS_UWS_TRY(Job job, store_->reader().job(id));
  auto read = std::make_shared<const Job>(std::move(job));
  cache_.offer(read, generation);
  return read;
}

Subscription Service::Impl::when_phase_leaves(const JobId& id, Phase phase, Done done) {
  Subscription waiter = waiters_.add(id, phase, std::move(done));
  waiters_.arm(waiter, peek(id));
  return waiter;
}

Result<Job> Service::Impl::wait(const JobId& id, std::chrono::milliseconds timeout) {
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

Result<ProvenanceGraph> Service::Impl::provenance(const std::vector<ProvRoot>& roots,
                                                  const LineageQuery& query) {
  const auto internal = [this](const JobId& id) {
    return service::internal_provenance(id, folder_);
  };
  OPUS_UWS_TRY(const std::unique_ptr<store::Reader> reader, store_->reader().snapshot());
  return provenance::lineage(*reader, roots, query,
                             {.base = config_.provenance_base, .internal = internal});
}

service::RunTime Service::Impl::run_time_of(const std::string& description) {
  if (const Result<void> known = run_times_.load(description, store_->reader()); !known)
    return std::nullopt;
  return run_times_.median(description);
}

Result<service::DefinedPtr> Service::Impl::defined_of(const Job& job) {
  return descriptions_.by_hash(job.description_hash, store_->reader());
}

Result<Service::Impl::Ingested> Service::Impl::ingest(const std::vector<Upload>& uploads,
                                                      const JobDescription& description,
                                                      const std::optional<std::string>& owner) {
  OPUS_UWS_CHECK(service::check_uploads(uploads, description));
  Ingested ingested;
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

void Service::Impl::discard(const Ingested& ingested) const {
  for (const service::Ingested& one : ingested) entity::discard(one.entity, folder_.root());
}

void Service::Impl::settle(const Ingested& ingested, bool recorded) const {
  if (!recorded) discard(ingested);
  for (const service::Ingested& one : ingested) entity::settle(one.entity.id, folder_.root());
}

Result<void> Service::Impl::refuse_rejected(store::Writer& writer, const Job& job) {
  const auto offered = descriptions_.find(job.description);
  if (offered && (*offered)->saved.hash == job.description_hash) return {};
  OPUS_UWS_TRY(const auto versions, writer.versions_with(job.description_hash));
  const auto is_rejected = [](const DescriptionVersion& version) {
    return version.state == VersionState::rejected;
  };
  if (versions.empty() || !std::all_of(versions.begin(), versions.end(), is_rejected)) return {};
  return Error{Errc::conflict, "its description was rejected: " + versions.back().reason};
}

Result<void> Service::Impl::let_expire(store::Writer& writer, const std::vector<JobInput>& before,
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

Result<job::Applied> Service::Impl::commit_run(store::Writer& writer, Job job,
                                               const JobDescription& description, TimePoint now) {
  const auto defined = [this](const Job& origin) { return defined_of(origin); };
  const service::RunTime run_time = run_times_.median(job.description);
  return service::commit_run(writer, std::move(job), description, defined, run_time, config_, now);
}

Result<service::DefinedPtr> Service::Impl::defined_for(const JobRequest& request) {
  if (!request.trial.empty()) return catalogue_.trial(request.description, request.trial);
  if (request.rerun_of.empty()) return descriptions_.find(request.description);
  OPUS_UWS_TRY(const Job origin, store_->reader().job(request.rerun_of));
  if (origin.description != request.description)
    return faults_error("job", {{"rerunOf", "a job of '" + request.description + "'",
                                 "a job of '" + origin.description + "'"}});
  OPUS_UWS_TRY(service::DefinedPtr offered, descriptions_.find(request.description));
  OPUS_UWS_TRY(const bool tried, catalogue_.is_trial(origin.description_hash));
  if (tried)
    return Error{Errc::conflict, "job " + origin.id.value +
                                     " tried a version of its description that was never "
                                     "offered; it cannot be repeated"};
  return origin.description_hash == offered->saved.hash ? offered : defined_of(origin);
}

Result<void> Service::Impl::try_create(JobRequest request, const Done& done) {
  const bool trial = !request.trial.empty();
  OPUS_UWS_TRY(const service::DefinedPtr defined, defined_for(request));
  OPUS_UWS_TRY(Job job,
               service::new_job(request, *defined, trial ? trial_config_ : config_,
                                run_time_of(defined->description.name), config_.clock->now()));
  OPUS_UWS_TRY(Ingested uploads, ingest(request.uploads, defined->description, request.owner));
  service::set_uploads(job, uploads);
  std::vector<Entity> entities;
  for (const service::Ingested& upload : uploads) entities.push_back(upload.entity);
  changes_.create(std::move(job), defined->saved, std::move(entities),
                  preparation(defined, request.run),
                  [this, uploads = std::move(uploads), done](Result<JobPtr> created) {
                    settle(uploads, created.has_value());
                    done(std::move(created));
                  });
  return {};
}

service::Changes::Prepare Service::Impl::preparation(service::DefinedPtr defined, bool run) {
  return [this, run, defined = std::move(defined)](store::Writer& writer, Job pending,
                                                   TimePoint now) -> Result<job::Applied> {
    // What was uploaded with it is counted already.
    OPUS_UWS_CHECK(service::check_disk(writer, config_, pending.owner, 0));
    if (run) return commit_run(writer, std::move(pending), defined->description, now);
    return job::Applied{std::move(pending), {}, true};
  };
}

Result<void> Service::Impl::try_create_sweep(SweepRequest request, const DoneSweep& done) {
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
  OPUS_UWS_TRY(Ingested uploads, ingest(one.uploads, description, one.owner));
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    Ingested own;
    for (const std::size_t place : parts[i].uploads) own.push_back(uploads[place]);
    service::set_uploads(jobs[i], own);
  }
  std::vector<Entity> entities;
  for (const service::Ingested& upload : uploads) entities.push_back(upload.entity);
  changes_.create(std::move(jobs), defined->saved, std::move(entities),
                  preparation(defined, one.run),
                  [this, sweep = std::move(sweep), uploads = std::move(uploads),
                   done](const Result<void>& created) {
                    settle(uploads, created.has_value());
                    if (!created) return done(created.error());
                    done(sweep);
                  });
  return {};
}

Result<void> Service::Impl::try_update(const JobId& id, JobUpdate update, const Done& done) {
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
  OPUS_UWS_TRY(Ingested uploads, ingest(update.uploads, defined->description, before->owner));
  changes_.change(
      id,
      [this, &config, update = std::move(update), defined, uploads](
          store::Writer& writer, Job job, TimePoint now) -> Result<job::Applied> {
        const std::vector<JobInput> inputs = job.inputs;
        for (const service::Ingested& upload : uploads)
          OPUS_UWS_CHECK(writer.insert_entity(upload.entity));
        if (!uploads.empty()) OPUS_UWS_CHECK(service::check_disk(writer, config_, job.owner, 0));
        OPUS_UWS_CHECK(service::apply_update(job, update, defined->description, config,
                                             run_times_.median(job.description), now));
        service::set_uploads(job, uploads);
        OPUS_UWS_CHECK(let_expire(writer, inputs, job.inputs, now));
        return job::Applied{std::move(job), {{now, "updated", {}, {}, {}}}, true};
      },
      [this, uploads, done](Result<JobPtr> updated) {
        settle(uploads, updated.has_value());
        done(std::move(updated));
      });
  return {};
}

}}  // namespace opus::uws0

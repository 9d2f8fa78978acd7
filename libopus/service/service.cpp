#include <opus/service.hpp>

#include <condition_variable>
#include <mutex>
#include <utility>

#include "libopus/core/files.hpp"
#include "libopus/service/limits.hpp"
#include "libopus/service/service_impl.hpp"
#include "libopus/service/sharing.hpp"
#include "libopus/store/sqlite/sqlite_store.hpp"

namespace opus { inline namespace uws0 {
namespace {

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
  return impl_->engine().add_executor(std::move(executor));
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
Result<void> Service::undefine(std::string_view name) { return impl_->catalogue().undefine(name); }
std::vector<JobDescription> Service::descriptions() const { return impl_->descriptions().all(); }

Result<JobDescription> Service::description(std::string_view name) const {
  OPUS_UWS_TRY(const service::DefinedPtr defined, impl_->descriptions().find(name));
  return defined->description;
}

Result<JobDescription> Service::description_of(const JobId& id) const {
  OPUS_UWS_TRY(const JobPtr job, impl_->peek(id));
  OPUS_UWS_TRY(const service::DefinedPtr defined, impl_->defined_of(*job));
  return defined->description;
}

Result<DescriptionVersion> Service::submit(JobDescription description,
                                           std::optional<std::string> author) {
  return impl_->catalogue().submit(std::move(description), std::move(author));
}
Result<DescriptionVersion> Service::validate(std::string_view name, unsigned number) {
  return impl_->catalogue().validate(name, number);
}
Result<DescriptionVersion> Service::reject(std::string_view name, unsigned number,
                                           std::string reason) {
  return impl_->catalogue().reject(name, number, std::move(reason));
}
Result<DescriptionVersion> Service::restore(std::string_view name, unsigned number,
                                            std::optional<std::string> author) {
  return impl_->catalogue().restore(name, number, std::move(author));
}
Result<std::vector<DescriptionVersion>> Service::history(std::string_view name) const {
  return impl_->catalogue().history(name);
}
Result<std::vector<DescriptionVersion>> Service::versions(bool all) const {
  return impl_->catalogue().versions(all);
}
Result<JobDescription> Service::description(std::string_view name, std::string_view hash) const {
  return impl_->catalogue().description(name, hash);
}

Result<JobLimits> Service::limits(std::string_view name) const {
  OPUS_UWS_TRY(const JobDescription found, description(name));
  return service::limits_of(found, impl_->config());
}

Result<JobLimits> Service::limits(std::string_view name,
                                  const std::optional<std::string>& owner) const {
  OPUS_UWS_TRY(const JobDescription found, description(name));
  return service::limits_of(found, impl_->config(), owner);
}

OwnerLimits Service::owner_limits(const std::optional<std::string>& owner,
                                  std::string_view description) const {
  const LimitsOfOwner& limits = impl_->config().limits_of_owner;
  return limits ? limits(owner, description) : OwnerLimits{};
}

Result<OwnerUsage> Service::usage(const std::optional<std::string>& owner,
                                  std::string_view description) const {
  store::UsageReader& reader = impl_->store().usage();
  OwnerUsage usage;
  OPUS_UWS_TRY(usage.queued, reader.waiting_jobs(owner, description));
  OPUS_UWS_TRY(usage.executing, reader.executing_jobs(owner, description));
  if (description.empty()) {
    OPUS_UWS_TRY(usage.disk_bytes, reader.disk_bytes(owner));
  }
  return usage;
}

Result<NewShare> Service::share(const JobId& id, ShareRequest request) {
  return service::share(impl_->store(), id, std::move(request), impl_->config().clock->now());
}
Result<std::vector<Share>> Service::shares(const JobId& id) const {
  return service::shares(impl_->store(), id);
}
Result<Share> Service::unshare(const JobId& id, std::string_view share) {
  return service::unshare(impl_->store(), id, share);
}
Result<std::vector<Share>> Service::open_shares(const JobId& id, std::string_view secret) const {
  return service::open_shares(impl_->store(), id, secret, impl_->config().clock->now());
}
Result<JobId> Service::shared_job(std::string_view secret) const {
  return service::shared_job(impl_->store(), secret, impl_->config().clock->now());
}

std::optional<std::size_t> Service::queue_position(const Job& job) const {
  if (job.phase != Phase::queued) return std::nullopt;
  const auto defined = impl_->defined_of(job);
  if (!defined) return std::nullopt;
  return impl_->engine().queue_position((*defined)->description.executor, job.owner, job.id);
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

Result<Job> Service::hold(const JobId& id) {
  return blocking([&](Done done) { impl_->hold(id, std::move(done)); });
}
void Service::hold(const JobId& id, Done done) { impl_->hold(id, std::move(done)); }
Result<Job> Service::abort(const JobId& id, AbortRequest request) {
  return blocking([&](Done done) { impl_->abort(id, std::move(request), std::move(done)); });
}
void Service::abort(const JobId& id, Done done) { abort(id, {}, std::move(done)); }
void Service::abort(const JobId& id, AbortRequest request, Done done) {
  impl_->abort(id, std::move(request), std::move(done));
}

Result<Job> Service::update(const JobId& id, JobUpdate update) {
  return blocking([&](Done done) { impl_->update(id, std::move(update), std::move(done)); });
}
void Service::update(const JobId& id, JobUpdate update, Done done) {
  impl_->update(id, std::move(update), std::move(done));
}

Result<void> Service::destroy(const JobId& id) {
  Waiting<std::monostate> waiting;
  impl_->destroy(id, {}, [done = waiting.done()](const Result<void>& result) {
    if (result)
      done(std::monostate{});
    else
      done(result.error());
  });
  OPUS_UWS_CHECK(waiting.wait());
  return {};
}
void Service::destroy(const JobId& id, DoneVoid done) { destroy(id, {}, std::move(done)); }
void Service::destroy(const JobId& id, AbortRequest request, DoneVoid done) {
  impl_->destroy(id, std::move(request), std::move(done));
}

Result<Job> Service::get(const JobId& id) const {
  OPUS_UWS_TRY(const JobPtr job, impl_->peek(id));
  return *job;
}
Result<std::shared_ptr<const Job>> Service::peek(const JobId& id) const { return impl_->peek(id); }

Result<std::vector<JobSummary>> Service::list(const JobFilter& filter) const {
  return impl_->reader().list(filter);
}

Result<std::vector<HistoryEntry>> Service::history(const JobId& id) const {
  return impl_->reader().events(id);
}

Result<Job> Service::wait(const JobId& id, std::chrono::milliseconds timeout) const {
  return impl_->wait(id, timeout);
}

Subscription Service::when_phase_leaves(const JobId& id, Phase phase, Done done) const {
  return impl_->when_phase_leaves(id, phase, std::move(done));
}

Subscription Service::subscribe(std::function<void(const JobChange&)> callback) const {
  return impl_->waiters().subscribe(std::move(callback));
}

std::filesystem::path Service::data_dir() const { return impl_->folder().root(); }

Result<std::filesystem::path> Service::log_path(const JobId& id, std::string_view stream) const {
  if (stream != "stdout" && stream != "stderr")
    return faults_error("log", {{"stream", "stdout or stderr", std::string{stream}}});
  OPUS_UWS_CHECK(impl_->peek(id));
  return impl_->folder().log_path(id, stream);
}

Result<std::filesystem::path> Service::content_path(const Entity& entity) const {
  if (entity.location.empty() || !is_safe_relative_path(entity.location))
    return Error{Errc::not_found, "the content of entity " + entity.id.value + " is gone", {}};
  return impl_->folder().root() / entity.location;
}

Result<Entity> Service::entity(const EntityId& id) const { return impl_->reader().entity(id); }

Result<Entity> Service::add_entity(Upload upload, std::optional<std::string> owner) {
  return impl_->uploads().add(upload, owner);
}

Result<void> Service::remove_entity(const EntityId& id) { return impl_->uploads().remove(id); }

Result<std::vector<JobId>> Service::users_of(const EntityId& id) const {
  return impl_->reader().users_of(id);
}

std::filesystem::path Service::incoming_dir() const { return impl_->folder().incoming(); }

Result<ProvenanceGraph> Service::provenance(const JobId& id, const LineageQuery& query) const {
  return impl_->provenance({ProvRoot{id}}, query);
}
Result<ProvenanceGraph> Service::provenance(const EntityId& id, const LineageQuery& query) const {
  return impl_->provenance({ProvRoot{id}}, query);
}
Result<ProvenanceGraph> Service::provenance(const std::vector<ProvRoot>& roots,
                                            const LineageQuery& query) const {
  return impl_->provenance(roots, query);
}
std::vector<ProvRoot> Service::provenance_roots(std::string_view id) const {
  return provenance::roots_named(id, impl_->config().provenance_base);
}

}}  // namespace opus::uws0

#pragma once
// The one class a host must know: it keeps jobs, runs them, and tells where their results come
// from.

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <opus/description.hpp>
#include <opus/description_history.hpp>
#include <opus/entity.hpp>
#include <opus/error.hpp>
#include <opus/executor.hpp>
#include <opus/executors.hpp>
#include <opus/export.hpp>
#include <opus/history.hpp>
#include <opus/job.hpp>
#include <opus/limits.hpp>
#include <opus/log.hpp>
#include <opus/provenance.hpp>
#include <opus/sharing.hpp>
#include <opus/statistics.hpp>
#include <opus/time.hpp>

namespace opus { inline namespace uws0 {

namespace testing {
class Faults;
}

struct ServiceConfig {
  std::filesystem::path data_dir{};  ///< created if absent; one service at a time may have it open
  unsigned max_executing = 0;        ///< jobs at executors at once; 0 = one per hardware thread
  std::chrono::seconds retention = std::chrono::hours{24 * 30};  ///< default destruction after
                                                                 ///< creation; 0 = never
  std::chrono::seconds retention_min{0};           ///< as in JobDescription, for every description
  std::chrono::seconds retention_max{0};           ///< the same
  std::chrono::seconds execution_duration_min{0};  ///< the same
  std::chrono::seconds execution_duration_max{0};  ///< for every description; 0 = no maximum
  std::chrono::seconds trial_duration_max{60};     ///< for jobs of a pending description; 0 = as
                                                   ///< for every other
  unsigned max_pending_descriptions = 100;         ///< submitted and not decided; 0 = none
  std::chrono::seconds provenance_retention{0};    ///< how long provenance still tells of a job
                                                   ///< that was deleted; 0 = for ever
  std::chrono::seconds upload_retention =
      std::chrono::hours{24 * 7};                ///< of add_entity(), while no
                                                 ///< job uses it; 0 = for ever
  std::chrono::milliseconds cancel_grace{5000};  ///< SIGTERM to SIGKILL on abort
  std::uint64_t fetch_max_bytes = 4ull << 30;    ///< largest input fetched by URL
  std::chrono::seconds fetch_timeout{300};       ///< for one input fetched by URL
  bool fetch_private_addresses = false;  ///< may URLs lead to loopback and private networks?
  unsigned sweep_max = 10'000;           ///< most jobs of one sweep
  /// What an owner may have and ask for, within the limits above. Asked whenever it matters, last
  /// when a job starts, so that what changed meanwhile counts. Empty = nothing more is limited.
  LimitsOfOwner limits_of_owner{};
  std::string provenance_base = "urn:opus-uws:";  ///< IRI before the ids in provenance documents
  std::shared_ptr<Clock> clock{};                 ///< null = system_clock()
  LogSink log{};                                  ///< empty = no log
  std::shared_ptr<testing::Faults> faults{};      ///< tests only; null = none
};

/// A file that is already on this machine and becomes the job's: it is moved (or copied across file
/// systems) out of `path` when the call succeeds.
struct Upload {
  std::string name{};        ///< the description's input name
  std::string file_name{};   ///< as the client called it; will be sanitised
  std::string media_type{};  ///< empty = by name and content
  std::filesystem::path path{};
  std::string sha256{};  ///< of the content, if the caller hashed it on the way; empty = not yet
};

struct JobRequest {
  std::string description{};
  std::optional<std::string> owner{};
  std::string run_id{};  ///< at most 64 characters (DALI 1.2 §4.3.6)
  /// Values of parameters, and of inputs: an entity id, a result of another job as
  /// "job:<job id>/<result id>", an http(s) URL, or a value. An input of multiplicity > 1 may be
  /// repeated. A job whose inputs are results of jobs that have not finished is HELD when it is
  /// run, until they exist; it ends ERROR if they never will. Names the description does not know
  /// are ignored (TAP 1.1 §2.7). Values are checked when the job is run.
  std::vector<std::pair<std::string, std::string>> parameters{};
  std::vector<Upload> uploads{};
  std::optional<std::chrono::seconds> execution_duration{};  ///< clamped to minimum and maximum
  std::optional<TimePoint> destruction{};                    ///< not in the past; clamped
  bool run = false;                                          ///< at once, as PHASE=RUN
  /// May it be given the results of an earlier job, where JobDescription::reuse allows it? A
  /// repetition never is.
  bool reuse = true;
  /// A job that this one repeats: with exactly its description, whatever is offered now.
  JobId rerun_of{};
  /// Hash of a pending version of the description, to try it before it is decided; empty = the
  /// version that is offered.
  std::string trial{};
};

/// How the values of parameters that are given several times are combined.
enum class SweepKind {
  product,  ///< every combination; what is named first varies slowest
  zip,      ///< the first values together, then the second ones ...: equally many of each
};

/// Many jobs at once: a parameter sweep, or the same for many files.
struct SweepRequest {
  /// What is given once is common to all jobs; a parameter given several times has one of its
  /// values in each. The value of a number may also be a list ("1,2,5"), a range with both ends
  /// ("1..10", in steps of 1), or a range with a step ("0.5..2..0.25"). Inputs that take one file
  /// vary like parameters, uploads included; those that take several get all in every job.
  /// `run_id` is made up if it is empty.
  JobRequest job{};
  SweepKind kind = SweepKind::product;
};

struct Sweep {
  std::string run_id{};       ///< of each of its jobs
  std::vector<JobId> jobs{};  ///< in the order of the combinations
};

/// What may change after creation. Parameters only while PENDING; the named ones are replaced.
struct JobUpdate {
  std::vector<std::pair<std::string, std::string>> parameters{};
  std::vector<Upload> uploads{};
  std::optional<std::string> run_id{};
  std::optional<std::chrono::seconds> execution_duration{};
  std::optional<TimePoint> destruction{};
};

/// Who ends a job, and why: for its provenance.
struct AbortRequest {
  std::string by{};      ///< a name; empty = not told
  std::string reason{};  ///< for people, at most 500 bytes are kept; empty = not told
};

/// What the clients of a description may ask for: its limits and those of the service in one.
struct JobLimits {
  struct Range {
    std::chrono::seconds standard{0};  ///< where nobody asks; 0 = unlimited, or never
    std::chrono::seconds least{0};     ///< 0 = none
    std::chrono::seconds most{0};      ///< 0 = none
  };
  Range execution_duration{};
  Range retention{};  ///< from now to destruction
};

/// A line of a job list.
struct JobSummary {
  JobId id{};
  std::string description{};
  Phase phase = Phase::pending;
  std::string run_id{};
  std::optional<std::string> owner{};
  TimePoint created{};
};

/// Conditions are joined by AND. Newest first, ties by id.
struct JobFilter {
  std::string description{};            ///< empty = any
  std::optional<std::string> owner{};   ///< nullopt = any
  std::vector<Phase> phases{};          ///< union; empty = all but ARCHIVED (UWS 1.1 §2.2.2.1)
  std::optional<TimePoint> after{};     ///< created strictly later
  std::optional<std::size_t> last{};    ///< at most the newest n
  JobId before{};                       ///< only jobs older than this one: for paging
  std::optional<std::string> run_id{};  ///< created with this RUNID; not empty
  /// Has every one of these parameters with exactly this value: names in any case, values as text.
  std::vector<std::pair<std::string, std::string>> parameters{};
};

/// A change that has been committed.
struct JobChange {
  JobId id{};
  std::string description{};
  std::optional<std::string> owner{};
  Phase phase = Phase::pending;
  std::optional<Phase> from{};  ///< nullopt: created
  bool destroyed = false;
  std::shared_ptr<const Job> job{};  ///< as committed; null if destroyed
};

/// What came with Service::import_provenance().
struct ProvenanceImport {
  std::size_t jobs = 0, entities = 0, descriptions = 0;  ///< new here
  std::size_t known = 0;                                 ///< lines of what was here before
};

using Done = std::function<void(Result<std::shared_ptr<const Job>>)>;
using DoneSweep = std::function<void(Result<Sweep>)>;
using DoneVoid = std::function<void(Result<void>)>;

/// Keeps its registration alive; dropping it (any thread but the callback's) ends the calls.
using Subscription = std::shared_ptr<void>;

/// Jobs with their descriptions, results and provenance, in one data folder.
///
/// Threads: every member may be called from any thread. Blocking: the members that change something
/// return when the change is on disk (they share one commit with others that happen at the same
/// time); the forms with a callback return at once and call it from a thread of the service, which
/// it must not block. Errors: as values; see each member. Ownership: everything returned is a
/// value. The process: no signal handlers, no output, no global state; several services side by
/// side.
class OPUS_UWS_API Service final {
 public:
  /// Opens or creates the data folder and repairs what a crash left. unavailable: folder not
  /// writable, or in use by another service; corrupt: the database is damaged, foreign, or of a
  /// newer version.
  static Result<Service> open(ServiceConfig config);
  Service(Service&&) noexcept;
  Service& operator=(Service&&) noexcept;
  ~Service();  ///< stops accepting, lets commits finish; running local jobs go on without us

  // --- what can run
  /// Takes the executor, starts it and attaches to its jobs from before. The executor "function" is
  /// built in. conflict: the name is taken.
  Result<void> add_executor(std::unique_ptr<Executor> executor);
  /// Adds or replaces a description; jobs keep the version they were created with.
  Result<void> define(JobDescription description);
  /// The same for a job in C++; `description.executor` is set to "function".
  Result<void> define(JobDescription description, JobFunction function);
  /// As define(), unless something was decided about the description since this very version came
  /// from the host last: it was replaced by a validated or restored version, or removed. False: so
  /// it was, and stays so. For descriptions in files, which are there again at every start.
  Result<bool> adopt(JobDescription description);
  /// No new jobs of it, for good; existing ones go on. not_found.
  Result<void> undefine(std::string_view name);
  std::vector<JobDescription> descriptions() const;  ///< by name
  Result<JobDescription> description(std::string_view name) const;
  /// What anybody may ask for. not_found.
  Result<JobLimits> limits(std::string_view description) const;
  /// The same for this owner, whose own limits hold besides.
  Result<JobLimits> limits(std::string_view description,
                           const std::optional<std::string>& owner) const;
  /// As ServiceConfig::limits_of_owner says now.
  OwnerLimits owner_limits(const std::optional<std::string>& owner,
                           std::string_view description = {}) const;
  /// What the owner has; of one description, or of all (empty). Costs as much as he has waiting and
  /// running. unavailable.
  Result<OwnerUsage> usage(const std::optional<std::string>& owner,
                           std::string_view description = {}) const;
  /// The exact description a job was created with.
  Result<JobDescription> description_of(const JobId& id) const;

  // --- descriptions from outside. They are kept in the data folder and offered again at every
  // start.
  /// A new version, pending until it is validated or rejected; the same once more is the one that
  /// is there. invalid_argument: faulty, or for the executor "function", whose descriptions come
  /// from the host; limit_exceeded: too many are pending.
  Result<DescriptionVersion> submit(JobDescription description, std::optional<std::string> author);
  /// pending -> offered, in place of the one offered so far. not_found; conflict: not pending.
  Result<DescriptionVersion> validate(std::string_view name, unsigned number);
  /// pending -> rejected; `reason` is for the author: 1 to 2000 bytes. not_found; conflict.
  Result<DescriptionVersion> reject(std::string_view name, unsigned number, std::string reason);
  /// Offers again what was offered before, as a new version of the same content. not_found;
  /// conflict: it was never offered, or is a function of the host.
  Result<DescriptionVersion> restore(std::string_view name, unsigned number,
                                     std::optional<std::string> author);
  /// By number. not_found: no such name, now or ever.
  Result<std::vector<DescriptionVersion>> history(std::string_view name) const;
  /// The newest offered and all pending versions of every name, by name and number; with `all`,
  /// every version.
  Result<std::vector<DescriptionVersion>> versions(bool all = false) const;
  /// The description that has this hash, if it is or was a version of `name`, or a job's.
  /// not_found.
  Result<JobDescription> description(std::string_view name, std::string_view hash) const;

  // --- jobs
  /// A new job, PENDING (or QUEUED with `run`, or HELD as run() says). not_found: no such
  /// description; invalid_argument: with `run`, bad parameter values; otherwise, malformed names or
  /// times; limit_exceeded: its owner has too much already (ServiceConfig::limits_of_owner).
  Result<Job> create(JobRequest request);
  void create(JobRequest request, Done done);
  /// One ordinary job per combination of values, all in one transaction: all or none. Errors as of
  /// create(); invalid_argument also for bad ranges, lists of different length in a zip, and more
  /// than ServiceConfig::sweep_max jobs.
  Result<Sweep> create_sweep(SweepRequest request);
  void create_sweep(SweepRequest request, DoneSweep done);
  /// PENDING or HELD -> QUEUED (UWS 1.1 §2.2.3.5); -> HELD if it must wait for results of other
  /// jobs, which a second call does not change. invalid_argument lists all faults of the
  /// parameters; conflict in other phases; limit_exceeded: its owner has too many jobs that wait,
  /// or his files fill his share of the disk. Jobs beyond the number that may execute wait.
  Result<Job> run(const JobId& id);
  void run(const JobId& id, Done done);
  /// QUEUED -> HELD: it does not begin before run() is called. A job that is HELD already is then
  /// held by its owner as well. conflict: not in these phases, or its executor has it and cannot
  /// hold it (Executor::can_hold). One that begins at that very moment is EXECUTING all the same.
  Result<Job> hold(const JobId& id);
  void hold(const JobId& id, Done done);
  /// -> ABORTED at once (UWS 1.1 §2.2.3.6); the code is stopped soon after. Success without effect
  /// if already ABORTED; conflict in other final phases.
  /// `request` is kept where there was something to abort.
  Result<Job> abort(const JobId& id, AbortRequest request = {});
  void abort(const JobId& id, Done done);
  void abort(const JobId& id, AbortRequest request, Done done);
  /// Changes what the request names, all or nothing. conflict: not in this phase.
  Result<Job> update(const JobId& id, JobUpdate update);
  void update(const JobId& id, JobUpdate update, Done done);
  /// Aborts if need be, deletes files and record (UWS 1.1 §2.1.5). Provenance still tells of a job
  /// that was run, and of its inputs and results, for as long as
  /// ServiceConfig::provenance_retention says.
  Result<void> destroy(const JobId& id);
  void destroy(const JobId& id, DoneVoid done);
  void destroy(const JobId& id, AbortRequest request, DoneVoid done);

  Result<Job> get(const JobId& id) const;
  /// The same without a copy; cheap when asked often.
  Result<std::shared_ptr<const Job>> peek(const JobId& id) const;
  Result<std::vector<JobSummary>> list(const JobFilter& filter) const;
  /// What has happened to the job, in order; its place in the list is an entry's number for good.
  Result<std::vector<HistoryEntry>> history(const JobId& id) const;
  /// Place of a QUEUED job among those that wait for the same executor, if none of them ended: 1 =
  /// the next to start. nullopt if it does not wait there (any more).
  std::optional<std::size_t> queue_position(const Job& job) const;

  /// Returns the job when it has ended, or when the time is over: look at its phase.
  Result<Job> wait(const JobId& id, std::chrono::milliseconds timeout) const;

  /// Calls back once: when the job's phase is no longer `phase`, at once if it already is not;
  /// not_found when it is destroyed meanwhile. Dropping the subscription cancels. From a thread of
  /// the service, or from this call itself.
  Subscription when_phase_leaves(const JobId& id, Phase phase, Done done) const;
  /// Every committed change, in commit order, from one thread of the service.
  Subscription subscribe(std::function<void(const JobChange&)> callback) const;

  /// How it is doing; reads each job's place in an index once. unavailable.
  Result<ServiceStatistics> statistics() const;

  // --- who else may look at a job (opus/access.hpp decides; this is what it is told)
  /// not_found; invalid_argument; limit_exceeded: it has 100 shares.
  Result<NewShare> share(const JobId& id, ShareRequest request);
  /// Oldest first, those that have expired too. not_found.
  Result<std::vector<Share>> shares(const JobId& id) const;
  /// For good. not_found: the job, or a share of it with this id.
  Result<Share> unshare(const JobId& id, std::string_view share);
  /// Those that have not expired: what `secret` (empty = none) is the link of, and all others that
  /// are no links. Empty if there is no such job.
  Result<std::vector<Share>> open_shares(const JobId& id, std::string_view secret) const;
  /// The job of a link that has not expired. not_found, and no more.
  Result<JobId> shared_job(std::string_view secret) const;

  // --- files of a job
  std::filesystem::path data_dir() const;
  /// Where the job's stdout ("stdout") or stderr ("stderr") is written; may not exist yet.
  Result<std::filesystem::path> log_path(const JobId& id, std::string_view stream) const;
  /// Absolute path of an entity's content. not_found when it is gone.
  Result<std::filesystem::path> content_path(const Entity& entity) const;
  Result<Entity> entity(const EntityId& id) const;
  /// Takes a file as an entity for later use as an input. `upload.name` is not used. The same file
  /// of the same owner under the same name is the same entity; equal content is stored once.
  /// limit_exceeded: his files would be more than ServiceConfig::limits_of_owner allows.
  Result<Entity> add_entity(Upload upload, std::optional<std::string> owner);
  /// Deletes an upload with its content. not_found; conflict: a job uses it, or it is a result.
  Result<void> remove_entity(const EntityId& id);
  /// The jobs that use it, oldest first. not_found.
  Result<std::vector<JobId>> users_of(const EntityId& id) const;
  /// A folder on the data folder's file system for files about to be handed over as uploads;
  /// emptied when a service opens.
  std::filesystem::path incoming_dir() const;

  // --- provenance
  Result<ProvenanceGraph> provenance(const JobId& id, const LineageQuery& query = {}) const;
  Result<ProvenanceGraph> provenance(const EntityId& id, const LineageQuery& query = {}) const;
  /// One graph for all of them; those that do not exist are left out. not_found: none does.
  Result<ProvenanceGraph> provenance(const std::vector<ProvRoot>& roots,
                                     const LineageQuery& query = {}) const;
  /// What an id of a provenance document may name: "id:job-...", the same without "id:" or as an
  /// IRI, or the bare id of a job or entity, for which both are returned. Existing or not.
  std::vector<ProvRoot> provenance_roots(std::string_view id) const;
  /// All that provenance knows here, for import_provenance() elsewhere: a JSON object per line,
  /// given to `sink` one by one until it fails. Jobs that run are told as they are now. Secrets
  /// stay here. Returns the number of lines.
  Result<std::size_t> export_provenance(
      const std::function<Result<void>(std::string_view line)>& sink) const;
  /// Takes the lines that `next` gives until it says false. What is here already stays as it is, so
  /// the same may come twice. Jobs and files are known to provenance alone, without content.
  /// invalid_argument names the line that is wrong; what came before it is kept.
  Result<ProvenanceImport> import_provenance(
      const std::function<Result<bool>(std::string& line)>& next);

 private:
  class OPUS_UWS_LOCAL Impl;
  explicit Service(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}}  // namespace opus::uws0

#pragma once
// A UWS job as a value: what UWS 1.1 §2.1 says a job has, and what its run left behind.

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <opus/entity.hpp>
#include <opus/id.hpp>
#include <opus/phase.hpp>
#include <opus/time.hpp>

namespace opus { inline namespace uws0 {

/// One name and value as the client gave it (or the description's default, once the job is run).
struct Parameter {
  std::string name{};       ///< in the description's spelling where it knows the name
  std::string value{};      ///< text; for a file input the file's name
  bool by_default = false;  ///< the description's default was applied at run
  bool operator==(const Parameter&) const = default;
};

/// An entity the job uses, or a URL from which it will be fetched before the job starts, or a
/// result that another job has yet to generate.
struct JobInput {
  std::string name{};               ///< the description's input name = role of the `used` relation
  EntityId entity{};                ///< empty while only `url` is known
  std::string url{};                ///< http(s) source, or the result of another job as
                                    ///< "job:<job id>/<result id>"; kept when the entity is there
  std::string file_name{};          ///< name in the job's work folder, below inputs/
  std::optional<TimePoint> used{};  ///< when it was put there
  bool operator==(const JobInput&) const = default;
};

/// An entity the job generated: UWS 1.1 §2.1.10.
struct JobResult {
  std::string id{};    ///< unique in the job, e.g. "catalogue", "map", "map.2"
  std::string name{};  ///< the description's result name; several files may share it
  Entity entity{};
  bool operator==(const JobResult&) const = default;
};

enum class ErrorKind { transient, fatal };  ///< UWS 1.1 §2.1.7: retry may help, or not

struct JobError {
  ErrorKind kind = ErrorKind::fatal;
  std::string message{};  ///< one sentence a scientist understands
  std::string detail{};   ///< more, e.g. the tail of stderr; may be empty
  bool operator==(const JobError&) const = default;
};

/// What the execution cost and where it was, as far as the executor could tell.
struct RunFacts {
  std::string host{};
  std::string os{};      ///< "Debian GNU/Linux 12 (bookworm)"
  std::string kernel{};  ///< "Linux 6.1.0-28-amd64 x86_64"
  /// What a scheduler gave it, in the scheduler's words: "nodes", "cpus", "partition" ...
  std::map<std::string, std::string> allocation{};
  std::string container_image{};   ///< "docker.io/library/debian:12"; empty = none, or not known
  std::string container_digest{};  ///< "sha256:..." of that image
  std::optional<int> exit_code{};
  std::optional<int> signal{};
  std::optional<std::chrono::milliseconds> user_time{};
  std::optional<std::chrono::milliseconds> system_time{};
  std::optional<std::uint64_t> max_rss_bytes{};
  std::string isolation{};  ///< what kept the code apart from the rest of the machine, in words;
                            ///< empty = nothing is known of it
  bool operator==(const RunFacts&) const = default;
};

/// What the code wrote to stdout or stderr, once it has ended.
struct LogFile {
  std::string stream{};    ///< "stdout", "stderr"
  std::uint64_t size = 0;  ///< bytes; not 0
  std::string sha256{};
  bool operator==(const LogFile&) const = default;
};

struct Job {
  JobId id{};
  std::string description{};           ///< name of the job description
  std::string description_version{};   ///< its version text
  std::string description_hash{};      ///< SHA-256 of the exact description it runs with
  JobId rerun_of{};                    ///< the job that this one repeats; empty = none
  JobId reuse_of{};                    ///< the job whose results it was given instead of being run;
                                       ///< empty = none
  bool run_anew = false;               ///< it is to be run, whatever might be reused
  std::string request_hash{};          ///< SHA-256 of all that decides its results; empty where
                                       ///< nothing is reused
  std::string run_id{};                ///< client's own tag (UWS 1.1 §2.1.9); empty = none
  std::optional<std::string> owner{};  ///< nullopt = anonymous
  Phase phase = Phase::pending;
  std::optional<TimePoint> quote{};  ///< predicted end (UWS 1.1 §2.1.6)
  TimePoint created{};
  std::optional<TimePoint> queued{};           ///< RUN accepted
  std::optional<TimePoint> started{};          ///< first EXECUTING
  std::optional<TimePoint> ended{};            ///< COMPLETED, ERROR or ABORTED
  std::chrono::seconds execution_duration{0};  ///< wall-clock limit; 0 = unlimited
  std::optional<TimePoint> destruction{};
  std::vector<Parameter> parameters{};
  std::vector<JobInput> inputs{};
  std::vector<JobResult> results{};
  std::optional<JobError> error{};
  std::optional<double> progress{};  ///< 0..1 as told by the code
  std::string progress_text{};
  std::string executor{};
  NativeId native_id{};
  RunFacts facts{};
  std::vector<LogFile> logs{};         ///< those that are not empty
  bool aborted = false;                ///< it was ended before its code had; by its client, unless
                                       ///< `error` says otherwise
  std::string aborted_by{};            ///< who asked for that, as the host knows; may be empty
  std::string abort_reason{};          ///< what they said; may be empty
  std::string software{};              ///< "opus-uws 0.1.0" that ran it
  std::vector<std::string> command{};  ///< argv as run, values filled in
  bool has_record = false;     ///< its code told of its run: internal_provenance.json was taken
  std::string record_fault{};  ///< why it was not taken; empty = it was, or there was none
  bool stopping = false;       ///< it has ended for its owner, but its code may still run at the
                               ///< backend and must be stopped; false again once it has
  bool on_hold = false;        ///< its owner wants it to wait, until RUN; counts in HELD alone
  bool releasing = false;      ///< its owner has said RUN to it in HELD, and the backend may still
                               ///< have to be told so
  bool destroyed = false;      ///< deleted by its owner: no reader sees it; files are being removed
  std::optional<TimePoint> deleted{};  ///< since when only provenance knows it
  std::uint64_t version = 0;           ///< counts changes; for compare-and-set and ETags

  bool operator==(const Job&) const = default;
};

}}  // namespace opus::uws0

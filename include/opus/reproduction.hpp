#pragma once
// Acting on provenance: repeat a job, compare two runs, look whether the files are still what they
// were. Threads: any. Values that are returned belong to the caller. Errors beside those named:
// what Service tells when the store cannot be read.

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <opus/error.hpp>
#include <opus/export.hpp>
#include <opus/id.hpp>
#include <opus/service.hpp>

namespace opus { inline namespace uws0 {

enum class Change { same, changed, added, removed };
OPUS_UWS_API std::string_view to_string(Change change) noexcept;  ///< "same" ...

/// One thing of two runs. Secrets are withheld, but compared.
struct RunDifference {
  std::string part{};  ///< "description", "parameter", "input", "environment", "result"
  std::string name{};  ///< of the parameter, input ...; "name.2" for the second of a name
  Change change = Change::same;
  std::string before{};  ///< value; of files the SHA-256, or the URL of what was never fetched
  std::string after{};
  bool operator==(const RunDifference&) const = default;
};

/// Does the second run confirm the first one?
enum class Verdict {
  reproduced,      ///< same request, and every result has the content that it had
  not_reproduced,  ///< same request, other results
  other_request,   ///< description, parameters, inputs or environment are not the same
  undecided,       ///< same request, but one of the two has not COMPLETED
};
OPUS_UWS_API std::string_view to_string(Verdict verdict) noexcept;  ///< "reproduced" ...

struct RunComparison {
  JobId first{}, second{};
  Verdict verdict = Verdict::undecided;
  std::vector<RunDifference> items{};  ///< what is the same, too
};

/// Inputs and results are compared by content, in the order of their names. not_found: no such job.
OPUS_UWS_API Result<RunComparison> compare_runs(const Service& service, const JobId& first,
                                                const JobId& second);

enum class FileState {
  intact,   ///< content and hash as recorded
  altered,  ///< the content is another one
  missing,  ///< it should be there and is not
  deleted,  ///< as recorded, its content was deleted
};
OPUS_UWS_API std::string_view to_string(FileState state) noexcept;  ///< "intact" ...

struct FileCheck {
  bool is_result = false;  ///< else an input
  std::string name{};      ///< id of the result, or name of the input
  Entity entity{};
  FileState state = FileState::intact;
  std::string sha256{};  ///< as found; empty = there is no file
};

/// Reads every file that the job used or generated. Blocks for as long as that takes. not_found: no
/// such job.
OPUS_UWS_API Result<std::vector<FileCheck>> verify_files(const Service& service, const JobId& id);

struct RerunRequest {
  std::optional<std::string> owner{};
  std::string run_id{};
  /// Replace those of the same names; uploads as in JobRequest.
  std::vector<std::pair<std::string, std::string>> parameters{};
  std::vector<Upload> uploads{};
  bool run = true;
};

/// What creates a job with the description version, parameters and inputs of another one. Inputs
/// are the very same entities. not_found: no such job.
OPUS_UWS_API Result<JobRequest> rerun_request(const Service& service, const JobId& id,
                                              RerunRequest changes = {});

}}  // namespace opus::uws0

#include "libopus/service/finish.hpp"

#include <string_view>
#include <system_error>
#include <utility>

#include "libopus/core/files.hpp"
#include "libopus/core/hash.hpp"
#include "libopus/entity/collect.hpp"
#include "libopus/provenance/internal.hpp"
#include "libopus/service/cleanup.hpp"

namespace opus { inline namespace uws0 { namespace service {
namespace {

/// What of stdout and stderr there is to tell: the code is over, nothing is added any more.
std::vector<LogFile> logs_of(const Job& job, const DataFolder& folder) {
  std::vector<LogFile> logs;
  for (const std::string_view stream : {"stdout", "stderr"}) {
    const std::filesystem::path file = folder.log_path(job.id, stream);
    std::error_code error;
    const std::uintmax_t size = std::filesystem::file_size(file, error);
    if (error || size == 0) continue;
    if (Result<FileDigest> digest = sha256_file(file))
      logs.push_back({std::string{stream}, digest->size, std::move(digest->sha256)});
  }
  return logs;
}

/// Enough of stderr to see the reason of a failure.
constexpr std::uint64_t k_stderr_tail = 4096;

std::optional<Error> drop_if_larger(std::vector<JobResult>& results,
                                    const std::optional<std::uint64_t>& most_bytes,
                                    const DataFolder& folder) {
  std::uint64_t bytes = 0;
  for (const JobResult& result : results) bytes += result.entity.size;
  if (!most_bytes || bytes <= *most_bytes) return std::nullopt;
  std::error_code ignored;
  for (const JobResult& result : results)
    std::filesystem::remove(folder.root() / result.entity.location, ignored);
  results.clear();
  Error error = faults_error(
      "results",
      {{"size", "at most " + std::to_string(*most_bytes) + " bytes together, as its owner may have",
        std::to_string(bytes)}});
  error.code = Errc::limit_exceeded;
  return error;
}

}  // namespace

job::Finished collect(const Job& job, const JobDescription& description, const DataFolder& folder,
                      Outcome outcome, TimePoint now,
                      const std::optional<std::uint64_t>& most_bytes) {
  job::Finished finished;
  finished.outcome = std::move(outcome);
  finished.stderr_tail = read_tail(folder.log_path(job.id, "stderr"), k_stderr_tail);
  finished.logs = logs_of(job, folder);
  Result<entity::Collected> collected = entity::collect_results(
      job, description, folder.root(), folder.work_dir(job.id), folder.results_dir(job.id), now);
  if (const std::optional<std::string> told = internal_provenance(job.id, folder)) {
    Result<std::string> record = provenance::checked_internal(job, *told);
    if (record)
      finished.record = *std::move(record);
    else
      finished.record_fault = std::move(record).error().message;
  }
  if (collected) {
    finished.results = std::move(collected->results);
    finished.results_error = std::move(collected->missing);
    if (auto too_large = drop_if_larger(finished.results, most_bytes, folder))
      finished.results_error = std::move(too_large);
  } else {
    finished.results_error = std::move(collected).error();
  }
  return finished;
}

}}}  // namespace opus::uws0::service

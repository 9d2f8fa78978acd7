#include "libopus/service/finish.hpp"

#include <utility>

#include "libopus/core/files.hpp"
#include "libopus/entity/collect.hpp"
#include "libopus/provenance/internal.hpp"
#include "libopus/service/cleanup.hpp"

namespace opus { inline namespace uws0 { namespace service {
namespace {

/// Enough of stderr to see the reason of a failure.
constexpr std::uint64_t k_stderr_tail = 4096;

}  // namespace

job::Finished collect(const Job& job, const JobDescription& description, const DataFolder& folder,
                      Outcome outcome, TimePoint now) {
  job::Finished finished;
  finished.outcome = std::move(outcome);
  finished.stderr_tail = read_tail(folder.log_path(job.id, "stderr"), k_stderr_tail);
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
  } else {
    finished.results_error = std::move(collected).error();
  }
  return finished;
}

}}}  // namespace opus::uws0::service

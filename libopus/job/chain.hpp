#pragma once
// Chains: jobs whose inputs are results of jobs that have not finished. Pure functions. Such an
// input has no entity yet; its `url` is the reference, "job:<job id>/<result id>".

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <opus/export.hpp>
#include <opus/job.hpp>

namespace opus { inline namespace uws0 { namespace job {

/// A result, wherever its service may be reached.
struct ResultRef {
  JobId job{};
  std::string result{};
  bool operator==(const ResultRef&) const = default;
};

inline constexpr std::string_view k_ref_scheme = "job:";

OPUS_UWS_API std::string to_string(const ResultRef& ref);
/// nullopt: the text is not "job:", a job id, "/", a result id.
OPUS_UWS_API std::optional<ResultRef> parse_result_ref(std::string_view text);

/// The result that the input waits for; nullopt if it has its entity, or waits for none.
OPUS_UWS_API std::optional<ResultRef> awaited(const JobInput& input);
/// HELD until results of other jobs exist, not by its backend.
OPUS_UWS_API bool waits_for_inputs(const Job& job);
/// "result 'map' of job 0198...", for people; empty if it waits for none.
OPUS_UWS_API std::string waiting_for(const Job& job);

/// What a reference to a result leads to, as far as its job has come.
struct Supply {
  const Entity* entity = nullptr;  ///< the result is there
  std::string never{};             ///< why it will never be; both empty: not yet
};

/// Only a job that has completed supplies results: what a failed or aborted one left may be half.
OPUS_UWS_API Supply supply_of(const Job& origin, std::string_view result);

/// The waiting job's inputs, with those that `origin` supplies filled in.
struct Settled {
  std::vector<JobInput> inputs{};
  bool changed = false;
  std::optional<JobError> error{};  ///< one of them will never be
};
OPUS_UWS_API Settled settle(const Job& waiting, const Job& origin);

}}}  // namespace opus::uws0::job

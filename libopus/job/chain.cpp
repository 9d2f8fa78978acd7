#include "libopus/job/chain.hpp"

#include <algorithm>

#include "libopus/core/ids.hpp"
#include "libopus/core/strings.hpp"

namespace opus { inline namespace uws0 { namespace job {
namespace {

constexpr std::size_t k_uuid = 36;
constexpr std::size_t k_quoted_reason = 200;  // of the job before: reasons must not pile up

std::string phase_and_reason(const Job& job) {
  std::string text = "ended " + std::string{opus::to_string(job.phase)};
  if (job.error && !job.error->message.empty())
    text += ": " + printable(job.error->message, k_quoted_reason);
  return text;
}

std::string result_ids(const Job& job) {
  std::vector<std::string> ids;
  for (const JobResult& result : job.results) ids.push_back(result.id);
  return ids.empty() ? "it has none" : "it has " + join(ids, ", ");
}

std::string described(const ResultRef& ref) {
  return "result '" + printable(ref.result) + "' of job " + ref.job.value;
}

}  // namespace

std::string to_string(const ResultRef& ref) {
  return std::string{k_ref_scheme} + ref.job.value + '/' + ref.result;
}

std::optional<ResultRef> parse_result_ref(std::string_view text) {
  if (!ascii_iequals(text.substr(0, k_ref_scheme.size()), k_ref_scheme)) return std::nullopt;
  text.remove_prefix(k_ref_scheme.size());
  if (text.size() < k_uuid + 2 || text[k_uuid] != '/') return std::nullopt;
  ResultRef ref{JobId{ascii_lower(text.substr(0, k_uuid))}, std::string{text.substr(k_uuid + 1)}};
  if (!is_uuid7(ref.job.value)) return std::nullopt;
  return ref;
}

std::optional<ResultRef> awaited(const JobInput& input) {
  if (!input.entity.empty()) return std::nullopt;
  return parse_result_ref(input.url);
}

bool waits_for_inputs(const Job& job) {
  return job.phase == Phase::held &&
         std::any_of(job.inputs.begin(), job.inputs.end(),
                     [](const JobInput& input) { return awaited(input).has_value(); });
}

std::string waiting_for(const Job& job) {
  if (job.phase != Phase::held) return {};
  std::vector<std::string> all;
  for (const JobInput& input : job.inputs)
    if (const auto ref = awaited(input)) all.push_back(described(*ref));
  return join(all, ", ");
}

Supply supply_of(const Job& origin, std::string_view result) {
  if (origin.destroyed) return {nullptr, "that job was deleted"};
  if (!is_final(origin.phase)) return {};
  if (origin.phase == Phase::error || origin.phase == Phase::aborted)
    return {nullptr, "that job " + phase_and_reason(origin)};
  const auto found = std::find_if(origin.results.begin(), origin.results.end(),
                                  [&](const JobResult& one) { return one.id == result; });
  if (found == origin.results.end())
    return {nullptr, "that job " + phase_and_reason(origin) + " without it; " + result_ids(origin)};
  if (found->entity.location.empty()) return {nullptr, "its content was deleted"};
  return {&found->entity, {}};
}

Settled settle(const Job& waiting, const Job& origin) {
  Settled settled{waiting.inputs};
  for (JobInput& input : settled.inputs) {
    const auto ref = awaited(input);
    if (!ref || ref->job != origin.id) continue;
    const Supply supply = supply_of(origin, ref->result);
    if (!supply.never.empty()) {
      settled.error = JobError{
          ErrorKind::fatal,
          "input " + input.name + ": " + described(*ref) + " will never exist: " + supply.never,
          {}};
      return settled;
    }
    if (supply.entity == nullptr) continue;
    input.entity = supply.entity->id;
    input.file_name = supply.entity->name;
    settled.changed = true;
  }
  return settled;
}

}}}  // namespace opus::uws0::job

#include "libopus/service/owner_limits.hpp"

#include <algorithm>
#include <utility>

#include "libopus/core/strings.hpp"
#include "libopus/job/value_check.hpp"

namespace opus { inline namespace uws0 { namespace service {
namespace {

using Count = std::optional<std::uint64_t>;

Count smaller(const Count& a, const Count& b) { return a && b ? std::min(*a, *b) : a ? a : b; }

std::string owner_words(const std::optional<std::string>& owner) {
  return owner ? "'" + *owner + "'" : "those who have no account";
}

Error over_limit(std::string field, std::string expected, std::string got) {
  Error error = faults_error("limits", {{std::move(field), std::move(expected), std::move(got)}});
  error.code = Errc::limit_exceeded;
  return error;
}

Result<void> check_count(store::Writer& writer, const Count& most, const Job& job,
                         std::string_view description) {
  if (!most) return {};
  OPUS_UWS_TRY(const std::uint64_t waiting, writer.waiting_jobs(job.owner, description));
  if (waiting < *most) return {};
  const std::string of = description.empty() ? "" : " of '" + std::string{description} + "'";
  return over_limit("queued",
                    "at most " + std::to_string(*most) + " jobs" + of + " of " +
                        owner_words(job.owner) + " that wait",
                    std::to_string(waiting + 1));
}

/// The parameter as the rule leaves it: by its range, or by its list.
ParameterDescription by_range(ParameterDescription parameter, const ValueRule& rule) {
  parameter.options.clear();
  parameter.min = rule.min;
  parameter.max = rule.max;
  return parameter;
}
ParameterDescription by_list(ParameterDescription parameter, const ValueRule& rule) {
  parameter.min = parameter.max = std::nullopt;
  parameter.options = rule.allowed;
  return parameter;
}

std::optional<Fault> rule_fault(const ValueRule& rule, const ParameterDescription& parameter,
                                const std::string& value) {
  const bool has_range = rule.min || rule.max;
  std::optional<Fault> fault;
  if (has_range) {
    fault = value_fault(by_range(parameter, rule), value);
    if (!fault || rule.allowed.empty()) return fault;
  }
  auto of_list = rule.allowed.empty() ? Fault{parameter.name, "no value", shown_value(value)}
                                      : value_fault(by_list(parameter, rule), value);
  if (!of_list) return std::nullopt;
  if (fault) of_list->expected += ", or " + fault->expected;
  return of_list;
}

}  // namespace

std::chrono::seconds shorter(std::chrono::seconds a, std::chrono::seconds b) noexcept {
  if (a.count() == 0) return b;
  if (b.count() == 0) return a;
  return std::min(a, b);
}

OwnerLimits limits_of_job(const ServiceConfig& config, const std::optional<std::string>& owner,
                          std::string_view description) {
  if (!config.limits_of_owner) return {};
  OwnerLimits all = config.limits_of_owner(owner, {});
  OwnerLimits one = config.limits_of_owner(owner, description);
  OwnerLimits both;
  both.execution_duration_max = shorter(all.execution_duration_max, one.execution_duration_max);
  both.retention_max = shorter(all.retention_max, one.retention_max);
  both.result_bytes = smaller(all.result_bytes, one.result_bytes);
  both.disk_bytes = all.disk_bytes;
  both.values = std::move(all.values);
  both.values.insert(both.values.end(), one.values.begin(), one.values.end());
  return both;
}

Result<void> check_values(const std::vector<ValueRule>& rules, const JobDescription& description,
                          const std::vector<Parameter>& parameters) {
  std::vector<Fault> faults;
  for (const ValueRule& rule : rules) {
    const ParameterDescription* const described = find_parameter(description, rule.parameter);
    if (described == nullptr) continue;
    for (const Parameter& parameter : parameters) {
      if (!ascii_iequals(parameter.name, rule.parameter)) continue;
      if (auto fault = rule_fault(rule, *described, parameter.value)) {
        fault->expected += " (of what its owner may ask for)";
        faults.push_back(*std::move(fault));
      }
    }
  }
  if (!faults.empty()) return faults_error("parameters", std::move(faults));
  return {};
}

Result<void> check_may_wait(store::Writer& writer, const ServiceConfig& config, const Job& job) {
  if (!config.limits_of_owner || job.phase != Phase::pending) return {};
  OPUS_UWS_CHECK(check_count(writer, config.limits_of_owner(job.owner, job.description).queued, job,
                             job.description));
  OPUS_UWS_CHECK(check_count(writer, config.limits_of_owner(job.owner, {}).queued, job, {}));
  return check_disk(writer, config, job.owner, 0);
}

Result<void> check_disk(store::UsageReader& usage, const ServiceConfig& config,
                        const std::optional<std::string>& owner, std::uint64_t more) {
  if (!config.limits_of_owner) return {};
  const Count most = config.limits_of_owner(owner, {}).disk_bytes;
  if (!most) return {};
  OPUS_UWS_TRY(const std::uint64_t used, usage.disk_bytes(owner));
  if (used + more <= *most) return {};
  return over_limit(
      "disk",
      "at most " + std::to_string(*most) + " bytes of uploads and results of " + owner_words(owner),
      std::to_string(used + more));
}

void move_into(Job& job, const OwnerLimits& limits, TimePoint now) {
  job.execution_duration = shorter(job.execution_duration, limits.execution_duration_max);
  if (limits.retention_max.count() == 0) return;
  const TimePoint latest = now + limits.retention_max;
  if (!job.destruction || *job.destruction > latest) job.destruction = latest;
}

}}}  // namespace opus::uws0::service

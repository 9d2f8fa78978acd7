#include "libopus/executor/batch/options.hpp"

#include <algorithm>
#include <optional>

#include "libopus/core/strings.hpp"

namespace opus { inline namespace uws0 { namespace batch {

namespace {

constexpr std::int64_t k_largest_count = 10'000'000;

bool is_word(std::string_view text) {
  if (text.empty() || text.front() == '-') return false;
  return std::all_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte > 0x20 && byte != 0x7f;
  });
}

std::optional<std::int64_t> as_count(std::string_view text) {
  const auto number = parse_integer(text);
  const bool plain = !text.empty() && text.front() >= '0' && text.front() <= '9';
  return plain && number && *number >= 1 && *number <= k_largest_count ? number : std::nullopt;
}

/// In kibibytes.
std::optional<std::int64_t> as_amount(std::string_view text) {
  constexpr std::string_view k_units = "KMGT";
  if (text.size() < 2) return std::nullopt;
  const auto unit = k_units.find(text.back());
  const auto number = as_count(text.substr(0, text.size() - 1));
  if (unit == std::string_view::npos || !number) return std::nullopt;
  return *number << (10 * unit);
}

/// The number of devices.
std::optional<std::int64_t> as_devices(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return as_count(text);
  return is_word(text.substr(0, colon)) ? as_count(text.substr(colon + 1)) : std::nullopt;
}

/// What is measured against a limit; nullopt = not of its kind.
std::optional<std::int64_t> measure(OptionKind kind, std::string_view text) {
  switch (kind) {
    case OptionKind::count: return as_count(text);
    case OptionKind::amount: return as_amount(text);
    case OptionKind::device: return as_devices(text);
    case OptionKind::word: return is_word(text) ? std::optional<std::int64_t>{0} : std::nullopt;
    case OptionKind::flag:
      return text == "true" || text == "false" ? std::optional<std::int64_t>{0} : std::nullopt;
    case OptionKind::arguments: return 0;
  }
  return std::nullopt;
}

std::string_view expectation(OptionKind kind) {
  switch (kind) {
    case OptionKind::count: return "a whole number from 1";
    case OptionKind::amount: return "an amount of memory like 512M or 4G";
    case OptionKind::device: return "a number of devices like 2 or a100:2";
    case OptionKind::flag: return "true or false";
    case OptionKind::word:
    case OptionKind::arguments: break;
  }
  return "a text without blanks that does not begin with '-'";
}

bool is_number(OptionKind kind) {
  return kind == OptionKind::count || kind == OptionKind::amount || kind == OptionKind::device;
}

class Check {
 public:
  Check(const Task& task, const BatchConfig& config, const std::vector<OptionRule>& rules)
      : task_(task), config_(config), rules_(rules) {}

  Result<Options> run() {
    for (const auto& [name, value] : task_.options) add(name, value, /*by_description=*/true);
    for (const auto& [name, value] : config_.options)
      if (task_.options.find(name) == task_.options.end()) add(name, value, false);
    if (!faults_.empty()) return faults_error("job " + task_.job.value, std::move(faults_));
    return std::move(options_);
  }

 private:
  void add(const std::string& name, const std::string& given, bool by_description) {
    const auto rule = std::find_if(rules_.begin(), rules_.end(),
                                   [&](const OptionRule& each) { return each.name == name; });
    if (rule == rules_.end()) return fault(name, "one of " + known_names(), "an unknown option");
    if (by_description && !is_allowed(name))
      return fault(name, "one of the options that the operator allows", "one that he does not");
    const auto value = filled_in(given);
    if (!value) return;
    const auto measured = measure(rule->kind, *value);
    if (!measured) return fault(name, std::string{expectation(rule->kind)}, *value);
    if (rule->kind == OptionKind::arguments && by_description && !arguments_allowed(*value)) return;
    if (!within_limit(*rule, name, *value, *measured)) return;
    options_.emplace(name, *value);
  }

  bool is_allowed(const std::string& name) const {
    const auto& allowed = config_.allowed_options;
    if (name == "arguments") return !config_.allowed_arguments.empty();
    return allowed.empty() || std::find(allowed.begin(), allowed.end(), name) != allowed.end();
  }

  std::optional<std::string> filled_in(const std::string& value) const {
    if (!value.starts_with("${") || !value.ends_with('}')) return value;
    const std::string_view name = std::string_view{value}.substr(2, value.size() - 3);
    for (const auto& parameter : task_.parameters)
      if (ascii_iequals(parameter.name, name)) return parameter.value;
    return std::nullopt;
  }

  bool arguments_allowed(const std::string& value) {
    const auto& allowed = config_.allowed_arguments;
    bool good = true;
    for (const auto& argument : arguments_in(value)) {
      const auto name = argument.substr(0, argument.find('='));
      if (std::find(allowed.begin(), allowed.end(), name) != allowed.end()) continue;
      good = false;
      fault("arguments", "only " + join(allowed, ", ") + ", each as one word --name=value",
            argument);
    }
    return good;
  }

  bool within_limit(const OptionRule& rule, const std::string& name, const std::string& value,
                    std::int64_t measured) {
    const auto limit = config_.limits.find(name);
    if (limit == config_.limits.end()) return true;
    if (is_number(rule.kind)) {
      if (measured <= measure(rule.kind, limit->second).value_or(0)) return true;
      fault(name, "at most " + limit->second + ", the operator's limit", value);
      return false;
    }
    const auto values = arguments_in(limit->second);
    if (std::find(values.begin(), values.end(), value) != values.end()) return true;
    fault(name, "one of " + join(values, ", ") + ", which the operator allows", value);
    return false;
  }

  std::string known_names() const {
    std::vector<std::string> names;
    for (const auto& rule : rules_) names.emplace_back(rule.name);
    return join(names, ", ");
  }

  void fault(const std::string& name, std::string expected, std::string_view got) {
    faults_.push_back({"executorOptions." + name, std::move(expected), printable(got)});
  }

  const Task& task_;
  const BatchConfig& config_;
  const std::vector<OptionRule>& rules_;
  Options options_{};
  std::vector<Fault> faults_{};
};

}  // namespace

Result<Options> options_of(const Task& task, const BatchConfig& config,
                           const std::vector<OptionRule>& rules) {
  return Check{task, config, rules}.run();
}

std::vector<std::string> arguments_in(std::string_view text) {
  std::vector<std::string> arguments;
  for (auto& part : split(text, ' '))
    if (!part.empty()) arguments.push_back(std::move(part));
  return arguments;
}

}}}  // namespace opus::uws0::batch

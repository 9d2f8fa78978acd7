#include "server/owner_limits.hpp"

#include <algorithm>
#include <array>
#include <limits>

#include "server/config_values.hpp"
#include "server/rest/text.hpp"

namespace opus { inline namespace uws0 { namespace server {
namespace {

using rest::in_quotes;

constexpr std::uint64_t k_unlimited = std::numeric_limits<std::uint64_t>::max();
constexpr std::string_view k_of_description = ".description.";

enum class Kind { count, duration, bytes, values };
struct LimitKey {
  std::string_view name;
  Kind kind;
};
constexpr std::array k_limit_keys{LimitKey{"queued", Kind::count},
                                  LimitKey{"executing", Kind::count},
                                  LimitKey{"execution_duration", Kind::duration},
                                  LimitKey{"retention", Kind::duration},
                                  LimitKey{"results", Kind::bytes},
                                  LimitKey{"disk", Kind::bytes},
                                  LimitKey{"values", Kind::values}};

struct KeyParts {
  std::string_view who{}, description{}, key{};
};

/// "limits.role.expert.description.pick.queued" in its parts; names may have dots.
std::optional<KeyParts> parts_of(std::string_view name) noexcept {
  constexpr std::string_view k_limits = "limits.";
  if (name.substr(0, k_limits.size()) != k_limits) return std::nullopt;
  name.remove_prefix(k_limits.size());
  const auto dot = name.rfind('.');
  if (dot == name.npos) return std::nullopt;
  KeyParts parts;
  parts.key = name.substr(dot + 1);
  parts.who = name.substr(0, dot);
  if (const auto at = parts.who.find(k_of_description); at != parts.who.npos) {
    parts.description = parts.who.substr(at + k_of_description.size());
    parts.who = parts.who.substr(0, at);
  }
  if (parts.who == "guest" || parts.who == "user") return parts;
  for (const std::string_view kind : {"role.", "group.", "account."})
    if (parts.who.size() > kind.size() && parts.who.substr(0, kind.size()) == kind) return parts;
  return std::nullopt;
}

Result<std::uint64_t> number_of(Kind kind, const std::string& text) {
  if (text == "unlimited") return k_unlimited;
  switch (kind) {
    case Kind::bytes: return parse_bytes(text);
    case Kind::duration: {
      OPUS_UWS_TRY(const auto time, parse_duration(text));
      if (time.count() == 0 || time.count() % 1000 != 0)
        return Error{Errc::invalid_argument,
                     "expected a duration of whole seconds, or unlimited, got " + in_quotes(text)};
      return static_cast<std::uint64_t>(time.count() / 1000);
    }
    case Kind::count:
    case Kind::values: break;
  }
  const auto number = rest::parse_integer(text);
  if (!number || *number < 0)
    return Error{Errc::invalid_argument,
                 "expected a whole number from 0, or unlimited, got " + in_quotes(text)};
  return static_cast<std::uint64_t>(*number);
}

/// "branch=low high" or "n=1..10", of which one end may be left out.
Result<ValueRule> rule_of(std::string_view text) {
  const auto equals = text.find('=');
  const Error bad{
      Errc::invalid_argument,
      "expected parameter=value value ... or parameter=min..max, got " + in_quotes(text)};
  if (equals == text.npos || equals == 0) return bad;
  ValueRule rule;
  rule.parameter = rest::trim(text.substr(0, equals));
  std::string_view left = rest::trim(text.substr(equals + 1));
  if (left.empty()) return bad;
  if (const auto dots = left.find(".."); dots != left.npos && left.find(' ') == left.npos) {
    if (dots > 0) rule.min = left.substr(0, dots);
    if (dots + 2 < left.size()) rule.max = left.substr(dots + 2);
    if (!rule.min && !rule.max) return bad;
    return rule;
  }
  for (; !left.empty(); left = rest::trim(left)) {
    const auto end = std::min(left.find(' '), left.size());
    rule.allowed.emplace_back(left.substr(0, end));
    left.remove_prefix(end);
  }
  return rule;
}

/// What either of two sets allows: a parameter that one of them does not name is free.
std::vector<ValueRule> either(const std::vector<ValueRule>& a, const std::vector<ValueRule>& b) {
  std::vector<ValueRule> both;
  for (const ValueRule& one : a) {
    const auto other = std::find_if(b.begin(), b.end(), [&](const ValueRule& rule) {
      return rest::iequals(rule.parameter, one.parameter);
    });
    if (other == b.end()) continue;
    both.push_back(one);
    // Two ranges cannot be one rule: the first one stays, with the values of both.
    ValueRule& rule = both.back();
    rule.allowed.insert(rule.allowed.end(), other->allowed.begin(), other->allowed.end());
    if (!rule.min && !rule.max) {
      rule.min = other->min;
      rule.max = other->max;
    }
  }
  return both;
}

std::string value_text(const std::vector<std::string>& values, bool is_list) {
  std::string out;
  for (const std::string& value : values) {
    if (!out.empty()) out += ", ";
    rest::append_json_string(out, value);  // a JSON string is a TOML basic string
  }
  return is_list ? '[' + out + ']' : out;
}

}  // namespace

bool LimitSections::owns(std::string_view key) noexcept { return parts_of(key).has_value(); }

Result<void> LimitSections::set(std::string_view key, const std::vector<std::string>& values,
                                std::string origin) {
  const auto parts = parts_of(key);
  const auto known =
      std::find_if(k_limit_keys.begin(), k_limit_keys.end(),
                   [&](const LimitKey& one) { return parts && one.name == parts->key; });
  if (known == k_limit_keys.end() || (known->name == "disk" && !parts->description.empty()))
    return Error{Errc::invalid_argument,
                 "unknown key " + in_quotes(key) +
                     "; expected queued, executing, execution_duration, retention, results, "
                     "values, or (not for one description) disk"};
  Section& section = sections_[{std::string(parts->who), std::string(parts->description)}];
  const auto refuse = [&](const Error& error) {
    return Error{Errc::invalid_argument, std::string(key) + ": " + error.message};
  };
  if (known->kind == Kind::values) {
    section.values.emplace();
    for (const std::string& text : values) {
      auto rule = rule_of(text);
      if (!rule) return refuse(rule.error());
      section.values->push_back(*std::move(rule));
    }
  } else {
    if (values.size() != 1)
      return refuse(
          {Errc::invalid_argument, "expected one value, got " + std::to_string(values.size())});
    const auto number = number_of(known->kind, values.front());
    if (!number) return refuse(number.error());
    section.numbers[std::string(known->name)] = *number;
  }
  section.texts[std::string(known->name)] = {value_text(values, known->kind == Kind::values),
                                             std::move(origin)};
  return {};
}

std::string LimitSections::to_toml() const {
  constexpr std::size_t k_comment_column = 44;
  std::string out;
  const auto quoted_name = [](std::string_view text) {
    std::string name;
    rest::append_json_string(name, text);
    return name;
  };
  for (const auto& [key, section] : sections_) {
    const auto& [who, description] = key;
    const auto dot = std::min(who.find('.'), who.size());
    out += "\n[limits." + who.substr(0, dot);
    if (dot < who.size()) out += '.' + quoted_name(std::string_view(who).substr(dot + 1));
    if (!description.empty()) out += ".description." + quoted_name(description);
    out += "]\n";
    for (const auto& [name, text] : section.texts) {
      std::string line = name + " = " + text.first;
      line.resize(std::max(line.size() + 1, k_comment_column), ' ');
      out += line + "# " + text.second + '\n';
    }
  }
  return out;
}

const LimitSections::Section* LimitSections::find(std::string_view who,
                                                  std::string_view description) const {
  const auto found = sections_.find({std::string(who), std::string(description)});
  return found == sections_.end() ? nullptr : &found->second;
}

OwnerLimits LimitSections::limits_of(const Identity& who, std::string_view description) const {
  std::array<std::vector<const Section*>, 3> levels;  // the most specific first
  const auto add = [&](std::size_t level, const std::string& name) {
    if (const Section* const section = find(name, description)) levels[level].push_back(section);
  };
  if (const auto owner = who.owner()) add(0, "account." + *owner);
  for (const std::string& role : who.roles) add(1, "role." + role);
  for (const std::string& group : who.groups) add(1, "group." + group);
  add(2, who.anonymous() ? "guest" : "user");

  const auto number = [&](std::string_view key) -> std::optional<std::uint64_t> {
    for (const auto& level : levels) {
      std::optional<std::uint64_t> most;
      for (const Section* const section : level)
        if (const auto found = section->numbers.find(key); found != section->numbers.end())
          most = std::max(most.value_or(0), found->second);
      if (most) return *most == k_unlimited ? std::nullopt : most;
    }
    return std::nullopt;
  };
  const auto duration = [&](std::string_view key) {
    return std::chrono::seconds{static_cast<std::int64_t>(number(key).value_or(0))};
  };
  OwnerLimits limits;
  limits.queued = number("queued");
  limits.executing = number("executing");
  limits.execution_duration_max = duration("execution_duration");
  limits.retention_max = duration("retention");
  limits.result_bytes = number("results");
  limits.disk_bytes = number("disk");
  for (const auto& level : levels) {
    std::optional<std::vector<ValueRule>> rules;
    for (const Section* const section : level)
      if (section->values) rules = rules ? either(*rules, *section->values) : *section->values;
    if (!rules) continue;
    limits.values = *std::move(rules);
    break;
  }
  return limits;
}

void OwnerDirectory::set_accounts(std::shared_ptr<Accounts> accounts) {
  const std::lock_guard lock(mutex_);
  accounts_ = std::move(accounts);
}

OwnerLimits OwnerDirectory::limits_of(const std::optional<std::string>& owner,
                                      std::string_view description) const {
  if (!owner) return sections_.limits_of({}, description);
  std::shared_ptr<Accounts> accounts;
  {
    const std::lock_guard lock(mutex_);
    accounts = accounts_;
  }
  if (accounts)
    if (const auto who = accounts->identity_of(*owner, AuthenticatedBy::host))
      return sections_.limits_of(*who, description);
  Identity who;  // of an account that is disabled, or a name that cannot be one
  who.account = *owner;
  who.roles = {std::string(k_user)};
  return sections_.limits_of(who, description);
}

}}}  // namespace opus::uws0::server

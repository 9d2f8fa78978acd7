// Each parameter: name, type, default, range and options that agree with one another.
#include <cmath>
#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "libopus/description/check.hpp"
#include "libopus/description/text_rules.hpp"
#include "libopus/job/parameter_names.hpp"
#include "libopus/job/value_check.hpp"
#include "libopus/job/value_words.hpp"

namespace opus { inline namespace uws0 { namespace description {

namespace {

class ParameterCheck {
 public:
  ParameterCheck(const ParameterDescription& parameter, std::string path,
                 std::vector<Fault>& faults)
      : p_(parameter), path_(std::move(path)), faults_(faults) {}

  void run() {
    check_variable_name(p_.name, path_ + ".name", faults_);
    texts();
    shape();
    const bool range_is_right = range();
    if (options() && range_is_right) default_value();
  }

 private:
  bool expect(bool right, std::string_view member, std::string_view expected,
              std::string_view got) {
    if (!right)
      faults_.push_back(
          {path_ + "." + std::string{member}, std::string{expected}, shown_value(got)});
    return right;
  }

  void texts() {
    expect(is_text(p_.annotation), "annotation", "text without control characters", p_.annotation);
    constexpr std::string_view k_token = "one line without blanks at its ends or two in a row";
    expect(is_token(p_.unit), "unit", k_token, p_.unit);
    expect(is_ucd(p_.ucd), "ucd", "a UCD: letters, digits and _ . : ; -", p_.ucd);
    expect(is_token(p_.utype), "utype", k_token, p_.utype);
    expect(is_token(p_.xtype), "xtype", k_token, p_.xtype);
  }

  void shape() {
    if (p_.datatype == Datatype::text)
      expect(p_.arraysize.empty(), "arraysize", "nothing, as texts are single values",
             p_.arraysize);
    else
      expect(p_.arraysize.empty() || parse_arraysize(p_.arraysize), "arraysize",
             "\"\" for one value, or \"3\", \"*\", \"5*\"", p_.arraysize);
    if (p_.required && p_.default_value)
      expect(false, "default", "nothing, as the parameter is required", *p_.default_value);
  }

  // A limit or option must be a value of the type that can be compared, and one XML can carry.
  std::optional<Scalar> limit(std::string_view member, std::string_view text) {
    auto value = is_text(text) ? parse_scalar(p_.datatype, text) : std::nullopt;
    if (value && std::holds_alternative<double>(*value) && std::isnan(std::get<double>(*value)))
      value.reset();
    expect(value.has_value(), member, expected_scalar(p_.datatype), text);
    return value;
  }

  bool range() {
    if (!p_.min && !p_.max) return true;
    if (p_.datatype == Datatype::boolean)
      return expect(false, p_.min ? "min" : "max", "nothing, as booleans have no range",
                    p_.min ? *p_.min : *p_.max);
    // An empty limit would be none in the VOTable form.
    if (p_.min && p_.min->empty()) return expect(false, "min", "a value, or no member", "");
    if (p_.max && p_.max->empty()) return expect(false, "max", "a value, or no member", "");
    const auto min = p_.min ? limit("min", *p_.min) : std::nullopt;
    const auto max = p_.max ? limit("max", *p_.max) : std::nullopt;
    if (min && max && !(compare(*min, *max) <= 0))
      return expect(false, "max", "a value not below min (" + *p_.min + ")", *p_.max);
    return min.has_value() == p_.min.has_value() && max.has_value() == p_.max.has_value();
  }

  bool options() {
    bool right = true;
    ParameterDescription one = p_;                  // an option is a single value within the range
    if (!one.arraysize.empty()) one.xtype.clear();  // which is of the whole array
    one.arraysize.clear();
    one.options.clear();
    const auto less = [](const Scalar& a, const Scalar& b) { return compare(a, b) < 0; };
    std::set<Scalar, decltype(less)> seen{less};
    for (std::size_t i = 0; i < p_.options.size(); ++i) {
      const std::string& text = p_.options[i];
      const std::string member = "options[" + std::to_string(i) + "]";
      if (const auto fault = value_fault(one, text)) {
        right = expect(false, member, fault->expected, text);
        continue;
      }
      auto value = limit(member, text);
      if (!value)
        right = false;
      else if (!seen.insert(std::move(*value)).second)
        right = expect(false, member, "a value no other option has", text);
    }
    return right;
  }

  void default_value() {
    if (!p_.default_value) return;
    if (const auto fault = value_fault(p_, *p_.default_value))
      faults_.push_back({path_ + ".default", fault->expected, fault->got});
    else
      expect(is_text(*p_.default_value), "default", "text without control characters",
             *p_.default_value);
  }

  const ParameterDescription& p_;
  std::string path_;
  std::vector<Fault>& faults_;
};

}  // namespace

void check_parameters_of(const JobDescription& description, std::vector<Fault>& faults) {
  for (std::size_t i = 0; i < description.parameters.size(); ++i)
    ParameterCheck{description.parameters[i], "parameters[" + std::to_string(i) + "]", faults}
        .run();
}

void check_variable_name(std::string_view name, std::string field, std::vector<Fault>& faults) {
  if (!is_variable_name(name))
    faults.push_back({std::move(field),
                      "letters, digits and '_', not beginning with a digit (scripts get it as a "
                      "variable)",
                      shown_value(name)});
  else if (const auto reason = reserved_name_reason(name); !reason.empty())
    faults.push_back({std::move(field), "a name " + std::string{reason}, shown_value(name)});
}

}}}  // namespace opus::uws0::description

#include "server/rest/sample.hpp"

#include <algorithm>
#include <optional>

namespace opus { inline namespace uws0 { namespace rest {
namespace {

Error no_sample(const JobDescription& description, std::string_view what) {
  return {Errc::not_found, "there is no example of " + in_quotes(description.name) + ": its " +
                               std::string(what) + " has no default"};
}

/// One allowed element of the parameter's value.
std::optional<std::string> allowed_value(const ParameterDescription& parameter) {
  if (!parameter.options.empty()) return parameter.options.front();
  if (parameter.min) return parameter.min;
  if (parameter.max) return parameter.max;
  switch (parameter.datatype) {
    case Datatype::text: return std::nullopt;
    case Datatype::boolean: return "true";
    default: return "1";
  }
}

/// As many elements as a fixed arraysize asks for.
std::string repeated(const std::string& value, const std::string& arraysize) {
  const auto count = parse_integer(arraysize);  // "" and "*" and "5*" are content with one
  std::string all = value;
  for (std::int64_t i = 1; count && i < *count; ++i) all += ' ' + value;
  return all;
}

}  // namespace

Result<Pairs> sample_request(const JobDescription& description) {
  Pairs pairs;
  for (const ParameterDescription& parameter : description.parameters) {
    if (parameter.default_value) {
      pairs.emplace_back(parameter.name, *parameter.default_value);
    } else if (parameter.required) {
      const auto value = allowed_value(parameter);
      if (!value) return no_sample(description, "parameter " + in_quotes(parameter.name));
      pairs.emplace_back(parameter.name, repeated(*value, parameter.arraysize));
    }
  }
  for (const InputDescription& input : description.inputs) {
    if (input.default_value)
      pairs.emplace_back(input.name, *input.default_value);
    else if (input.multiplicity.min > 0)
      return no_sample(description, "input " + in_quotes(input.name));
  }
  return pairs;
}

}}}  // namespace opus::uws0::rest

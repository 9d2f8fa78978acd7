// The JSON Schema of what may be given to a job: one member per parameter and input.
#include <cmath>
#include <limits>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <opus/description.hpp>

#include "libopus/core/json.hpp"
#include "libopus/core/strings.hpp"
#include "libopus/job/value_check.hpp"
#include "libopus/job/value_words.hpp"

namespace opus { inline namespace uws0 {
namespace {

struct Range {
  std::int64_t min, max;
};

std::optional<Range> integer_range(Datatype datatype) {
  switch (datatype) {
    case Datatype::unsigned_byte: return Range{0, 255};
    case Datatype::short_integer: return Range{-32768, 32767};
    case Datatype::integer: return Range{-2147483648LL, 2147483647};
    case Datatype::long_integer:
      return Range{std::numeric_limits<std::int64_t>::min(),
                   std::numeric_limits<std::int64_t>::max()};
    case Datatype::boolean:
    case Datatype::float_number:
    case Datatype::double_number:
    case Datatype::text: break;
  }
  return std::nullopt;
}

std::string_view type_of(Datatype datatype) {
  if (integer_range(datatype)) return "integer";
  if (datatype == Datatype::boolean) return "boolean";
  return datatype == Datatype::text ? "string" : "number";
}

class SchemaWriter {
 public:
  std::string write(const JobDescription& description) {
    json_.begin_object();
    json_.field("$schema", "https://json-schema.org/draft/2020-12/schema");
    json_.field("title", description.name);
    text("description", description.annotation);
    json_.field("type", "object");
    json_.key("properties").begin_object();
    for (const ParameterDescription& parameter : description.parameters) write(parameter);
    for (const InputDescription& input : description.inputs) write(input);
    json_.end_object();
    json_.key("required").begin_array();
    for (const ParameterDescription& parameter : description.parameters)
      if (parameter.required) json_.value(parameter.name);
    for (const InputDescription& input : description.inputs)
      if (input.multiplicity.min > 0 && !input.default_value) json_.value(input.name);
    json_.end_array();
    json_.end_object();
    return json_.take() + "\n";
  }

 private:
  void text(std::string_view name, std::string_view value) {
    if (!value.empty()) json_.field(name, value);
  }

  void write(const ParameterDescription& parameter) {
    json_.key(parameter.name).begin_object();
    text("description", parameter.annotation);
    if (parameter.arraysize.empty()) {
      constraints(parameter);
    } else {
      json_.field("type", "array");
      const auto size = parse_arraysize(parameter.arraysize).value_or(ArraySize{});
      if (size.min > 0) json_.field("minItems", std::uint64_t{size.min});
      if (size.max) json_.field("maxItems", std::uint64_t{*size.max});
      json_.key("items").begin_object();
      constraints(parameter);
      json_.end_object();
    }
    default_value(parameter);
    // What JSON Schema has no word for, as VOTable calls it.
    json_.field("x-datatype", to_string(parameter.datatype));
    text("x-unit", parameter.unit);
    text("x-ucd", parameter.ucd);
    text("x-utype", parameter.utype);
    text("x-xtype", parameter.xtype);
    json_.end_object();
  }

  void constraints(const ParameterDescription& parameter) {
    json_.field("type", type_of(parameter.datatype));
    limit("minimum", "x-min", parameter.datatype, parameter.min);
    limit("maximum", "x-max", parameter.datatype, parameter.max);
    if (const auto range = integer_range(parameter.datatype)) {
      if (!parameter.min) json_.field("minimum", range->min);
      if (!parameter.max) json_.field("maximum", range->max);
    }
    if (parameter.options.empty()) return;
    json_.key("enum").begin_array();
    for (const std::string& option : parameter.options) value(parameter.datatype, option);
    json_.end_array();
  }

  void limit(std::string_view keyword, std::string_view own_word, Datatype datatype,
             const std::optional<std::string>& limit) {
    if (!limit) return;
    const auto scalar = parse_scalar(datatype, *limit);
    const auto* number = scalar ? std::get_if<double>(&*scalar) : nullptr;
    const bool is_number = scalar && (std::holds_alternative<std::int64_t>(*scalar) ||
                                      (number != nullptr && std::isfinite(*number)));
    json_.key(is_number ? keyword : own_word);  // texts may have ranges too
    if (is_number)
      value(datatype, *limit);
    else
      json_.value(*limit);
  }

  void default_value(const ParameterDescription& parameter) {
    if (!parameter.default_value) return;
    json_.key("default");
    if (parameter.arraysize.empty()) return value(parameter.datatype, *parameter.default_value);
    json_.begin_array();
    for (const std::string& element : split(*parameter.default_value, ' '))
      if (!element.empty()) value(parameter.datatype, element);
    json_.end_array();
  }

  /// As JSON of its type; NaN and the infinities, which JSON lacks, as their word.
  void value(Datatype datatype, const std::string& text) {
    const auto scalar = parse_scalar(datatype, text);
    const auto* number = scalar ? std::get_if<double>(&*scalar) : nullptr;
    if (!scalar || (number != nullptr && !std::isfinite(*number)))
      json_.value(text);
    else
      std::visit([this](const auto& one) { json_.value(one); }, *scalar);
  }

  void write(const InputDescription& input) {
    const auto [min, max] = input.multiplicity;
    const bool several = !max || *max > 1;
    json_.key(input.name).begin_object();
    text("description", input.annotation);
    if (several) {
      json_.field("type", "array");
      if (min > 0) json_.field("minItems", min);
      if (max) json_.field("maxItems", *max);
      json_.key("items").begin_object();
    }
    json_.field("type", "string");
    if (several) json_.end_object();
    if (input.default_value) json_.field("default", *input.default_value);
    json_.field("x-input", input.kind == InputKind::file ? "file" : "value");
    if (!input.content_types.empty()) {
      json_.key("x-contentTypes").begin_array();
      for (const std::string& type : input.content_types) json_.value(type);
      json_.end_array();
    }
    json_.end_object();
  }

  JsonWriter json_{JsonWriter::Style::indented};
};

}  // namespace

std::string parameters_json_schema(const JobDescription& description) {
  return SchemaWriter{}.write(description);
}

}}  // namespace opus::uws0

#include "server/rest/prov_query.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>

#include "server/rest/error_map.hpp"
#include "server/rest/negotiate.hpp"

namespace opus { inline namespace uws0 { namespace rest {
namespace {

// The order is that of preference where Accept leaves a choice.
constexpr std::array k_forms{
    ProvForm{"json", ProvFormat::prov_json, "PROV-JSON", "json", "application/json"},
    ProvForm{"n", ProvFormat::prov_n, "PROV-N", "provn", "text/provenance-notation"},
    ProvForm{"xml", ProvFormat::prov_xml, "PROV-XML", "provx", "application/provenance+xml"},
    ProvForm{"ttl", ProvFormat::turtle, "PROV-TTL", "PROV-O", "text/turtle"},
    ProvForm{"jsonld", ProvFormat::json_ld, "PROV-JSONLD", "json-ld", "application/ld+json"},
    ProvForm{"vot", ProvFormat::votable, "PROV-VOTABLE", "votable", "application/x-votable+xml"},
    ProvForm{"svg", ProvFormat::svg, "PROV-SVG", "svg", "image/svg+xml"},
    ProvForm{"dot", ProvFormat::dot, "PROV-DOT", "graphviz", "text/vnd.graphviz"},
};

constexpr Offer offer(std::size_t i) { return {k_forms[i].word, {k_forms[i].media_type, {}}}; }

std::optional<LineageQuery::Direction> parse_direction(std::string_view text) {
  using Direction = LineageQuery::Direction;
  if (iequals(text, "BACK")) return Direction::upstream;
  if (iequals(text, "FORTH") || iequals(text, "FORWARD")) return Direction::downstream;
  if (iequals(text, "BOTH")) return Direction::both;
  return std::nullopt;
}

std::optional<ProvPicture::Direction> parse_time_direction(std::string_view text) {
  using Direction = ProvPicture::Direction;
  if (iequals(text, "LR")) return Direction::left_to_right;
  if (iequals(text, "TB")) return Direction::top_to_bottom;
  if (iequals(text, "RL")) return Direction::right_to_left;
  if (iequals(text, "BT")) return Direction::bottom_to_top;
  return std::nullopt;
}

/// Reads one parameter after the other and collects what is wrong.
class Reading {
 public:
  explicit Reading(const Request& request) : request_(request) {}

  /// Gives the value to `take`, which says whether it could be read.
  template <class Take>
  Result<void> read(std::string_view name, std::string_view expected, Take take) {
    OPUS_UWS_TRY(const auto text, request_.value(name));
    if (text && !take(*text))
      faults_.push_back({std::string(name), std::string(expected), in_quotes(*text)});
    return {};
  }

  Result<void> read_flag(std::string_view name, bool& flag) {
    return read(name, "true or false", [&](std::string_view text) {
      const auto parsed = parse_boolean(text);
      flag = parsed.value_or(flag);
      return parsed.has_value();
    });
  }

  template <class Parse, class Value>
  Result<void> read_word(std::string_view name, std::string_view expected, Parse parse,
                         Value& value) {
    return read(name, expected, [&](std::string_view text) {
      const auto parsed = parse(text);
      value = parsed.value_or(value);
      return parsed.has_value();
    });
  }

  Result<void> verdict() {
    if (faults_.empty()) return {};
    return faults_error("query", std::move(faults_));
  }

 private:
  const Request& request_;
  std::vector<Fault> faults_{};
};

bool read_depth(std::string_view text, LineageQuery& query) {
  if (iequals(text, "ALL")) {
    query.depth = std::nullopt;
    return true;
  }
  const auto number = parse_integer(text);
  if (!number || *number < 0 || *number > INT32_MAX) return false;
  query.depth = static_cast<unsigned>(*number);
  return true;
}

/// 0 none, 1 the job's, 2 those of its parameters, inputs and results too.
bool read_descriptions(std::string_view text, LineageQuery& query) {
  if (text == "2") {
    query.descriptions = query.ports = true;
    return true;
  }
  const auto parsed = parse_boolean(text);
  query.descriptions = parsed.value_or(query.descriptions);
  query.ports = false;
  return parsed.has_value();
}

bool is_word_of(const ProvForm& form, std::string_view text) {
  const std::string_view type = text.substr(0, text.find(';'));
  return iequals(text, form.word) || iequals(text, form.second) || iequals(text, form.ending) ||
         iequals(type, form.media_type);
}

/// Does Accept leave any of the forms? The weights are negotiate.hpp's business.
bool is_acceptable(std::string_view accept) {
  while (!accept.empty()) {
    const auto end = std::min(accept.find(','), accept.size());
    std::string_view type = accept.substr(0, end);
    accept.remove_prefix(std::min(end + 1, accept.size()));
    type = trim(type.substr(0, type.find(';')));
    if (type == "*/*" || type.empty()) return true;
    for (const std::string_view known :
         {"text/*", "application/*", "image/*", "text/xml", "application/xml", "text/plain"})
      if (iequals(type, known)) return true;
    for (const ProvForm& form : k_forms)
      if (iequals(type, form.media_type)) return true;
  }
  return false;
}

}  // namespace

const ProvForm* form_of_ending(std::string_view ending) noexcept {
  for (const ProvForm& form : k_forms)
    if (form.ending == ending) return &form;
  return nullptr;
}

Result<ProvQuery> read_prov_query(const Request& request, std::string_view model) {
  ProvQuery query;
  query.lineage.base_url = request.base_url;
  query.ivoa_records = model == "IVOA";
  Reading reading(request);
  LineageQuery& lineage = query.lineage;
  OPUS_UWS_CHECK(reading.read("DEPTH", "a number from 0, or ALL",
                              [&](std::string_view text) { return read_depth(text, lineage); }));
  OPUS_UWS_CHECK(
      reading.read_word("DIRECTION", "BACK, FORTH or BOTH", &parse_direction, lineage.direction));
  OPUS_UWS_CHECK(reading.read_word(
      "MODEL", "IVOA or W3C",
      [](std::string_view text) -> std::optional<bool> {
        if (iequals(text, "IVOA")) return true;
        if (iequals(text, "W3C")) return false;
        return std::nullopt;
      },
      query.ivoa_records));
  OPUS_UWS_CHECK(reading.read("DESCRIPTIONS", "0, 1 or 2", [&](std::string_view text) {
    return read_descriptions(text, lineage);
  }));
  OPUS_UWS_CHECK(reading.read_flag("CONFIGURATION", lineage.configuration));
  OPUS_UWS_CHECK(reading.read_flag("AGENTS", lineage.agents));
  OPUS_UWS_CHECK(reading.read_flag("AGENT", lineage.agent_reach));
  // There are no collections and no workflows here whose members and steps could be shown.
  bool members = false, steps = false;
  OPUS_UWS_CHECK(reading.read_flag("MEMBERS", members));
  OPUS_UWS_CHECK(reading.read_flag("STEPS", steps));
  OPUS_UWS_CHECK(reading.read_flag("ATTRIBUTES", query.picture.attributes));
  OPUS_UWS_CHECK(
      reading.read_word("GD", "LR, TB, RL or BT", &parse_time_direction, query.picture.direction));
  OPUS_UWS_CHECK(reading.verdict());
  return query;
}

Result<const ProvForm*> choose_prov_form(const Request& request) {
  OPUS_UWS_TRY(const auto word, request.value("RESPONSEFORMAT"));
  if (word) {
    for (const ProvForm& form : k_forms)
      if (is_word_of(form, *word)) return &form;
    std::string expected;
    for (const ProvForm& form : k_forms) {
      if (!expected.empty()) expected += &form == &k_forms.back() ? " or " : ", ";
      expected += form.word;
    }
    return faults_error("query", {{"RESPONSEFORMAT", expected, in_quotes(*word)}});
  }
  const auto accept = request.headers.get("Accept");
  if (accept && !is_acceptable(*accept))
    return Error{Errc::unsupported,
                 "Accept: expected one of application/json, text/provenance-notation, "
                 "application/provenance+xml, text/turtle, application/ld+json, "
                 "application/x-votable+xml, image/svg+xml, text/vnd.graphviz; got " +
                     in_quotes(*accept)};
  OPUS_UWS_TRY(const std::size_t place, choose(request, {offer(0), offer(1), offer(2), offer(3),
                                                         offer(4), offer(5), offer(6), offer(7)}));
  return &k_forms[place];
}

}}}  // namespace opus::uws0::rest

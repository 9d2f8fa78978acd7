#include "libopus/provenance/formats/literal.hpp"

#include "libopus/core/strings.hpp"
#include "libopus/core/utf8.hpp"

#include <algorithm>
#include <array>
#include <limits>

namespace opus { inline namespace uws0 { namespace provenance {
namespace {

bool is_xml_character(char32_t c) {
  if (c < 0x20) return c == '\t' || c == '\n' || c == '\r';
  return c != 0xFFFE && c != 0xFFFF;
}

bool is_integer(std::string_view text) {
  if (!text.empty() && text.front() == '-') text.remove_prefix(1);
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

bool is_real(std::string_view text) {
  return text == "NaN" || text == "INF" || text == "-INF" || parse_number(text).has_value();
}

// No early end in these two: so the compiler makes them look at many bytes at once.

/// Legal in every format, and one byte a character.
bool is_plain_ascii(std::string_view text) noexcept {
  bool plain = true;
  for (const char c : text) plain &= static_cast<unsigned char>(c) - 0x20u < 0x5Fu;
  return plain;
}

/// Legal wherever it stands in an IRI; many a legal one has more than this.
bool is_plain_iri(std::string_view iri) noexcept {
  bool plain = true;
  for (const char c : iri) {
    const auto byte = static_cast<unsigned char>(c);
    plain &= (byte - unsigned{'&'} <= unsigned{'/'} - '&') |  // &'()*+,-./
             (byte - unsigned{'0'} <= unsigned{':'} - '0') |  // 0-9 and :
             ((byte | 0x20u) - unsigned{'a'} <= 25u) | (byte == '_') | (byte == '?') |
             (byte == '=');
  }
  return plain;
}

bool fits(const ProvAttribute& attribute) {
  switch (attribute.type) {
    case ProvType::integer: return is_integer(attribute.value);
    case ProvType::real: return is_real(attribute.value);
    case ProvType::boolean: return attribute.value == "true" || attribute.value == "false";
    case ProvType::date_time: return parse_iso8601(attribute.value).has_value();
    case ProvType::string:
    case ProvType::qualified_name:
    case ProvType::any_uri: break;
  }
  return true;
}

}  // namespace

RelationForm form_of(ProvRelation relation) noexcept {
  static constexpr std::array<RelationForm, 9> forms{{
      {"activity", "entity", "time"},           // used
      {"entity", "activity", "time"},           // wasGeneratedBy
      {"generatedEntity", "usedEntity", ""},    // wasDerivedFrom
      {"informed", "informant", ""},            // wasInformedBy
      {"activity", "agent", "plan"},            // wasAssociatedWith
      {"entity", "agent", ""},                  // wasAttributedTo
      {"delegate", "responsible", "activity"},  // actedOnBehalfOf
      {"influencee", "influencer", ""},         // wasInfluencedBy
      {"entity", "activity", "time"},           // wasInvalidatedBy
  }};
  return forms[static_cast<std::size_t>(relation)];
}

std::string legal_text(std::string_view text) {
  if (is_plain_ascii(text)) return std::string{text};
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const Utf8Character character = decode_utf8(text, at);
    if (character.length != 0 && is_xml_character(character.code_point))
      out += text.substr(at, character.length);
    else
      out += k_replacement_character;
    at += std::max<std::size_t>(character.length, 1);
  }
  return out;
}

std::string legal_iri(std::string_view iri) {
  constexpr std::string_view hex = "0123456789ABCDEF", illegal = "<>\"{}|\\^` ";
  // Square brackets are for an address of IPv6 in the authority, '#' is for one fragment.
  const std::size_t slashes = iri.find("://");
  const std::size_t authority_end =
      slashes == std::string_view::npos ? 0 : iri.find_first_of("/?#", slashes + 3);
  const std::size_t fragment = iri.find('#');
  const auto is_hex = [&](std::size_t at) {
    return at < iri.size() &&
           std::string_view{"0123456789abcdefABCDEF"}.find(iri[at]) != std::string_view::npos;
  };
  const auto is_legal = [&](std::size_t at, char32_t c) {
    if (c == '%') return is_hex(at + 1) && is_hex(at + 2);
    if (c == '[' || c == ']') return at < authority_end;
    if (c == '#') return at == fragment;
    if (c < 0x80)
      return !is_control(c) && illegal.find(static_cast<char>(c)) == std::string_view::npos;
    return !is_control(c) && is_xml_character(c);
  };
  std::string out;
  out.reserve(iri.size());
  for (std::size_t at = 0; at < iri.size();) {
    const Utf8Character character = decode_utf8(iri, at);
    const std::size_t length = std::max<std::size_t>(character.length, 1);
    if (character.length != 0 && is_legal(at, character.code_point)) {
      out += iri.substr(at, length);
    } else {
      for (const char byte : iri.substr(at, length)) {
        const auto bits = static_cast<unsigned char>(byte);
        out += {'%', hex[bits >> 4], hex[bits & 15]};
      }
    }
    at += length;
  }
  return out;
}

std::optional<std::int32_t> small_integer(std::string_view digits) noexcept {
  const std::optional<std::int64_t> value = parse_integer(digits);
  using Limits = std::numeric_limits<std::int32_t>;
  if (!value || *value < Limits::min() || *value > Limits::max()) return std::nullopt;
  return static_cast<std::int32_t>(*value);
}

Literal literal_of(const ProvAttribute& attribute) {
  const std::string_view value = attribute.value;
  const ProvType type = fits(attribute) ? attribute.type : ProvType::string;
  if (type == ProvType::any_uri)
    return is_plain_iri(value) ? Literal{value, type} : Literal{legal_iri(value), type};
  return is_plain_ascii(value) ? Literal{value, type} : Literal{legal_text(value), type};
}

void append_quoted(std::string& out, std::string_view text) {
  out += '"';
  for (const char c : text) {
    switch (c) {
      case '"': out += "\\\""; break;
      case '\\': out += "\\\\"; break;
      case '\n': out += "\\n"; break;
      case '\r': out += "\\r"; break;
      case '\t': out += "\\t"; break;
      default: out += c;
    }
  }
  out += '"';
}

std::string_view datatype_of(ProvType type) noexcept {
  switch (type) {
    case ProvType::string: return "xsd:string";
    case ProvType::qualified_name: return "prov:QUALIFIED_NAME";
    case ProvType::any_uri: return "xsd:anyURI";
    case ProvType::date_time: return "xsd:dateTime";
    case ProvType::integer: return "xsd:integer";
    case ProvType::real: return "xsd:double";
    case ProvType::boolean: return "xsd:boolean";
  }
  return "xsd:string";
}

}}}  // namespace opus::uws0::provenance

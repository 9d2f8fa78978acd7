#include "libopus/provenance/formats/json_text.hpp"

#include "libopus/provenance/formats/literal.hpp"

namespace opus { inline namespace uws0 { namespace provenance {
namespace {

/// Without an early end: so the compiler makes it look at many bytes at once.
bool needs_escapes(std::string_view text) noexcept {
  bool needs = false;
  for (const char c : text)
    needs |= (static_cast<unsigned char>(c) < 0x20) | (c == '"') | (c == '\\');
  return needs;
}

void append_escaped(std::string& out, std::string_view text) {
  constexpr std::string_view hex = "0123456789abcdef";
  std::size_t plain = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (static_cast<unsigned char>(c) >= 0x20 && c != '"' && c != '\\') continue;
    out += text.substr(plain, at - plain);
    plain = at + 1;
    switch (c) {
      case '"': out += "\\\""; break;
      case '\\': out += "\\\\"; break;
      case '\n': out += "\\n"; break;
      case '\r': out += "\\r"; break;
      case '\t': out += "\\t"; break;
      default: {
        const auto byte = static_cast<unsigned char>(c);
        out += {'\\', 'u', '0', '0', hex[byte >> 4], hex[byte & 15]};
      }
    }
  }
  out += text.substr(plain);
}

}  // namespace

void append_json_quoted(std::string& out, std::string_view text) {
  out += '"';
  if (needs_escapes(text))
    append_escaped(out, text);
  else
    out += text;
  out += '"';
}

void append_json_value(std::string& out, const ProvAttribute& attribute) {
  const Literal literal = literal_of(attribute);
  if (literal.type == ProvType::string) return append_json_quoted(out, literal.text());
  if (literal.type == ProvType::boolean) {
    out += literal.text();
    return;
  }
  if (literal.type == ProvType::integer) {
    if (const auto number = small_integer(literal.text())) {
      out += std::to_string(*number);
      return;
    }
  }
  out += "{\"$\": ";
  append_json_quoted(out, literal.text());
  out += ", \"type\": \"";
  out += datatype_of(literal.type);
  out += "\"}";
}

JsonRecord::JsonRecord(std::string& out, std::string_view name, std::size_t indent)
    : out_(out), indent_(indent) {
  append_json_quoted(out_, name);
  out_ += ": {";
}

void JsonRecord::begin_key() {
  if (!first_) out_ += ',';
  first_ = false;
  out_ += '\n';
  out_.append(indent_ + 2, ' ');
}

void JsonRecord::key(std::string_view name) {
  begin_key();
  append_json_quoted(out_, name);
  out_ += ": ";
}

void JsonRecord::member(std::string_view name, std::string_view text) {
  if (text.empty()) return;
  key(name);
  append_json_quoted(out_, text);
}

void JsonRecord::formal(std::string_view name, std::string_view text) {
  if (text.empty()) return;
  begin_key();
  out_.append("\"prov:").append(name).append("\": ");
  append_json_quoted(out_, text);
}

void JsonRecord::members(const std::vector<ProvAttribute>& attributes) {
  for (auto first = attributes.begin(); first != attributes.end(); ++first) {
    const auto same = [&](const ProvAttribute& other) { return other.name == first->name; };
    if (std::any_of(attributes.begin(), first, same)) continue;
    auto next = std::find_if(first + 1, attributes.end(), same);
    const bool repeated = next != attributes.end();
    key(first->name);
    if (repeated) out_ += '[';
    append_json_value(out_, *first);
    for (; next != attributes.end(); next = std::find_if(next + 1, attributes.end(), same)) {
      out_ += ", ";
      append_json_value(out_, *next);
    }
    if (repeated) out_ += ']';
  }
}

void JsonRecord::end() {
  if (!first_) {
    out_ += '\n';
    out_.append(indent_, ' ');
  }
  out_ += '}';
}

Part json_prefixes(const ProvenanceGraph& graph, const std::vector<std::string_view>& built_in) {
  std::string text = "{\n  ";
  JsonRecord record(text, "prefix", 2);
  for (std::size_t i = 0; i + 1 < built_in.size(); i += 2)
    record.member(built_in[i], built_in[i + 1]);
  for (const auto& [prefix, iri] : graph.prefixes) record.member(prefix, legal_iri(iri));
  record.end();
  return fixed(std::move(text));
}

}}}  // namespace opus::uws0::provenance

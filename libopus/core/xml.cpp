#include "libopus/core/xml.hpp"

#include "libopus/core/strings.hpp"
#include "libopus/core/utf8.hpp"

#include <tinyxml2.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <utility>

namespace opus { inline namespace uws0 {

struct XmlElement::Source {
  explicit Source(std::string_view from) : origin(from) {}
  std::string origin;
  tinyxml2::XMLDocument document;
};

namespace {

constexpr int k_max_depth = 64;

const tinyxml2::XMLElement& as_element(const void* element) {
  return *static_cast<const tinyxml2::XMLElement*>(element);
}

std::string_view local_part(std::string_view name) {
  return name.substr(name.find(':') + 1);  // npos + 1 == 0
}

Error error_at(std::string_view origin, int line, std::string_view what) {
  return Error{Errc::invalid_argument,
               std::string{origin} + ":" + std::to_string(line) + ": " + std::string{what}};
}

int line_of(std::string_view text, std::size_t offset) {
  return 1 + static_cast<int>(std::count(text.begin(),
                                         text.begin() + static_cast<std::ptrdiff_t>(offset), '\n'));
}

std::string_view reason_of(tinyxml2::XMLError code) {
  switch (code) {
    case tinyxml2::XML_ERROR_EMPTY_DOCUMENT: return "there is no element";
    case tinyxml2::XML_ERROR_MISMATCHED_ELEMENT: return "the end tag does not match the start tag";
    case tinyxml2::XML_ERROR_PARSING_ATTRIBUTE: return "malformed attribute";
    case tinyxml2::XML_ERROR_PARSING_TEXT: return "text without an end tag after it";
    case tinyxml2::XML_ERROR_PARSING_CDATA: return "CDATA section without its end";
    case tinyxml2::XML_ERROR_PARSING_COMMENT: return "comment without its end";
    case tinyxml2::XML_ERROR_PARSING_DECLARATION: return "misplaced or malformed declaration";
    case tinyxml2::XML_ERROR_PARSING_UNKNOWN: return "malformed declaration";
    case tinyxml2::XML_ELEMENT_DEPTH_EXCEEDED: return "nested deeper than 64 levels";
    default: return "malformed element";
  }
}

// XML 1.0 production [2] Char.
bool is_xml_character(std::uint32_t c) {
  return c == '\t' || c == '\n' || c == '\r' || (c >= 0x20 && c <= 0xD7FF) ||
         (c >= 0xE000 && c <= 0xFFFD) || (c >= 0x10000 && c <= 0x10FFFF);
}

// The part between & and ; of a reference.
bool is_reference(std::string_view name) {
  if (!name.starts_with('#'))
    return name == "amp" || name == "lt" || name == "gt" || name == "quot" || name == "apos";
  const bool hexadecimal = name.starts_with("#x");
  name.remove_prefix(hexadecimal ? 2 : 1);
  std::uint32_t code = 0;
  const auto [stop, error] =
      std::from_chars(name.data(), name.data() + name.size(), code, hexadecimal ? 16 : 10);
  return error == std::errc{} && stop == name.data() + name.size() && is_xml_character(code);
}

// Where the first reference stands that is none; comments and CDATA sections have no references.
std::optional<std::size_t> find_bad_reference(std::string_view text) {
  for (std::size_t at = 0; (at = text.find_first_of("&<", at)) != std::string_view::npos;) {
    const std::string_view rest = text.substr(at);
    const std::string_view close = rest.starts_with("<!--")        ? "-->"
                                   : rest.starts_with("<![CDATA[") ? "]]>"
                                                                   : "";
    if (!close.empty()) {
      at = text.find(close, at);
    } else if (rest.front() == '&') {
      const std::size_t end = rest.find(';');
      if (end == std::string_view::npos || !is_reference(rest.substr(1, end - 1))) return at;
      at += end;
    } else {
      ++at;
    }
    if (at == std::string_view::npos) break;
  }
  return std::nullopt;
}

std::size_t find_bad_utf8(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t length = decode_utf8(text, at).length;
    if (length == 0) return at;
    at += length;
  }
  return std::string_view::npos;
}

// What must be right before TinyXML-2 sees the text: it stops at a NUL, does not check encodings,
// and lets unknown entities and characters that XML forbids pass or end the text.
std::optional<Error> fault_in_text(std::string_view text, std::string_view origin) {
  if (const auto nul = text.find('\0'); nul != std::string_view::npos)
    return error_at(origin, line_of(text, nul), "not UTF-8 text: it contains NUL");
  if (const auto bad = find_bad_utf8(text); bad != std::string_view::npos)
    return error_at(origin, line_of(text, bad), "not valid UTF-8");
  if (const auto bad = find_bad_reference(text)) {
    const std::string_view what = text.substr(*bad, text.substr(*bad, 20).find(';') + 1);
    return error_at(origin, line_of(text, *bad),
                    "'" + printable(what.empty() ? text.substr(*bad, 10) : what) +
                        "' is not a character or entity known to XML (write & as &amp;)");
  }
  return std::nullopt;
}

// TinyXML-2 reads on where XML 1.0 does not: these checks make up for it.
class Checker : public tinyxml2::XMLVisitor {
 public:
  explicit Checker(std::string_view origin) : origin_(origin) {}

  bool VisitEnter(const tinyxml2::XMLElement& element, const tinyxml2::XMLAttribute*) override {
    if (++depth_ > k_max_depth) return fail(element, "nested deeper than 64 levels");
    if (depth_ == 1 && ++roots_ > 1) return fail(element, "a second root element");
    for (auto* a = element.FirstAttribute(); a; a = a->Next())
      for (auto* b = a->Next(); b; b = b->Next())
        if (std::string_view{a->Name()} == b->Name())
          return fail(element, "attribute '" + std::string{a->Name()} + "' is given twice");
    return true;
  }
  bool VisitExit(const tinyxml2::XMLElement&) override {
    --depth_;
    return !fault;
  }
  bool Visit(const tinyxml2::XMLText& text) override {
    return depth_ > 0 || fail(text, "text outside the root element");
  }
  bool Visit(const tinyxml2::XMLUnknown& unknown) override {
    return fail(unknown, "document type and entity declarations are not allowed");
  }
  using tinyxml2::XMLVisitor::Visit;
  using tinyxml2::XMLVisitor::VisitEnter;
  using tinyxml2::XMLVisitor::VisitExit;

  std::optional<Error> fault;

 private:
  bool fail(const tinyxml2::XMLNode& node, std::string_view what) {
    if (!fault) fault = error_at(origin_, node.GetLineNum(), what);
    return false;
  }

  std::string_view origin_;
  int depth_ = 0;
  int roots_ = 0;
};

}  // namespace

Result<XmlDocument> XmlDocument::parse(std::string_view text, std::string_view origin) {
  if (auto fault = fault_in_text(text, origin)) return *std::move(fault);
  const auto source = std::make_shared<XmlElement::Source>(origin);
  auto& document = source->document;
  const auto status = document.Parse(text.data(), text.size());
  if (status != tinyxml2::XML_SUCCESS)
    return error_at(origin, std::max(1, document.ErrorLineNum()), reason_of(status));
  Checker checker{origin};
  document.Accept(&checker);
  if (checker.fault) return *std::move(checker.fault);
  const tinyxml2::XMLElement* const root = document.RootElement();
  if (!root) return error_at(origin, 1, "there is no element");
  return XmlDocument{XmlElement{source, root}};
}

XmlElement::XmlElement(std::shared_ptr<const Source> source, const void* element)
    : source_(std::move(source)), element_(element) {}

std::string_view XmlElement::qualified_name() const { return as_element(element_).Name(); }
std::string_view XmlElement::name() const { return local_part(qualified_name()); }
int XmlElement::line() const { return as_element(element_).GetLineNum(); }

std::optional<std::string> XmlElement::attribute(std::string_view name) const {
  const tinyxml2::XMLAttribute* by_local_part = nullptr;
  for (auto* a = as_element(element_).FirstAttribute(); a; a = a->Next()) {
    if (name == a->Name()) return a->Value();
    if (!by_local_part && name == local_part(a->Name())) by_local_part = a;
  }
  if (by_local_part) return by_local_part->Value();
  return std::nullopt;
}

std::string XmlElement::text() const {
  std::string out;
  for (auto* node = as_element(element_).FirstChild(); node; node = node->NextSibling())
    if (const auto* text = node->ToText()) out += text->Value();
  return out;
}

std::vector<XmlElement> XmlElement::children() const {
  std::vector<XmlElement> out;
  for (auto* c = as_element(element_).FirstChildElement(); c; c = c->NextSiblingElement())
    out.push_back({source_, c});
  return out;
}

std::vector<XmlElement> XmlElement::children(std::string_view local_name) const {
  std::vector<XmlElement> out = children();
  std::erase_if(out, [&](const XmlElement& child) { return child.name() != local_name; });
  return out;
}

std::optional<XmlElement> XmlElement::child(std::string_view local_name) const {
  for (auto* c = as_element(element_).FirstChildElement(); c; c = c->NextSiblingElement())
    if (local_part(c->Name()) == local_name) return XmlElement{source_, c};
  return std::nullopt;
}

Error XmlElement::error(std::string_view what) const {
  return error_at(source_->origin, line(), what);
}

}}  // namespace opus::uws0

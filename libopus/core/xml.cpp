#include "libopus/core/xml.hpp"

#include <tinyxml2.h>

#include <algorithm>
#include <utility>

#include "libopus/core/strings.hpp"

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

// What must be right before TinyXML-2 sees the text: it stops at a NUL and does not check
// encodings.
std::optional<Error> fault_in_text(std::string_view text, std::string_view origin) {
  if (const auto nul = text.find('\0'); nul != std::string_view::npos)
    return error_at(origin, line_of(text, nul),
                    "not UTF-8 text: it contains NUL (UTF-16 is not supported)");
  if (!is_utf8(text)) {
    std::size_t line_start = 0;
    int line = 1;
    for (;; ++line) {
      const std::size_t end = text.find('\n', line_start);
      if (!is_utf8(text.substr(line_start, end - line_start)) || end == std::string_view::npos)
        break;
      line_start = end + 1;
    }
    return error_at(origin, line, "not valid UTF-8");
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

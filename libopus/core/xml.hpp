#pragma once
// Reading XML documents; TinyXML-2 stays in xml.cpp. Namespaces are not resolved: names are
// compared by their local part, which is what documents of many writers with many prefixes need.

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <opus/error.hpp>
#include <opus/export.hpp>

namespace opus { inline namespace uws0 {

/// An element of an XmlDocument; copies are cheap and keep the document alive.
class OPUS_UWS_API XmlElement {
 public:
  std::string_view name() const;            ///< local part: "job" for <uws:job>
  std::string_view qualified_name() const;  ///< as written: "uws:job"
  int line() const;                         ///< of the start tag, from 1

  /// By the name as written ("xlink:href"), else by local part ("href").
  std::optional<std::string> attribute(std::string_view name) const;
  /// The element's own text and CDATA, without that of its children; blanks as in the document.
  std::string text() const;

  std::vector<XmlElement> children() const;
  std::vector<XmlElement> children(std::string_view local_name) const;
  std::optional<XmlElement> child(std::string_view local_name) const;  ///< the first one

  /// invalid_argument "origin:line: what".
  Error error(std::string_view what) const;

 private:
  friend class XmlDocument;
  struct Source;
  XmlElement(std::shared_ptr<const Source> source, const void* element);
  std::shared_ptr<const Source> source_;
  const void* element_;
};

class OPUS_UWS_API XmlDocument {
 public:
  /// Well-formed UTF-8 with one root, at most 64 levels deep, without document type and entity
  /// declarations. Errors: invalid_argument "origin:line: what".
  static Result<XmlDocument> parse(std::string_view text, std::string_view origin = "XML");

  const XmlElement& root() const noexcept { return root_; }

 private:
  explicit XmlDocument(XmlElement root) : root_(std::move(root)) {}
  XmlElement root_;
};

}}  // namespace opus::uws0

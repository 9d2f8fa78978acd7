#pragma once
// What the UWS documents have in common: the root with its namespaces, and elements that are nil
// when nothing is known (UWS-v1.1.xsd has no empty times). Header-only, for the compiler to join
// the appends: a job document is built in a few microseconds.

#include <charconv>
#include <concepts>
#include <optional>
#include <string>
#include <string_view>

#include <opus/time.hpp>

#include "libopus/core/strings.hpp"

namespace opus { inline namespace uws0 { namespace uws {

// Clients look for exactly these prefixes, declared on the root even where unused.
inline constexpr std::string_view k_namespaces =
    " xmlns:uws=\"http://www.ivoa.net/xml/UWS/v1.0\""
    " xmlns:xlink=\"http://www.w3.org/1999/xlink\""
    " xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"";

/// Names are given with prefix and must be valid; texts are escaped here.
class XmlWriter {
 public:
  /// The XML declaration and the open root element.
  XmlWriter(std::string_view root, bool with_version, std::size_t capacity) : root_(root) {
    out_.reserve(capacity);
    add("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<").add(root).add(k_namespaces);
    if (with_version) add(" version=\"1.1\"");
    add(">\n");
  }

  XmlWriter& add(std::string_view markup) { return out_.append(markup), *this; }
  XmlWriter& text(std::string_view text) { return append_xml(out_, text), *this; }
  XmlWriter& text(std::integral auto number) {
    char digits[24];
    out_.append(digits, std::to_chars(digits, digits + sizeof digits, number).ptr);
    return *this;
  }

  XmlWriter& attribute(std::string_view name, const auto& value) {
    return add(" ").add(name).add("=\"").text(value).add("\"");
  }
  XmlWriter& element(std::string_view name, const auto& value) {
    return add("  <").add(name).add(">").text(value).add("</").add(name).add(">\n");
  }
  XmlWriter& nil(std::string_view name) {
    return add("  <").add(name).add(" xsi:nil=\"true\"/>\n");
  }
  XmlWriter& time(std::string_view name, const std::optional<TimePoint>& at) {
    return at ? element(name, to_iso8601(*at)) : nil(name);
  }

  std::string finish() {
    add("</").add(root_).add(">\n");
    return std::move(out_);
  }

 private:
  std::string_view root_;
  std::string out_{};
};

}}}  // namespace opus::uws0::uws

#pragma once
// JSON of provenance records, for the formats that are JSON.

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include <opus/provenance.hpp>

#include "libopus/provenance/formats/parts.hpp"

namespace opus { inline namespace uws0 { namespace provenance {

/// Quoted and escaped; the text is legal (legal_text).
void append_json_quoted(std::string& out, std::string_view text);

/// `{"$": ..., "type": ...}`, or the plain JSON value where that says the same (PROV-J-06).
void append_json_value(std::string& out, const ProvAttribute& attribute);

/// The members of one record, comma by comma.
class JsonRecord {
 public:
  /// Begins `"name": {`, each member on a line of its own below `indent` blanks.
  JsonRecord(std::string& out, std::string_view name, std::size_t indent);
  void member(std::string_view name, std::string_view text);  ///< a string; nothing if empty
  void formal(std::string_view name, std::string_view text);  ///< the same, of "prov:<name>"
  /// An attribute that occurs more than once becomes an array, at its first place (PROV-J-07).
  void members(const std::vector<ProvAttribute>& attributes);
  void end();

 private:
  void begin_key();
  void key(std::string_view name);
  std::string& out_;
  std::size_t indent_;
  bool first_ = true;
};

/// The member `"name": {...}` of the document, with those items that are wanted; nothing if none
/// is. `write(out, item, number)` writes one of them, number counts from 1.
template <class Items, class Wanted, class Write>
Part json_section(std::string_view name, const Items& items, Wanted wanted, Write write) {
  return {items.size() + 1,
          [=, &items, number = std::size_t{0}](std::string& out, std::size_t item) mutable {
            if (item == items.size()) {
              if (number > 0) out += "\n  }";
            } else if (wanted(items[item])) {
              if (number == 0) {
                out += ",\n  \"";
                out += name;
                out += "\": {\n    ";
              } else {
                out += ",\n    ";
              }
              write(out, items[item], ++number);
            }
          }};
}

/// `{ "prefix": {...}`: how both begin.
Part json_prefixes(const ProvenanceGraph& graph, const std::vector<std::string_view>& built_in);

}}}  // namespace opus::uws0::provenance

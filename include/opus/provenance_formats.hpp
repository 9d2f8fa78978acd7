#pragma once
// Provenance graphs as documents: one writer for all formats, which makes them piece by piece.

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include <opus/export.hpp>
#include <opus/provenance.hpp>

namespace opus { inline namespace uws0 {

enum class ProvFormat {
  prov_json,  ///< W3C PROV-JSON (member submission 2013-04-24)
  prov_n,     ///< W3C PROV-N (recommendation 2013-04-30)
  prov_xml,   ///< W3C PROV-XML (note 2013-04-30)
  turtle,     ///< W3C PROV-O in Turtle: binary properties and, where there is more to say, the
              ///< qualified ones
  json_ld,    ///< the same statements in JSON-LD 1.1
  ivoa_json,  ///< records of the IVOA classes ("parameter", "wasConfiguredBy"), as voprov reads
              ///< them
  votable,    ///< VOTable 1.4, a table for each IVOA class
  dot,        ///< a picture for graphviz
  svg,        ///< a picture: laid out here, no scripts, links to jobs and files
};

/// How pictures look; for other formats without meaning.
struct ProvPicture {
  /// Where time goes: the origin is at the left, top, right or bottom.
  enum class Direction { left_to_right, top_to_bottom, right_to_left, bottom_to_top };
  Direction direction = Direction::left_to_right;
  bool attributes = true;  ///< sizes, checksums, hosts ... as lines of text in the nodes
};

/// Writes one document. Its memory does not grow with the document: one item, and what the
/// pictures need for their layout, is held at a time. Equal graphs give equal bytes. Threads: one
/// at a time. Ownership: keeps the graph alive.
class OPUS_UWS_API ProvenanceWriter {
 public:
  /// `graph` is not null.
  ProvenanceWriter(std::shared_ptr<const ProvenanceGraph> graph, ProvFormat format,
                   const ProvPicture& picture = {});
  ProvenanceWriter(ProvenanceWriter&&) noexcept;
  ProvenanceWriter& operator=(ProvenanceWriter&&) noexcept;
  ~ProvenanceWriter();

  /// Appends the next piece: about `bytes`, more by at most one item. False: that was the last.
  bool next(std::string& out, std::size_t bytes = 64 << 10);

 private:
  class OPUS_UWS_LOCAL Impl;
  std::unique_ptr<Impl> impl_;
};

/// The whole document, UTF-8.
OPUS_UWS_API std::string to_text(const ProvenanceGraph& graph, ProvFormat format,
                                 const ProvPicture& picture = {});

/// As in a Content-Type header: "text/turtle;charset=UTF-8".
OPUS_UWS_API std::string_view media_type(ProvFormat format) noexcept;

}}  // namespace opus::uws0

#pragma once
// A document as a row of parts that are written one item at a time, so that it can go out piece by
// piece and nothing but the graph is held in memory.

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <opus/provenance_formats.hpp>

namespace opus { inline namespace uws0 { namespace provenance {

/// Items 0 to count - 1, each written once, in order. An item may append nothing.
struct Part {
  std::size_t count = 1;
  std::function<void(std::string& out, std::size_t item)> write{};
};
using Parts = std::vector<Part>;

/// Text that stands in the document once.
Part fixed(std::string text);

/// What a document says beside the graph, a line each: that it was cut, which ids are unknown. Fit
/// for a comment in every format.
std::vector<std::string> remarks_of(const ProvenanceGraph& graph);

// The formats. The graph must outlive the parts.
Parts prov_json_parts(const ProvenanceGraph& graph);
Parts prov_n_parts(const ProvenanceGraph& graph);
Parts prov_xml_parts(const ProvenanceGraph& graph);
Parts turtle_parts(const ProvenanceGraph& graph);
Parts json_ld_parts(const ProvenanceGraph& graph);
Parts ivoa_json_parts(const ProvenanceGraph& graph);
Parts votable_parts(const ProvenanceGraph& graph);
Parts dot_parts(const ProvenanceGraph& graph, const ProvPicture& picture);
Parts svg_parts(const ProvenanceGraph& graph, const ProvPicture& picture);

}}}  // namespace opus::uws0::provenance

#pragma once
// A provenance graph as people want to see it: boxes with a few lines of text and the arrows
// between them. To stay readable with hundreds of nodes, parameters of a run share one box, of many
// files with the same role that nothing else tells about only one box is shown, and a person,
// software or description to which many arrows would lead is named in the boxes instead.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <opus/provenance_formats.hpp>

namespace opus { inline namespace uws0 { namespace provenance {

enum class Look { entity, activity, agent, description, configuration };

/// Colours and outlines as the Python package voprov has them, for both kinds of pictures.
struct LookStyle {
  std::string_view word;    ///< class in SVG
  std::string_view fill;    ///< "#FFFC87"
  std::string_view stroke;  ///< "#808000"
  std::string_view shape;   ///< graphviz's name
};
const LookStyle& style_of(Look look) noexcept;

struct PictureNode {
  std::string id{};  ///< qualified name, of the first one where several are shown as one
  Look look = Look::entity;
  std::vector<std::string> lines{};  ///< legal text, each of at most k_line characters
  std::string title{};               ///< longer, for tooltips
  std::string href{};                ///< http(s) or empty
  bool stacked = false;              ///< stands for several
};

struct PictureEdge {
  std::size_t from = 0, to = 0;  ///< places among the nodes; the arrow's direction, to the past
  std::string label{};
  std::string_view word{};  ///< "used", "wasGeneratedBy" ...
  bool flow = false;        ///< of jobs and files, not of who and how
};

struct Picture {
  std::vector<PictureNode> nodes{};
  std::vector<PictureEdge> edges{};
  bool truncated = false;
};

inline constexpr std::size_t k_line = 34;  ///< characters

/// wasDerivedFrom, wasInformedBy and wasAttributedTo are left out where the way through a job or
/// file says the same.
Picture picture_of(const ProvenanceGraph& graph, bool attributes);

}}}  // namespace opus::uws0::provenance

#pragma once
// Where the boxes of a picture go: layers along time, as Sugiyama, Tagawa and Toda draw graphs
// (1981). Deterministic, and linear in the size of the picture but for the sorting.

#include <cstddef>
#include <vector>

namespace opus { inline namespace uws0 { namespace provenance {

struct Box {
  double along = 0, across = 0;  ///< size: in the direction of time, and beside it
};

struct Arrow {
  std::size_t from = 0, to = 0;  ///< from the later box to the earlier one
  bool flow = false;             ///< decides about the layers; the others follow
};

struct Point {
  double along = 0, across = 0;
};

struct Layout {
  std::vector<Point> centres{};             ///< of the boxes; time grows with `along`
  std::vector<std::vector<Point>> bends{};  ///< of the arrows, in the layers they pass, from -> to
  double along = 0, across = 0;             ///< size of all
};

/// Cycles are drawn too: an arrow that would close one goes the other way.
Layout lay_out(const std::vector<Box>& boxes, const std::vector<Arrow>& arrows);

}}}  // namespace opus::uws0::provenance

// A picture that any browser shows: no scripts, no external files, links where there are any.
#include "libopus/core/strings.hpp"
#include "libopus/core/utf8.hpp"
#include "libopus/provenance/formats/layout.hpp"
#include "libopus/provenance/formats/parts.hpp"
#include "libopus/provenance/formats/picture.hpp"

#include <algorithm>
#include <cmath>
#include <memory>

namespace opus { inline namespace uws0 { namespace provenance {
namespace {

constexpr double k_character = 6.7, k_line_height = 15, k_padding = 10;

struct Spot {
  double x = 0, y = 0;
};

std::size_t characters(std::string_view text) {
  std::size_t count = 0;
  for (std::size_t at = 0; at < text.size(); ++count)
    at += std::max<std::size_t>(decode_utf8(text, at).length, 1);
  return count;
}

struct Size {
  double width = 0, height = 0;
};

Size size_of(const PictureNode& node) {
  std::size_t longest = 6;
  for (const std::string& line : node.lines) longest = std::max(longest, characters(line));
  Size size{static_cast<double>(longest) * k_character + 2 * k_padding,
            static_cast<double>(std::max<std::size_t>(node.lines.size(), 1)) * k_line_height +
                2 * k_padding};
  if (node.look == Look::agent) size.height += 12;  // the roof
  return size;
}

/// Whole numbers and halves: enough for pictures, and the same on every machine.
void append_number(std::string& out, double value) {
  const auto halves = static_cast<long long>(std::llround(value * 2));
  if (halves < 0) out += '-';
  const long long size = halves < 0 ? -halves : halves;
  out += std::to_string(size / 2);
  if (size % 2) out += ".5";
}

void append_attribute(std::string& out, std::string_view name, double value) {
  out += ' ';
  out += name;
  out += "=\"";
  append_number(out, value);
  out += '"';
}

void append_spot(std::string& out, Spot spot) {
  append_number(out, spot.x);
  out += ' ';
  append_number(out, spot.y);
}

/// The picture laid out, and written piece by piece.
class Drawing {
 public:
  Drawing(const ProvenanceGraph& graph, const ProvPicture& look)
      : picture_(picture_of(graph, look.attributes)), direction_(look.direction) {
    std::vector<Box> boxes;
    boxes.reserve(picture_.nodes.size());
    for (const PictureNode& node : picture_.nodes) {
      const Size size = size_of(node);
      boxes.push_back(is_flat() ? Box{size.width, size.height} : Box{size.height, size.width});
    }
    std::vector<Arrow> arrows;
    arrows.reserve(picture_.edges.size());
    for (const PictureEdge& edge : picture_.edges)
      arrows.push_back({edge.from, edge.to, edge.flow});
    layout_ = lay_out(boxes, arrows);
  }

  const Picture& picture() const { return picture_; }

  std::string head() const {
    const double width = is_flat() ? layout_.along : layout_.across;
    const double height = (is_flat() ? layout_.across : layout_.along) + note_height();
    std::string out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<svg";
    out += " xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" aria-labelledby=\"t d\"";
    append_attribute(out, "width", width);
    append_attribute(out, "height", height);
    out += " viewBox=\"0 0 ";
    append_spot(out, {width, height});
    out += "\">\n<title id=\"t\">Provenance</title>\n<desc id=\"d\">";
    out += std::to_string(picture_.nodes.size()) + " things and " +
           std::to_string(picture_.edges.size()) + " relations; arrows lead to the past.</desc>\n";
    out += "<style>\ntext { font: 11px sans-serif; text-anchor: middle; fill: #111 }\n";
    for (const Look look :
         {Look::entity, Look::activity, Look::agent, Look::description, Look::configuration}) {
      const LookStyle& style = style_of(look);
      out += '.';
      out += style.word;
      out += " { fill: ";
      out += style.fill;
      out += "; stroke: ";
      out += style.stroke;
      out += " }\n";
    }
    out +=
        ".first { font-weight: bold }\n"
        ".arrow { fill: none; stroke: #666; marker-end: url(#head) }\n"
        ".side { stroke-dasharray: 4 3 }\n.used { stroke: #8b0000 }\n"
        ".wasGeneratedBy { stroke: #006400 }\n"
        ".label { font-size: 9px; fill: #444; paint-order: stroke; stroke: #fff; "
        "stroke-width: 3px }\n"
        "@media (prefers-color-scheme: dark) {\n  .arrow { stroke: #aaa }\n"
        "  .used { stroke: #f08080 }\n  .wasGeneratedBy { stroke: #80d080 }\n"
        "  .label { fill: #ddd; stroke: #222 }\n  .note { fill: #ddd }\n}\n"
        "</style>\n<defs><marker id=\"head\" viewBox=\"0 0 8 8\" refX=\"8\" refY=\"4\" "
        "markerWidth=\"8\" markerHeight=\"8\" orient=\"auto\">"
        "<path d=\"M0 0L8 4L0 8z\" fill=\"#666\"/></marker></defs>\n";
    if (picture_.truncated) {
      out += "<text class=\"note\"";
      append_attribute(out, "x", width / 2);
      append_attribute(out, "y", height - 8);
      out += ">The lineage goes on: this picture is limited in size.</text>\n";
    }
    return out;
  }

  void append_edge(std::string& out, const PictureEdge& edge, std::size_t number) const {
    std::vector<Spot> spots;
    for (const Point& bend : layout_.bends[number]) spots.push_back(spot_of(bend));
    const Spot from = spot_of(layout_.centres[edge.from]), to = spot_of(layout_.centres[edge.to]);
    spots.insert(spots.begin(), border(edge.from, spots.empty() ? to : spots.front()));
    spots.push_back(border(edge.to, spots.size() == 1 ? from : spots.back()));
    out += "<path class=\"arrow ";
    out += edge.word;
    if (!edge.flow) out += " side";
    out += "\" d=\"M";
    append_spot(out, spots.front());
    for (std::size_t i = 1; i < spots.size(); ++i) append_curve(out, spots[i - 1], spots[i]);
    out += "\"><title>";
    out += edge.word;
    out += "</title></path>\n";
    if (edge.label.empty()) return;
    const Spot a = spots[spots.size() / 2 - 1], b = spots[spots.size() / 2];
    out += "<text class=\"label\"";
    append_attribute(out, "x", (a.x + b.x) / 2);
    append_attribute(out, "y", (a.y + b.y) / 2 - 3);
    out += '>';
    append_xml(out, edge.label);
    out += "</text>\n";
  }

  void append_node(std::string& out, const PictureNode& node, std::size_t number) const {
    const Spot centre = spot_of(layout_.centres[number]);
    if (!node.href.empty()) {
      out += "<a href=\"";
      append_xml(out, node.href);
      out += "\">";
    }
    out += "<g><title>";
    append_xml(out, node.title);
    out += "</title>";
    if (node.stacked) append_shape(out, node, {centre.x + 4, centre.y + 4});
    append_shape(out, node, centre);
    const double lines = static_cast<double>(node.lines.size());
    double y = centre.y - (lines - 1) * k_line_height / 2 + 4;
    if (node.look == Look::agent) y += 6;
    bool first = true;
    for (const std::string& line : node.lines) {
      out += first && node.look != Look::configuration ? "<text class=\"first\"" : "<text";
      append_attribute(out, "x", centre.x);
      append_attribute(out, "y", y);
      out += '>';
      append_xml(out, line);
      out += "</text>";
      y += k_line_height;
      first = false;
    }
    out += node.href.empty() ? "</g>\n" : "</g></a>\n";
  }

 private:
  using Direction = ProvPicture::Direction;

  bool is_flat() const {
    return direction_ == Direction::left_to_right || direction_ == Direction::right_to_left;
  }

  double note_height() const { return picture_.truncated ? 24 : 0; }

  Spot spot_of(const Point& point) const {
    switch (direction_) {
      case Direction::left_to_right: return {point.along, point.across};
      case Direction::right_to_left: return {layout_.along - point.along, point.across};
      case Direction::top_to_bottom: return {point.across, point.along};
      case Direction::bottom_to_top: return {point.across, layout_.along - point.along};
    }
    return {};
  }

  /// The middle of the side that faces `other`.
  Spot border(std::size_t node, Spot other) const {
    const Size size = size_of(picture_.nodes[node]);
    Spot spot = spot_of(layout_.centres[node]);
    if (is_flat() && std::abs(other.x - spot.x) > 1)
      spot.x += other.x > spot.x ? size.width / 2 : -size.width / 2;
    else if (is_flat() || std::abs(other.y - spot.y) > 1)
      spot.y += other.y > spot.y ? size.height / 2 : -size.height / 2;
    else
      spot.x += other.x > spot.x ? size.width / 2 : -size.width / 2;
    return spot;
  }

  void append_curve(std::string& out, Spot a, Spot b) const {
    Spot first = a, second = b;
    if (is_flat())
      first.x = second.x = (a.x + b.x) / 2;
    else
      first.y = second.y = (a.y + b.y) / 2;
    out += 'C';
    append_spot(out, first);
    out += ' ';
    append_spot(out, second);
    out += ' ';
    append_spot(out, b);
  }

  static void append_shape(std::string& out, const PictureNode& node, Spot centre) {
    const Size size = size_of(node);
    const double left = centre.x - size.width / 2, top = centre.y - size.height / 2;
    if (node.look == Look::agent) {
      const double right = left + size.width, bottom = top + size.height;
      out += "<polygon points=\"";
      for (const Spot corner : {Spot{centre.x, top}, Spot{right, top + 12}, Spot{right, bottom},
                                Spot{left, bottom}, Spot{left, top + 12}}) {
        append_spot(out, corner);
        out += ' ';
      }
      out += '"';
    } else {
      out += "<rect";
      append_attribute(out, "x", left);
      append_attribute(out, "y", top);
      append_attribute(out, "width", size.width);
      append_attribute(out, "height", size.height);
      if (node.look == Look::entity) append_attribute(out, "rx", std::min(size.height / 2, 22.0));
    }
    out += " class=\"";
    out += style_of(node.look).word;
    out += "\"/>";
  }

  Picture picture_;
  Direction direction_;
  Layout layout_{};
};

}  // namespace

Parts svg_parts(const ProvenanceGraph& graph, const ProvPicture& look) {
  const auto drawing = std::make_shared<const Drawing>(graph, look);
  const Picture& picture = drawing->picture();
  return {fixed(drawing->head()),
          {picture.edges.size(),
           [drawing](std::string& out, std::size_t item) {
             drawing->append_edge(out, drawing->picture().edges[item], item);
           }},
          {picture.nodes.size(),
           [drawing](std::string& out, std::size_t item) {
             drawing->append_node(out, drawing->picture().nodes[item], item);
           }},
          fixed("</svg>\n")};
}

}}}  // namespace opus::uws0::provenance

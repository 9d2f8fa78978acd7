#include "libopus/provenance/formats/picture.hpp"

#include "libopus/core/utf8.hpp"
#include "libopus/provenance/formats/classes.hpp"
#include "libopus/provenance/formats/literal.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <tuple>
#include <unordered_map>
#include <unordered_set>
#include <utility>

namespace opus { inline namespace uws0 { namespace provenance {
namespace {

constexpr std::size_t k_shown_parameters = 8, k_shown_files = 8, k_hub_arrows = 6;

/// One line of at most `max` characters, controls as blanks.
std::string cut(std::string_view text, std::size_t max = k_line) {
  const std::string legal = legal_text(text);
  std::string out;
  std::size_t count = 0;
  for (std::size_t at = 0; at < legal.size(); ++count) {
    const std::size_t length = std::max<std::size_t>(decode_utf8(legal, at).length, 1);
    if (count + 1 == max && at + length < legal.size()) return out + "\xE2\x80\xA6";
    if (length == 1 && static_cast<unsigned char>(legal[at]) < 0x20)
      out += ' ';
    else
      out.append(legal, at, length);
    at += length;
  }
  return out;
}

Look look_of(const ProvNode& node) {
  if (node.kind == ProvKind::activity) return Look::activity;
  if (node.kind == ProvKind::agent) return Look::agent;
  const std::string_view type = ivoa_class(node);
  if (type == "Parameter" || type == "ConfigFile") return Look::configuration;
  constexpr std::string_view suffix = "Description";
  if (type.size() >= suffix.size() && type.substr(type.size() - suffix.size()) == suffix)
    return Look::description;
  return Look::entity;
}

std::string size_text(std::string_view digits) {
  constexpr std::array<std::string_view, 5> units{" bytes", " kB", " MB", " GB", " TB"};
  std::size_t unit = 0;
  while (digits.size() > 3 && unit + 1 < units.size()) {
    digits.remove_suffix(3);
    ++unit;
  }
  return std::string{digits} + std::string{units[unit]};
}

bool is_link(std::string_view text) {
  return text.substr(0, 7) == "http://" || text.substr(0, 8) == "https://";
}

class Sketch {
 public:
  Sketch(const ProvenanceGraph& graph, bool attributes) : graph_(graph), attributes_(attributes) {}

  Picture draw() {
    find_crowds();
    for (const ProvNode& node : graph_.nodes())
      if (look_of(node) != Look::configuration && crowd_of_.count(node.id) == 0) add(node);
    for (auto& [key, crowd] : crowds_)
      if (crowd.size() > k_shown_files) add_crowd(std::get<2>(key), crowd);
    for (const ProvEdge& edge : graph_.edges()) add(edge);
    finish_parameters();
    name_hubs();
    picture_.truncated = graph_.truncated;
    return std::move(picture_);
  }

 private:
  using CrowdKey = std::tuple<ProvRelation, std::string_view, std::string_view>;

  /// Files of one job and one role which have nothing to do with another job.
  void find_crowds() {
    std::unordered_map<std::string_view, std::size_t> uses;
    for (const ProvEdge& edge : graph_.edges()) {
      if (edge.relation == ProvRelation::used) ++uses[edge.to];
      if (edge.relation == ProvRelation::was_generated_by) ++uses[edge.from];
    }
    for (const ProvEdge& edge : graph_.edges()) {
      const bool is_use = edge.relation == ProvRelation::used;
      if (!is_use && edge.relation != ProvRelation::was_generated_by) continue;
      const std::string_view file = is_use ? edge.to : edge.from;
      const std::string_view job = is_use ? edge.from : edge.to;
      if (uses[file] == 1) crowds_[{edge.relation, job, role_of(edge)}].push_back(file);
    }
    for (const auto& [key, crowd] : crowds_)
      if (crowd.size() > k_shown_files)
        for (const std::string_view file : crowd) crowd_of_.insert(file);
  }

  void add_crowd(std::string_view role, const std::vector<std::string_view>& crowd) {
    PictureNode node{.id = std::string{crowd.front()}, .stacked = true};
    node.lines = {std::to_string(crowd.size()) + " files", cut(role)};
    node.title = node.lines[0] + ": " + legal_text(role);
    for (const std::string_view file : crowd) places_.emplace(file, picture_.nodes.size());
    picture_.nodes.push_back(std::move(node));
  }

  void add(const ProvNode& node) {
    PictureNode out{.id = node.id, .look = look_of(node)};
    const std::string_view label = attribute_of(node.attributes, "prov:label");
    out.lines.push_back(cut(label.empty() ? std::string_view{node.id} : label));
    out.title = legal_text(label.empty() ? std::string_view{node.id} : label);
    if (attributes_) add_attributes(out, node);
    const std::string_view location = attribute_of(node.attributes, "prov:location");
    if (is_link(location)) out.href = legal_iri(location);
    places_.emplace(node.id, picture_.nodes.size());
    picture_.nodes.push_back(std::move(out));
  }

  static void add_attributes(PictureNode& out, const ProvNode& node) {
    const auto line = [&](std::string_view before, std::string_view text) {
      if (!text.empty()) out.lines.push_back(cut(std::string{before} + std::string{text}));
    };
    const auto value = [&](std::string_view name) { return attribute_of(node.attributes, name); };
    if (node.kind == ProvKind::activity) {
      line("", value("opus:phase"));
      if (node.start) line("", to_iso8601(*node.start));
      line("on ", value("opus:host"));
      line("", value("schema:error"));
    } else if (node.kind == ProvKind::entity) {
      line("", value("voprov:contentType"));
      if (const auto size = value("schema:contentSize"); !size.empty()) line("", size_text(size));
      if (const auto hash = value("wfrun:sha256"); !hash.empty())
        line("sha256 ", hash.substr(0, 12));
      if (!value("voprov:invalidatedAtTime").empty()) line("", "deleted");
    } else {
      line("", agent_type(node));
    }
  }

  void add(const ProvEdge& edge) {
    if (influence_class(edge) == "ConfigurationRelation") return add_parameter(edge);
    // Said by the way through a job or a file already, where that is shown.
    const bool is_told = edge.relation == ProvRelation::was_derived_from ||
                         edge.relation == ProvRelation::was_attributed_to;
    if (is_told && is_generated(edge.from)) return;
    if (edge.relation == ProvRelation::was_informed_by) return;
    const auto role = role_of(edge);
    const std::string_view word = to_string(edge.relation);
    const bool flow = edge.relation == ProvRelation::used ||
                      edge.relation == ProvRelation::was_generated_by ||
                      edge.relation == ProvRelation::was_derived_from;
    join(edge.from, edge.to, cut(role.empty() ? word : role, 20), word, flow);
    if (!edge.plan.empty()) join(edge.from, edge.plan, "plan", word, false);
  }

  /// Once for equal arrows: of a crowd only one shows.
  void join(std::string_view from, std::string_view to, std::string label, std::string_view word,
            bool flow) {
    const auto tail = places_.find(from), head = places_.find(to);
    if (tail == places_.end() || head == places_.end() || tail->second == head->second) return;
    if (!drawn_.emplace(tail->second, head->second, label).second) return;
    picture_.edges.push_back({tail->second, head->second, std::move(label), word, flow});
  }

  /// Names what very many arrows lead to, in place of the arrows. It stays as a legend.
  void name_hubs() {
    std::vector<std::size_t> arrows(picture_.nodes.size(), 0);
    for (const PictureEdge& edge : picture_.edges)
      if (!edge.flow) ++arrows[edge.to];
    const auto is_named = [&](const PictureEdge& edge) {
      if (edge.flow || arrows[edge.to] <= k_hub_arrows) return false;
      std::vector<std::string>& lines = picture_.nodes[edge.from].lines;
      lines.push_back(cut(edge.label + ": " + picture_.nodes[edge.to].lines.front()));
      return true;
    };
    auto& edges = picture_.edges;
    edges.erase(std::remove_if(edges.begin(), edges.end(), is_named), edges.end());
  }

  bool is_generated(std::string_view file) {
    if (!generated_known_) {
      for (const ProvEdge& edge : graph_.edges())
        if (edge.relation == ProvRelation::was_generated_by) generated_.insert(edge.from);
      generated_known_ = true;
    }
    return generated_.count(file) != 0;
  }

  void add_parameter(const ProvEdge& edge) {
    const ProvNode* node = graph_.find(edge.to);
    const auto job = places_.find(edge.from);
    if (!node || job == places_.end()) return;
    const auto [place, is_new] = boxes_.try_emplace(job->second, Box{picture_.nodes.size()});
    if (is_new) {
      picture_.nodes.push_back(
          {.id = edge.from + ".parameters", .look = Look::configuration, .title = "parameters"});
      picture_.edges.push_back(
          {job->second, place->second.node, "", to_string(edge.relation), false});
    }
    PictureNode& box = picture_.nodes[place->second.node];
    if (++place->second.count <= k_shown_parameters)
      box.lines.push_back(cut(attribute_of(node->attributes, "prov:label")));
  }

  void finish_parameters() {
    for (const auto& [job, box] : boxes_)
      if (box.count > k_shown_parameters)
        picture_.nodes[box.node].lines.push_back(
            "and " + std::to_string(box.count - k_shown_parameters) + " more");
  }

  struct Box {
    std::size_t node = 0, count = 0;
  };

  const ProvenanceGraph& graph_;
  bool attributes_;
  Picture picture_{};
  std::unordered_map<std::string_view, std::size_t> places_{};
  std::map<CrowdKey, std::vector<std::string_view>> crowds_{};
  std::unordered_set<std::string_view> crowd_of_{}, generated_{};
  bool generated_known_ = false;
  std::set<std::tuple<std::size_t, std::size_t, std::string>> drawn_{};
  std::map<std::size_t, Box> boxes_{};
};

}  // namespace

const LookStyle& style_of(Look look) noexcept {
  static constexpr std::array<LookStyle, 5> styles{{
      {"entity", "#FFFC87", "#8A8620", "ellipse"},
      {"activity", "#9FB1FC", "#2A3C9C", "box"},
      {"agent", "#FED37F", "#A5690A", "house"},
      {"description", "#FF7C47", "#A03A10", "note"},
      {"configuration", "#4CDD4C", "#187018", "note"},
  }};
  return styles[static_cast<std::size_t>(look)];
}

Picture picture_of(const ProvenanceGraph& graph, bool attributes) {
  return Sketch{graph, attributes}.draw();
}

}}}  // namespace opus::uws0::provenance

#include <opus/provenance.hpp>

#include "libopus/core/strings.hpp"

#include <array>
#include <cstddef>
#include <functional>

namespace opus { inline namespace uws0 {
namespace {

/// Drops what PROV's formats lose or refuse: blank values, repetitions, a second prov:value.
void tidy(std::vector<ProvAttribute>& attributes) {
  const auto is_unwanted = [&attributes](std::size_t at) {
    const ProvAttribute& attribute = attributes[at];
    if (trim(attribute.value).empty()) return true;
    for (std::size_t i = 0; i < at; ++i)
      if (attributes[i].name == attribute.name &&
          (attributes[i] == attribute || attribute.name == "prov:value"))
        return true;
    return false;
  };
  for (std::size_t i = 0; i < attributes.size();) {
    if (is_unwanted(i))
      attributes.erase(attributes.begin() + static_cast<std::ptrdiff_t>(i));
    else
      ++i;
  }
}

std::size_t hash_of(const ProvEdge& edge) {
  std::size_t hash = static_cast<std::size_t>(edge.relation);
  const auto mix = [&hash](std::string_view text) {
    hash = hash * 31 + std::hash<std::string_view>{}(text);
  };
  for (const std::string* part : {&edge.from, &edge.to, &edge.plan, &edge.activity}) mix(*part);
  for (const ProvAttribute& attribute : edge.attributes) mix(attribute.value);
  return hash;
}

}  // namespace

std::string_view to_string(ProvRelation relation) noexcept {
  constexpr std::array<std::string_view, 9> words{"used",
                                                  "wasGeneratedBy",
                                                  "wasDerivedFrom",
                                                  "wasInformedBy",
                                                  "wasAssociatedWith",
                                                  "wasAttributedTo",
                                                  "actedOnBehalfOf",
                                                  "wasInfluencedBy",
                                                  "wasInvalidatedBy"};
  return words[static_cast<std::size_t>(relation)];
}

void ProvenanceGraph::add(ProvNode node) {
  if (find(node.id)) return;
  tidy(node.attributes);
  node_index_.emplace(std::hash<std::string_view>{}(node.id), nodes_.size());
  nodes_.push_back(std::move(node));
}

void ProvenanceGraph::add(ProvEdge edge) {
  tidy(edge.attributes);
  const std::size_t hash = hash_of(edge);
  const auto [first, last] = edge_index_.equal_range(hash);
  for (auto known = first; known != last; ++known)
    if (edges_[known->second] == edge) return;
  edge_index_.emplace(hash, edges_.size());
  edges_.push_back(std::move(edge));
}

const ProvNode* ProvenanceGraph::find(std::string_view id) const noexcept {
  const auto [first, last] = node_index_.equal_range(std::hash<std::string_view>{}(id));
  for (auto known = first; known != last; ++known)
    if (nodes_[known->second].id == id) return &nodes_[known->second];
  return nullptr;
}

}}  // namespace opus::uws0

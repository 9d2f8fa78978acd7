#include <opus/provenance.hpp>

#include "libopus/core/strings.hpp"

#include <algorithm>
#include <array>

namespace opus { inline namespace uws0 {
namespace {

/// Drops what PROV's formats lose or refuse: blank values, repetitions, a second prov:value.
void tidy(std::vector<ProvAttribute>& attributes) {
  std::vector<ProvAttribute> kept;
  kept.reserve(attributes.size());
  for (ProvAttribute& attribute : attributes) {
    const bool repeated = std::any_of(kept.begin(), kept.end(), [&](const ProvAttribute& other) {
      return other == attribute || (attribute.name == "prov:value" && other.name == "prov:value");
    });
    if (!trim(attribute.value).empty() && !repeated) kept.push_back(std::move(attribute));
  }
  attributes = std::move(kept);
}

/// Equal for equal edges only: lengths keep the parts apart.
std::string key_of(const ProvEdge& edge) {
  std::string key;
  const auto append = [&key](std::string_view part) {
    key += std::to_string(part.size());
    key += ':';
    key += part;
  };
  append(to_string(edge.relation));
  for (const std::string* part : {&edge.from, &edge.to, &edge.plan, &edge.activity}) append(*part);
  append(edge.at ? std::to_string(edge.at->time_since_epoch().count()) : "");
  for (const ProvAttribute& attribute : edge.attributes) {
    append(attribute.name);
    append(attribute.value);
    key += static_cast<char>('a' + static_cast<int>(attribute.type));
  }
  return key;
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
  if (!index_.emplace(node.id, nodes_.size()).second) return;
  tidy(node.attributes);
  nodes_.push_back(std::move(node));
}

void ProvenanceGraph::add(ProvEdge edge) {
  tidy(edge.attributes);
  if (edge_keys_.insert(key_of(edge)).second) edges_.push_back(std::move(edge));
}

const ProvNode* ProvenanceGraph::find(std::string_view id) const noexcept {
  const auto found = index_.find(id);
  return found == index_.end() ? nullptr : &nodes_[found->second];
}

}}  // namespace opus::uws0

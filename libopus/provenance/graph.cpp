#include <opus/provenance.hpp>

#include "libopus/core/strings.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <utility>

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

// Of the hashes the index keeps 32 bits, and begins to look where they say.

std::uint32_t hash_of(std::string_view id) noexcept {
  return static_cast<std::uint32_t>(std::hash<std::string_view>{}(id));
}

std::uint32_t hash_of(const ProvEdge& edge) noexcept {
  std::uint32_t hash = static_cast<std::uint32_t>(edge.relation);
  const auto mix = [&hash](std::string_view text) { hash = hash * 31 + hash_of(text); };
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

template <class IsIt>
const ProvenanceGraph::Slot* ProvenanceGraph::find_slot(const Index& index, std::uint32_t hash,
                                                        IsIt is_it) noexcept {
  if (index.empty()) return nullptr;
  const std::size_t mask = index.size() - 1;  // the size is a power of 2
  for (std::size_t at = hash & mask; index[at].place != 0; at = (at + 1) & mask)
    if (index[at].hash == hash && is_it(index[at].place - 1)) return &index[at];
  return nullptr;
}

void ProvenanceGraph::insert_slot(Index& index, std::uint32_t hash, std::size_t place) {
  const auto put = [](Index& into, Slot slot) {
    const std::size_t mask = into.size() - 1;
    std::size_t at = slot.hash & mask;
    while (into[at].place != 0) at = (at + 1) & mask;
    into[at] = slot;
  };
  constexpr std::size_t k_first_size = 64;
  if (index.size() < 2 * (place + 1)) {
    Index larger(std::max(k_first_size, 2 * index.size()));
    for (const Slot& slot : index)
      if (slot.place != 0) put(larger, slot);
    index = std::move(larger);
  }
  put(index, {hash, static_cast<std::uint32_t>(place + 1)});
}

void ProvenanceGraph::add(ProvNode node) {
  if (find(node.id)) return;
  tidy(node.attributes);
  insert_slot(node_index_, hash_of(node.id), nodes_.size());
  nodes_.push_back(std::move(node));
}

void ProvenanceGraph::add(ProvEdge edge) {
  tidy(edge.attributes);
  const std::uint32_t hash = hash_of(edge);
  const auto is_it = [&](std::size_t place) { return edges_[place] == edge; };
  if (find_slot(edge_index_, hash, is_it)) return;
  insert_slot(edge_index_, hash, edges_.size());
  edges_.push_back(std::move(edge));
}

const ProvNode* ProvenanceGraph::find(std::string_view id) const noexcept {
  const auto is_it = [&](std::size_t place) { return nodes_[place].id == id; };
  const Slot* slot = find_slot(node_index_, hash_of(id), is_it);
  return slot ? &nodes_[slot->place - 1] : nullptr;
}

}}  // namespace opus::uws0

#pragma once
// Which jobs and entities belong to a lineage: a breadth-first walk over the store.

#include <deque>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <opus/entity.hpp>
#include <opus/error.hpp>
#include <opus/job.hpp>
#include <opus/provenance.hpp>

#include "libopus/provenance/lineage.hpp"

namespace opus { inline namespace uws0 { namespace provenance {

/// What was met, in the order it was met.
struct Lineage {
  std::deque<Job> jobs{};
  std::deque<Entity> entities{};
  std::vector<std::string> owners{};   ///< who were asked for
  std::set<Root> hidden{};             ///< met, but query.may_see says no
  std::vector<std::string> unknown{};  ///< roots that are nothing here, as text, each once
  bool truncated = false;              ///< there is more than query.max_nodes

  const Job* find(const JobId& id) const;
  const Entity* find(const EntityId& id) const;
  bool is_hidden(const Root& what) const { return hidden.count(what) != 0; }

  Lineage() = default;
  Lineage(Lineage&&) = default;  // the indices refer to the ids in the lists, which stay in place
  Lineage& operator=(Lineage&&) = delete;

  std::unordered_map<std::string_view, std::size_t> job_index{}, entity_index{};
};

/// Errors as lineage().
Result<Lineage> walk(store::Reader& reader, const std::vector<Root>& roots,
                     const LineageQuery& query);

}}}  // namespace opus::uws0::provenance

#pragma once
// Which jobs and entities belong to a lineage: a breadth-first walk over the store.

#include <set>
#include <string>
#include <vector>

#include <opus/entity.hpp>
#include <opus/error.hpp>
#include <opus/job.hpp>
#include <opus/provenance.hpp>

#include "libopus/provenance/lineage.hpp"
#include "libopus/provenance/read_ahead.hpp"

namespace opus { inline namespace uws0 { namespace provenance {

/// What was met, in the order it was met.
struct Lineage {
  Stock stock{};  ///< where jobs and entities are
  std::vector<const Job*> jobs{};
  std::vector<const Entity*> entities{};
  std::vector<std::string> owners{};   ///< who were asked for
  std::set<Root> hidden{};             ///< met, but query.may_see says no
  std::vector<std::string> unknown{};  ///< roots that are nothing here, as text, each once
  bool truncated = false;              ///< there is more than query.max_nodes

  /// Null if it was not met.
  const Job* find(const JobId& id) const;
  const Entity* find(const EntityId& id) const;
  bool is_hidden(const JobId& id) const { return !hidden.empty() && hidden.count(Root{id}) != 0; }
  bool is_hidden(const EntityId& id) const {
    return !hidden.empty() && hidden.count(Root{id}) != 0;
  }
};

/// Errors as lineage().
Result<Lineage> walk(store::Reader& reader, const std::vector<Root>& roots,
                     const LineageQuery& query);

}}}  // namespace opus::uws0::provenance

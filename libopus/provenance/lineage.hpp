#pragma once
// The provenance of jobs and entities, read from the store.

#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <opus/error.hpp>
#include <opus/id.hpp>
#include <opus/provenance.hpp>

namespace opus { inline namespace uws0 {

namespace store {
class Reader;
}

namespace provenance {

using Root = ProvRoot;

/// Service::provenance_roots. `base`: IRI before the ids.
std::vector<Root> roots_named(std::string_view id, std::string_view base);

struct GraphContext {
  std::string base = "urn:opus-uws:";  ///< IRI before the ids
  /// What the code of a job that runs has told so far (internal.hpp), if it did; empty = nobody
  /// did. Of those that have ended the reader knows.
  std::function<std::optional<std::string>(const JobId&)> internal{};
};

/// Everything within query.depth relations of one of the roots, each thing once, with the relations
/// between what is there. Breadth first, so that the shortest way counts and cycles end. An entity
/// that nobody generated here (an upload) is a root like any other.
///
/// not_found: none of the roots exists (those that do not are otherwise left out); the errors of
/// the reader. What was deleted while we read is told as far as others remember it.
Result<ProvenanceGraph> lineage(store::Reader& reader, const std::vector<Root>& roots,
                                const LineageQuery& query, const GraphContext& context);

}  // namespace provenance

}}  // namespace opus::uws0

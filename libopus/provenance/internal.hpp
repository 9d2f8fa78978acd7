#pragma once
// What a job's own code tells about its run: internal_provenance.json, PROV-JSON, as OPUS has it.

#include <string>
#include <string_view>

#include <opus/error.hpp>
#include <opus/job.hpp>
#include <opus/provenance.hpp>

namespace opus { inline namespace uws0 { namespace provenance {

/// Name of the file in the job's work folder, and where it is kept afterwards.
inline constexpr std::string_view k_internal_file = "internal_provenance.json";
inline constexpr std::size_t k_internal_max_bytes = 4 << 20;

/// Adds its records to the graph, all or none. The activity `current_job` is the job, whatever its
/// prefix; every other id becomes one of the job's own ("id:in-<job>.<id>"), so that jobs cannot
/// speak for each other, and what it says of the job is added to what we know. An entity whose
/// voprov:name or prov:label is the id of a result, or the name of a file that the job used or
/// generated, is that file.
///
/// invalid_argument: not PROV-JSON, or with relations that end nowhere; "record: what".
/// Relations with files of the job that the graph does not show are left out.
Result<void> add_internal(ProvenanceGraph& graph, const Job& job, std::string_view json);

/// The record as it is kept: in JSON without values that look like secrets. Errors of
/// add_internal().
Result<std::string> checked_internal(const Job& job, std::string_view json);

}}}  // namespace opus::uws0::provenance

#pragma once
// The descriptions of a job's parameters, inputs and results as nodes (ProvenanceDM §1.2, §1.3).

#include <string>

#include <opus/description.hpp>
#include <opus/provenance.hpp>

namespace opus { inline namespace uws0 { namespace provenance {

/// Adds them with their relations to the plan.
void add_ports(ProvenanceGraph& graph, const std::string& plan, const JobDescription& description);

/// "<plan>.par.<name>"
std::string parameter_port(const std::string& plan, std::string_view name);

}}}  // namespace opus::uws0::provenance

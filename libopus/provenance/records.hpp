#pragma once
// One thing of ours as one provenance node: the mapping of UWS and the IVOA Provenance Data Model
// to W3C PROV. Attributes in voprov: are those of the model's classes; checksums, sizes and the
// outcome use the terms of Workflow Run RO-Crate and schema.org; the rest is in our own namespace.

#include <optional>
#include <string>
#include <string_view>

#include <opus/description.hpp>
#include <opus/entity.hpp>
#include <opus/job.hpp>
#include <opus/provenance.hpp>

namespace opus { inline namespace uws0 { namespace provenance {

/// `location`: its URL, or empty.
ProvNode activity_of(const Job& job, std::string_view location);
/// `generated`: as it is told on the wasGeneratedBy edge, if known.
ProvNode dataset_of(const Entity& entity, std::optional<TimePoint> generated,
                    std::string_view location);
/// The `nth` (from 1) value of its name in the job.
/// What it wrote to stdout or stderr.
ProvNode log_of(const Job& job, const LogFile& log);
ProvNode parameter_of(const Job& job, const Parameter& parameter, unsigned nth);
/// `description`: null if only what the job itself remembers is known.
ProvNode plan_of(const Job& job, const JobDescription* description);
ProvNode person(std::string_view owner);
ProvNode contact_of(const Contact& contact);
ProvNode software_agent(std::string_view software);

}}}  // namespace opus::uws0::provenance

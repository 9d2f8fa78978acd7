#pragma once
// Identifiers of provenance nodes: one namespace, and local parts that are XML NCNames, so that the
// same qualified name is legal unescaped in PROV-N, PROV-JSON, PROV-XML and Turtle. A thing has the
// same name in every document; different things never share one, whatever clients call them.

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include <opus/description.hpp>
#include <opus/id.hpp>
#include <opus/job.hpp>

namespace opus { inline namespace uws0 { namespace provenance {

/// Prefixes of all names in our graphs. `base` is the IRI before the ids.
std::map<std::string, std::string> namespaces(std::string_view base);

/// The text that encoded() made this of; nullopt: it makes no such.
std::optional<std::string> decode_name(std::string_view name);
/// Reversible: every byte but ASCII letters, digits, '_' and '-' becomes '.' and two hex digits.
std::string encoded(std::string_view text);

std::string job_name(const JobId& id);        ///< "id:job-<id>"
std::string entity_name(const EntityId& id);  ///< "id:store-<id>"
/// "id:par-<job>.<name>"; `nth` (from 1) tells values of the same parameter apart.
std::string parameter_name(const JobId& job, std::string_view name, unsigned nth);
std::string log_name(const JobId& job, std::string_view stream);  ///< "id:log-<job>.<stream>"
/// "id:jdl-<name>.<version>.<hash>", so that an edited description is another plan even if nobody
/// changed its version.
std::string plan_name(const Job& job);
std::string owner_name(std::string_view owner);  ///< "id:user-<login>"
std::string contact_name(const Contact& contact);
std::string software_name(std::string_view software);  ///< of "opus-uws 0.1.0"

}}}  // namespace opus::uws0::provenance

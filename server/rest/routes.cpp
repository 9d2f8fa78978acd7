// The whole REST surface on one screen.
#include <array>

#include "server/rest/api.hpp"
#include "server/rest/handlers/handlers.hpp"

namespace opus { inline namespace uws0 { namespace rest {
namespace {

constexpr auto get = Method::get;
constexpr auto post = Method::post;
constexpr auto put = Method::put;
constexpr auto delete_ = Method::delete_;
constexpr auto none = BodyKind::none;
constexpr auto form = BodyKind::form;
constexpr auto value = BodyKind::value;
constexpr auto text_ = BodyKind::document;
constexpr auto file = BodyKind::file;
constexpr auto inline_ = Runs::inline_;
constexpr auto aside = Runs::aside;

// The first pattern that matches a path names the resource: what is written out comes before {...}.
// A new route needs its line in route_docs.cpp too, from which the OpenAPI document is made.
// HEAD goes where GET goes; OPTIONS and the Allow of a 405 are derived from this table.
// clang-format off
constexpr Route k_routes[] = {
    // Before those of jobs, whose ids are never "sweeps".
    {get,     "/rest/{name}/sweeps/{run}",           &get_sweep},
    {post,    "/rest/{name}/sweeps/{run}",           &post_sweep,             form,  aside},
    {delete_, "/rest/{name}/sweeps/{run}",           &delete_sweep,           none,  aside},
    {get,     "/rest/{name}/sweeps/{run}/results.tar", &get_sweep_archive,    none,  aside},
    {get,     "/rest/{name}/events",                 &get_list_events,        none,  aside},
    {get,     "/rest/{name}/examples",               &get_list_examples},
    {get,     "/rest/{name}/{id}",                   &get_job},
    {get,     "/rest/{name}/{id}/phase",             &get_phase},
    {get,     "/rest/{name}",                        &list_jobs,              none,  aside},
    {post,    "/rest/{name}",                        &create_job,             form,  inline_, &guard_create},
    {post,    "/rest/{name}/{id}",                   &post_job,               form,  inline_, &guard_job},
    {delete_, "/rest/{name}/{id}",                   &delete_job,             none,  inline_, &guard_job},
    {post,    "/rest/{name}/{id}/phase",             &post_phase,             form,  inline_, &guard_job},
    {get,     "/rest/{name}/{id}/executionduration", &get_execution_duration},
    {post,    "/rest/{name}/{id}/executionduration", &post_execution_duration, form, inline_, &guard_job},
    {get,     "/rest/{name}/{id}/destruction",       &get_destruction},
    {post,    "/rest/{name}/{id}/destruction",       &post_destruction,       form,  inline_, &guard_job},
    {get,     "/rest/{name}/{id}/quote",             &get_quote},
    {get,     "/rest/{name}/{id}/owner",             &get_owner},
    {get,     "/rest/{name}/{id}/error",             &get_error},
    {get,     "/rest/{name}/{id}/parameters",        &get_parameters},
    {post,    "/rest/{name}/{id}/parameters",        &post_parameters,        form,  inline_, &guard_job},
    {get,     "/rest/{name}/{id}/parameters/{p}",    &get_parameter},
    {put,     "/rest/{name}/{id}/parameters/{p}",    &put_parameter,          value, inline_, &guard_job},
    {get,     "/rest/{name}/{id}/results",           &get_results},
    {get,     "/rest/{name}/{id}/results/{result}",  &get_result},
    {get,     "/rest/{name}/{id}/stdout",            &get_stdout},
    {get,     "/rest/{name}/{id}/stderr",            &get_stderr},
    {get,     "/rest/{name}/{id}/events",            &get_job_events,         none,  aside},
    {get,     "/rest/{name}/{id}/crate.json",        &get_crate_metadata,     none,  aside},
    {get,     "/rest/{name}/{id}/crate.zip",         &get_crate_archive,      none,  aside},
    {get,     "/rest/{name}/{id}/diff",              &get_run_difference,     none,  aside},
    {get,     "/rest/{name}/{id}/prov",                  &get_job_provenance,  none,  aside},
    {get,     "/rest/{name}/{id}/prov.json",             &get_job_provenance,  none,  aside},
    {get,     "/rest/{name}/{id}/prov.n",                &get_job_provenance,  none,  aside},
    {get,     "/rest/{name}/{id}/prov.xml",              &get_job_provenance,  none,  aside},
    {get,     "/rest/{name}/{id}/prov.ttl",              &get_job_provenance,  none,  aside},
    {get,     "/rest/{name}/{id}/prov.jsonld",           &get_job_provenance,  none,  aside},
    {get,     "/rest/{name}/{id}/prov.vot",              &get_job_provenance,  none,  aside},
    {get,     "/rest/{name}/{id}/prov.svg",              &get_job_provenance,  none,  aside},
    {get,     "/rest/{name}/{id}/prov.dot",              &get_job_provenance,  none,  aside},
    {get,     "/sync/{name}",                        &start_sync,             none,  inline_, &guard_sync},
    {post,    "/sync/{name}",                        &start_sync,             form,  inline_, &guard_sync},
    {get,     "/sync/{name}/{id}",                   &get_sync,               none,  inline_, &guard_sync},
    {get,     "/rest",                               &get_job_lists},
    {get,     "/rest/{name}/{id}/description",       &get_job_description,    none,  aside},
    {get,     "/jdl",                                &list_descriptions,      none,  aside},
    {post,    "/jdl",                                &post_description,       text_, aside,   &guard_submit},
    {get,     "/jdl/{name}",                         &get_description},
    {put,     "/jdl/{name}",                         &put_description,        text_, aside,   &guard_submit},
    {delete_, "/jdl/{name}",                         &delete_description,     none,  aside},
    {get,     "/jdl/{name}/votable",                 &get_description_form},
    {get,     "/jdl/{name}/json",                    &get_description_form},
    {get,     "/jdl/{name}/schema",                  &get_description_form},
    {get,     "/jdl/{name}/diff",                    &get_differences,        none,  aside},
    {get,     "/jdl/{name}/versions",                &list_versions,          none,  aside},
    {get,     "/jdl/{name}/versions/{n}",            &get_version,            none,  aside},
    {get,     "/jdl/{name}/versions/{n}/state",      &get_version_state,      none,  aside},
    {post,    "/jdl/{name}/versions/{n}/validate",   &validate_version,       form,  aside},
    {post,    "/jdl/{name}/versions/{n}/reject",     &reject_version,         form,  aside},
    {post,    "/jdl/{name}/versions/{n}/restore",    &restore_version,        form,  aside},
    {post,    "/jdl/{name}/versions/{n}/test",       &try_version,            form,  aside},
    {get,     "/store",                              &get_store,              none,  aside},
    {post,    "/store",                              &post_entity,            file,  aside},
    {get,     "/store/{id}",                         &get_entity,             none,  aside},
    {put,     "/store/{id}",                         &put_entity,             file,  aside},
    {delete_, "/store/{id}",                         &delete_entity,          none,  aside},
    {get,     "/store/{id}/metadata",                &get_entity_metadata,    none,  aside},
    {get,     "/store/{id}/prov",                        &get_entity_provenance,  none,  aside},
    {get,     "/store/{id}/prov.json",                   &get_entity_provenance,  none,  aside},
    {get,     "/store/{id}/prov.n",                      &get_entity_provenance,  none,  aside},
    {get,     "/store/{id}/prov.xml",                    &get_entity_provenance,  none,  aside},
    {get,     "/store/{id}/prov.ttl",                    &get_entity_provenance,  none,  aside},
    {get,     "/store/{id}/prov.jsonld",                 &get_entity_provenance,  none,  aside},
    {get,     "/store/{id}/prov.vot",                    &get_entity_provenance,  none,  aside},
    {get,     "/store/{id}/prov.svg",                    &get_entity_provenance,  none,  aside},
    {get,     "/store/{id}/prov.dot",                    &get_entity_provenance,  none,  aside},
    {get,     "/provsap",                              &get_provsap,            none,  aside},
    {post,    "/provsap",                              &get_provsap,            form,  aside},
    {get,     "/schema/job-description.json",        &get_description_schema},
    {get,     "/capabilities",                       &get_capabilities},
    {get,     "/availability",                       &get_availability},
    {get,     "/examples",                           &get_examples},
    {get,     "/openapi.json",                       &get_openapi,            none,  aside},
    {get,     "/",                                   &get_root},
};
// clang-format on

}  // namespace

std::span<const Route> Api::routes() noexcept { return k_routes; }

}}}  // namespace opus::uws0::rest

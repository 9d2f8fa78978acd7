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
// Each says what somebody must be allowed to do who comes there: authorisation.hpp.
// A new route needs its line in route_docs.cpp too, from which the OpenAPI document is made.
// HEAD goes where GET goes; OPTIONS and the Allow of a 405 are derived from this table.
// clang-format off
constexpr Route k_routes[] = {
    // Before those of jobs, whose ids are never "sweeps".
    {get,     "/rest/{name}/sweeps/{run}",                   Action::list_jobs,           &get_sweep},
    {post,    "/rest/{name}/sweeps/{run}",                   Action::change_job,          &post_sweep, form, aside},
    {delete_, "/rest/{name}/sweeps/{run}",                   Action::change_job,          &delete_sweep, none, aside},
    {get,     "/rest/{name}/sweeps/{run}/results.tar",       Action::list_jobs,           &get_sweep_archive, none, aside},
    {get,     "/rest/{name}/events",                         Action::list_jobs,           &get_list_events, none, aside},
    {get,     "/rest/{name}/examples",                       Action::see_description,     &get_list_examples},
    {get,     "/rest/{name}/{id}",                           Action::see_job,             &get_job},
    {get,     "/rest/{name}/{id}/phase",                     Action::see_job,             &get_phase},
    {get,     "/rest/{name}",                                Action::list_jobs,           &list_jobs, none, aside},
    {post,    "/rest/{name}",                                Action::create_job,          &create_job, form, inline_, &guard_create},
    {post,    "/rest/{name}/{id}",                           Action::change_job,          &post_job, form, inline_, &guard_job},
    {delete_, "/rest/{name}/{id}",                           Action::change_job,          &delete_job, none, inline_, &guard_job},
    {post,    "/rest/{name}/{id}/phase",                     Action::change_job,          &post_phase, form, inline_, &guard_job},
    {get,     "/rest/{name}/{id}/executionduration",         Action::see_job,             &get_execution_duration},
    {post,    "/rest/{name}/{id}/executionduration",         Action::change_job,          &post_execution_duration, form, inline_, &guard_job},
    {get,     "/rest/{name}/{id}/destruction",               Action::see_job,             &get_destruction},
    {post,    "/rest/{name}/{id}/destruction",               Action::change_job,          &post_destruction, form, inline_, &guard_job},
    {get,     "/rest/{name}/{id}/quote",                     Action::see_job,             &get_quote},
    {get,     "/rest/{name}/{id}/owner",                     Action::see_job,             &get_owner},
    {get,     "/rest/{name}/{id}/error",                     Action::see_job,             &get_error},
    {get,     "/rest/{name}/{id}/parameters",                Action::see_job,             &get_parameters},
    {post,    "/rest/{name}/{id}/parameters",                Action::change_job,          &post_parameters, form, inline_, &guard_job},
    {get,     "/rest/{name}/{id}/parameters/{p}",            Action::see_job,             &get_parameter},
    {put,     "/rest/{name}/{id}/parameters/{p}",            Action::change_job,          &put_parameter, value, inline_, &guard_job},
    {get,     "/rest/{name}/{id}/results",                   Action::see_job,             &get_results},
    {get,     "/rest/{name}/{id}/results/{result}",          Action::see_job,             &get_result},
    {get,     "/rest/{name}/{id}/stdout",                    Action::see_job,             &get_stdout},
    {get,     "/rest/{name}/{id}/stderr",                    Action::see_job,             &get_stderr},
    {get,     "/rest/{name}/{id}/events",                    Action::see_job,             &get_job_events, none, aside},
    {get,     "/rest/{name}/{id}/crate.json",                Action::see_job,             &get_crate_metadata, none, aside},
    {get,     "/rest/{name}/{id}/crate.zip",                 Action::see_job,             &get_crate_archive, none, aside},
    {get,     "/rest/{name}/{id}/shares",                    Action::see_job,             &list_shares, none, aside},
    {post,    "/rest/{name}/{id}/shares",                    Action::change_job,          &post_share, form, aside, &guard_job},
    {delete_, "/rest/{name}/{id}/shares/{share}",            Action::change_job,          &delete_share, none, aside, &guard_job},
    {get,     "/shared/{link}",                              Action::see_service,         &get_shared, none, aside},
    {get,     "/rest/{name}/{id}/diff",                      Action::see_job,             &get_run_difference, none, aside},
    {get,     "/rest/{name}/{id}/prov",                      Action::see_job,             &get_job_provenance, none, aside},
    {get,     "/rest/{name}/{id}/prov.json",                 Action::see_job,             &get_job_provenance, none, aside},
    {get,     "/rest/{name}/{id}/prov.n",                    Action::see_job,             &get_job_provenance, none, aside},
    {get,     "/rest/{name}/{id}/prov.xml",                  Action::see_job,             &get_job_provenance, none, aside},
    {get,     "/rest/{name}/{id}/prov.ttl",                  Action::see_job,             &get_job_provenance, none, aside},
    {get,     "/rest/{name}/{id}/prov.jsonld",               Action::see_job,             &get_job_provenance, none, aside},
    {get,     "/rest/{name}/{id}/prov.vot",                  Action::see_job,             &get_job_provenance, none, aside},
    {get,     "/rest/{name}/{id}/prov.svg",                  Action::see_job,             &get_job_provenance, none, aside},
    {get,     "/rest/{name}/{id}/prov.dot",                  Action::see_job,             &get_job_provenance, none, aside},
    {get,     "/sync/{name}",                                Action::create_job,          &start_sync, none, inline_, &guard_sync},
    {post,    "/sync/{name}",                                Action::create_job,          &start_sync, form, inline_, &guard_sync},
    {get,     "/sync/{name}/{id}",                           Action::see_job,             &get_sync, none, inline_, &guard_sync},
    {get,     "/rest",                                       Action::see_description,     &get_job_lists},
    {get,     "/rest/{name}/{id}/description",               Action::see_job,             &get_job_description, none, aside},
    {get,     "/jdl",                                        Action::see_description,     &list_descriptions, none, aside},
    {post,    "/jdl",                                        Action::submit_description,  &post_description, text_, aside, &guard_submit},
    {get,     "/jdl/{name}",                                 Action::see_description,     &get_description},
    {put,     "/jdl/{name}",                                 Action::submit_description,  &put_description, text_, aside, &guard_submit},
    {delete_, "/jdl/{name}",                                 Action::decide_description,  &delete_description, none, aside},
    {get,     "/jdl/{name}/votable",                         Action::see_description,     &get_description_form},
    {get,     "/jdl/{name}/json",                            Action::see_description,     &get_description_form},
    {get,     "/jdl/{name}/schema",                          Action::see_description,     &get_description_form},
    {get,     "/jdl/{name}/diff",                            Action::see_description,     &get_differences, none, aside},
    {get,     "/jdl/{name}/versions",                        Action::see_description,     &list_versions, none, aside},
    {get,     "/jdl/{name}/versions/{n}",                    Action::see_description,     &get_version, none, aside},
    {get,     "/jdl/{name}/versions/{n}/state",              Action::see_description,     &get_version_state, none, aside},
    {post,    "/jdl/{name}/versions/{n}/validate",           Action::decide_description,  &validate_version, form, aside},
    {post,    "/jdl/{name}/versions/{n}/reject",             Action::decide_description,  &reject_version, form, aside},
    {post,    "/jdl/{name}/versions/{n}/restore",            Action::decide_description,  &restore_version, form, aside},
    {post,    "/jdl/{name}/versions/{n}/test",               Action::try_description,     &try_version, form, aside},
    {get,     "/store",                                      Action::see_entity,          &get_store, none, aside},
    {post,    "/store",                                      Action::add_entity,          &post_entity, file, aside},
    {get,     "/store/{id}",                                 Action::see_entity,          &get_entity, none, aside},
    {put,     "/store/{id}",                                 Action::add_entity,          &put_entity, file, aside},
    {delete_, "/store/{id}",                                 Action::change_entity,       &delete_entity, none, aside},
    {get,     "/store/{id}/metadata",                        Action::see_entity,          &get_entity_metadata, none, aside},
    {get,     "/store/{id}/prov",                            Action::see_entity,          &get_entity_provenance, none, aside},
    {get,     "/store/{id}/prov.json",                       Action::see_entity,          &get_entity_provenance, none, aside},
    {get,     "/store/{id}/prov.n",                          Action::see_entity,          &get_entity_provenance, none, aside},
    {get,     "/store/{id}/prov.xml",                        Action::see_entity,          &get_entity_provenance, none, aside},
    {get,     "/store/{id}/prov.ttl",                        Action::see_entity,          &get_entity_provenance, none, aside},
    {get,     "/store/{id}/prov.jsonld",                     Action::see_entity,          &get_entity_provenance, none, aside},
    {get,     "/store/{id}/prov.vot",                        Action::see_entity,          &get_entity_provenance, none, aside},
    {get,     "/store/{id}/prov.svg",                        Action::see_entity,          &get_entity_provenance, none, aside},
    {get,     "/store/{id}/prov.dot",                        Action::see_entity,          &get_entity_provenance, none, aside},
    {get,     "/provsap",                                    Action::query_provenance,    &get_provsap, none, aside},
    {post,    "/provsap",                                    Action::query_provenance,    &get_provsap, form, aside},
    {get,     "/schema/job-description.json",                Action::see_service,         &get_description_schema},
    {get,     "/capabilities",                               Action::see_service,         &get_capabilities},
    {get,     "/availability",                               Action::see_service,         &get_availability},
    {get,     "/examples",                                   Action::see_service,         &get_examples},
    {get,     "/openapi.json",                               Action::see_service,         &get_openapi, none, aside},
    {get,     "/limits",                                     Action::see_description,     &get_limits, none, aside},
    {get,     "/metrics",                                    Action::monitor,             &get_metrics, none, aside},
    {get,     "/healthz",                                    Action::see_service,         &get_health},
    {get,     "/readyz",                                     Action::see_service,         &get_readiness, none, aside},
    {get,     "/admin/audit",                                Action::administer,          &get_audit, none, aside},
    {get,     "/",                                           Action::see_service,         &get_root},
};
// clang-format on

}  // namespace

std::span<const Route> Api::routes() noexcept { return k_routes; }

}}}  // namespace opus::uws0::rest

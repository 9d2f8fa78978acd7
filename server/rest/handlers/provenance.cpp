// {job}/prov, /store/{id}/prov, each as prov.json, prov.xml ... too, and /provsap.
#include <opus/provenance.hpp>
#include <opus/uws.hpp>

#include "server/rest/authorisation.hpp"
#include "server/rest/handlers/handlers.hpp"
#include "server/rest/prov_query.hpp"
#include "server/rest/prov_response.hpp"

namespace opus { inline namespace uws0 { namespace rest {
namespace {

/// Errors go out in the form that was asked for; 406 where nothing that Accept names is here.
void refuse(CallPtr call, const ProvForm* form, const Error& error) {
  const bool not_acceptable = error.code == Errc::unsupported;
  Response response = not_acceptable ? error_response(call->request, 406, error)
                                     : error_response(call->request, error);
  if (form && form->format == ProvFormat::votable) response = votable_error(std::move(response));
  reply(std::move(call), std::move(response));
}

/// The form that the path names (prov.xml), else the one that the request asks for.
Result<const ProvForm*> form_of(const Request& request) {
  const std::string_view last = request.path[request.path.size() - 1];
  const auto dot = last.find('.');
  if (dot == std::string_view::npos) return choose_prov_form(request);
  return form_of_ending(last.substr(dot + 1));  // the routes name no others
}

/// What a job, a file or an agent is called in the answer to who may not see it.
std::string words_for(const ProvRoot& what) {
  if (const auto* job = std::get_if<JobId>(&what)) return "job " + in_quotes(job->value);
  if (const auto* id = std::get_if<EntityId>(&what)) return "entity " + in_quotes(id->value);
  return "agent " + in_quotes(std::get<ProvOwner>(what).name);
}

/// The same decision as where the job or the file itself is asked for, be it deleted or not.
void hide_others(Api& api, const Request& request, LineageQuery& query) {
  query.may_see = [&api, &request](const ProvRoot& what, std::string_view description,
                                   const std::optional<std::string>& owner) {
    const Action action =
        std::holds_alternative<JobId>(what) ? Action::see_job : Action::see_entity;
    // Most may be seen: no words are made for those.
    if (check_access(api, request, action, {description, owner}, "")) return Result<void>{};
    return check_access(api, request, action, {description, owner}, words_for(what));
  };
}

void reply_graph(Api& api, CallPtr call, const std::vector<ProvRoot>& roots, std::string_view model,
                 std::string_view name) {
  const auto form = form_of(call->request);
  if (!form) return refuse(std::move(call), nullptr, form.error());
  auto query = read_prov_query(call->request, model);
  if (!query) return refuse(std::move(call), *form, query.error());
  hide_others(api, call->request, query->lineage);
  auto graph = api.service().provenance(roots, query->lineage);
  if (!graph) return refuse(std::move(call), *form, graph.error());
  auto response = prov_response(call->host(), call->request,
                                std::make_shared<const ProvenanceGraph>(*std::move(graph)), **form,
                                *query, name);
  if (!response) return refuse(std::move(call), *form, response.error());
  add_query_service_link(*response, call->request);
  reply(std::move(call), *std::move(response));
}

/// The root that an ID of /provsap names. not_found: nothing that could exist here.
Result<std::vector<ProvRoot>> roots_of(Api& api, const Request& request) {
  std::vector<ProvRoot> roots;
  const auto ids = request.values("ID");
  if (ids.empty())
    return faults_error("query", {{"ID", "the id of a job, an entity or an agent", "nothing"}});
  for (const std::string_view id : ids) {
    if (id.empty())
      return faults_error("query", {{"ID", "the id of a job, an entity or an agent", "''"}});
    for (ProvRoot& root : api.service().provenance_roots(id)) roots.push_back(std::move(root));
  }
  return roots;
}

}  // namespace

void get_job_provenance(Api& api, CallPtr call) {
  const auto job = job_of(api, *call);
  if (!job) return fail(std::move(call), job.error());
  const JobId id = (*job)->id;
  reply_graph(api, std::move(call), {ProvRoot{id}}, "W3C", "job-" + id.value);
}

void get_entity_provenance(Api& api, CallPtr call) {
  const auto entity = entity_of(api, call->request);
  if (!entity) return fail(std::move(call), entity.error());
  reply_graph(api, std::move(call), {ProvRoot{*entity}}, "W3C", "store-" + entity->value);
}

void get_provsap(Api& api, CallPtr call) {
  const auto form = choose_prov_form(call->request);
  if (!form) return refuse(std::move(call), nullptr, form.error());
  const auto roots = roots_of(api, call->request);
  if (!roots) return refuse(std::move(call), *form, roots.error());
  reply_graph(api, std::move(call), *roots, "IVOA", "provenance");
}

}}}  // namespace opus::uws0::rest

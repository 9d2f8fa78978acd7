// {job}/shares: who else may look at a job; /shared/{link}: whoever has the link comes in here.
#include <algorithm>
#include <chrono>

#include <opus/uws.hpp>

#include "server/rest/authorisation.hpp"
#include "server/rest/handlers/handlers.hpp"
#include "server/rest/json_text.hpp"

namespace opus { inline namespace uws0 { namespace rest {
namespace {

void add_share(JsonText& json, const Share& share, const std::string& link) {
  json.new_line().begin_object().field("id", share.id).text_or_null("with", share.with);
  json.text_or_null("by", share.by).field("created", share.created);
  json.field("expires", share.expires);
  if (!link.empty()) json.field("link", link);
  json.end_object();
}

/// With whom a job is shared is for those who may share it.
Result<JobPtr> own_job(Api& api, const CallPtr& call) {
  OPUS_UWS_TRY(const JobPtr job, job_of(api, *call));
  if (!may_see_owner(call->request.identity, job->owner))
    return Error{Errc::forbidden, "job " + in_quotes(job->id.value) + " belongs to somebody else"};
  return job;
}

Result<ShareRequest> share_request(const Request& request) {
  ShareRequest share;
  OPUS_UWS_TRY(const auto with, request.value("WITH"));
  OPUS_UWS_TRY(const auto expires, request.value("EXPIRES"));
  share.with = with.value_or("");
  share.by = request.identity.account;
  if (expires) {
    const auto at = parse_iso8601(*expires);
    if (!at)
      return faults_error("request",
                          {{"EXPIRES", "an instant as 2027-01-31T12:00:00Z", in_quotes(*expires)}});
    share.expires = *at;
  }
  return share;
}

void audit(Api& api, const Request& request, std::string action, const JobId& job,
           const Share& share) {
  const auto& accounts = api.authenticator().accounts();
  if (!accounts) return;
  AuditEntry entry;
  entry.by = {request.identity.account, request.remote};
  entry.action = std::move(action);
  entry.subject = "job " + job.value;
  entry.detail = "share " + share.id + " with " +
                 (share.with.empty() ? "whoever has the link" : share.with) +
                 (share.expires ? " until " + to_iso8601(*share.expires) : "");
  (void)accounts->record(std::move(entry));  // it is done, whether or not it can be noted
}

/// The path of a URL: where a browser sends the cookie.
std::string path_of_url(std::string_view url) {
  const auto host = url.find("://");
  const auto path = host == url.npos ? url.npos : url.find('/', host + 3);
  return std::string(path == url.npos ? std::string_view("/") : url.substr(path));
}

}  // namespace

void list_shares(Api& api, CallPtr call) {
  const auto job = own_job(api, call);
  if (!job) return fail(std::move(call), job.error());
  const auto shares = api.service().shares((*job)->id);
  if (!shares) return fail(std::move(call), shares.error());
  JsonText json;
  json.begin_object().key("shares").begin_array();
  for (const Share& share : *shares) add_share(json, share, {});
  reply(std::move(call), document(k_json, json.end_array().end_object().take() + "\n"));
}

void post_share(Api& api, CallPtr call) {
  const auto job = own_job(api, call);
  if (!job) return fail(std::move(call), job.error());
  auto request = share_request(call->request);
  if (!request) return fail(std::move(call), request.error());
  const auto made = api.service().share((*job)->id, *std::move(request));
  if (!made) return fail(std::move(call), made.error());
  audit(api, call->request, "job shared", (*job)->id, made->share);
  const std::string& base = call->request.base_url;
  JsonText json;
  add_share(json, made->share, made->secret.empty() ? "" : base + "/shared/" + made->secret);
  Response response = document(k_json, json.take() + "\n");
  response.status = 201;
  response.headers.add("Location", UwsLinks{base}.job_url(**job) + "/shares/" + made->share.id);
  reply(std::move(call), std::move(response));
}

void delete_share(Api& api, CallPtr call) {
  const auto job = own_job(api, call);
  if (!job) return fail(std::move(call), job.error());
  const auto removed = api.service().unshare((*job)->id, call->request.path[4]);
  if (!removed) return fail(std::move(call), removed.error());
  audit(api, call->request, "share taken back", (*job)->id, *removed);
  Response response;
  response.status = 204;
  reply(std::move(call), std::move(response));
}

void get_shared(Api& api, CallPtr call) {
  const std::string_view secret = call->request.path[1];
  const auto id = api.service().shared_job(secret);
  if (!id) return fail(std::move(call), id.error());
  const auto job = api.service().peek(*id);
  if (!job) return fail(std::move(call), job.error());
  const std::string url = UwsLinks{call->request.base_url}.job_url(**job);
  Response response = see_other(url);
  const bool secure = url.substr(0, 8) == "https://";
  // The server knows when the link ends; the browser forgets it when it is closed.
  response.headers.add("Set-Cookie", std::string(k_share_cookie) + '=' + std::string(secret) +
                                         "; Path=" + path_of_url(url) + "; HttpOnly; SameSite=Lax" +
                                         (secure ? "; Secure" : ""));
  response.headers.add("Cache-Control", "no-store");
  response.headers.add("Referrer-Policy", "no-referrer");
  reply(std::move(call), std::move(response));
}

}}}  // namespace opus::uws0::rest

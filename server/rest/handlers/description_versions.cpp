// The life of descriptions that come from outside: submission, decision, history, removal, trial.
#include <algorithm>
#include <fstream>
#include <sstream>

#include <opus/description_history.hpp>
#include <opus/uws.hpp>

#include "server/rest/authorisation.hpp"
#include "server/rest/handlers/description_forms.hpp"
#include "server/rest/handlers/handlers.hpp"
#include "server/rest/job_form.hpp"
#include "server/rest/json_text.hpp"
#include "server/rest/negotiate.hpp"

namespace opus { inline namespace uws0 { namespace rest {
namespace {

std::string version_url(const Request& request, const DescriptionVersion& version) {
  return request.base_url + "/jdl/" + percent_encode(version.name) + "/versions/" +
         std::to_string(version.number);
}

void add_version(JsonText& json, const Request& request, const DescriptionVersion& version) {
  json.begin_object().field("name", version.name).field("number", version.number);
  json.field("version", version.version).field("state", to_string(version.state));
  json.field("origin", to_string(version.origin)).field("hash", version.hash);
  json.field("author", version.author).field("submitted", version.submitted);
  json.field("decided", version.decided).field("reason", version.reason);
  json.field("href", version_url(request, version)).end_object();
}

Response version_response(const Request& request, const DescriptionVersion& version) {
  JsonText json;
  add_version(json, request, version);
  return document(k_json, json.take() + "\n");
}

/// {number} of a path: a number from 1, or a hash.
Result<DescriptionVersion> find_version(Api& api, std::string_view name, std::string_view text) {
  OPUS_UWS_TRY(const auto versions, api.service().history(name));
  const auto number = parse_integer(text);
  // Of several with one hash (restored ones) the newest is meant.
  const auto found =
      std::find_if(versions.rbegin(), versions.rend(), [&](const DescriptionVersion& version) {
        return number ? version.number == *number : version.hash == text;
      });
  if (found == versions.rend())
    return Error{Errc::not_found, in_quotes(name) + " has no version " + in_quotes(text) +
                                      "; expected a number to " +
                                      std::to_string(versions.back().number) +
                                      ", or the hash of a version"};
  return *found;
}

Result<DescriptionVersion> version_of(Api& api, const Call& call) {
  return find_version(api, call.request.path[1], call.request.path[3]);
}

/// The document that was sent, as the body or as the one file of a form.
Result<JobDescription> read_submission(const Request& request) {
  if (request.files.empty()) {
    if (request.body.empty())
      return Error{Errc::invalid_argument,
                   "expected a job description, a VOTable or JSON, got an empty body"};
    return parse_description(request.body, "description");
  }
  if (request.files.size() > 1)
    return Error{Errc::invalid_argument, "expected one file with a job description, got " +
                                             std::to_string(request.files.size())};
  const UploadedFile& file = request.files.front();
  std::ifstream stream(file.content.path(), std::ios::binary);
  std::ostringstream text;
  if (file.content.size() > 0) text << stream.rdbuf();
  if (!stream || !text) return Error{Errc::unavailable, "cannot read the uploaded file"};
  return parse_description(text.str(), in_quotes(file.file_name));
}

void submit(Api& api, CallPtr call, std::optional<std::string_view> name) {
  auto description = read_submission(call->request);
  if (!description) return fail(std::move(call), description.error());
  if (name && description->name != *name)
    return fail(
        std::move(call),
        faults_error("description", {{"name", in_quotes(*name), in_quotes(description->name)}}));
  const auto version =
      api.service().submit(*std::move(description), call->request.identity.owner());
  if (!version) return fail(std::move(call), version.error());
  Response response = version_response(call->request, *version);
  response.status = 201;
  response.headers.add("Location", version_url(call->request, *version));
  reply(std::move(call), std::move(response));
}

/// What an administrator does to a version: the answer is what became of it.
template <class Decision> void decide(Api& api, CallPtr call, Decision decision) {
  const auto version = version_of(api, *call);
  if (!version) return fail(std::move(call), version.error());
  const Result<DescriptionVersion> decided = decision(*version);
  if (!decided) return fail(std::move(call), decided.error());
  Response response = version_response(call->request, *decided);
  reply(std::move(call), std::move(response));
}

/// FROM and TO, or what a reviewer wants to see: the newest version against what is offered.
Result<std::pair<DescriptionVersion, DescriptionVersion>> versions_to_compare(
    Api& api, const Request& request) {
  const std::string_view name = request.path[1];
  OPUS_UWS_TRY(const auto versions, api.service().history(name));
  OPUS_UWS_TRY(const auto from, request.value("FROM"));
  OPUS_UWS_TRY(const auto to, request.value("TO"));
  DescriptionVersion after = versions.back();
  if (to) {
    OPUS_UWS_TRY(after, find_version(api, name, *to));
  }
  if (from) {
    OPUS_UWS_TRY(DescriptionVersion before, find_version(api, name, *from));
    return std::pair(std::move(before), std::move(after));
  }
  DescriptionVersion before = versions.front();
  for (const DescriptionVersion& version : versions)
    if (version.number < after.number) before = version;
  for (const DescriptionVersion& version : versions)
    if (version.state == VersionState::offered && version.number != after.number &&
        after.state == VersionState::pending)
      before = version;
  return std::pair(std::move(before), std::move(after));
}

std::string differences_json(const Request& request, const DescriptionVersion& before,
                             const DescriptionVersion& after,
                             const std::vector<DescriptionDifference>& found) {
  JsonText json;
  json.begin_object().field("name", after.name).key("from");
  add_version(json, request, before);
  json.key("to");
  add_version(json, request, after);
  json.key("differences").begin_array();
  for (const DescriptionDifference& difference : found) {
    json.new_line().begin_object().field("path", difference.path);
    json.key("before").raw(difference.before.value_or("null"));
    json.key("after").raw(difference.after.value_or("null")).end_object();
  }
  return json.end_array().end_object().take() + "\n";
}

Result<bool> wants_text(const Request& request) {
  OPUS_UWS_TRY(const std::size_t place, choose(request, {k_json_offer, k_text_offer}));
  return place == 1;
}

}  // namespace

Result<void> guard_submit(Api& api, const Call&) {
  if (!api.authenticator().has_means())
    return Error{Errc::forbidden,
                 "descriptions cannot be submitted: nobody could validate them, as there are no "
                 "accounts, and admin_token is not configured"};
  if (!api.config().accept_submissions)
    return Error{
        Errc::forbidden,
        "descriptions cannot be submitted: submissions.accept is off in the configuration"};
  return {};
}

void post_description(Api& api, CallPtr call) { submit(api, std::move(call), std::nullopt); }

void put_description(Api& api, CallPtr call) {
  const std::string name(call->request.path[1]);
  submit(api, std::move(call), name);
}

void delete_description(Api& api, CallPtr call) {
  const auto removed = api.service().undefine(call->request.path[1]);
  if (!removed) return fail(std::move(call), removed.error());
  Response response;
  response.status = 204;
  reply(std::move(call), std::move(response));
}

void list_versions(Api& api, CallPtr call) {
  const auto versions = api.service().history(call->request.path[1]);
  if (!versions) return fail(std::move(call), versions.error());
  JsonText json;
  json.begin_object().key("versions").begin_array();
  for (const DescriptionVersion& version : *versions)
    add_version(json.new_line(), call->request, version);
  reply(std::move(call), document(k_json, json.end_array().end_object().take() + "\n"));
}

void get_version(Api& api, CallPtr call) {
  const auto form = wanted_form(call->request);
  if (!form) return fail(std::move(call), form.error());
  const auto version = version_of(api, *call);
  if (!version) return fail(std::move(call), version.error());
  const auto description = api.service().description(version->name, version->hash);
  if (!description) return fail(std::move(call), description.error());
  reply(std::move(call), description_response(*description, *form));
}

void get_version_state(Api& api, CallPtr call) {
  const auto version = version_of(api, *call);
  if (!version) return fail(std::move(call), version.error());
  Response response = version_response(call->request, *version);
  reply(std::move(call), std::move(response));
}

void validate_version(Api& api, CallPtr call) {
  decide(api, std::move(call), [&api](const DescriptionVersion& version) {
    return api.service().validate(version.name, version.number);
  });
}

void reject_version(Api& api, CallPtr call) {
  const auto reason = call->request.value("REASON");
  if (!reason) return fail(std::move(call), reason.error());
  decide(api, std::move(call),
         [&api, text = std::string(reason->value_or(""))](const DescriptionVersion& version) {
           return api.service().reject(version.name, version.number, text);
         });
}

void restore_version(Api& api, CallPtr call) {
  const auto author = call->request.identity.owner();
  decide(api, std::move(call), [&api, author](const DescriptionVersion& version) {
    return api.service().restore(version.name, version.number, author);
  });
}

void try_version(Api& api, CallPtr call) {
  auto form = read_form(call);
  if (!form) return;
  const auto version = version_of(api, *call);
  if (!version) return fail(std::move(call), version.error());
  const Identity& who = call->request.identity;
  if (!who.has_role(k_admin) && !who.has_role(k_operator)) {
    if (!api.config().trials)
      return fail(std::move(call), {Errc::forbidden,
                                    "pending descriptions cannot be tried: submissions.trials is "
                                    "off in the configuration"});
    if (version->author != who.owner())
      return fail(std::move(call), {Errc::forbidden,
                                    "only its author and the administrator may "
                                    "try a pending description"});
  }
  create_from_form(api, std::move(call), *std::move(form), {version->hash});
}

void get_differences(Api& api, CallPtr call) {
  const auto as_text = wants_text(call->request);
  if (!as_text) return fail(std::move(call), as_text.error());
  const auto versions = versions_to_compare(api, call->request);
  if (!versions) return fail(std::move(call), versions.error());
  const auto& [before, after] = *versions;
  const auto old_one = api.service().description(before.name, before.hash);
  if (!old_one) return fail(std::move(call), old_one.error());
  const auto new_one = api.service().description(after.name, after.hash);
  if (!new_one) return fail(std::move(call), new_one.error());
  const auto found = differences(*old_one, *new_one);
  Response response = *as_text
                          ? text(to_text(found))
                          : document(k_json, differences_json(call->request, before, after, found));
  reply(std::move(call), std::move(response));
}

}}}  // namespace opus::uws0::rest

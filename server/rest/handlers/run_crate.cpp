// {job}/crate.json and crate.zip: the job as a Process Run Crate.
#include <opus/run_crate.hpp>

#include "server/rest/crate_archive.hpp"
#include "server/rest/handlers/handlers.hpp"

namespace opus { inline namespace uws0 { namespace rest {
namespace {

/// Null and an answer: the job is not there or not the client's.
std::optional<RunCrate> crate_of(Api& api, CallPtr& call, bool with_files) {
  const auto job = job_of(api, *call);
  if (!job) {
    fail(std::move(call), job.error());
    return std::nullopt;
  }
  auto crate = run_crate(api.service(), (*job)->id,
                         {.base_url = call->request.base_url, .with_files = with_files});
  if (crate) return *std::move(crate);
  fail(std::move(call), crate.error());
  return std::nullopt;
}

}  // namespace

void get_crate_metadata(Api& api, CallPtr call) {
  auto crate = crate_of(api, call, false);
  if (!crate) return;
  constexpr std::string_view k_type = "application/ld+json; profile=\"https://w3id.org/ro/crate\"";
  reply(std::move(call), document(k_type, std::move(crate->metadata)));
}

void get_crate_archive(Api& api, CallPtr call) {
  auto crate = crate_of(api, call, true);
  if (!crate) return;
  auto body = made_in_pieces(call->host(),
                             std::make_unique<CrateArchive>(api.service(), *std::move(crate)));
  if (!body) return fail(std::move(call), body.error());
  Response response = document("application/zip", std::string{});
  response.body = *std::move(body);
  std::string disposition = "attachment; filename=\"";
  disposition += call->request.path[2];
  disposition += ".crate.zip\"";
  response.headers.add("Content-Disposition", disposition);
  reply(std::move(call), std::move(response));
}

}}}  // namespace opus::uws0::rest

// "/" and "/rest": what is where.
#include <opus/uws.hpp>
#include <opus/version.hpp>

#include "server/rest/handlers/handlers.hpp"

namespace opus { inline namespace uws0 { namespace rest {

void get_root(Api&, CallPtr call) {
  const std::string& base = call->request.base_url;
  std::string page = "OPUS job service, version " OPUS_UWS_VERSION
                     " (IVOA UWS 1.1)\n"
                     "\n"
                     "job lists         " +
                     base +
                     "/rest\n"
                     "jobs of one kind  " +
                     base +
                     "/rest/{name}\n"
                     "descriptions      " +
                     base +
                     "/jdl\n"
                     "capabilities      " +
                     base +
                     "/capabilities\n"
                     "availability      " +
                     base + "/availability\n";
  reply(std::move(call), text(std::move(page)));
}

void get_job_lists(Api& api, CallPtr call) {
  const UwsLinks links{call->request.base_url};
  const bool json = wants_json(call->request);
  std::string out = json ? "{\"jobLists\": [" : "";
  bool first = true;
  for (const JobDescription& description : api.service().descriptions()) {
    if (!json) {
      out += links.list_url(description.name) + '\n';
      continue;
    }
    out += first ? "{\"name\": " : ", {\"name\": ";
    first = false;
    append_json_string(out, description.name);
    out += ", \"annotation\": ";
    append_json_string(out, description.annotation);
    out += ", \"href\": ";
    append_json_string(out, links.list_url(description.name));
    out += '}';
  }
  if (json) out += "]}\n";
  reply(std::move(call), json ? document(k_json, std::move(out)) : text(std::move(out)));
}

}}}  // namespace opus::uws0::rest

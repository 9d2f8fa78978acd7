// VOSI: /capabilities and /availability.
#include <opus/uws.hpp>

#include "server/rest/handlers/handlers.hpp"
#include "server/rest/http_date.hpp"

namespace opus { inline namespace uws0 { namespace rest {
namespace {

struct Interface {
  std::string_view standard_id;
  std::string_view type = "vod:ParamHTTP";
  std::string_view version = "1.0";
  std::string_view use = "full";  ///< base: the parent of a tree
  std::string_view role = "";
};

void add_capability(std::string& out, const Interface& what, std::string_view url) {
  out += "  <capability standardID=\"";
  out += what.standard_id;
  out += "\">\n    <interface xsi:type=\"";
  out += what.type;
  out += '"';
  out += what.role;
  out += " version=\"";
  out += what.version;
  out += "\">\n      <accessURL use=\"";
  out += what.use;
  out += "\">";
  append_xml_text(out, url);
  out += "</accessURL>\n    </interface>\n  </capability>\n";
}

std::string capabilities(const std::vector<JobDescription>& descriptions, const UwsLinks& links) {
  std::string out =
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      "<vosi:capabilities xmlns:vosi=\"http://www.ivoa.net/xml/VOSICapabilities/v1.0\"\n"
      "    xmlns:vod=\"http://www.ivoa.net/xml/VODataService/v1.1\"\n"
      "    xmlns:vr=\"http://www.ivoa.net/xml/VOResource/v1.0\"\n"
      "    xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\">\n";
  add_capability(out, {"ivo://ivoa.net/std/VOSI#capabilities"}, links.base + "/capabilities");
  add_capability(out, {"ivo://ivoa.net/std/VOSI#availability"}, links.base + "/availability");
  add_capability(out, {"ivo://ivoa.net/std/DALI#examples", "vr:WebBrowser"},
                 links.base + "/examples");
  for (const JobDescription& description : descriptions)
    add_capability(
        out, {"ivo://ivoa.net/std/UWS#rest-1.1", "vod:ParamHTTP", "1.1", "base", " role=\"std\""},
        links.list_url(description.name));
  return out + "</vosi:capabilities>\n";
}

}  // namespace

void get_capabilities(Api& api, CallPtr call) {
  const auto descriptions = api.service().descriptions();
  Response response = document(k_xml, capabilities(descriptions, UwsLinks{call->request.base_url}));
  // VOSI-03: when the metadata last changed, whatever the client calls us.
  const TimePoint changed = api.capabilities_changed(capabilities(descriptions, UwsLinks{}));
  response.headers.add("Last-Modified", to_http_date(changed));
  reply(std::move(call), std::move(response));
}

void get_availability(Api& api, CallPtr call) {
  std::string out =
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      "<vosi:availability xmlns:vosi=\"http://www.ivoa.net/xml/VOSIAvailability/v1.0\">\n"
      "  <vosi:available>true</vosi:available>\n"
      "  <vosi:upSince>" +
      to_iso8601(api.up_since()) +
      "</vosi:upSince>\n"
      "  <vosi:note>service is accepting jobs</vosi:note>\n"
      "</vosi:availability>\n";
  reply(std::move(call), document(k_xml, std::move(out)));
}

}}}  // namespace opus::uws0::rest

// VOSI: /capabilities and /availability.
#include <opus/uws.hpp>

#include "server/rest/handlers/handlers.hpp"
#include "server/rest/http_date.hpp"

namespace opus { inline namespace uws0 { namespace rest {
namespace {

void add_capability(std::string& out, std::string_view standard_id, std::string_view version,
                    std::string_view use, std::string_view role, std::string_view url) {
  out += "  <capability standardID=\"";
  out += standard_id;
  out += "\">\n    <interface xsi:type=\"vod:ParamHTTP\"";
  out += role;
  out += " version=\"";
  out += version;
  out += "\">\n      <accessURL use=\"";
  out += use;
  out += "\">";
  append_xml_text(out, url);
  out += "</accessURL>\n    </interface>\n  </capability>\n";
}

}  // namespace

void get_capabilities(Api& api, CallPtr call) {
  const UwsLinks links{call->request.base_url};
  std::string out =
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      "<vosi:capabilities xmlns:vosi=\"http://www.ivoa.net/xml/VOSICapabilities/v1.0\"\n"
      "    xmlns:vod=\"http://www.ivoa.net/xml/VODataService/v1.1\"\n"
      "    xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\">\n";
  add_capability(out, "ivo://ivoa.net/std/VOSI#capabilities", "1.0", "full", "",
                 links.base + "/capabilities");
  add_capability(out, "ivo://ivoa.net/std/VOSI#availability", "1.0", "full", "",
                 links.base + "/availability");
  for (const JobDescription& description : api.service().descriptions())
    add_capability(out, "ivo://ivoa.net/std/UWS#rest-1.1", "1.1", "base", " role=\"std\"",
                   links.list_url(description.name));
  out += "</vosi:capabilities>\n";
  reply(std::move(call), document(k_xml, std::move(out)));
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

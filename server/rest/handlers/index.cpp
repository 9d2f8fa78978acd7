// "/" and "/rest": what is where, for people, shells and programs.
#include <opus/uws.hpp>
#include <opus/version.hpp>

#include "server/rest/handlers/handlers.hpp"
#include "server/rest/json_text.hpp"
#include "server/rest/openapi.hpp"

namespace opus { inline namespace uws0 { namespace rest {
namespace {

constexpr std::string_view k_html = "text/html;charset=UTF-8";

constexpr Offer k_html_offer{"html", {"text/html"}};

struct Place {
  std::string_view what;
  std::string_view key;
  std::string_view path;
};
constexpr Place k_places[] = {
    {"job lists", "jobLists", "/rest"},
    {"descriptions of jobs", "descriptions", "/jdl"},
    {"examples of jobs", "examples", "/examples"},
    {"VOSI capabilities", "capabilities", "/capabilities"},
    {"VOSI availability", "availability", "/availability"},
    {"OpenAPI document", "openapi", "/openapi.json"},
};

std::string link(std::string_view url, std::string_view text) {
  std::string out = "<a href=\"";
  append_xml_text(out, url);
  out += "\">";
  append_xml_text(out, text);
  return out + "</a>";
}

std::string page(std::string_view title, std::string_view body) {
  std::string out =
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"UTF-8\">\n<title>";
  append_xml_text(out, title);
  out += "</title>\n</head>\n<body>\n<h1>";
  append_xml_text(out, title);
  out += "</h1>\n";
  out += body;
  return out + "</body>\n</html>\n";
}

std::string root_html(const std::string& base) {
  std::string body = "<p>Version " OPUS_UWS_VERSION ", IVOA UWS 1.1</p>\n<ul>\n";
  for (const Place& place : k_places)
    body += "<li>" + link(base + std::string(place.path), place.what) + "</li>\n";
  return page("OPUS job service", body + "</ul>\n");
}

std::string root_text(const std::string& base) {
  std::string out = "OPUS job service, version " OPUS_UWS_VERSION " (IVOA UWS 1.1)\n\n";
  for (const Place& place : k_places) {
    std::string line(place.what);
    line.resize(22, ' ');
    out += line + base + std::string(place.path) + '\n';
  }
  return out;
}

std::string root_json(const std::string& base) {
  JsonText json;
  json.begin_object().field("name", "OPUS job service").field("version", OPUS_UWS_VERSION);
  for (const Place& place : k_places) json.field(place.key, base + std::string(place.path));
  return json.end_object().take() + "\n";
}

std::string lists_html(const std::vector<JobDescription>& descriptions, const UwsLinks& links) {
  std::string body = "<dl>\n";
  for (const JobDescription& description : descriptions) {
    const std::string list = links.list_url(description.name);
    body += "<dt>" + link(list, description.name) + "</dt>\n<dd>";
    append_xml_text(body, description.annotation);
    const std::string jdl = links.base + "/jdl/" + percent_encode(description.name);
    body +=
        " (" + link(jdl, "description") + ", " + link(list + "/examples", "example") + ")</dd>\n";
  }
  return page("Job lists", body + "</dl>\n");
}

std::string lists_text(const std::vector<JobDescription>& descriptions, const UwsLinks& links) {
  std::string out;
  for (const JobDescription& description : descriptions)
    out += links.list_url(description.name) + '\n';
  return out;
}

std::string lists_json(const std::vector<JobDescription>& descriptions, const UwsLinks& links) {
  JsonText json;
  json.begin_object().key("jobLists").begin_array();
  for (const JobDescription& description : descriptions) {
    json.begin_object().field("name", description.name);
    json.field("annotation", description.annotation);
    json.field("href", links.list_url(description.name)).end_object();
  }
  return json.end_array().end_object().take() + "\n";
}

}  // namespace

void get_root(Api&, CallPtr call) {
  const auto form = choose(call->request, {k_html_offer, k_text_offer, k_json_offer});  // VOSI-06
  if (!form) return fail(std::move(call), form.error());
  const std::string& base = call->request.base_url;
  Response response;
  switch (*form) {
    case 0: response = document(k_html, root_html(base)); break;
    case 1: response = document(k_text, root_text(base)); break;
    default: response = document(k_json, root_json(base));
  }
  reply(std::move(call), chosen(std::move(response)));
}

void get_job_lists(Api& api, CallPtr call) {
  const auto form = choose(call->request, {k_text_offer, k_html_offer, k_json_offer});
  if (!form) return fail(std::move(call), form.error());
  const UwsLinks links{call->request.base_url};
  const auto descriptions = visible_descriptions(api, call->request);
  Response response;
  switch (*form) {
    case 0: response = document(k_text, lists_text(descriptions, links)); break;
    case 1: response = document(k_html, lists_html(descriptions, links)); break;
    default: response = document(k_json, lists_json(descriptions, links));
  }
  reply(std::move(call), chosen(std::move(response)));
}

void get_openapi(Api& api, CallPtr call) {
  const auto descriptions = visible_descriptions(api, call->request);
  reply(std::move(call),
        document(k_json, openapi_document(Api::routes(), descriptions, call->request.base_url)));
}

}}}  // namespace opus::uws0::rest

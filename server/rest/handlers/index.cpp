// "/" and "/rest": what is where, for people, shells and programs.
#include <opus/uws.hpp>
#include <opus/version.hpp>

#include "server/rest/handlers/handlers.hpp"

namespace opus { inline namespace uws0 { namespace rest {
namespace {

constexpr std::string_view k_html = "text/html;charset=UTF-8";

enum class Form { html, text, json };

/// By name in Accept, else the resource's own.
Form wanted_form(const Request& request, Form otherwise) {
  for (const auto& [type, form] :
       {std::pair(std::string_view("text/html"), Form::html),
        std::pair(std::string_view("text/plain"), Form::text), std::pair(k_json, Form::json)})
    if (asks_for(request, type, {"text/html", "text/plain", k_json})) return form;
  return otherwise;
}

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
  std::string out = "{\"name\": \"OPUS job service\", \"version\": \"" OPUS_UWS_VERSION "\"";
  for (const Place& place : k_places) {
    out += ", \"" + std::string(place.key) + "\": ";
    append_json_string(out, base + std::string(place.path));
  }
  return out + "}\n";
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
  std::string out = "{\"jobLists\": [";
  bool first = true;
  for (const JobDescription& description : descriptions) {
    out += first ? "{\"name\": " : ", {\"name\": ";
    first = false;
    append_json_string(out, description.name);
    out += ", \"annotation\": ";
    append_json_string(out, description.annotation);
    out += ", \"href\": ";
    append_json_string(out, links.list_url(description.name));
    out += '}';
  }
  return out + "]}\n";
}

}  // namespace

void get_root(Api&, CallPtr call) {
  const std::string& base = call->request.base_url;
  Response response;
  switch (wanted_form(call->request, Form::html)) {  // VOSI-06
    case Form::html: response = document(k_html, root_html(base)); break;
    case Form::text: response = document(k_text, root_text(base)); break;
    case Form::json: response = document(k_json, root_json(base)); break;
  }
  reply(std::move(call), std::move(response));
}

void get_job_lists(Api& api, CallPtr call) {
  const UwsLinks links{call->request.base_url};
  const auto descriptions = api.service().descriptions();
  Response response;
  switch (wanted_form(call->request, Form::text)) {
    case Form::html: response = document(k_html, lists_html(descriptions, links)); break;
    case Form::text: response = document(k_text, lists_text(descriptions, links)); break;
    case Form::json: response = document(k_json, lists_json(descriptions, links)); break;
  }
  reply(std::move(call), std::move(response));
}

}}}  // namespace opus::uws0::rest

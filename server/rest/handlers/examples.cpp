// DALI examples (DALI 1.2 §2.3): XHTML with RDFa, for people and for clients that fill in forms.
#include <opus/uws.hpp>

#include "server/rest/handlers/handlers.hpp"
#include "server/rest/sample.hpp"

namespace opus { inline namespace uws0 { namespace rest {
namespace {

constexpr std::string_view k_xhtml = "application/xhtml+xml;charset=UTF-8";

void add_element(std::string& out, std::string_view open, std::string_view text,
                 std::string_view close) {
  out += open;
  append_xml_text(out, text);
  out += close;
}

/// 'it'\''s': one word for a shell, whatever is in it.
std::string shell_word(std::string_view text) {
  std::string word = "'";
  for (const char c : text) {
    if (c == '\'')
      word += "'\\''";
    else
      word += c;
  }
  return word + '\'';
}

std::string curl_command(const std::string& url, const Pairs& sample) {
  std::string command = "curl --location --data PHASE=RUN";
  for (const auto& [name, value] : sample)
    command += " --data-urlencode " + shell_word(name + '=' + value);
  return command + ' ' + shell_word(url);
}

void add_example(std::string& out, const JobDescription& description, const Pairs& sample,
                 const UwsLinks& links) {
  const std::string id = "example-" + description.name;  // names are fit for XML ids
  const std::string url = links.list_url(description.name);
  out += "<div typeof=\"example\" id=\"" + id + "\" resource=\"#" + id + "\">\n";
  add_element(out, "<h2 property=\"name\">",
              description.annotation.empty() ? description.name : description.annotation,
              "</h2>\n");
  out += "<p>Job list: <a href=\"";
  add_element(out, "", url, "\"><code>");
  add_element(out, "", url,
              "</code></a>, as <span property=\"capability\">"
              "ivo://ivoa.net/std/UWS#rest-1.1</span></p>\n");
  if (!sample.empty()) {
    out += "<table>\n<tr><th>parameter</th><th>value</th></tr>\n";
    for (const auto& [name, value] : sample) {
      out += "<tr property=\"generic-parameter\" typeof=\"keyval\">";
      add_element(out, "<td property=\"key\">", name, "</td>");
      add_element(out, "<td property=\"value\">", value, "</td></tr>\n");
    }
    out += "</table>\n";
  }
  add_element(out, "<pre>", curl_command(url, sample), "</pre>\n</div>\n");
}

std::string examples_page(std::string_view title, std::string_view body) {
  std::string out =
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      "<!DOCTYPE html>\n"
      "<html xmlns=\"http://www.w3.org/1999/xhtml\" xml:lang=\"en\">\n<head>\n";
  add_element(out, "<title>", title, "</title>\n</head>\n");
  add_element(out, "<body vocab=\"http://www.ivoa.net/rdf/examples#\">\n<h1>", title, "</h1>\n");
  out += body;
  return out + "</body>\n</html>\n";
}

}  // namespace

void get_examples(Api& api, CallPtr call) {
  const UwsLinks links{call->request.base_url};
  std::string body;
  for (const JobDescription& description : visible_descriptions(api, call->request))
    if (const auto sample = sample_request(description))
      add_example(body, description, *sample, links);
  reply(std::move(call), document(k_xhtml, examples_page("Examples of jobs", body)));
}

void get_list_examples(Api& api, CallPtr call) {
  const auto description = api.service().description(call->request.path[1]);
  if (!description) return fail(std::move(call), description.error());
  const auto sample = sample_request(*description);
  if (!sample) return fail(std::move(call), sample.error());  // VOSI-05: none is 404
  std::string body;
  add_example(body, *description, *sample, {call->request.base_url});
  reply(std::move(call), document(k_xhtml, examples_page("Example of " + description->name, body)));
}

}}}  // namespace opus::uws0::rest

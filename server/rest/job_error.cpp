#include "server/rest/job_error.hpp"

#include <opus/uws.hpp>

#include "server/rest/negotiate.hpp"
#include "server/rest/text.hpp"

namespace opus { inline namespace uws0 { namespace rest {
namespace {

constexpr std::size_t k_longest_echo = 1000;  // of a parameter's value

void add_info(std::string& votable, std::string_view name, std::string_view value) {
  votable += "    <INFO name=\"";
  append_xml_text(votable, name);
  votable += "\" value=\"";
  append_xml_text(votable, value);
  votable += "\"/>\n";
}

std::string error_votable(const Job& job, std::string_view message) {
  std::string votable =
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      "<VOTABLE version=\"1.3\" xmlns=\"http://www.ivoa.net/xml/VOTable/v1.3\">\n"
      "  <RESOURCE type=\"results\">\n"
      "    <INFO name=\"QUERY_STATUS\" value=\"ERROR\">";
  append_xml_text(votable, message);
  votable += "</INFO>\n";
  // DALI 1.2 §5.4.3: what kind of service this was, and what it was asked.
  add_info(votable, "standardID", "ivo://ivoa.net/std/UWS#rest-1.1");
  for (const Parameter& parameter : job.parameters)
    if (parameter.value.size() <= k_longest_echo && is_xml_text(parameter.value))
      add_info(votable, "request:" + parameter.name, parameter.value);
  return votable + "  </RESOURCE>\n</VOTABLE>\n";
}

}  // namespace

Result<Response> job_error_document(const Request& request, const Job& job) {
  constexpr Offer k_xml_votable{"votable", {"text/xml", "application/xml"}};
  constexpr Offer k_votable{"x-votable", {"application/x-votable+xml"}};
  OPUS_UWS_TRY(const std::size_t form,
               choose(request, {k_xml_votable, k_text_offer, k_json_offer, k_votable}));
  if (!job.error)
    return Error{Errc::not_found,
                 "the job has no error; its phase is " + std::string(to_string(job.phase))};
  if (form == 2)
    return chosen(document(k_json, to_json(job, {request.base_url}, JobMember::error)));
  std::string message = job.error->message;
  if (!job.error->detail.empty()) message += "\n\n" + job.error->detail;
  if (form == 1) return chosen(text(std::move(message)));
  return chosen(
      document(form == 3 ? k_votable.media_types.front() : k_xml, error_votable(job, message)));
}

}}}  // namespace opus::uws0::rest

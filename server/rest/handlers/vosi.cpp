// VOSI: /capabilities and /availability.
#include <opus/uws.hpp>

#include "server/rest/handlers/handlers.hpp"
#include "server/rest/http_date.hpp"
#include "server/rest/json_text.hpp"

namespace opus { inline namespace uws0 { namespace rest {
namespace {

struct Interface {
  std::string_view standard_id;
  std::string_view type = "vod:ParamHTTP";
  std::string_view version = "1.0";
  std::string_view use = "full";  ///< base: the parent of a tree
  std::string_view role = "";
};

struct Capability {
  Interface interface;
  std::string url;
  std::optional<JobLimits> limits{};        ///< VOSI-07; of a job list
  std::vector<std::string_view> methods{};  ///< UWS-SEC-05; none = open to everybody
};

/// Nobody has given synchronous jobs a standardID: the capability has none.
constexpr Interface k_synchronous{"", "vod:ParamHTTP", "1.0", "base"};

/// How one can say who one is, where that matters; an empty name = one need not.
std::vector<std::string_view> security_methods(const Authenticator& authenticator) {
  const AccessPolicy& policy = authenticator.policy();
  if (policy.open) return {};
  std::vector<std::string_view> methods;
  if (decide(policy, {}, Action::query_provenance) == Decision::allowed) methods.push_back("");
  methods.push_back("ivo://ivoa.net/sso#BasicAA");
  if (authenticator.takes_signed_tokens()) methods.push_back("ivo://ivoa.net/sso#OAuth");
  return methods;
}

std::vector<Capability> capabilities_of(Api& api, const std::vector<JobDescription>& descriptions,
                                        const UwsLinks& links) {
  const Service& service = api.service();
  const auto methods = security_methods(api.authenticator());
  std::vector<Capability> all{
      {{"ivo://ivoa.net/std/VOSI#capabilities"}, links.base + "/capabilities"},
      {{"ivo://ivoa.net/std/VOSI#availability"}, links.base + "/availability"},
      {{"ivo://ivoa.net/std/DALI#examples", "vr:WebBrowser"}, links.base + "/examples"},
      {{"ivo://ivoa.net/std/ProvenanceDM#ProvDAL-1.0", "vod:ParamHTTP", "1.0", "base",
        " role=\"std\""},
       links.base + "/provsap",
       std::nullopt,
       methods}};
  for (const JobDescription& description : descriptions) {
    const auto limits = service.limits(description.name);
    if (!limits) continue;  // taken away meanwhile
    all.push_back(
        {{"ivo://ivoa.net/std/UWS#rest-1.1", "vod:ParamHTTP", "1.1", "base", " role=\"std\""},
         links.list_url(description.name),
         *limits,
         methods});
    if (api.config().synchronous)
      all.push_back(
          {k_synchronous, links.base + "/sync/" + description.name, std::nullopt, methods});
  }
  return all;
}

/// "executionDuration: 60 s unless asked for, at least 1 s, at most 3600 s"
std::string in_words(std::string_view name, const JobLimits::Range& range,
                     std::string_view without) {
  const auto seconds = [](std::chrono::seconds time) {
    return std::to_string(time.count()) + " s";
  };
  std::string text(name);
  text += ": ";
  text += range.standard.count() == 0 ? std::string(without) : seconds(range.standard);
  text += " unless asked for";
  if (range.least.count() != 0) text += ", at least " + seconds(range.least);
  if (range.most.count() != 0) text += ", at most " + seconds(range.most);
  return text;
}

void add_capability(std::string& out, const Capability& capability) {
  const Interface& what = capability.interface;
  out += "  <capability";
  if (!what.standard_id.empty()) {
    out += " standardID=\"";
    out += what.standard_id;
    out += '"';
  }
  out += ">\n";
  // The schemas have elements for limits in a capability of TAP only.
  if (const auto& limits = capability.limits)
    out += "    <description>" +
           in_words("executionDuration", limits->execution_duration, "no limit") + "; " +
           in_words("retentionPeriod", limits->retention, "for ever") + "</description>\n";
  out += "    <interface xsi:type=\"";
  out += what.type;
  out += '"';
  out += what.role;
  out += " version=\"";
  out += what.version;
  out += "\">\n      <accessURL use=\"";
  out += what.use;
  out += "\">";
  append_xml_text(out, capability.url);
  out += "</accessURL>\n";
  for (const std::string_view method : capability.methods) {
    out += "      <securityMethod";
    if (!method.empty()) {
      out += " standardID=\"";
      out += method;
      out += '"';
    }
    out += "/>\n";
  }
  out += "    </interface>\n  </capability>\n";
}

std::string to_xml(const std::vector<Capability>& capabilities) {
  std::string out =
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      "<vosi:capabilities xmlns:vosi=\"http://www.ivoa.net/xml/VOSICapabilities/v1.0\"\n"
      "    xmlns:vod=\"http://www.ivoa.net/xml/VODataService/v1.1\"\n"
      "    xmlns:vr=\"http://www.ivoa.net/xml/VOResource/v1.0\"\n"
      "    xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\">\n";
  for (const Capability& capability : capabilities) add_capability(out, capability);
  return out + "</vosi:capabilities>\n";
}

std::string to_json(const std::vector<Capability>& capabilities) {
  JsonText json;
  json.begin_object().key("capabilities").begin_array();
  for (const Capability& capability : capabilities) {
    const auto& id = capability.interface.standard_id;
    json.begin_object().field("standardId", id.empty() ? std::nullopt : std::optional(id));
    json.field("version", capability.interface.version).field("use", capability.interface.use);
    json.field("accessUrl", capability.url).key("limits");
    if (const auto& limits = capability.limits) {
      json.begin_object();
      add_range(json, "executionDuration", limits->execution_duration);
      add_range(json, "retentionPeriod", limits->retention);
      json.end_object();
    } else {
      json.null();
    }
    json.end_object();
  }
  return json.end_array().end_object().take() + "\n";
}

}  // namespace

void get_capabilities(Api& api, CallPtr call) {
  const auto format = choose_format(call->request, k_xml_offer);
  if (!format) return fail(std::move(call), format.error());
  const auto capabilities = capabilities_of(api, visible_descriptions(api, call->request),
                                            UwsLinks{call->request.base_url});
  Response response = chosen(*format == Format::json ? document(k_json, to_json(capabilities))
                                                     : document(k_xml, to_xml(capabilities)));
  // VOSI-03: when the metadata last changed, whatever the client calls us.
  const TimePoint changed = api.capabilities_changed(
      to_xml(capabilities_of(api, api.service().descriptions(), UwsLinks{})));
  // Here a client learns how to come in (IVOA SSO 2.0 §2), though this is open (UWS-SEC-08).
  if (!api.authenticator().policy().open && call->request.identity.anonymous())
    add_challenges(response);
  response.headers.add("Last-Modified", to_http_date(changed));
  reply(std::move(call), std::move(response));
}

void get_availability(Api& api, CallPtr call) {
  const auto format = choose_format(call->request, k_xml_offer);
  if (!format) return fail(std::move(call), format.error());
  constexpr std::string_view k_note = "service is accepting jobs";
  const std::string up_since = to_iso8601(api.up_since());
  if (*format == Format::json) {
    JsonText json;
    json.begin_object().field("available", true).field("upSince", up_since);
    json.field("note", k_note).end_object();
    return reply(std::move(call), chosen(document(k_json, json.take() + "\n")));
  }
  std::string out =
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      "<vosi:availability xmlns:vosi=\"http://www.ivoa.net/xml/VOSIAvailability/v1.0\">\n"
      "  <vosi:available>true</vosi:available>\n"
      "  <vosi:upSince>";
  out += up_since;
  out += "</vosi:upSince>\n  <vosi:note>";
  out += k_note;
  out += "</vosi:note>\n</vosi:availability>\n";
  reply(std::move(call), chosen(document(k_xml, std::move(out))));
}

}}}  // namespace opus::uws0::rest

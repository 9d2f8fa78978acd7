#include "server/rest/prov_response.hpp"

#include <cstdint>
#include <cstdio>
#include <string>
#include <utility>

#include "server/rest/piece_stream.hpp"
#include "server/rest/text.hpp"

namespace opus { inline namespace uws0 { namespace rest {
namespace {

constexpr std::size_t k_small_document = 512 << 10, k_document_piece = 256 << 10;

/// The document, of which the beginning has been made.
class ProvMaker final : public PieceMaker {
 public:
  ProvMaker(ProvenanceWriter writer, std::string begun)
      : writer_(std::move(writer)), begun_(std::move(begun)) {}

  Result<bool> make(std::string& piece) override {
    if (!begun_.empty()) {
      piece += std::exchange(begun_, {});
      return true;
    }
    return writer_.next(piece, k_document_piece);
  }

 private:
  ProvenanceWriter writer_;
  std::string begun_;
};

/// FNV-1a: tells documents apart, proves nothing. Weak, as the same graph may be told by another
/// version in other words.
std::string etag_of(std::string_view text) {
  std::uint64_t hash = 14695981039346656037u;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211u;
  char out[32];
  std::snprintf(out, sizeof out, "W/\"%016llx\"", static_cast<unsigned long long>(hash));
  return out;
}

/// For the forms that have no place for it, like JSON.
std::string ids_in_header(const std::vector<std::string>& ids) {
  std::string text;
  for (const std::string& id : ids) {
    if (!text.empty()) text += ", ";
    text += percent_encode(id);
  }
  return text;
}

bool has_tag(const Request& request, std::string_view tag) {
  const auto known = request.headers.get("If-None-Match");
  return known && (trim(*known) == "*" || known->find(tag) != std::string_view::npos);
}

}  // namespace

Result<Response> prov_response(Host& host, const Request& request,
                               std::shared_ptr<const ProvenanceGraph> graph, const ProvForm& form,
                               const ProvQuery& query, std::string_view name) {
  const bool as_ivoa = query.ivoa_records && form.format == ProvFormat::prov_json;
  const ProvFormat format = as_ivoa ? ProvFormat::ivoa_json : form.format;
  const std::string unknown = ids_in_header(graph->unknown);
  ProvenanceWriter writer(std::move(graph), format, query.picture);
  std::string begun;
  const bool more = writer.next(begun, k_small_document);
  Response response;
  if (more) {
    response = document(media_type(format), std::string{});
    OPUS_UWS_TRY(response.body, made_in_pieces(host, std::make_unique<ProvMaker>(
                                                         std::move(writer), std::move(begun))));
  } else {
    const std::string tag = etag_of(begun);
    response = document(media_type(format), std::move(begun));
    response.headers.add("ETag", tag);
    if (has_tag(request, tag)) {
      response.status = 304;
      response.body = std::string{};
    }
  }
  std::string disposition = "inline; filename=\"";
  disposition += name;
  disposition += '.';
  disposition += form.ending == "n" ? "provn" : form.ending;
  disposition += '"';
  response.headers.add("Content-Disposition", disposition);
  response.headers.add("Vary", "Accept, Authorization");
  if (!unknown.empty()) response.headers.add("OPUS-Unknown-ID", unknown);
  return response;
}

Response votable_error(Response error) {
  std::string text =
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      "<VOTABLE version=\"1.4\" xmlns=\"http://www.ivoa.net/xml/VOTable/v1.3\">\n"
      "  <RESOURCE type=\"results\">\n    <INFO name=\"QUERY_STATUS\" value=\"ERROR\">";
  append_xml_text(text, to_string(error.body));
  text += "</INFO>\n  </RESOURCE>\n</VOTABLE>\n";
  Response response = document(media_type(ProvFormat::votable), std::move(text));
  response.status = error.status;
  return response;
}

}}}  // namespace opus::uws0::rest

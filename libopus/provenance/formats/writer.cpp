#include <opus/provenance_formats.hpp>

#include "libopus/core/strings.hpp"
#include "libopus/provenance/formats/parts.hpp"

#include <utility>

namespace opus { inline namespace uws0 {
namespace {

using namespace provenance;

Parts parts_of(const ProvenanceGraph& graph, ProvFormat format, const ProvPicture& picture) {
  switch (format) {
    case ProvFormat::prov_json: return prov_json_parts(graph);
    case ProvFormat::prov_n: return prov_n_parts(graph);
    case ProvFormat::prov_xml: return prov_xml_parts(graph);
    case ProvFormat::turtle: return turtle_parts(graph);
    case ProvFormat::json_ld: return json_ld_parts(graph);
    case ProvFormat::ivoa_json: return ivoa_json_parts(graph);
    case ProvFormat::votable: return votable_parts(graph);
    case ProvFormat::dot: return dot_parts(graph, picture);
    case ProvFormat::svg: return svg_parts(graph, picture);
  }
  return {};
}

}  // namespace

namespace provenance {

Part fixed(std::string text) {
  return {1, [text = std::move(text)](std::string& out, std::size_t) { out += text; }};
}

std::vector<std::string> remarks_of(const ProvenanceGraph& graph) {
  std::vector<std::string> remarks;
  if (graph.truncated)
    remarks.emplace_back("The lineage goes on: this document is limited in size.");
  for (const std::string& id : graph.unknown) {
    std::string remark = "Unknown here: " + printable(id);
    // Two hyphens would end a comment of XML.
    for (auto at = remark.find("--"); at != std::string::npos; at = remark.find("--", at))
      remark.insert(at + 1, " ");
    remarks.push_back(remark + '.');
  }
  return remarks;
}

}  // namespace provenance

class ProvenanceWriter::Impl {
 public:
  Impl(std::shared_ptr<const ProvenanceGraph> graph, ProvFormat format, const ProvPicture& picture)
      : graph_(std::move(graph)), parts_(parts_of(*graph_, format, picture)) {}

  bool next(std::string& out, std::size_t bytes) {
    const std::size_t enough = out.size() + bytes;
    for (; part_ < parts_.size(); ++part_, item_ = 0)
      for (; item_ < parts_[part_].count; ++item_) {
        if (out.size() >= enough) return true;
        parts_[part_].write(out, item_);
      }
    return false;
  }

 private:
  std::shared_ptr<const ProvenanceGraph> graph_;
  Parts parts_;
  std::size_t part_ = 0, item_ = 0;
};

ProvenanceWriter::ProvenanceWriter(std::shared_ptr<const ProvenanceGraph> graph, ProvFormat format,
                                   const ProvPicture& picture)
    : impl_(std::make_unique<Impl>(std::move(graph), format, picture)) {}
ProvenanceWriter::ProvenanceWriter(ProvenanceWriter&&) noexcept = default;
ProvenanceWriter& ProvenanceWriter::operator=(ProvenanceWriter&&) noexcept = default;
ProvenanceWriter::~ProvenanceWriter() = default;

bool ProvenanceWriter::next(std::string& out, std::size_t bytes) { return impl_->next(out, bytes); }

std::string to_text(const ProvenanceGraph& graph, ProvFormat format, const ProvPicture& picture) {
  std::string out;
  for (const Part& part : parts_of(graph, format, picture))
    for (std::size_t item = 0; item < part.count; ++item) part.write(out, item);
  return out;
}

std::string to_prov_json(const ProvenanceGraph& graph) {
  return to_text(graph, ProvFormat::prov_json);
}

std::string to_prov_n(const ProvenanceGraph& graph) { return to_text(graph, ProvFormat::prov_n); }

std::string_view media_type(ProvFormat format) noexcept {
  switch (format) {
    case ProvFormat::prov_json:
    case ProvFormat::ivoa_json: return "application/json";
    case ProvFormat::prov_n: return "text/provenance-notation;charset=UTF-8";
    case ProvFormat::prov_xml: return "application/provenance+xml";
    case ProvFormat::turtle: return "text/turtle;charset=UTF-8";
    case ProvFormat::json_ld: return "application/ld+json";
    case ProvFormat::votable: return "application/x-votable+xml";
    case ProvFormat::dot: return "text/vnd.graphviz;charset=UTF-8";
    case ProvFormat::svg: return "image/svg+xml";
  }
  return "application/octet-stream";
}

}}  // namespace opus::uws0

// What a lineage costs in processor time, which other programs on the machine disturb little: asked
// for by depth ALL, then written in every format.
// usage: bench-lineage_cpu <data folder> <entity> [times]
#include <opus/opus.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <utility>
#include <vector>

namespace {

using opus::ProvFormat;

double processor_ms() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_nsec) / 1e6;
}

/// The median of some calls.
template <class Call> double measure(int times, Call call) {
  std::vector<double> taken;
  for (int i = 0; i < times; ++i) {
    const double begun = processor_ms();
    call();
    taken.push_back(processor_ms() - begun);
  }
  std::nth_element(taken.begin(), taken.begin() + times / 2, taken.end());
  return taken[static_cast<std::size_t>(times / 2)];
}

void report(const opus::Service& service, const opus::ProvRoot& root, bool whole, int times) {
  opus::LineageQuery query;
  query.depth = std::nullopt;
  query.configuration = query.descriptions = query.agents = whole;
  query.base_url = "http://127.0.0.1:8080";
  opus::ProvenanceGraph graph;
  const double asked = measure(times, [&] { graph = service.provenance({root}, query).value(); });
  std::printf("%-10s %6zu nodes %6zu edges  query %7.1f ms\n", whole ? "whole" : "bare",
              graph.nodes().size(), graph.edges().size(), asked);
  constexpr std::pair<const char*, ProvFormat> formats[] = {
      {"PROV-JSON", ProvFormat::prov_json}, {"PROV-N", ProvFormat::prov_n},
      {"PROV-XML", ProvFormat::prov_xml},   {"Turtle", ProvFormat::turtle},
      {"JSON-LD", ProvFormat::json_ld},     {"IVOA JSON", ProvFormat::ivoa_json},
      {"VOTable", ProvFormat::votable},     {"DOT", ProvFormat::dot}};
  for (const auto& [name, format] : formats) {
    std::size_t bytes = 0;
    const double written =
        measure(times, [&, format = format] { bytes = to_text(graph, format).size(); });
    std::printf("  %-10s %9zu bytes %7.1f ms %5.0f MB/s\n", name, bytes, written,
                static_cast<double>(bytes) / written / 1e3);
  }
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc < 3 || argc > 4) return 2;
  opus::ServiceConfig config;
  config.data_dir = argv[1];
  const opus::Service service = opus::Service::open(config).value();
  const opus::ProvRoot root = opus::EntityId{argv[2]};
  const int times = argc == 4 ? std::atoi(argv[3]) : 7;
  for (const bool whole : {false, true}) report(service, root, whole, times);
  return 0;
} catch (const opus::Exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}

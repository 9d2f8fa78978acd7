// Writes lineages of many kinds in every format into a folder, for tests by other readers.
//
//   provenance-samples <folder>

#include <opus/provenance_formats.hpp>

#include "libopus/provenance/lineage.hpp"
#include "tests/unit/provenance/memory_reader.hpp"
#include "tests/unit/provenance/sample_lineage.hpp"

#include <filesystem>
#include <fstream>
#include <iostream>

namespace {

using namespace opus_test;
using opus::LineageQuery;
using opus::provenance::Root;
using Direction = LineageQuery::Direction;

class Samples {
 public:
  explicit Samples(std::filesystem::path folder) : folder_(std::move(folder)) {}

  void write(const std::string& name, MemoryReader& reader, const Root& root,
             const LineageQuery& query, const std::string& base = "urn:opus-uws:") {
    const auto graph = opus::provenance::lineage(reader, {root}, query, {.base = base});
    if (!graph) {
      std::cerr << name << ": " << graph.error().message << '\n';
      ok_ = false;
      return;
    }
    using opus::ProvFormat;
    for (const auto& [format, extension] :
         {std::pair{ProvFormat::prov_json, ".json"}, std::pair{ProvFormat::prov_n, ".provn"},
          std::pair{ProvFormat::prov_xml, ".xml"}, std::pair{ProvFormat::turtle, ".ttl"},
          std::pair{ProvFormat::json_ld, ".jsonld"}, std::pair{ProvFormat::ivoa_json, ".ivoa"},
          std::pair{ProvFormat::votable, ".vot"}, std::pair{ProvFormat::dot, ".dot"},
          std::pair{ProvFormat::svg, ".svg"}})
      write_file(name + extension, opus::to_text(*graph, format));
  }

  /// All directions and depths.
  void write_all(const std::string& name, MemoryReader& reader, const Root& root) {
    const std::pair<Direction, const char*> directions[] = {
        {Direction::upstream, "up"}, {Direction::downstream, "down"}, {Direction::both, "both"}};
    for (const auto& [direction, word] : directions)
      for (const int depth : {0, 1, 2, 3, -1}) {
        LineageQuery query{.direction = direction};
        query.depth = depth < 0 ? std::nullopt : std::optional{static_cast<unsigned>(depth)};
        query.base_url = depth % 2 == 0 ? "" : "https://example.org/uws";
        write(name + "-" + word + "-" + (depth < 0 ? "all" : std::to_string(depth)), reader, root,
              query);
      }
  }

  bool ok() const { return ok_; }

 private:
  void write_file(const std::string& name, const std::string& content) {
    std::ofstream file(folder_ / name, std::ios::binary);
    file << content;
    file.close();
    ok_ = ok_ && !file.fail();
  }
  std::filesystem::path folder_;
  bool ok_ = true;
};

constexpr std::optional<unsigned> k_all = std::nullopt;

void write_variants(Samples& samples) {
  MemoryReader reader = chain();
  const Root root = opus::JobId{"b"};
  samples.write("no-agents", reader, root, {.depth = k_all, .agents = false});
  samples.write("ports", reader, root, {.depth = k_all, .ports = true});
  LineageQuery narrow{.direction = Direction::both, .depth = k_all};
  narrow.may_see = [](const Root&, std::string_view, const auto& owner) -> opus::Result<void> {
    if (owner != "bob") return {};
    return opus::Error{opus::Errc::forbidden, "bob's"};
  };
  opus::Job foreign = opus_test::job("foreign", 25, {"a.out"});
  foreign.owner = foreign.results[0].entity.owner = "bob";
  reader.put(foreign);
  reader.put(opus_test::job("e", 45, {"foreign.out", "raw"}));
  samples.write("withheld", reader, opus::JobId{"e"}, narrow);
  samples.write("owner", reader, opus::ProvOwner{"bob"}, {.agent_reach = true});
  opus::Job again = opus_test::job("again", 70, {"a.out"});
  again.rerun_of.value = "b";
  reader.put(again);
  samples.write("rerun", reader, opus::EntityId{"a.out"}, {.direction = Direction::both});
  samples.write("no-plans", reader, root, {.depth = k_all, .descriptions = false});
  samples.write("no-parameters", reader, root, {.depth = k_all, .configuration = false});
  samples.write("bare", reader, root,
                {.depth = k_all, .configuration = false, .descriptions = false, .agents = false});
  samples.write("http-base", reader, root, {.depth = k_all}, "https://example.org/prov/id/");
  LineageQuery limited{.depth = k_all};
  limited.max_nodes = 3;
  samples.write("truncated", reader, root, limited);
  samples.write("upload", reader, opus::EntityId{"raw"}, {});
}

void write_phases(Samples& samples) {
  for (const opus::Phase phase : opus::k_phases) {
    MemoryReader reader = chain();
    opus::Job job = opus_test::job("z", 50, {"raw"});
    job.phase = phase;
    if (phase == opus::Phase::pending || phase == opus::Phase::queued) job.started.reset();
    if (!is_final(phase)) job.ended.reset();
    if (phase == opus::Phase::error) job.error = opus::JobError{.message = "no <disk>\nleft"};
    if (phase != opus::Phase::completed && phase != opus::Phase::archived) job.results.clear();
    if (phase == opus::Phase::archived) job.results[0].entity.invalidated = at(900);
    reader.put(job);
    samples.write("phase-" + std::string{to_string(phase)}, reader, job.id, {});
    job.started.reset();
    job.owner.reset();
    reader.put(job);
    samples.write("anonymous-" + std::string{to_string(phase)}, reader, job.id, {});
    job.software.clear();
    reader.put(job);
    samples.write("plan-only-" + std::string{to_string(phase)}, reader, job.id, {});
  }
}

void write_odd_ones(Samples& samples) {
  MemoryReader reader = chain();
  opus::Job alone = opus_test::job("alone", 50, {});
  alone.parameters.clear();
  alone.results.clear();
  reader.put(alone);
  samples.write("alone", reader, alone.id, {});

  opus::Job many = opus_test::job("many", 50, {"raw", "a.out"});
  for (int i = 2; i <= 300; ++i) {
    opus::JobResult result = many.results[0];
    result.id = "stacked." + std::to_string(i);
    result.entity.id.value = "many.out." + std::to_string(i);
    many.results.push_back(result);
  }
  reader.put(many);
  samples.write("many", reader, many.id, {});

  opus::Job skewed = opus_test::job("skewed", 50, {"raw"});
  skewed.inputs[0].used = at(-500);
  skewed.results[0].entity.created = at(5000);
  skewed.results[0].entity.invalidated = at(5);
  skewed.ended = at(40);
  reader.put(skewed);
  samples.write("skewed", reader, skewed.id, {.direction = Direction::both, .depth = k_all});

  opus::Job given = opus_test::job("given", 50, {"raw"});
  given.reuse_of = opus::JobId{"a"};
  given.started.reset();
  given.software.clear();
  given.results[0].entity.created = at(18);
  given.logs = {};
  reader.put(given);
  opus::Job user = opus_test::job("user", 70, {"given.out"});
  user.logs = {{"stdout", 5, std::string(64, 'a')}, {"stderr", 1, std::string(64, 'b')}};
  user.facts.os = user.facts.kernel = user.facts.container_image = "Debian <12>";
  user.facts.allocation = {{"nodes", "node[1-2]"}, {"cpus", "4(x2)"}};
  reader.put(user);
  samples.write("reused", reader, user.id, {.depth = k_all});
  samples.write("reused-down", reader, opus::EntityId{"a.out"},
                {.direction = Direction::downstream, .depth = k_all});
  user.phase = opus::Phase::archived;
  user.destroyed = true;
  user.deleted = at(500);
  user.aborted = true;
  user.aborted_by = "root";
  reader.put(user);
  samples.write("logs-gone", reader, user.id, {});

  reader.erase(opus::EntityId{"a.out"});
  samples.write("deleted", reader, opus::JobId{"b"}, {.depth = k_all});
}

/// Some 200 nodes: 30 images reduced with the same calibration, stacked in groups and as a whole.
void write_large(Samples& samples) {
  MemoryReader reader;
  reader.put(saved_stack());
  reader.put(upload("bias"));
  reader.put(opus_test::job("flat", 10, {"bias"}));
  std::vector<std::string> groups;
  for (int group = 0; group < 5; ++group) {
    std::vector<std::string> reduced;
    for (int image = 0; image < 6; ++image) {
      const std::string id = std::to_string(group) + std::to_string(image);
      reader.put(upload("raw" + id));
      reader.put(opus_test::job("reduce" + id, 30, {"raw" + id, "flat.out", "bias"}));
      reduced.push_back("reduce" + id + ".out");
    }
    const std::string id = "stack" + std::to_string(group);
    reader.put(opus_test::job(id, 60, reduced));
    groups.push_back(id + ".out");
  }
  reader.put(opus_test::job("mosaic", 90, groups));
  samples.write("large", reader, opus::JobId{"mosaic"}, {.depth = k_all});
}

void write_nasty(Samples& samples) {
  using namespace std::string_literals;
  const std::string nasty = "<&\"'> \\ ]]> %% \t\n\r caf\xC3\xA9 \xF0\x9F\x94\xAD \x01\x7F \xE9 "s +
                            '\0' + " \xEF\xBF\xBE (a,b;c:d=e[f]) 100% " + std::string(300, 'n');
  MemoryReader reader;
  opus::Job job = opus_test::job("z", 50, {"raw"});
  opus::Entity raw = upload("raw");
  raw.name = raw.owner.emplace(nasty);
  raw.media_type = nasty;
  raw.source_url = "https://h/" + nasty;
  reader.put(raw);
  job.description = job.description_version = nasty;
  job.owner = nasty;
  job.run_id = job.facts.host = job.executor = job.native_id.value = nasty;
  job.software = nasty;
  job.error = opus::JobError{.message = nasty};
  job.command = {nasty, "", "it's"};
  job.inputs[0].name = nasty;
  job.results[0].id = job.results[0].name = job.results[0].entity.name = nasty;
  job.parameters = {
      {.name = nasty, .value = nasty},         {.name = "empty", .value = ""},
      {.name = "blank", .value = "  "},        {.name = "big", .value = "9223372036854775807"},
      {.name = "nan", .value = "NaN"},         {.name = "quoted", .value = "\"\""},
      {.name = "name", .value = "opus:empty"}, {.name = "password", .value = "secret"},
      {.name = "sigma", .value = "1"},         {.name = "sigma", .value = "2"}};
  job.facts.exit_code = -2147483647;
  job.facts.max_rss_bytes = 18'446'744'073'709'551'615u;
  reader.put(job);
  samples.write("nasty", reader, job.id,
                {.direction = Direction::both, .depth = k_all, .base_url = "https://example.org"});
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: provenance-samples <folder>\n";
    return 2;
  }
  Samples samples{argv[1]};
  MemoryReader line = chain(), split = diamond();
  samples.write_all("chain-job", line, opus::JobId{"b"});
  samples.write_all("chain-file", line, opus::EntityId{"b.out"});
  samples.write_all("diamond", split, opus::JobId{"b"});
  write_variants(samples);
  write_phases(samples);
  write_odd_ones(samples);
  write_large(samples);
  write_nasty(samples);
  return samples.ok() ? 0 : 1;
}

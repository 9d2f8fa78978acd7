// Reading ahead changes what a lineage costs, never what it tells.
#include <opus/provenance_formats.hpp>

#include <random>

#include "tests/unit/provenance/graph_view.hpp"

using opus::EntityId;
using opus::JobId;
using namespace opus_test;

namespace {

/// Each job uses results of some that came before it, mostly of the last ones, and uploads.
MemoryReader tangle(unsigned seed, int jobs) {
  MemoryReader reader;
  std::mt19937 random(seed);
  const auto below = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
  for (int i = 0; i < 5; ++i) reader.put(upload("u" + std::to_string(i)));
  for (int i = 0; i < jobs; ++i) {
    std::vector<std::string> inputs;
    for (int n = below(4); n >= 0; --n) {
      const int back = below(4) == 0 ? below(i + 1) : below(std::min(i, 6) + 1);
      inputs.push_back(back == 0 ? "u" + std::to_string(below(5))
                                 : "j" + std::to_string(1000 + i - back) + ".out");
    }
    opus::Job job = opus_test::job("j" + std::to_string(1000 + i), i, inputs);
    if (below(9) == 0) job.owner = job.results[0].entity.owner = "bob";
    reader.put(job);
  }
  return reader;
}

std::string told(MemoryReader& reader, const std::vector<Root>& roots, const LineageQuery& query) {
  const auto graph = opus::provenance::lineage(reader, roots, query, {});
  return graph ? opus::to_prov_n(*graph) : graph.error().message;
}

}  // namespace

TEST_CASE("PROV-SAP-16: a lineage is the same, read one by one or many at a time") {
  for (const unsigned seed : {1u, 2u, 3u}) {
    MemoryReader ahead = tangle(seed, 120);
    MemoryReader one_by_one = ahead;
    one_by_one.read_one_by_one();
    const auto may_see = [](const Root&, std::string_view,
                            const std::optional<std::string>& owner) -> opus::Result<void> {
      if (owner != "bob") return {};
      return opus::Error{opus::Errc::forbidden, "not yours"};
    };
    for (const Direction direction : {Direction::upstream, Direction::downstream, Direction::both})
      for (const std::optional<unsigned> depth : {std::optional<unsigned>{}, {7u}})
        for (const std::size_t max_nodes : {10'000u, 30u})
          for (const bool open : {true, false})
            for (const char* root : {"j1119", "j1060", "j1003", "nobody"}) {
              LineageQuery query = bare(direction, depth);
              query.max_nodes = max_nodes;
              if (!open) query.may_see = may_see;
              const std::vector<Root> roots{JobId{root}, EntityId{"j1100.out"}};
              INFO(seed << ' ' << root << ' ' << max_nodes << ' ' << open);
              CHECK(told(ahead, roots, query) == told(one_by_one, roots, query));
            }
    CHECK(ahead.reads() < one_by_one.reads());
  }
}

TEST_CASE("a long chain costs few reads, a short question little that it does not need") {
  MemoryReader reader;
  reader.put(opus_test::upload("e0.out"));
  for (int i = 1; i <= 3000; ++i)
    reader.put(opus_test::job("e" + std::to_string(i), i, {"e" + std::to_string(i - 1) + ".out"}));
  const auto reads = [&](std::optional<unsigned> depth) {
    const std::size_t before = reader.reads(), jobs_before = reader.jobs_read();
    const auto graph = graph_of(reader, {JobId{"e3000"}}, bare(Direction::upstream, depth));
    return std::pair{reader.reads() - before, reader.jobs_read() - jobs_before};
  };
  CHECK(reads(0).second == 1);
  CHECK(reads(20).second < 2 * 11);
  const auto [statements, jobs] = reads(k_all);
  CHECK(statements < 20);
  CHECK(jobs == 3000);
}

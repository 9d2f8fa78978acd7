// Which jobs and files a lineage brings.
#include <opus/provenance_formats.hpp>

#include "tests/unit/provenance/graph_view.hpp"

using opus::EntityId;
using opus::JobId;
using opus::ProvKind;
using opus::provenance::lineage;
using namespace opus_test;

TEST_CASE("PROV-SAP-10, PROV-SAP-18: upstream of a file, one relation after the other") {
  MemoryReader reader = opus_test::chain();
  const Root c_out = EntityId{"c.out"};
  const auto up = [&](auto depth) { return things(reader, c_out, Direction::upstream, depth); };
  CHECK(up(0) == Names{"c.out"});
  CHECK(up(1) == Names{"c.out", "c"});
  CHECK(up(2) == Names{"c.out", "c", "b.out"});
  CHECK(up(3) == Names{"c.out", "c", "b.out", "b"});
  CHECK(up(4) == Names{"c.out", "c", "b.out", "b", "a.out"});
  const Names all{"c.out", "c", "b.out", "b", "a.out", "a", "raw"};
  CHECK(up(6) == all);
  CHECK(up(k_all) == all);
}

TEST_CASE("PROV-SAP-18: a job comes with its own results, but not those of its predecessors") {
  MemoryReader reader = opus_test::chain();
  const auto up = [&](auto depth) {
    return things(reader, JobId{"b"}, Direction::upstream, depth);
  };
  CHECK(up(0) == Names{"b"});
  CHECK(up(1) == Names{"b", "b.out", "a.out"});
  CHECK(up(2) == Names{"b", "b.out", "a.out", "a"});
  CHECK(up(k_all) == Names{"b", "b.out", "a.out", "a", "raw"});
}

TEST_CASE("PROV-SAP-11: downstream tells what was made with a file or by a job") {
  MemoryReader reader = opus_test::chain();
  const auto down = [&](const Root& root, auto depth) {
    return things(reader, root, Direction::downstream, depth);
  };
  CHECK(down(EntityId{"raw"}, 0) == Names{"raw"});
  CHECK(down(EntityId{"raw"}, 1) == Names{"raw", "a"});
  CHECK(down(EntityId{"raw"}, 2) == Names{"raw", "a", "a.out"});
  CHECK(down(JobId{"b"}, 1) == Names{"b", "b.out"});
  CHECK(down(JobId{"b"}, 2) == Names{"b", "b.out", "c"});
  CHECK(down(JobId{"b"}, k_all) == Names{"b", "b.out", "c", "c.out"});
}

TEST_CASE("both directions at once, without the siblings that share an origin") {
  MemoryReader reader = opus_test::diamond();
  CHECK(things(reader, JobId{"b"}, Direction::both, 1) == Names{"b", "b.out", "a.out"});
  CHECK(things(reader, JobId{"b"}, Direction::both, 2) == Names{"b", "b.out", "a.out", "a", "d"});
  CHECK(things(reader, JobId{"b"}, Direction::both, k_all) ==
        Names{"b", "b.out", "a.out", "a", "raw", "d", "d.out"});
}

TEST_CASE("PROV-SAP-16: in a diamond everything is told once, at its shortest distance") {
  MemoryReader reader = opus_test::diamond();
  const auto up = [&](auto depth) {
    return things(reader, EntityId{"d.out"}, Direction::upstream, depth);
  };
  CHECK(up(3) == Names{"d.out", "d", "b.out", "c.out", "b", "c"});
  CHECK(up(5) == Names{"d.out", "d", "b.out", "c.out", "b", "c", "a.out", "a"});
  const ProvenanceGraph graph =
      graph_of(reader, {EntityId{"d.out"}}, bare(Direction::upstream, k_all));
  CHECK(graph.nodes().size() == 9);
  CHECK(edges(graph, ProvRelation::used).size() == 5);
  CHECK(edges(graph, ProvRelation::was_generated_by).size() == 4);
  CHECK(edges(graph, ProvRelation::was_derived_from).size() == 5);
  CHECK(edges(graph, ProvRelation::was_informed_by).size() == 4);
  check_closed(graph);
}

TEST_CASE("PROV-SAP-16: several roots give one graph, the nearer root counts") {
  MemoryReader reader = opus_test::chain();
  const std::vector<Root> roots{EntityId{"c.out"}, JobId{"a"}};
  CHECK(things(graph_of(reader, roots, bare(Direction::upstream, 1))) ==
        Names{"c.out", "c", "a", "a.out", "raw"});
  const std::vector<Root> nested{EntityId{"c.out"}, EntityId{"b.out"}};
  CHECK(things(graph_of(reader, nested, bare(Direction::upstream, 2))) ==
        Names{"c.out", "c", "b.out", "b", "a.out"});
}

TEST_CASE("a cycle in a damaged store ends, upstream and downstream") {
  MemoryReader reader = opus_test::chain();
  opus::Job first = opus_test::job("a", 10, {"c.out", "a.out"});
  reader.put(first);
  const Names all{"a", "a.out", "b", "b.out", "c", "c.out"};
  for (const Direction direction : {Direction::upstream, Direction::downstream, Direction::both})
    CHECK(things(reader, JobId{"b"}, direction, k_all) == all);
}

TEST_CASE("PROV-SAP-19: an upload is a root like any other") {
  MemoryReader reader = opus_test::chain();
  const ProvenanceGraph graph = graph_of(reader, {EntityId{"raw"}}, {});
  CHECK(graph.nodes().size() == 2);
  CHECK(has_edge(graph, ProvRelation::was_attributed_to, "id:store-raw", "id:user-alice"));
  CHECK(values(graph.edges().at(0).attributes, "voprov:role") ==
        std::vector<std::string>{"Provider"});
}

TEST_CASE("unknown roots: left out beside known ones, not_found if there is no other") {
  MemoryReader reader = opus_test::chain();
  CHECK(things(graph_of(reader, {JobId{"nobody"}, EntityId{"raw"}},
                        bare(Direction::upstream, 1))) == Names{"raw"});
  // A plain id may be a job's or an entity's: it is known if one of them is.
  ProvenanceGraph some = graph_of(reader,
                                  {JobId{"raw"}, EntityId{"raw"}, JobId{"no--body"},
                                   EntityId{"no--body"}, opus::ProvOwner{"<eve>"}},
                                  bare(Direction::upstream, 1));
  CHECK(some.unknown == std::vector<std::string>{"no--body", "<eve>"});
  CHECK(to_prov_n(some).find("// Unknown here: no- -body.\n") != std::string::npos);
  CHECK(to_text(some, opus::ProvFormat::turtle).find("# Unknown here: <eve>.\n") !=
        std::string::npos);
  CHECK(to_text(some, opus::ProvFormat::prov_xml).find("<!-- Unknown here: &lt;eve&gt;. -->") !=
        std::string::npos);
  CHECK(to_text(some, opus::ProvFormat::votable)
            .find("<INFO name=\"unknown\" value=\"&lt;eve&gt;\"/>") != std::string::npos);
  const auto nothing = lineage(reader, {JobId{"nobody"}, EntityId{"nothing"}}, {}, {});
  REQUIRE_FALSE(nothing);
  CHECK(nothing.error() == opus::Error{opus::Errc::not_found,
                                       "no such job, entity or agent: 'nobody', 'nothing'",
                                       {}});
  CHECK(lineage(reader, {}, {}, {}).error().code == opus::Errc::not_found);
}

TEST_CASE("an error of the store is the lineage's error, wherever it happens") {
  MemoryReader whole = opus_test::diamond();
  LineageQuery query{.direction = Direction::both, .depth = k_all};
  query.base_url = "https://example.org";
  const auto expected = opus::to_prov_n(graph_of(whole, {JobId{"b"}}, query));

  // The n-th read fails, for every n until none is left to fail.
  for (std::size_t n = 0;; ++n) {
    MemoryReader reader = opus_test::diamond();
    reader.fail_after(n);
    const auto graph = lineage(reader, {JobId{"b"}}, query, {});
    if (graph) {
      CHECK(n == 7);
      CHECK(opus::to_prov_n(*graph) == expected);
      break;
    }
    CHECK(graph.error() == opus::Error{opus::Errc::unavailable, "disk on fire", {}});
  }
}

TEST_CASE("what was deleted meanwhile is told as far as others remember it") {
  MemoryReader reader = opus_test::chain();
  reader.erase(EntityId{"a.out"});
  CHECK(things(reader, JobId{"b"}, Direction::upstream, k_all) == Names{"b", "b.out", "a.out"});
  const ProvenanceGraph graph = graph_of(reader, {JobId{"b"}}, bare(Direction::upstream, k_all));
  const opus::ProvNode& gone = node(graph, "id:store-a.2eout");
  CHECK(value(gone, "voprov:name") == "a.out.fits");
  CHECK(value(gone, "schema:contentSize") == "(none)");
  CHECK(value(gone, "voprov:generatedAtTime") == "(none)");
  CHECK(has_edge(graph, ProvRelation::used, "id:job-b", "id:store-a.2eout"));

  MemoryReader without_job = opus_test::chain();
  without_job.erase(JobId{"a"});
  CHECK(things(without_job, JobId{"b"}, Direction::upstream, k_all) ==
        Names{"b", "b.out", "a.out"});
}

TEST_CASE("PROV-G-09: the number of nodes is limited, and the graph says so") {
  MemoryReader reader = opus_test::diamond();
  LineageQuery query = bare(Direction::upstream, k_all);
  for (std::size_t limit = 1; limit < 12; ++limit) {
    query.max_nodes = limit;
    const ProvenanceGraph graph = graph_of(reader, {JobId{"d"}}, query);
    CHECK(graph.nodes().size() == std::min<std::size_t>(limit, 9));
    CHECK(graph.truncated == (limit < 9));
    CHECK((opus::to_prov_n(graph).find("// The lineage goes on") != std::string::npos) ==
          graph.truncated);
    check_closed(graph);
  }
}

TEST_CASE("a chain of thousands of jobs is followed without recursion") {
  MemoryReader reader;
  reader.put(opus_test::upload("e0.out"));
  for (int i = 1; i <= 3000; ++i)
    reader.put(
        opus_test::job("e" + std::to_string(i), 10 * i, {"e" + std::to_string(i - 1) + ".out"}));
  CHECK(graph_of(reader, {JobId{"e3000"}}, bare(Direction::upstream, k_all)).nodes().size() ==
        6001);
}

TEST_CASE("PROV-G-07: equal stores give equal graphs, byte for byte") {
  MemoryReader one = opus_test::diamond(), two = opus_test::diamond();
  const LineageQuery query{.direction = Direction::both, .depth = k_all};
  const ProvenanceGraph a = graph_of(one, {JobId{"b"}}, query);
  const ProvenanceGraph b = graph_of(two, {JobId{"b"}}, query);
  CHECK(a.nodes() == b.nodes());
  CHECK(a.edges() == b.edges());
  CHECK(opus::to_prov_json(a) == opus::to_prov_json(b));
}

// Questions to a graph that one has, and what a lineage does not show.
#include <opus/provenance_queries.hpp>

#include "tests/unit/provenance/graph_view.hpp"

using opus::GraphQuery;
using opus::ProvKind;
using opus::ProvOwner;
using namespace opus_test;

namespace {

using Ids = std::vector<std::string>;

/// raw -> a -> a.out -> {b, c} -> {b.out, c.out} -> d -> d.out, with all that belongs to it.
ProvenanceGraph whole() {
  MemoryReader reader = diamond();
  return graph_of(reader, {opus::JobId{"a"}}, {.direction = Direction::both, .depth = k_all});
}

Names names(const std::vector<std::string>& ids) { return {ids.begin(), ids.end()}; }

LineageQuery seen_by_alice(std::optional<unsigned> depth) {
  LineageQuery query = bare(Direction::upstream, depth);
  query.may_see = [](const opus::ProvRoot&, std::string_view,
                     const std::optional<std::string>& owner) -> opus::Result<void> {
    if (!owner || owner == "alice") return {};
    return opus::Error{opus::Errc::forbidden, "not alice's"};
  };
  return query;
}

}  // namespace

TEST_CASE("the inputs that reached a result, and the results that an input touched") {
  const ProvenanceGraph graph = whole();
  CHECK(inputs_of(graph, "id:store-d.2eout") == Ids{"id:store-raw"});
  CHECK(inputs_of(graph, "id:store-raw").empty());
  CHECK(names(results_of(graph, "id:store-b.2eout")) == Names{"id:store-d.2eout"});
  CHECK(results_of(graph, "id:store-raw").size() == 4);
  CHECK(results_of(graph, "id:store-raw").front() == "id:store-a.2eout");
  CHECK(inputs_of(graph, "id:nothing").empty());
  CHECK(results_of(graph, "id:nothing").empty());
}

TEST_CASE("a shortest way: back, forth, or by a common origin") {
  const ProvenanceGraph graph = whole();
  CHECK(shortest_path(graph, "id:job-d", "id:store-b.2eout") ==
        Ids{"id:job-d", "id:store-b.2eout"});
  const Ids forth = shortest_path(graph, "id:store-raw", "id:store-a.2eout");
  CHECK(forth.front() == "id:store-raw");
  CHECK(forth.back() == "id:store-a.2eout");
  const Ids siblings = shortest_path(graph, "id:store-b.2eout", "id:store-c.2eout");
  REQUIRE(siblings.size() == 3);
  CHECK(shortest_path(graph, "id:job-a", "id:job-a") == Ids{"id:job-a"});
  CHECK(shortest_path(graph, "id:job-a", "id:user-alice").empty());
  CHECK(shortest_path(graph, "id:job-a", "id:nothing").empty());
}

TEST_CASE("a part of a graph: by direction, depth and kind, with what belongs to it") {
  const ProvenanceGraph graph = whole();
  const ProvenanceGraph one = part_of(graph, {"id:job-b"}, {.depth = 0});
  CHECK(one.find("id:job-b"));
  CHECK(one.find("id:user-alice"));
  CHECK(one.find("id:par-b.sigma"));
  CHECK_FALSE(one.find("id:job-a"));
  check_closed(one);

  GraphQuery query;
  query.kinds = {ProvKind::activity};
  const ProvenanceGraph jobs = part_of(graph, {"id:store-d.2eout"}, query);
  CHECK(things(jobs) == Names{"a", "b", "c", "d"});
  CHECK(has_edge(jobs, ProvRelation::was_informed_by, "id:job-d", "id:job-b"));
  check_closed(jobs);

  query = {.direction = Direction::downstream, .depth = 1};
  CHECK(part_of(graph, {"id:store-raw"}, query).find("id:job-a"));
  CHECK_FALSE(part_of(graph, {"id:store-raw"}, query).find("id:job-b"));
  CHECK(part_of(graph, {"id:nothing"}, query).nodes().empty());
}

TEST_CASE("queries of a graph with a cycle end") {
  ProvenanceGraph graph;
  for (const char* id : {"id:a", "id:b"}) graph.add(opus::ProvNode{.id = id});
  graph.add(
      opus::ProvEdge{.relation = ProvRelation::was_derived_from, .from = "id:a", .to = "id:b"});
  graph.add(
      opus::ProvEdge{.relation = ProvRelation::was_derived_from, .from = "id:b", .to = "id:a"});
  CHECK(inputs_of(graph, "id:a") == Ids{"id:b"});
  CHECK(shortest_path(graph, "id:a", "id:b").size() == 2);
  CHECK(part_of(graph, {"id:a"}, {}).nodes().size() == 2);
}

TEST_CASE("what others own is a node that says nothing, and is not followed") {
  MemoryReader reader = chain();
  opus::Job foreign = opus_test::job("b", 20, {"a.out"});
  foreign.owner = foreign.results[0].entity.owner = "bob";
  foreign.error = opus::JobError{.message = "bob's secret"};
  reader.put(foreign);
  const ProvenanceGraph graph = graph_of(reader, {opus::JobId{"c"}}, seen_by_alice(k_all));
  CHECK(things(graph) == Names{"c", "c.out", "b.out"});
  CHECK(graph.withheld == 1);
  CHECK(value(node(graph, "id:store-b.2eout"), "opus:withheld") == "true");
  CHECK(value(node(graph, "id:store-b.2eout"), "voprov:name") == "(none)");
  CHECK(has_edge(graph, ProvRelation::used, "id:job-c", "id:store-b.2eout"));
  check_closed(graph);

  const ProvenanceGraph downstream = [&] {
    LineageQuery query = seen_by_alice(k_all);
    query.direction = Direction::downstream;
    return graph_of(reader, {opus::JobId{"a"}}, query);
  }();
  CHECK(things(downstream) == Names{"a", "a.out", "b"});
  CHECK(value(node(downstream, "id:job-b"), "schema:error") == "(none)");
}

TEST_CASE("PROV-SAP-13: an owner alone, or with AGENT what that one is responsible for") {
  MemoryReader reader = chain();
  LineageQuery query = bare(Direction::upstream, 1);
  CHECK(graph_of(reader, {ProvOwner{"alice"}}, query).nodes().size() == 1);
  query.agent_reach = true;
  CHECK(things(graph_of(reader, {ProvOwner{"alice"}}, query)).count("c") == 1);
  CHECK(opus::provenance::lineage(reader, {ProvOwner{"nobody"}}, query, {}).error().code ==
        opus::Errc::not_found);
}

TEST_CASE("PROV-SAP-14: descriptions of parameters, inputs and results where asked for") {
  MemoryReader reader = chain();
  LineageQuery query{.depth = 1, .ports = true};
  const ProvenanceGraph graph = graph_of(reader, {opus::JobId{"a"}}, query);
  const std::string plan = "id:jdl-stack.1.2." + stack_hash().substr(0, 12);
  CHECK(value(node(graph, plan + ".par.sigma"), "voprov:valueType") == "double");
  CHECK(value(node(graph, plan + ".in.raw"), "voprov:role") == "science image");
  CHECK(value(node(graph, plan + ".in.raw"), "voprov:multiplicity") == "1..*");
  CHECK(value(node(graph, plan + ".out.stacked"), "voprov:role") == "stacked");
  CHECK(has_edge(graph, ProvRelation::was_influenced_by, "id:par-a.sigma", plan + ".par.sigma"));
  CHECK(has_edge(graph, ProvRelation::was_influenced_by, plan + ".in.raw", plan));
  check_closed(graph);
}

TEST_CASE("a repeated job says which one it repeats, and is not derived from it") {
  MemoryReader reader = chain();
  opus::Job again = opus_test::job("again", 70, {"a.out"});
  again.rerun_of.value = "b";
  reader.put(again);
  const ProvenanceGraph graph =
      graph_of(reader, {opus::EntityId{"a.out"}}, bare(Direction::downstream, 1));
  CHECK(value(node(graph, "id:job-again"), "opus:rerunOf") == "id:job-b");
  CHECK(has_edge(graph, ProvRelation::was_influenced_by, "id:job-again", "id:job-b"));
  CHECK_FALSE(has_edge(graph, ProvRelation::was_informed_by, "id:job-again", "id:job-b"));
}

TEST_CASE("the ids of documents lead back to what they name") {
  using opus::provenance::roots_named;
  const std::string base = "https://h/prov/id/";
  const std::vector<Root> job{opus::JobId{"a.b"}};
  for (const char* id : {"id:job-a.2eb", "job-a.2eb", "https://h/prov/id/job-a.2eb"})
    CHECK(roots_named(id, base) == job);
  CHECK(roots_named("id:store-x", base) == std::vector<Root>{opus::EntityId{"x"}});
  CHECK(roots_named("id:user-al.40ice", base) == std::vector<Root>{ProvOwner{"al@ice"}});
  CHECK(roots_named("0198", base) ==
        std::vector<Root>{opus::JobId{"0198"}, opus::EntityId{"0198"}});
  CHECK(roots_named("id:job-a.zz", base).empty());
  CHECK(roots_named("job-", base).empty());
}

// What a lineage tells of them.
#include "tests/unit/provenance/graph_view.hpp"

using opus::EntityId;
using opus::JobId;
using opus::ProvKind;
using opus::provenance::lineage;
using namespace opus_test;

TEST_CASE("PROV-DM-04, PROV-G-04: times of use and generation lie within the run") {
  MemoryReader reader;
  opus::Job job = opus_test::job("a", 10, {"raw"});
  reader.put(opus_test::upload("raw", 0));
  job.inputs[0].used = opus_test::at(5);              // laid ready before the start
  job.results[0].entity.created = opus_test::at(99);  // another host's clock
  reader.put(job);
  const auto times_of = [&] {
    const auto graph = graph_of(reader, {JobId{"a"}}, {});
    return std::pair{edges(graph, ProvRelation::used).at(0).at,
                     edges(graph, ProvRelation::was_generated_by).at(0).at};
  };
  CHECK(times_of().first == opus_test::at(10));
  CHECK(times_of().second == opus_test::at(18));
  CHECK(value(node(graph_of(reader, {JobId{"a"}}, {}), "id:store-a.2eout"),
              "voprov:generatedAtTime") == "2026-03-01T12:00:18.000Z");

  job.results[0].entity.created = opus_test::at(1);
  job.inputs[0].used = opus_test::at(12);
  reader.put(job);
  CHECK(times_of().first == opus_test::at(12));
  CHECK(times_of().second == opus_test::at(10));

  job.ended = opus_test::at(9);  // the clock was set back
  reader.put(job);
  const opus::ProvNode activity = node(graph_of(reader, {JobId{"a"}}, {}), "id:job-a");
  CHECK(activity.end == activity.start);
  CHECK(times_of().first == opus_test::at(10));
}

TEST_CASE("a job that never started used its inputs at no time") {
  MemoryReader reader = opus_test::chain();
  opus::Job job = opus_test::job("z", 50, {"raw"});
  job.phase = opus::Phase::aborted;
  job.started.reset();
  job.results.clear();
  reader.put(job);
  const ProvenanceGraph graph = graph_of(reader, {JobId{"z"}}, {});
  CHECK_FALSE(edges(graph, ProvRelation::used).at(0).at);
  CHECK_FALSE(node(graph, "id:job-z").start);
  CHECK(node(graph, "id:job-z").end == opus_test::at(58));
}

TEST_CASE("deleted content is invalidated, after its last use") {
  MemoryReader reader = opus_test::chain();
  opus::Job a = opus_test::job("a", 10, {"raw"});
  a.results[0].entity.invalidated = opus_test::at(100);
  a.results[0].entity.location.clear();
  reader.put(a);
  ProvenanceGraph graph = graph_of(reader, {JobId{"b"}}, {.depth = k_all});
  auto ends = edges(graph, ProvRelation::was_invalidated_by);
  REQUIRE(ends.size() == 1);
  CHECK(ends[0].from == "id:store-a.2eout");
  CHECK(ends[0].to.empty());
  CHECK(ends[0].at == opus_test::at(100));
  CHECK(value(node(graph, "id:store-a.2eout"), "voprov:invalidatedAtTime") ==
        "2026-03-01T12:01:40.000Z");

  a.results[0].entity.invalidated = opus_test::at(19);  // "b" had it ready, and starts at 20
  reader.put(a);
  graph = graph_of(reader, {JobId{"b"}}, {.depth = k_all});
  CHECK(edges(graph, ProvRelation::was_invalidated_by).at(0).at == opus_test::at(20));
}

TEST_CASE("PROV-DM-05, PROV-DM-07: roles are those of the description, else the names") {
  MemoryReader reader = opus_test::chain();
  opus::Job job = opus_test::job("a", 10, {"raw"});
  job.results.push_back(job.results[0]);
  job.results[1].id = "stacked.2";
  job.results[1].entity.id.value = "second";
  reader.put(job);
  const ProvenanceGraph graph = graph_of(reader, {JobId{"a"}}, {});
  CHECK(values(edges(graph, ProvRelation::used).at(0).attributes, "prov:role") ==
        std::vector<std::string>{"science image"});
  const auto generated = edges(graph, ProvRelation::was_generated_by);
  REQUIRE(generated.size() == 2);
  CHECK(values(generated[0].attributes, "opus:resultId").empty());
  CHECK(values(generated[1].attributes, "prov:role") == std::vector<std::string>{"stacked"});
  CHECK(values(generated[1].attributes, "opus:resultId") == std::vector<std::string>{"stacked.2"});

  MemoryReader bare_reader;
  bare_reader.put(opus_test::upload("raw"));
  bare_reader.put(opus_test::job("a", 10, {"raw"}));
  const ProvenanceGraph undescribed = graph_of(bare_reader, {JobId{"a"}}, {});
  CHECK(values(edges(undescribed, ProvRelation::used).at(0).attributes, "prov:role") ==
        std::vector<std::string>{"raw"});
}

TEST_CASE("the same file in two roles is used twice, the same role once") {
  MemoryReader reader = opus_test::chain();
  opus::Job job = opus_test::job("z", 50, {"raw", "raw"});
  job.inputs.push_back(job.inputs[0]);
  job.inputs[2].name = "flat";
  reader.put(job);
  const ProvenanceGraph graph = graph_of(reader, {JobId{"z"}}, {});
  CHECK(edges(graph, ProvRelation::used).size() == 2);
  CHECK(edges(graph, ProvRelation::was_derived_from).size() == 1);
}

TEST_CASE("an input not fetched yet is not used yet") {
  MemoryReader reader;
  opus::Job job = opus_test::job("z", 50, {});
  job.phase = opus::Phase::queued;
  job.inputs = {{.name = "raw", .url = "https://example.org/raw.fits"}};
  job.results.clear();
  reader.put(job);
  CHECK(edges(graph_of(reader, {JobId{"z"}}, {.depth = k_all}), ProvRelation::used).empty());
}

TEST_CASE("who did it: the owner as operator with the plan, by means of the software") {
  MemoryReader reader = opus_test::chain();
  const ProvenanceGraph graph = graph_of(reader, {JobId{"a"}}, {});
  const std::string plan = "id:jdl-stack.1.2.000000000000";
  const auto associations = edges(graph, ProvRelation::was_associated_with);
  REQUIRE(associations.size() == 2);
  CHECK(associations[0].to == "id:user-alice");
  CHECK(associations[0].plan == plan);
  CHECK(values(associations[0].attributes, "prov:role") == std::vector<std::string>{"Operator"});
  CHECK(associations[1].to == "id:svc-opus-uws.0.1.0");
  CHECK(associations[1].plan.empty());
  const auto delegation = edges(graph, ProvRelation::acted_on_behalf_of);
  REQUIRE(delegation.size() == 1);
  CHECK(delegation[0].from == "id:svc-opus-uws.0.1.0");
  CHECK(delegation[0].to == "id:user-alice");
  CHECK(delegation[0].activity == "id:job-a");
  CHECK(value(node(graph, "id:user-alice"), "prov:type") == "prov:Person");
  CHECK(value(node(graph, "id:svc-opus-uws.0.1.0"), "prov:type") == "prov:SoftwareAgent");
  CHECK(value(node(graph, "id:svc-opus-uws.0.1.0"), "schema:softwareVersion") == "0.1.0");
  CHECK(has_edge(graph, ProvRelation::was_attributed_to, "id:store-a.2eout", "id:user-alice"));
  CHECK(has_edge(graph, ProvRelation::was_attributed_to, plan, "id:contact-bob.40example.2eorg"));
  check_closed(graph);
}

TEST_CASE("an anonymous job has its plan with the software, or alone before it ran") {
  MemoryReader reader = opus_test::chain();
  opus::Job job = opus_test::job("z", 50, {"raw"});
  job.owner.reset();
  reader.put(job);
  auto associations = edges(graph_of(reader, {JobId{"z"}}, {}), ProvRelation::was_associated_with);
  REQUIRE(associations.size() == 1);
  CHECK(associations[0].to == "id:svc-opus-uws.0.1.0");
  CHECK_FALSE(associations[0].plan.empty());

  job.software.clear();
  reader.put(job);
  associations = edges(graph_of(reader, {JobId{"z"}}, {}), ProvRelation::was_associated_with);
  REQUIRE(associations.size() == 1);
  CHECK(associations[0].to.empty());
  CHECK_FALSE(associations[0].plan.empty());

  const ProvenanceGraph nobody = graph_of(reader, {JobId{"z"}}, {.descriptions = false});
  CHECK(edges(nobody, ProvRelation::was_associated_with).empty());
}

TEST_CASE("agents, descriptions and configuration are left out where not wanted") {
  MemoryReader reader = opus_test::chain();
  const auto kinds = [&](const LineageQuery& query) {
    int agents = 0, plans = 0, parameters = 0;
    const ProvenanceGraph graph = graph_of(reader, {JobId{"a"}}, query);
    check_closed(graph);
    for (const opus::ProvNode& each : graph.nodes()) {
      agents += each.kind == ProvKind::agent;
      plans += each.id.rfind("id:jdl-", 0) == 0;
      parameters += each.id.rfind("id:par-", 0) == 0;
    }
    return std::array{agents, plans, parameters};
  };
  CHECK(kinds({}) == std::array{3, 1, 2});
  CHECK(kinds({.agents = false}) == std::array{0, 1, 2});
  CHECK(kinds({.descriptions = false}) == std::array{2, 0, 2});
  CHECK(kinds({.configuration = false}) == std::array{3, 1, 0});
}

TEST_CASE("the plan is the exact description: an edited one is another plan") {
  MemoryReader reader = opus_test::chain();
  opus::Job edited = opus_test::job("z", 50, {"a.out"});
  edited.description_hash = std::string(64, 'f');
  reader.put(edited);
  const ProvenanceGraph graph = graph_of(reader, {JobId{"z"}}, {.depth = k_all});
  const opus::ProvNode& plan = node(graph, "id:jdl-stack.1.2.000000000000");
  CHECK(values(plan.attributes, "prov:type") ==
        std::vector<std::string>{"prov:Plan", "voprov:ActivityDescription"});
  CHECK(value(plan, "voprov:name") == "stack");
  CHECK(value(plan, "voprov:version") == "1.2");
  CHECK(value(plan, "voprov:type") == "Reduction");
  CHECK(value(plan, "voprov:subtype") == "stacking");
  CHECK(value(plan, "voprov:description") == "Stacks images");
  CHECK(value(plan, "voprov:docurl") == "https://example.org/stack.html");
  CHECK(value(plan, "wfrun:sha256") == opus_test::stack_hash());
  // Its description is not in the store: what the job remembers is told.
  const opus::ProvNode& other = node(graph, "id:jdl-stack.1.2.ffffffffffff");
  CHECK(value(other, "voprov:version") == "1.2");
  CHECK(value(other, "voprov:description") == "(none)");
}

TEST_CASE("a saved description that this version cannot read is told by name and hash") {
  MemoryReader reader = opus_test::chain();
  opus::store::SavedDescription broken = opus_test::saved_stack();
  broken.json = "{";
  reader.put(broken);
  const ProvenanceGraph graph = graph_of(reader, {JobId{"a"}}, {});
  CHECK(value(node(graph, "id:jdl-stack.1.2.000000000000"), "voprov:description") == "(none)");
}

TEST_CASE("each description is read once, however many jobs it has") {
  MemoryReader reader = opus_test::diamond();
  const auto reads = [&](const LineageQuery& query) {
    const std::size_t before = reader.reads();
    graph_of(reader, {EntityId{"d.out"}}, query);
    return reader.reads() - before;
  };
  // The file, its job and what it used, the jobs behind it twice as many at a time, a description.
  CHECK(reads({.depth = k_all}) == 5);
}

TEST_CASE("the activity tells how the run went and what it cost") {
  MemoryReader reader = opus_test::chain();
  const opus::ProvNode done = node(graph_of(reader, {JobId{"a"}}, {}), "id:job-a");
  CHECK(done.start == opus_test::at(10));
  CHECK(done.end == opus_test::at(18));
  CHECK(value(done, "prov:type") == "voprov:Activity");
  CHECK(value(done, "opus:phase") == "COMPLETED");
  CHECK(value(done, "schema:actionStatus") == "schema:CompletedActionStatus");
  CHECK(value(done, "opus:host") == "node7");
  CHECK(value(done, "opus:exitCode") == "0");
  CHECK(value(done, "opus:maxRssBytes") == "7000000000");
  CHECK(value(done, "opus:userTimeMs") == "1500");
  CHECK(value(done, "opus:nativeId") == "4711");
  CHECK(value(done, "opus:command") == "stack --sigma 3.5 'inputs/raw 1.fits'");
  CHECK(value(done, "prov:location") == "(none)");

  opus::Job failed = opus_test::job("z", 50, {"raw"});
  failed.phase = opus::Phase::error;
  failed.error = opus::JobError{.message = "out of memory"};
  failed.facts.exit_code.reset();
  failed.facts.signal = 9;
  failed.facts.os = "Debian GNU/Linux 12 (bookworm)";
  failed.facts.kernel = "Linux 6.1 x86_64";
  failed.facts.allocation = {{"cpus", "4"}, {"nodes", "node[1-2]"}};
  failed.facts.container_image = "docker.io/library/debian:12";
  failed.facts.container_digest = "sha256:da61";
  failed.logs = {{"stderr", 12, "abcd"}};
  reader.put(failed);
  const opus::ProvNode dead = node(graph_of(reader, {JobId{"z"}}, {}), "id:job-z");
  CHECK(value(dead, "schema:actionStatus") == "schema:FailedActionStatus");
  CHECK(value(dead, "schema:error") == "out of memory");
  CHECK(value(dead, "opus:signal") == "9");
  CHECK(value(dead, "opus:os") == "Debian GNU/Linux 12 (bookworm)");
  CHECK(value(dead, "opus:kernel") == "Linux 6.1 x86_64");
  CHECK(value(dead, "opus:allocation") == "cpus=4");  // the first of them
  CHECK(value(dead, "opus:containerImage") == "docker.io/library/debian:12");
  CHECK(value(dead, "opus:containerDigest") == "sha256:da61");
  const opus::ProvNode log = node(graph_of(reader, {JobId{"z"}}, {}), "id:log-z.stderr");
  CHECK(value(log, "wfrun:sha256") == "abcd");
  CHECK(value(log, "schema:contentSize") == "12");
  CHECK(value(dead, "opus:exitCode") == "(none)");
}

TEST_CASE("every phase has an action status, but for ARCHIVED without error") {
  MemoryReader reader = opus_test::chain();
  for (const opus::Phase phase : opus::k_phases) {
    opus::Job job = opus_test::job("z", 50, {"raw"});
    job.phase = phase;
    reader.put(job);
    const std::string status =
        value(node(graph_of(reader, {JobId{"z"}}, {}), "id:job-z"), "schema:actionStatus");
    CHECK((status == "(none)") == (phase == opus::Phase::archived));
  }
}

TEST_CASE("parameters are entities of their job; defaults are marked; odd values are kept apart") {
  MemoryReader reader = opus_test::chain();
  opus::Job job = opus_test::job("z", 50, {"raw"});
  job.parameters.push_back({.name = "note", .value = ""});
  job.parameters.push_back({.name = "sigma", .value = "4"});
  job.parameters.push_back({.name = "\xC3\xA9 t", .value = std::string(100, 'x')});
  reader.put(job);
  const ProvenanceGraph graph = graph_of(reader, {JobId{"z"}}, {});
  const opus::ProvNode& sigma = node(graph, "id:par-z.sigma");
  CHECK(value(sigma, "prov:type") == "voprov:Parameter");
  CHECK(value(sigma, "prov:label") == "sigma = 3.5");
  CHECK(value(sigma, "prov:value") == "3.5");
  CHECK(value(sigma, "opus:origin") == "given");
  CHECK(value(node(graph, "id:par-z.method"), "opus:origin") == "default");
  CHECK(value(node(graph, "id:par-z.note"), "prov:value") == "opus:empty");
  CHECK(value(node(graph, "id:par-z.sigma.n2"), "prov:value") == "4");
  const opus::ProvNode& odd = node(graph, "id:par-z..c3.a9.20t");
  CHECK(value(odd, "voprov:name") == "\xC3\xA9 t");
  CHECK(value(odd, "prov:value").size() == 100);
  CHECK(value(odd, "prov:label").size() < 70);
  const auto influences = edges(graph, ProvRelation::was_influenced_by);
  REQUIRE(influences.size() == 5);
  CHECK(influences[0].from == "id:job-z");
  CHECK(values(influences[0].attributes, "prov:type") ==
        std::vector<std::string>{"voprov:ConfigurationRelation"});
  CHECK(values(influences[0].attributes, "voprov:artefactType") ==
        std::vector<std::string>{"Parameter"});
}

TEST_CASE("a file that was used is not told again as a parameter, one not fetched yet is") {
  MemoryReader reader = opus_test::chain();
  opus::Job job = opus_test::job("z", 50, {"raw"});
  job.inputs[0].name = "image";
  job.inputs.push_back({.name = "flat", .url = "https://example.org/flat.fits"});
  job.parameters = {{.name = "image", .value = "raw"},
                    {.name = "flat", .value = "https://example.org/flat.fits"}};
  reader.put(job);
  const ProvenanceGraph graph = graph_of(reader, {JobId{"z"}}, {});
  CHECK_FALSE(graph.find("id:par-z.image"));
  CHECK(graph.find("id:par-z.flat"));
}

TEST_CASE("with a base URL, jobs and files have locations below it") {
  MemoryReader reader = opus_test::chain();
  LineageQuery query{.base_url = "https://example.org/uws"};
  const ProvenanceGraph graph = graph_of(reader, {JobId{"b"}}, query);
  CHECK(value(node(graph, "id:job-b"), "prov:location") == "https://example.org/uws/rest/stack/b");
  CHECK(value(node(graph, "id:store-b.2eout"), "prov:location") ==
        "https://example.org/uws/rest/stack/b/results/stacked");
  // Its job is beyond the horizon.
  CHECK(graph.find("id:job-a") == nullptr);
  CHECK(value(node(graph, "id:store-a.2eout"), "prov:location") ==
        "https://example.org/uws/rest/stack/a/results/stacked");

  CHECK(value(node(graph_of(reader, {JobId{"a"}}, query), "id:store-raw"), "prov:location") ==
        "https://example.org/uws/rest/stack/a/parameters/raw");
  CHECK(value(node(graph_of(reader, {EntityId{"raw"}}, query), "id:store-raw"), "prov:location") ==
        "(none)");

  // Its job was deleted: it is still there for the one that uses it.
  reader.erase(JobId{"a"});
  CHECK(value(node(graph_of(reader, {JobId{"b"}}, query), "id:store-a.2eout"), "prov:location") ==
        "https://example.org/uws/rest/stack/b/parameters/raw");
}

TEST_CASE("a fetched file is located where it came from, an invalidated result nowhere") {
  MemoryReader reader = opus_test::chain();
  opus::Entity raw = opus_test::upload("raw");
  raw.source_url = "https://user:pw@archive.example.org/raw.fits?band=K&token=hunter2";
  raw.invalidated = opus_test::at(99);
  reader.put(raw);
  opus::Job a = opus_test::job("a", 10, {"raw"});
  a.results[0].entity.invalidated = opus_test::at(100);
  reader.put(a);
  const ProvenanceGraph graph = graph_of(reader, {JobId{"a"}}, {.base_url = "https://example.org"});
  CHECK(value(node(graph, "id:store-raw"), "prov:location") ==
        "https://archive.example.org/raw.fits?band=K");
  CHECK(value(node(graph, "id:store-a.2eout"), "prov:location") == "(none)");
}

TEST_CASE("PROV-G-08: no secrets in a lineage") {
  MemoryReader reader = opus_test::chain();
  opus::Job job = opus_test::job("z", 50, {"raw"});
  const std::string url = "https://me:s3cr3t@example.org/x?api_key=s3cr3t&n=1";
  job.parameters = {{.name = "db_password", .value = "s3cr3t"}, {.name = "source", .value = url}};
  job.inputs.push_back({.name = "mask", .url = "https://example.org/m?Signature=s3cr3t"});
  job.command = {"stack", "--password=s3cr3t", url, "https://example.org/m?Signature=s3cr3t"};
  reader.put(job);
  const ProvenanceGraph graph = graph_of(reader, {JobId{"z"}}, {});
  for (const std::string& document : {opus::to_prov_json(graph), opus::to_prov_n(graph)}) {
    CHECK(document.find("s3cr3t") == std::string::npos);
    CHECK(document.find("hunter2") == std::string::npos);  // in the description's environment
  }
  CHECK(value(node(graph, "id:par-z.db_password"), "prov:value") == "opus:withheld");
  CHECK(value(node(graph, "id:job-z"), "opus:command") ==
        "stack '--password=***' 'https://example.org/x?n=1' https://example.org/m");
  CHECK(values(node(graph, "id:jdl-stack.1.2.000000000000").attributes, "opus:environment") ==
        std::vector<std::string>{"OMP_NUM_THREADS=4"});
}

TEST_CASE("the ids' namespace is the service's own") {
  MemoryReader reader = opus_test::chain();
  const auto graph = lineage(reader, {JobId{"a"}}, {}, {.base = "https://example.org/prov/id/"});
  CHECK(graph->prefixes.at("id") == "https://example.org/prov/id/");
  CHECK(graph_of(reader, {JobId{"a"}}, {}).prefixes.at("id") == "urn:opus-uws:");
}

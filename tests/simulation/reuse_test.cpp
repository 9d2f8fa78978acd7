// Reuse (spec/provenance.md §6.1): an identical request gets the results of an earlier job.
#include <atomic>
#include <fstream>

#include <opus/reproduction.hpp>

#include "tests/simulation/rig.hpp"
#include "tests/support/files_below.hpp"

using namespace opus_test;
using opus::Phase;
using opus::ProvRelation;
using opus::Reuse;

namespace {

/// A service with a job in C++, "double": the file it is given, twice, and then its word.
class ReuseRig : public SimulationRig {
 public:
  std::atomic<int> runs = 0;
  std::atomic<bool> fails = false;

  explicit ReuseRig(Reuse reuse = Reuse::quick) : reuse_(reuse) { open_again(); }

  void open_again() {
    opus::JobDescription twice;
    twice.name = "double";
    twice.reuse = reuse_;
    twice.parameters = {{.name = "word", .default_value = "end"}};
    twice.inputs.resize(1);
    twice.inputs[0].name = "file";
    twice.inputs[0].multiplicity.min = 0;
    twice.results = {{.name = "out", .path = "out.txt"}};
    open([](auto& script) { script.run_for(1h); })
        .define(twice,
                [this](opus::TaskContext& task) -> opus::Result<void> {
                  ++runs;
                  std::string text = "nothing ";
                  if (const auto file = task.input("file")) text = TempFolder::read(*file);
                  OPUS_UWS_CHECK(
                      task.write_result("out", text + text + task.parameter("word").value_or("")));
                  if (fails) return opus::Error{opus::Errc::internal, "told to"};
                  return {};
                })
        .value();
  }

  opus::JobRequest request(std::string_view content, std::string word = "end") {
    opus::JobRequest request{.description = "double", .parameters = {{"word", std::move(word)}}};
    if (!content.empty()) {
      const auto path = service().incoming_dir() / ("file" + std::to_string(++files_));
      std::ofstream{path} << content;
      request.uploads = {{.name = "file", .file_name = "in.txt", .path = path}};
    }
    return request;
  }

  opus::Job ended(opus::JobRequest request) {
    request.run = true;
    const opus::Job job = service().create(std::move(request)).value();
    return service().wait(job.id, k_patience).value();
  }

  std::string content_of(const opus::Job& job) {
    return TempFolder::read(service().content_path(job.results.at(0).entity).value());
  }

 private:
  Reuse reuse_;
  int files_ = 0;
};

bool has_edge(const opus::ProvenanceGraph& graph, ProvRelation relation, const std::string& from,
              const std::string& to) {
  for (const opus::ProvEdge& edge : graph.edges())
    if (edge.relation == relation && edge.from == from && edge.to == to) return true;
  return false;
}

std::string node(const opus::Job& job) { return "id:job-" + job.id.value; }
std::string node(const opus::JobResult& result) { return "id:store-" + result.entity.id.value; }

}  // namespace

TEST_CASE("an identical request gets the results of the job before as its own, without a run") {
  ReuseRig rig;
  const opus::Job first = rig.ended(rig.request("abc"));
  const opus::Job second = rig.ended(rig.request("abc"));
  CHECK(rig.runs == 1);
  CHECK(second.phase == Phase::completed);
  CHECK(second.id != first.id);
  CHECK(second.reuse_of == first.id);
  CHECK_FALSE(second.started);  // it did not run: quotes are made of what did
  CHECK(second.executor.empty());
  REQUIRE(second.results.size() == 1);
  CHECK(second.results[0].id == "out");
  CHECK(second.results[0].entity.id != first.results[0].entity.id);
  CHECK(second.results[0].entity.sha256 == first.results[0].entity.sha256);
  CHECK(second.results[0].entity.generated_by == second.id);
  CHECK(rig.content_of(second) == "abcabcend");
  CHECK(opus::compare_runs(rig.service(), first.id, second.id)->verdict ==
        opus::Verdict::undecided);  // it confirms nothing

  // The same once more after a restart, and without an input.
  rig.open_again();
  CHECK(rig.ended(rig.request("abc")).reuse_of == first.id);
  const opus::Job bare = rig.ended(rig.request(""));
  CHECK(rig.ended(rig.request("")).reuse_of == bare.id);
  CHECK(rig.runs == 2);
}

TEST_CASE("another parameter, input, owner or wish is another request") {
  ReuseRig rig;
  opus::JobRequest mine = rig.request("abc");
  mine.owner = "alice";
  const opus::Job first = rig.ended(std::move(mine));
  CHECK(rig.ended(rig.request("abd")).reuse_of.empty());
  CHECK(rig.ended(rig.request("abc", "stop")).reuse_of.empty());

  opus::JobRequest others = rig.request("abc");
  others.owner = "bob";  // he may not see what is hers
  CHECK(rig.ended(std::move(others)).reuse_of.empty());

  opus::JobRequest anew = rig.request("abc");
  anew.owner = "alice";
  anew.reuse = false;
  const opus::Job refused = rig.ended(std::move(anew));
  CHECK(refused.reuse_of.empty());
  CHECK(refused.run_anew);

  opus::JobRequest again = rig.request("abc");
  again.owner = "alice";
  again.rerun_of = first.id;  // what is to be reproduced must be run
  CHECK(rig.ended(std::move(again)).reuse_of.empty());
  CHECK(rig.runs == 6);

  // What belongs to nobody is everybody's.
  const opus::Job nobodys = rig.ended(rig.request("xyz"));
  opus::JobRequest hers = rig.request("xyz");
  hers.owner = "alice";
  const opus::Job given = rig.ended(std::move(hers));
  CHECK(given.reuse_of == nobodys.id);
  CHECK(given.results.at(0).entity.owner == "alice");
}

TEST_CASE("a description that does not say so has its jobs run") {
  ReuseRig rig{Reuse::never};
  CHECK(rig.ended(rig.request("abc")).request_hash.empty());
  CHECK(rig.ended(rig.request("abc")).reuse_of.empty());
  CHECK(rig.runs == 2);
}

TEST_CASE("failed jobs are never reused") {
  ReuseRig rig;
  rig.fails = true;
  CHECK(rig.ended(rig.request("abc")).phase == Phase::error);
  rig.fails = false;
  const opus::Job second = rig.ended(rig.request("abc"));
  CHECK(second.phase == Phase::completed);
  CHECK(second.reuse_of.empty());
  CHECK(rig.runs == 2);
}

TEST_CASE("results that are given outlive the job that generated them, and are given again") {
  ReuseRig rig;
  const opus::Job first = rig.ended(rig.request("abc"));
  const opus::Job second = rig.ended(rig.request("abc"));
  rig.service().destroy(first.id).value();
  eventually([&] {
    return !std::filesystem::exists(rig.folder() / "data" / first.results[0].entity.location);
  });
  CHECK(rig.content_of(second) == "abcabcend");
  const opus::Job third = rig.ended(rig.request("abc"));
  CHECK(third.reuse_of == first.id);  // who generated them
  rig.service().destroy(second.id).value();
  CHECK(rig.content_of(third) == "abcabcend");
  CHECK(rig.runs == 1);
}

TEST_CASE("what is no longer as it was is not given: the job is run") {
  const auto reuse = GENERATE(Reuse::quick, Reuse::verified);
  ReuseRig rig{reuse};
  const opus::Job first = rig.ended(rig.request("abc"));
  const auto file = rig.service().content_path(first.results.at(0).entity).value();
  std::ofstream{file} << "XXXXXXXXX";  // of the same size
  CHECK(rig.ended(rig.request("abc")).reuse_of.empty() == (reuse == Reuse::verified));
  for (const opus::JobSummary& job : rig.service().list({.description = "double"}).value()) {
    const opus::Job one = rig.service().get(job.id).value();
    const auto path = rig.service().content_path(one.results.at(0).entity).value();
    std::filesystem::remove(path);
    std::ofstream{path} << "shorter";
  }
  const int before = rig.runs;
  const opus::Job last = rig.ended(rig.request("abc"));
  CHECK(last.reuse_of.empty());
  CHECK(rig.runs == before + 1);
  CHECK(rig.content_of(last) == "abcabcend");
}

TEST_CASE("a job that waited for another one's results may then be given earlier ones") {
  ReuseRig rig;
  const auto chain = [&] {
    const opus::Job head = rig.service().create(rig.request("abc")).value();
    const opus::Job tail = rig.service()
                               .create({.description = "double",
                                        .parameters = {{"file", "job:" + head.id.value + "/out"}},
                                        .run = true})
                               .value();
    CHECK(tail.phase == Phase::held);
    rig.service().run(head.id).value();
    return until(rig.service(), tail.id, Phase::completed);
  };
  const opus::Job one = chain();
  CHECK(one.reuse_of.empty());
  const opus::Job two = chain();
  CHECK(two.reuse_of == one.id);
  CHECK(rig.runs == 2);
  CHECK(rig.content_of(two) == "abcabcendabcabcendend");
}

TEST_CASE("provenance says what was reused, and leads to who generated it and to what was spoilt") {
  ReuseRig rig;
  const opus::Job first = rig.ended(rig.request("abc"));
  const opus::Job second = rig.ended(rig.request("abc"));
  opus::LineageQuery query{.depth = std::nullopt};
  const auto up = rig.service().provenance(second.results[0].entity.id, query).value();
  // The new job did not generate the file; the first generator is kept.
  CHECK_FALSE(has_edge(up, ProvRelation::was_generated_by, node(second.results[0]), node(second)));
  CHECK(has_edge(up, ProvRelation::was_generated_by, node(first.results[0]), node(first)));
  CHECK(has_edge(up, ProvRelation::was_influenced_by, node(second), node(first)));
  CHECK(has_edge(up, ProvRelation::was_informed_by, node(second), node(first)));
  CHECK(has_edge(up, ProvRelation::was_influenced_by, node(second.results[0]), node(second)));
  CHECK(has_edge(up, ProvRelation::was_derived_from, node(second.results[0]),
                 node(first.results[0])));
  CHECK(up.find("id:store-" + first.inputs.at(0).entity.value) != nullptr);

  const auto direct = rig.service().provenance(second.results[0].entity.id, {.depth = 1}).value();
  CHECK(direct.find(node(first)) != nullptr);  // PROV-SAP-18: the generating job at depth 1

  query.direction = opus::LineageQuery::Direction::downstream;
  const auto of_input = rig.service().provenance(first.inputs.at(0).entity, query).value();
  CHECK(of_input.find(node(second.results[0])) != nullptr);
  const auto of_result = rig.service().provenance(first.results[0].entity.id, query).value();
  CHECK(of_result.find(node(second.results[0])) != nullptr);

  // It is told, too, when the first job was deleted.
  rig.service().destroy(first.id).value();
  eventually([&] { return rig.service().get(first.id).error().code == opus::Errc::not_found; });
  query.direction = opus::LineageQuery::Direction::upstream;
  CHECK(rig.service().provenance(second.id, query)->find(node(first)) != nullptr);
}

TEST_CASE("who aborts a job, and why, is told; its environment and logs, too") {
  ReuseRig rig;
  const opus::Job job = rig.create("alice");
  rig.submitted(1);
  rig.service().abort(job.id, {"root", "the disk is full"}).value();
  const opus::Job aborted = until(rig.service(), job.id, Phase::aborted);
  CHECK(aborted.aborted);
  CHECK(aborted.aborted_by == "root");
  CHECK(aborted.abort_reason == "the disk is full");
  const auto text_of = [&](bool agents) {
    return to_prov_n(rig.service().provenance(job.id, {.agents = agents}).value());
  };
  CHECK(text_of(true).find("opus:abortedBy=\"root\"") != std::string::npos);
  CHECK(text_of(true).find("opus:abortReason=\"the disk is full\"") != std::string::npos);
  CHECK(text_of(false).find("root") == std::string::npos);
  CHECK(rig.service().history(job.id)->back().kind != "created");

  const opus::Job ran = rig.ended(rig.request("abc"));
  CHECK_FALSE(ran.facts.os.empty());
  CHECK_THAT(ran.facts.kernel, Catch::StartsWith("Linux "));
}

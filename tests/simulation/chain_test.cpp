// Jobs that wait for the results of others, on a clock that only moves when told.
#include <fstream>

#include "tests/simulation/rig.hpp"

using namespace opus_test;
using opus::Job;
using opus::JobId;
using opus::Phase;

namespace {

/// A service whose jobs take an hour; the test writes what they leave.
class ChainRig : public SimulationRig {
 public:
  explicit ChainRig(unsigned max_executing = 8) : SimulationRig(max_executing) { start(); }

  void start() {
    open([](auto& script) { script.run_for(1h).exit_with(0); });
    opus::JobDescription description = scripted_description("step");
    description.execution_duration = 0s;
    description.inputs = {{.name = "from", .multiplicity = {0, std::nullopt}}};
    description.results = {
        {.name = "out", .path = "out.txt", .multiplicity = {0, 1}},
        {.name = "more", .path = "more-*.txt", .multiplicity = {0, std::nullopt}}};
    service().define(description).value();
  }

  static std::string ref(const Job& job, const std::string& result = "out") {
    return "job:" + job.id.value + '/' + result;
  }
  opus::JobRequest request(const std::vector<std::string>& from, bool run = true) const {
    opus::JobRequest request{.description = "step", .run = run};
    for (const std::string& one : from) request.parameters.emplace_back("from", one);
    return request;
  }
  Job step(const std::vector<std::string>& from = {}, bool run = true) {
    return service().create(request(from, run)).value();
  }
  /// Why a request is refused.
  std::string refused(const std::vector<std::string>& from) {
    const auto job = service().create(request(from));
    REQUIRE_FALSE(job);
    CHECK(job.error().code == opus::Errc::invalid_argument);
    CHECK(job.error().faults.at(0).field == "from");
    return job.error().faults.at(0).expected;
  }

  Job get(const Job& job) { return service().get(job.id).value(); }
  Phase phase(const Job& job) { return get(job).phase; }
  std::string message(const Job& job) {
    return until(service(), job.id, Phase::error).error->message;
  }

  /// The job leaves this file when it ends.
  void leave(const Job& job, const std::string& text, const std::string& file = "out.txt") {
    until(service(), job.id, Phase::executing);
    for (const auto& task : executor->submitted())
      if (task.job == job.id) std::ofstream{task.work_dir / file} << text;
  }
  Job complete(const Job& job, const std::string& text) {
    leave(job, text);
    clock->advance(1h);
    return until(service(), job.id, Phase::completed);
  }
  std::string staged(const Job& job) {
    until(service(), job.id, Phase::executing);
    std::string text;
    for (const auto& task : executor->submitted())
      if (task.job == job.id)
        for (const auto& input : task.inputs) text += TempFolder::read(input.path);
    return text;
  }
};

}  // namespace

TEST_CASE("a job is HELD until the result of another exists, then goes on by itself",
          "[simulation]") {
  ChainRig rig;
  const Job first = rig.step();
  const Job second = rig.step({ChainRig::ref(first)});
  CHECK(second.phase == Phase::held);  // UWS-RUN-02: never PENDING once RUN is answered
  CHECK(second.queued == second.created);
  REQUIRE(second.inputs.size() == 1);
  CHECK(second.inputs[0].entity.empty());
  CHECK(second.inputs[0].url == ChainRig::ref(first));
  const opus::UwsLinks links{"http://x"};
  const std::string waits = "result 'out' of job " + first.id.value;
  CHECK(to_uws_xml(second, links).find("<waitingFor>" + waits) == std::string::npos);  // quoted
  CHECK(to_uws_xml(second, links).find("of job " + first.id.value + "</waitingFor>") !=
        std::string::npos);
  CHECK(to_json(second, links).find("\"waitingFor\":\"" + waits + "\"") != std::string::npos);

  CHECK(rig.service().run(second.id)->phase == Phase::held);  // asking again changes nothing
  CHECK(rig.get(second) == second);
  CHECK(rig.executor->submitted().size() <= 1);

  const Job done = rig.complete(first, "stars");
  const Job running = until(rig.service(), second.id, Phase::executing);
  CHECK(rig.staged(second) == "stars");
  CHECK(running.inputs.at(0).entity == done.results.at(0).entity.id);
  CHECK(running.inputs.at(0).used.has_value());
  CHECK(to_uws_xml(running, links).find("waitingFor") == std::string::npos);
  rig.clock->advance(1h);
  until(rig.service(), second.id, Phase::completed);

  // The second job used what the first generated (ProvenanceDM: used, wasGeneratedBy).
  opus::LineageQuery query;
  query.depth = std::nullopt;
  const auto graph = rig.service().provenance(second.id, query).value();
  CHECK(graph.find("id:job-" + first.id.value) != nullptr);
  const auto has = [&](opus::ProvRelation relation, const std::string& from) {
    return std::any_of(graph.edges().begin(), graph.edges().end(), [&](const auto& edge) {
      return edge.relation == relation && edge.from.find(from) != std::string::npos;
    });
  };
  CHECK(has(opus::ProvRelation::used, second.id.value));
  CHECK(has(opus::ProvRelation::was_generated_by, done.results[0].entity.id.value));
}

TEST_CASE("a result that exists already is used at once, by name or by number", "[simulation]") {
  ChainRig rig;
  const Job first = rig.step();
  rig.leave(first, "a", "more-1.txt");
  rig.leave(first, "b", "more-2.txt");
  rig.complete(first, "c");
  const Job second = rig.step(
      {ChainRig::ref(first, "more"), ChainRig::ref(first, "more.2"), ChainRig::ref(first)});
  CHECK(second.phase == Phase::queued);
  CHECK(rig.staged(second) == "abc");
}

TEST_CASE("a diamond of jobs: the last one waits for both ways", "[simulation]") {
  ChainRig rig;
  const Job top = rig.step();
  const Job left = rig.step({ChainRig::ref(top)});
  const Job right = rig.step({ChainRig::ref(top)});
  const Job bottom = rig.step({ChainRig::ref(left), ChainRig::ref(right), ChainRig::ref(top)});
  rig.complete(top, "t");
  rig.leave(left, "l");
  rig.leave(right, "r");
  const Job waiting = rig.get(bottom);
  CHECK(waiting.phase == Phase::held);
  CHECK_FALSE(waiting.inputs.at(2).entity.empty());  // what is there is its own already
  rig.clock->advance(1h);
  until(rig.service(), left.id, Phase::completed);
  until(rig.service(), right.id, Phase::completed);
  CHECK(rig.staged(bottom) == "lrt");
}

TEST_CASE("a long chain runs to its end, or fails to its end", "[simulation]") {
  ChainRig rig;
  std::vector<Job> chain{rig.step()};
  for (int i = 0; i < 30; ++i) chain.push_back(rig.step({ChainRig::ref(chain.back())}));
  SECTION("well") {
    for (const Job& job : chain) rig.complete(job, "x");
  }
  SECTION("the first fails") {
    rig.service().abort(chain.front().id).value();
    for (std::size_t i = 1; i < chain.size(); ++i) {
      CHECK(rig.phase(chain[i]) == Phase::error);  // together with the first
      CHECK(rig.message(chain[i]).size() < 500);
    }
    CHECK(rig.message(chain.back()).find("job " + chain[29].id.value) != std::string::npos);
  }
}

TEST_CASE("a job whose input will never exist ends ERROR and says why", "[simulation]") {
  ChainRig rig;
  const Job first = rig.step();
  const Job second = rig.step({ChainRig::ref(first)});
  const std::string begin =
      "input from: result 'out' of job " + first.id.value + " will never exist: ";
  SECTION("the other fails") {
    until(rig.service(), first.id, Phase::executing);
    eventually([&] { return rig.executor->sink() != nullptr; });
    opus::Outcome outcome;
    outcome.facts.exit_code = 3;
    rig.leave(first, "half");
    rig.executor->sink()->on_finished(first.id, outcome);
    CHECK(rig.message(second) == begin + "that job ended ERROR: the code exited with code 3");
    // The same for one that comes later.
    const Job late = rig.step({ChainRig::ref(first)});
    CHECK(late.phase == Phase::error);
    CHECK(late.error == rig.get(second).error);
  }
  SECTION("the other is aborted") {
    rig.service().abort(first.id).value();
    CHECK(rig.message(second) == begin + "that job ended ABORTED");
  }
  SECTION("the other is deleted") {
    rig.service().destroy(first.id).value();
    CHECK(rig.message(second) == begin + "that job was deleted");
  }
  SECTION("the other ends without it") {
    until(rig.service(), first.id, Phase::executing);
    rig.leave(first, "m", "more-1.txt");
    rig.clock->advance(1h);
    CHECK(rig.message(second) == begin + "that job ended COMPLETED without it; it has more");
  }
  CHECK(rig.get(second).error->kind == opus::ErrorKind::fatal);
  CHECK(rig.get(second).ended.has_value());
}

TEST_CASE("a PENDING job may be waited for; deleting it ends those that wait", "[simulation]") {
  ChainRig rig;
  const Job first = rig.step({}, false);
  const Job second = rig.step({ChainRig::ref(first)});
  CHECK(second.phase == Phase::held);
  SECTION("it is run later") {
    rig.service().run(first.id).value();
    rig.complete(first, "x");
    CHECK(rig.staged(second) == "x");
  }
  SECTION("it is deleted") {
    rig.service().destroy(first.id).value();
    CHECK(rig.message(second).find("was deleted") != std::string::npos);
  }
}

TEST_CASE("references that can never be right are refused and change nothing", "[simulation]") {
  ChainRig rig;
  const Job first = rig.step();
  CHECK(rig.refused({"job:123/out"}) == "a result as job:<job id>/<result id>");
  CHECK(rig.refused({"JOB:" + first.id.value}) == "a result as job:<job id>/<result id>");
  CHECK(rig.refused({"job:01890a5d-ac96-774b-bcce-b302099a8057/out"}) ==
        "a result of a job that exists");
  CHECK(rig.refused({ChainRig::ref(first, "nothing")}) == "one of the results out, more");
  CHECK(rig.refused({ChainRig::ref(first, "out.x")}) == "one of the results out, more");
  rig.service().destroy(first.id).value();
  CHECK(rig.refused({ChainRig::ref(first)}) == "a result of a job that exists");
  const Job other = rig.service().create({.description = "step", .owner = "alice"}).value();
  CHECK(rig.refused({ChainRig::ref(other)}) == "a result of a job that exists");  // not to others
  auto own = rig.request({ChainRig::ref(other)});
  own.owner = "alice";
  CHECK(rig.service().create(own)->phase == Phase::held);
}

TEST_CASE("jobs cannot wait for each other in a circle", "[simulation]") {
  ChainRig rig;
  const Job a = rig.step({}, false);
  const Job b = rig.step({ChainRig::ref(a)}, false);
  const Job c = rig.step({ChainRig::ref(b)});
  CHECK(rig.service().run(b.id)->phase == Phase::held);
  for (const Job& upstream : {a, b, c}) {
    rig.service().update(a.id, {.parameters = {{"from", ChainRig::ref(upstream)}}}).value();
    const Job before = rig.get(a);
    const auto run = rig.service().run(a.id);
    REQUIRE_FALSE(run);
    CHECK(run.error().code == opus::Errc::invalid_argument);
    CHECK(run.error().faults.at(0).field == "from");
    CHECK(rig.get(a) == before);
  }
  rig.service().update(a.id, {.parameters = {{"from", ChainRig::ref(rig.step())}}}).value();
  CHECK(rig.service().run(a.id)->phase == Phase::held);
}

TEST_CASE("a waiting job can be aborted, deleted, and reaches its destruction", "[simulation]") {
  ChainRig rig;
  const Job first = rig.step();
  const Job aborted = rig.step({ChainRig::ref(first)});
  const Job after = rig.step({ChainRig::ref(aborted)});
  const Job deleted = rig.step({ChainRig::ref(first)});
  const Job due = rig.step({ChainRig::ref(first)});
  const Job gone = rig.service().abort(aborted.id).value();
  CHECK(gone.phase == Phase::aborted);
  CHECK_FALSE(gone.stopping);  // nothing of it ever ran
  CHECK(rig.message(after).find("ended ABORTED") != std::string::npos);
  rig.service().destroy(deleted.id).value();
  rig.service().update(due.id, {.destruction = rig.clock->now() + 1min}).value();
  rig.clock->advance(1min);
  eventually([&] { return !rig.service().get(due.id); });
  until(rig.service(), first.id, Phase::executing);  // else the hour may be over before it starts
  rig.clock->advance(1h);
  until(rig.service(), first.id, Phase::completed);
  CHECK(rig.phase(aborted) == Phase::aborted);
  CHECK(rig.executor->submitted().size() == 1);
  CHECK(rig.executor->cancelled().empty());
}

TEST_CASE("waiting survives a restart, and is decided from the store alone", "[simulation]") {
  ChainRig rig;
  const Job first = rig.step();
  const Job second = rig.step({ChainRig::ref(first)});
  const Job third = rig.step({ChainRig::ref(second), ChainRig::ref(first)});
  until(rig.service(), first.id, Phase::executing);
  rig.close();
  rig.start();
  CHECK(rig.phase(second) == Phase::held);
  // The backend lost the first one: it is known to be an error, and so are the others.
  until(rig.service(), first.id, Phase::error);
  CHECK(rig.phase(second) == Phase::error);
  CHECK(rig.phase(third) == Phase::error);

  const Job fourth = rig.step({}, false);
  const Job fifth = rig.step({ChainRig::ref(fourth)});
  rig.close();
  rig.start();
  rig.service().run(fourth.id).value();
  rig.complete(fourth, "again");
  CHECK(rig.staged(fifth) == "again");
  CHECK(rig.get(fifth).inputs.at(0).url == ChainRig::ref(fourth));
}

TEST_CASE("what a waiting job needs stays when the job that made it is deleted", "[simulation]") {
  ChainRig rig;
  const Job first = rig.step();
  const Job slow = rig.step({}, false);
  const Job second = rig.step({ChainRig::ref(first), ChainRig::ref(slow)});
  const Job done = rig.complete(first, "kept");
  CHECK(rig.phase(second) == Phase::held);
  rig.service().destroy(first.id).value();
  const auto entity = [&] { return rig.service().entity(done.results[0].entity.id); };
  eventually([&] { return entity()->location.starts_with("uploads/"); });
  rig.service().run(slow.id).value();
  rig.complete(slow, "!");
  CHECK(rig.staged(second) == "kept!");
  rig.clock->advance(1h);
  until(rig.service(), second.id, Phase::completed);
  CHECK(TempFolder::read(rig.service().content_path(*entity()).value()) == "kept");
  rig.service().destroy(second.id).value();
  eventually([&] { return entity()->invalidated.has_value(); });
}

TEST_CASE("an archived job supplies no results any more", "[simulation]") {
  ChainRig rig;
  opus::JobDescription description = rig.service().description("step").value();
  description.name = "kept";
  description.on_destruction = opus::OnDestruction::archive;
  rig.service().define(description).value();
  const Job first = rig.service().create({.description = "kept", .run = true}).value();
  rig.complete(first, "x");
  rig.service().update(first.id, {.destruction = rig.clock->now() + 1min}).value();
  rig.clock->advance(1min);
  until(rig.service(), first.id, Phase::archived);
  CHECK(rig.message(rig.step({ChainRig::ref(first)})).find("its content was deleted") !=
        std::string::npos);
}

TEST_CASE("subscribers hear of the jobs that another's end released", "[simulation]") {
  ChainRig rig;
  std::mutex mutex;
  std::vector<std::pair<JobId, Phase>> seen;
  const auto subscription = rig.service().subscribe([&](const opus::JobChange& change) {
    const std::lock_guard lock{mutex};
    if (change.from != change.phase) seen.emplace_back(change.id, change.phase);
  });
  const Job first = rig.step({}, false);
  const Job second = rig.step({ChainRig::ref(first)});
  rig.service().abort(first.id).value();
  until(rig.service(), second.id, Phase::error);
  using Seen = std::vector<std::pair<JobId, Phase>>;
  const Seen expected{{first.id, Phase::pending},
                      {second.id, Phase::held},
                      {first.id, Phase::aborted},
                      {second.id, Phase::error}};
  eventually([&] {
    const std::lock_guard lock{mutex};
    return seen.size() == expected.size();
  });
  const std::lock_guard lock{mutex};
  CHECK(seen == expected);
}

// Descriptions from outside: pending, decided, kept over restarts; jobs keep the version they have.
#include "tests/simulation/rig.hpp"

using namespace opus_test;
using opus::Errc;
using opus::Phase;
using opus::VersionState;

namespace {

opus::JobDescription submission(const std::string& version, std::string name = "survey") {
  opus::JobDescription description = scripted_description(std::move(name));
  description.version = version;
  description.annotation = "as of " + version;
  return description;
}

std::vector<VersionState> states(const opus::Service& service, std::string_view name = "survey") {
  std::vector<VersionState> states;
  for (const auto& version : service.history(name).value()) states.push_back(version.state);
  return states;
}

}  // namespace

TEST_CASE("what is submitted is offered once it is validated, and after every restart",
          "[simulation]") {
  SimulationRig rig;
  rig.open();
  const auto first = rig.service().submit(submission("1"), "alice").value();
  CHECK(first.number == 1);
  CHECK(first.state == VersionState::pending);
  CHECK(first.author == "alice");
  CHECK(first.submitted == rig.clock->now());
  CHECK(rig.service().create({.description = "survey"}).error().code == Errc::not_found);
  CHECK(rig.service().description("survey", first.hash)->version == "1");

  rig.clock->advance(1s);
  const auto offered = rig.service().validate("survey", 1).value();
  CHECK(offered.state == VersionState::offered);
  CHECK(offered.decided == rig.clock->now());
  const opus::Job job = rig.service().create({.description = "survey"}).value();
  CHECK(job.description_hash == first.hash);

  rig.service().submit(submission("2"), {}).value();
  CHECK(rig.service().description("survey")->version == "1");
  rig.service().validate("survey", 2).value();
  CHECK(rig.service().description("survey")->version == "2");
  CHECK(states(rig.service()) == std::vector{VersionState::replaced, VersionState::offered});
  CHECK(rig.service().description_of(job.id)->version == "1");

  rig.close();
  rig.open();
  CHECK(rig.service().description("survey")->version == "2");
  CHECK(rig.service().description_of(job.id)->version == "1");
  const auto restored = rig.service().restore("survey", 1, "bob").value();
  CHECK(restored.number == 3);
  CHECK(restored.hash == first.hash);
  CHECK(restored.reason == "restores version 1");
  CHECK(rig.service().description("survey")->version == "1");
  CHECK(rig.service().restore("survey", 3, {})->number == 3);  // it is offered already

  rig.service().undefine("survey").value();
  CHECK(rig.service().create({.description = "survey"}).error().code == Errc::not_found);
  CHECK(rig.service().get(job.id).value() == job);
  CHECK(rig.service().undefine("survey").error().code == Errc::not_found);
  rig.close();
  rig.open();
  CHECK(rig.service().description("survey").error().code == Errc::not_found);
  CHECK(states(rig.service()) ==
        std::vector{VersionState::replaced, VersionState::replaced, VersionState::removed});
}

TEST_CASE("a rejection has a reason, and is final", "[simulation]") {
  SimulationRig rig;
  rig.open();
  rig.service().submit(submission("1"), {}).value();
  CHECK(rig.service().reject("survey", 1, "  ").error().faults.at(0).field == "reason");
  CHECK(rig.service().reject("survey", 1, std::string(2001, 'x')).error().code ==
        Errc::invalid_argument);
  CHECK(rig.service().reject("survey", 2, "no").error().code == Errc::not_found);
  CHECK(rig.service().reject("nosuch", 1, "no").error().code == Errc::not_found);
  const auto rejected = rig.service().reject("survey", 1, "it deletes data").value();
  CHECK(rejected.state == VersionState::rejected);
  CHECK(rejected.reason == "it deletes data");
  CHECK(rig.service().reject("survey", 1, "again").error().code == Errc::conflict);
  CHECK(rig.service().validate("survey", 1).error().code == Errc::conflict);
  CHECK(rig.service().restore("survey", 1, {}).error().code == Errc::conflict);
  // The same content may be submitted again, and is decided again.
  CHECK(rig.service().submit(submission("1"), {})->number == 2);
}

TEST_CASE("a submission is checked, bounded in number, and idempotent", "[simulation]") {
  SimulationRig rig;
  rig.config().max_pending_descriptions = 2;
  rig.open();
  CHECK(rig.service().submit(submission("1", "../evil"), {}).error().faults.at(0).field == "name");
  opus::JobDescription function = submission("1");
  function.executor = "function";
  function.command.clear();
  CHECK(rig.service().submit(function, {}).error().faults.at(0).field == "executor");
  CHECK(rig.service().submit(submission("1"), {})->number == 1);
  CHECK(rig.service().submit(submission("1"), "other")->number == 1);
  CHECK(rig.service().submit(submission("2"), {})->number == 2);
  CHECK(rig.service().submit(submission("3"), {}).error().code == Errc::limit_exceeded);
  CHECK(rig.service().versions()->size() == 3);  // with "sim", which the rig defines
}

TEST_CASE("a file that did not change does not undo what was decided; one that did counts",
          "[simulation]") {
  SimulationRig rig;
  rig.open();
  CHECK(rig.service().adopt(submission("file")).value());
  rig.service().submit(submission("better"), {}).value();
  rig.service().validate("survey", 2).value();
  rig.close();
  rig.open();
  CHECK_FALSE(rig.service().adopt(submission("file")).value());
  CHECK(rig.service().description("survey")->version == "better");
  rig.service().undefine("survey").value();
  CHECK_FALSE(rig.service().adopt(submission("file")).value());
  CHECK(rig.service().description("survey").error().code == Errc::not_found);
  CHECK(rig.service().adopt(submission("changed file")).value());
  CHECK(rig.service().description("survey")->version == "changed file");
  // The host's own define() always counts.
  rig.service().define(submission("file")).value();
  CHECK(rig.service().description("survey")->version == "file");
  rig.close();
  // A file that is gone is no longer offered, and its history says so.
  rig.open();
  CHECK(rig.service().description("survey").error().code == Errc::not_found);
  CHECK(states(rig.service()).back() == VersionState::removed);
}

TEST_CASE("a pending description can be tried within the operator's limit", "[simulation]") {
  SimulationRig rig;
  rig.config().trial_duration_max = 60s;
  rig.open([](auto& executor) { executor.run_for(1h).exit_with(0); });
  const std::string hash = rig.service().submit(submission("1"), {})->hash;
  const opus::Job job =
      rig.service()
          .create({.description = "survey", .execution_duration = 0s, .run = true, .trial = hash})
          .value();
  CHECK(job.description_hash == hash);
  CHECK(job.execution_duration == 60s);
  CHECK(rig.service().update(job.id, {.execution_duration = 1000s})->execution_duration == 60s);
  until(rig.service(), job.id, Phase::executing);
  rig.clock->advance(60s);
  until(rig.service(), job.id, Phase::aborted);

  const opus::Job waiting = rig.service().create({.description = "survey", .trial = hash}).value();
  rig.service().reject("survey", 1, "too slow").value();
  const auto refused = rig.service().run(waiting.id);
  CHECK(refused.error().code == Errc::conflict);
  CHECK(refused.error().message.find("too slow") != std::string::npos);
  CHECK(rig.service().create({.description = "survey", .trial = hash}).error().code ==
        Errc::conflict);
  CHECK(rig.service().create({.description = "survey", .trial = "feed"}).error().code ==
        Errc::not_found);
}

TEST_CASE("whichever write fails, a decision is made or not made", "[faults]") {
  bool fired = true;
  for (int n = 0; fired; ++n) {
    CAPTURE(n);
    REQUIRE(n < 100);
    SimulationRig rig;
    rig.open();
    rig.service().submit(submission("1"), {}).value();
    rig.service().validate("survey", 1).value();
    rig.service().submit(submission("2"), {}).value();
    rig.faults->fail_after(n);
    const bool validated = rig.service().validate("survey", 2).has_value();
    const bool removed = validated && rig.service().undefine("survey").has_value();
    fired = rig.faults->fired();
    const auto version = rig.service().description("survey");
    rig.close();
    rig.faults->heal();
    rig.open();
    const auto again = rig.service().description("survey");
    CHECK(again.has_value() == !removed);
    if (again) CHECK(again->version == (validated ? "2" : "1"));
    CHECK(version.has_value() == again.has_value());
  }
}

TEST_CASE("an executor is told whether a description came from outside", "[simulation]") {
  SimulationRig rig;
  opus::Service& service = rig.open();
  const auto from_outside = [&](const std::string& name) {
    const opus::JobId id = service.create({.description = name, .run = true}).value().id;
    std::optional<bool> told;
    eventually([&] {
      for (const opus::Task& task : rig.executor->submitted())
        if (task.job == id) told = task.from_outside;
      return told.has_value();
    });
    return *told;
  };
  CHECK_FALSE(from_outside("sim"));
  service.submit(submission("1"), "carol").value();
  service.validate("survey", 1).value();
  CHECK(from_outside("survey"));  // validated or not, the code is hers
  service.submit(submission("2"), "carol").value();
  service.validate("survey", 2).value();
  service.restore("survey", 1, "olga").value();
  CHECK(from_outside("survey"));
  // What the host defines it vouches for.
  service.define(submission("1", "survey")).value();
  CHECK_FALSE(from_outside("survey"));
}

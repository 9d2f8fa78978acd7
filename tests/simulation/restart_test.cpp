// Closing and opening again at every stage of a job: nothing lost, nothing run twice.
#include "tests/simulation/rig.hpp"

using namespace opus_test;
using opus::Attach;
using opus::Phase;

TEST_CASE("a job that runs is found again and its end is seen", "[simulation]") {
  SimulationRig rig;
  rig.open([](auto& executor) { executor.run_for(1h).exit_with(0); });
  const opus::Job job = rig.create();
  until(rig.service(), job.id, Phase::executing);
  rig.close();
  rig.open(
      [](auto& executor) { executor.run_for(1h).exit_with(0).answer_attach(Attach::attached); });
  CHECK(rig.service().get(job.id)->phase == Phase::executing);
  eventually([&] { return rig.executor->sink() != nullptr; });
  opus::Outcome outcome;
  outcome.facts.exit_code = 0;
  eventually([&] {
    rig.executor->sink()->on_finished(job.id, outcome);
    return rig.service().get(job.id)->phase == Phase::completed;
  });
  CHECK(rig.executor->submitted().empty());
}

TEST_CASE("a job the backend never saw is submitted once more, and only once", "[simulation]") {
  SimulationRig rig;
  rig.open([](auto& executor) {
    executor.fail_submit({opus::Error{opus::Errc::unavailable, "down", {}}});
  });
  const opus::Job job = rig.create();
  rig.close();
  rig.open(
      [](auto& executor) { executor.run_for(1s).exit_with(0).answer_attach(Attach::never_ran); });
  until(rig.service(), job.id, Phase::executing);
  CHECK(rig.executor->submitted().size() == 1);
}

TEST_CASE("a job whose fate cannot be learned is an ERROR that says so", "[simulation]") {
  SimulationRig rig;
  rig.open([](auto& executor) { executor.run_for(1h).exit_with(0); });
  const opus::Job job = rig.create();
  until(rig.service(), job.id, Phase::executing);
  rig.close();
  const Attach answer = GENERATE(Attach::unknown, Attach::never_ran);
  rig.open([&](auto& executor) { executor.answer_attach(answer); });
  const opus::Job lost = until(rig.service(), job.id, Phase::error);
  CHECK(lost.error->kind == opus::ErrorKind::transient);
  CHECK(lost.error->message.find("restarted") != std::string::npos);
  CHECK(rig.executor->submitted().empty());
}

TEST_CASE("an abort before the restart is still carried out", "[simulation]") {
  SimulationRig rig;
  rig.open([](auto& executor) { executor.run_for(1h).exit_with(0); });
  const opus::Job job = rig.create();
  until(rig.service(), job.id, Phase::executing);
  {
    // The abort is recorded; the executor of this service never gets to hear of it.
    rig.executor->stop();
    rig.service().abort(job.id).value();
  }
  rig.close();
  rig.open([](auto& executor) { executor.answer_attach(Attach::attached); });
  eventually([&] { return rig.executor->cancelled() == std::vector{job.id}; });
  CHECK(rig.service().get(job.id)->phase == Phase::aborted);
}

TEST_CASE("jobs wait for an executor that is added later", "[simulation]") {
  SimulationRig rig;
  rig.open();
  opus::JobDescription description = scripted_description("later");
  description.executor = "cluster";
  rig.service().define(description).value();
  const opus::Job job = rig.service().create({.description = "later", .run = true}).value();
  CHECK(job.phase == Phase::queued);
  auto cluster = std::make_unique<opus::testing::ScriptedExecutor>(rig.clock, "cluster");
  cluster->run_for(1s).exit_with(0);
  rig.service().add_executor(std::move(cluster)).value();
  until(rig.service(), job.id, Phase::executing);
  CHECK(rig.service()
            .add_executor(std::make_unique<opus::testing::ScriptedExecutor>(rig.clock, "cluster"))
            .error()
            .code == opus::Errc::conflict);
}

TEST_CASE("a job keeps the description it was created with", "[simulation]") {
  SimulationRig rig;
  rig.open();
  const opus::Job job = rig.create({}, false);
  opus::JobDescription changed = scripted_description();
  changed.version = "2";
  changed.parameters.clear();
  changed.command = {"other"};
  rig.service().define(changed).value();
  CHECK(rig.service().description_of(job.id)->version == "1");
  rig.service().run(job.id).value();
  rig.submitted(1);
  CHECK(rig.executor->submitted().front().command == std::vector<std::string>{"simulate", "1"});
  rig.service().undefine("sim").value();
  CHECK(rig.service().create({.description = "sim"}).error().code == opus::Errc::not_found);
  CHECK(rig.service().undefine("sim").error().code == opus::Errc::not_found);
}

TEST_CASE("a data folder serves one service at a time", "[simulation]") {
  SimulationRig rig;
  rig.open();
  opus::ServiceConfig second;
  second.data_dir = rig.folder() / "data";
  const auto refused = opus::Service::open(second);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == opus::Errc::unavailable);
  CHECK(refused.error().message.find("in use") != std::string::npos);
}

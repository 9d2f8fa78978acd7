// What one owner may have and ask for: checked when a job is created, run and started.
#include "tests/simulation/rig.hpp"

#include <atomic>
#include <fstream>

#include "tests/support/contains.hpp"

using namespace opus_test;
using opus::Errc;
using opus::Phase;

namespace {

/// The limits of alice, which a test may change at any time; nobody else has any.
class Limits {
 public:
  explicit Limits(SimulationRig& rig) {
    rig.config().limits_of_owner = [state = state_](const std::optional<std::string>& owner,
                                                    std::string_view description) {
      const std::lock_guard lock{state->mutex};
      if (owner != "alice") return opus::OwnerLimits{};
      return description.empty() ? state->all : state->of_sim;
    };
  }
  void set(opus::OwnerLimits all, opus::OwnerLimits of_sim = {}) {
    const std::lock_guard lock{state_->mutex};
    state_->all = std::move(all);
    state_->of_sim = std::move(of_sim);
  }

 private:
  struct State {
    std::mutex mutex{};
    opus::OwnerLimits all{}, of_sim{};
  };
  std::shared_ptr<State> state_ = std::make_shared<State>();
};

std::size_t submitted_of(SimulationRig& rig, const std::vector<opus::Job>& jobs) {
  std::size_t count = 0;
  for (const opus::Task& task : rig.executor->submitted())
    for (const opus::Job& job : jobs) count += task.job == job.id;
  return count;
}

}  // namespace

TEST_CASE("jobs beyond the number that an owner may execute wait, and hold up nobody else",
          "[simulation]") {
  SimulationRig rig(8);
  Limits limits(rig);
  limits.set({.executing = 2});
  opus::Service& service = rig.open([](auto& executor) { executor.run_for(1h); });
  std::vector<opus::Job> hers;
  for (int i = 0; i < 5; ++i) hers.push_back(rig.create("alice"));
  const opus::Job bobs = rig.create("bob");
  until(service, bobs.id, Phase::executing);
  until(service, hers[1].id, Phase::executing);
  CHECK(submitted_of(rig, hers) == 2);
  CHECK(service.usage("alice").value() == opus::OwnerUsage{.queued = 3, .executing = 2});
  CHECK(service.usage("alice", "sim")->executing == 2);
  CHECK(service.usage("alice", "other")->executing == 0);
  CHECK(service.usage(std::nullopt)->queued == 0);

  // One goes, the next one comes.
  service.abort(hers[0].id).value();
  until(service, hers[2].id, Phase::executing);
  CHECK(submitted_of(rig, hers) == 3);

  // A limit that was raised is seen, without any news of jobs.
  limits.set({});
  rig.clock->advance(31s);
  until(service, hers[3].id, Phase::executing);
  until(service, hers[4].id, Phase::executing);
}

TEST_CASE("a limit of one description leaves the owner's other jobs alone", "[simulation]") {
  SimulationRig rig(8);
  Limits limits(rig);
  limits.set({}, {.executing = 1});
  opus::Service& service = rig.open([](auto& executor) { executor.run_for(1h); });
  service.define(scripted_description("other")).value();
  const opus::Job first = rig.create("alice"), second = rig.create("alice");
  const opus::Job other =
      service.create({.description = "other", .owner = "alice", .run = true}).value();
  until(service, first.id, Phase::executing);
  until(service, other.id, Phase::executing);
  CHECK(service.get(second.id)->phase == Phase::queued);
  rig.clock->advance(1h);
  until(service, second.id, Phase::executing);
}

TEST_CASE("after a restart what still runs counts", "[simulation]") {
  SimulationRig rig(8);
  Limits limits(rig);
  limits.set({.executing = 1});
  rig.open([](auto& executor) { executor.run_for(1h); });
  const opus::Job first = rig.create("alice"), second = rig.create("alice");
  until(rig.service(), first.id, Phase::executing);
  opus::Service& service =
      rig.open([](auto& executor) { executor.run_for(1h).answer_attach(opus::Attach::attached); });
  const opus::Job others = rig.create("bob");
  until(service, others.id, Phase::executing);  // it came last, and passes by
  CHECK(service.get(second.id)->phase == Phase::queued);
  service.abort(first.id).value();
  rig.executor->sink()->on_finished(first.id, {.ending = opus::Ending::cancelled});
  until(service, second.id, Phase::executing);
}

TEST_CASE("more jobs than an owner may have waiting are refused; the message has the numbers",
          "[simulation]") {
  SimulationRig rig(1);
  Limits limits(rig);
  limits.set({.queued = 3}, {.queued = 2});
  opus::Service& service = rig.open([](auto& executor) { executor.run_for(1h); });
  until(service, rig.create("bob").id, Phase::executing);  // has the only place
  rig.create("alice");
  rig.create("alice");
  const auto refused = service.create({.description = "sim", .owner = "alice", .run = true});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == Errc::limit_exceeded);
  REQUIRE(refused.error().faults.size() == 1);
  CHECK(refused.error().faults[0].field == "queued");
  CHECK(refused.error().faults[0].expected == "at most 2 jobs of 'sim' of 'alice' that wait");
  CHECK(refused.error().faults[0].got == "3");

  // PENDING ones do not wait; RUN is refused, and changes nothing.
  const opus::Job pending = rig.create("alice", false);
  CHECK(service.run(pending.id).error().code == Errc::limit_exceeded);
  CHECK(service.get(pending.id)->phase == Phase::pending);
  limits.set({.queued = 3});
  CHECK(service.run(pending.id));
  CHECK(
      service.create({.description = "sim", .owner = "alice", .run = true}).error().faults[0].got ==
      "4");
  // All or none.
  limits.set({.queued = 5});
  opus::SweepRequest sweep{{.description = "sim", .owner = "alice", .run = true}};
  sweep.job.parameters = {{"n", "1..3"}};
  CHECK(service.create_sweep(sweep).error().code == Errc::limit_exceeded);
  CHECK(service.usage("alice")->queued == 3);
  sweep.job.parameters = {{"n", "1..2"}};
  CHECK(service.create_sweep(sweep));
  // Those who have no account are an owner like others.
  CHECK(service.create({.description = "sim", .run = true}));
  CHECK(service.usage(std::nullopt)->queued == 1);
  CHECK(service.usage(std::nullopt, "sim")->queued == 1);
}

TEST_CASE("durations are those of the owner, as they are when the job starts", "[simulation]") {
  SimulationRig rig(1);
  Limits limits(rig);
  limits.set({.execution_duration_max = 30min, .retention_max = 48h},
             {.execution_duration_max = 40min});
  opus::Service& service = rig.open([](auto& executor) { executor.run_for(2h); });
  CHECK(service.limits("sim", "alice")->execution_duration.most == 30min);
  CHECK(service.limits("sim", "bob")->execution_duration.most == 0s);
  CHECK(service.limits("sim", "alice")->retention.most == 48h);
  CHECK(service.owner_limits("alice").retention_max == 48h);
  const opus::TimePoint now = rig.clock->now();
  const opus::Job bobs = rig.create("bob");
  CHECK(bobs.execution_duration == 1h);
  const opus::Job pending = rig.create("alice", false);
  CHECK(pending.execution_duration == 30min);
  CHECK(pending.destruction == now + 48h);
  CHECK(service.update(pending.id, {.execution_duration = 50min})->execution_duration == 30min);

  // Less when it is run, and less again when it begins.
  limits.set({.execution_duration_max = 20min, .retention_max = 24h});
  const opus::Job queued = service.run(pending.id).value();
  CHECK(queued.execution_duration == 20min);
  CHECK(queued.destruction == now + 24h);
  limits.set({.execution_duration_max = 10min});
  until(service, bobs.id, Phase::executing);
  rig.clock->advance(1h);
  const opus::Job running = until(service, pending.id, Phase::executing);
  CHECK(running.execution_duration == 10min);
  CHECK(rig.executor->submitted().back().execution_duration == 10min);
  rig.clock->advance(10min);
  until(service, pending.id, Phase::aborted);  // UWS 1.1 §2.1.4
}

TEST_CASE("an owner's values are fewer than those of the description", "[simulation]") {
  SimulationRig rig(1);
  Limits limits(rig);
  limits.set({.values = {{.parameter = "N", .allowed = {"7"}, .min = "1", .max = "3"}}});
  opus::Service& service = rig.open([](auto& executor) { executor.run_for(1h); });
  const auto run = [&](std::string owner, std::string value) {
    return service.create({.description = "sim",
                           .owner = std::move(owner),
                           .parameters = {{"n", std::move(value)}},
                           .run = true});
  };
  CHECK(run("bob", "5"));
  for (const char* good : {"1", "3", "7"}) CHECK(run("alice", good));
  const auto refused = run("alice", "5");
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == Errc::invalid_argument);
  REQUIRE(refused.error().faults.size() == 1);
  CHECK(refused.error().faults[0].field == "n");
  CHECK(refused.error().faults[0].got == "5");
  CHECK(contains(refused.error().faults[0].expected, "7"));
  CHECK(contains(refused.error().faults[0].expected, "from 1 to 3"));
  CHECK(run("alice", "0").error().code == Errc::invalid_argument);  // nor the description's
}

TEST_CASE("what an owner may not ask for any more does not start", "[simulation]") {
  SimulationRig rig(1);
  Limits limits(rig);
  opus::Service& service = rig.open([](auto& executor) { executor.run_for(1h); });
  const opus::Job bobs = rig.create("bob");
  const opus::Job hers = rig.create("alice");
  limits.set({.values = {{.parameter = "n", .allowed = {"7"}}}});
  until(service, bobs.id, Phase::executing);
  rig.clock->advance(1h);
  const opus::Job failed = until(service, hers.id, Phase::error);
  CHECK(contains(failed.error->message, "what its owner may ask for"));
  CHECK(rig.executor->submitted().size() == 1);
  until(service, rig.create("bob").id, Phase::executing);  // its place is free
}

TEST_CASE("an owner's files fill his share of the disk and no more", "[simulation]") {
  SimulationRig rig(2);
  Limits limits(rig);
  limits.set({.disk_bytes = 10});
  opus::Service& service = rig.open([](auto& executor) { executor.run_for(1h); });
  const auto upload = [&](std::string content) {
    const auto path = service.incoming_dir() / "upload";
    std::ofstream{path} << content;
    return service.add_entity({.file_name = "a.txt", .path = path}, "alice");
  };
  const opus::Entity six = upload("sixsix").value();
  CHECK(service.usage("alice")->disk_bytes == 6);
  CHECK(upload("sixsix").value().id == six.id);  // the same once more is the same
  const auto refused = upload("fives");
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == Errc::limit_exceeded);
  CHECK(refused.error().faults[0].field == "disk");
  CHECK(refused.error().faults[0].got == "11");
  CHECK(upload("four").value().size == 4);
  CHECK(service.usage("alice")->disk_bytes == 10);
  CHECK(rig.create("alice").phase == Phase::queued);  // full, but not more than full
  limits.set({.disk_bytes = 9});
  CHECK(service.create({.description = "sim", .owner = "alice", .run = true}).error().code ==
        Errc::limit_exceeded);
  service.remove_entity(six.id).value();
  CHECK(service.usage("alice")->disk_bytes == 4);
  CHECK(rig.create("alice").phase == Phase::queued);
}

TEST_CASE("results that are larger than an owner's may be are an error and are deleted",
          "[simulation]") {
  SimulationRig rig(2);
  Limits limits(rig);
  limits.set({.result_bytes = 4});
  opus::Service& service = rig.open([](auto&) {});
  std::atomic<bool> large{true};
  opus::JobDescription description;
  description.name = "write";
  description.results = {{.name = "out", .path = "out.txt"}};
  service
      .define(description,
              [&](opus::TaskContext& context) {
                return context.write_result("out", large ? "five!" : "four");
              })
      .value();
  const auto run = [&] {
    return service.create({.description = "write", .owner = "alice", .run = true}).value().id;
  };
  const opus::Job failed = until(service, run(), Phase::error);
  CHECK(contains(failed.error->message + failed.error->detail, "at most 4 bytes"));
  CHECK(failed.results.empty());
  CHECK(service.usage("alice")->disk_bytes == 0);
  large = false;
  const opus::Job done = until(service, run(), Phase::completed);
  CHECK(service.usage("alice")->disk_bytes == 4);
  service.destroy(done.id).value();
  eventually([&] { return service.usage("alice")->disk_bytes == 0; });
}

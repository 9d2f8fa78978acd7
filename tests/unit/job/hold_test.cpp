// A job that its owner keeps from beginning, as a pure function.
#include <opus/phase.hpp>

#include "libopus/job/apply.hpp"
#include "tests/support/catch.hpp"

using namespace opus;
using namespace std::chrono_literals;

namespace {

const TimePoint k_noon = TimePoint{std::chrono::sys_days{std::chrono::year{2026} / 3 / 8}} + 12h;

Job committed_job(Phase phase) {
  Job job;
  job.id = JobId{"01890a5d-ac96-774b-bcce-b302099a8057"};
  job.description = "stack";
  job.created = k_noon - 1h;
  job.phase = phase;
  return job;
}

Job then(Job job, const job::Event& event) {
  const Result<job::Applied> result = job::apply(std::move(job), event, k_noon);
  REQUIRE(result);
  return result->job;
}

Job on_hold() { return then(committed_job(Phase::queued), job::HoldAsked{}); }

/// HELD until another job has made its result.
Job waiting_for_input() {
  Job job = committed_job(Phase::held);
  job.inputs = {{"image", {}, "job:01890a5d-ac96-774b-bcce-b302099a8058/map", {}, {}}};
  return job;
}

}  // namespace

TEST_CASE("HOLD is accepted from QUEUED and HELD only", "[hold]") {
  for (const Phase phase : k_phases) {
    CAPTURE(to_string(phase));
    const auto result = job::apply(committed_job(phase), job::HoldAsked{}, k_noon);
    CHECK(result.has_value() == (phase == Phase::queued || phase == Phase::held));
    if (result) {
      CHECK(result->job.phase == Phase::held);
      CHECK(result->job.on_hold);
      CHECK(result->history.size() == 1);
      CHECK(result->history.front().kind == "held");
    } else {
      CHECK(result.error().code == Errc::conflict);
      CHECK(result.error().message.find(to_string(phase)) != std::string::npos);
    }
  }
}

TEST_CASE("HOLD once more changes nothing, nor does it hold what has begun", "[hold]") {
  CHECK_FALSE(job::apply(on_hold(), job::HoldAsked{}, k_noon)->changed);
  Job begun = committed_job(Phase::held);
  begun.started = k_noon - 1min;
  CHECK_FALSE(job::apply(begun, job::HoldAsked{}, k_noon)->changed);
}

TEST_CASE("a job on hold is kept from beginning until RUN, which its backend is told once",
          "[hold]") {
  const Job held = on_hold();
  CHECK(job::actions_for(held) == job::Actions{.hold = true});
  const Job released = then(held, job::RunAsked{});
  CHECK(released.phase == Phase::queued);
  CHECK(job::actions_for(released) == job::Actions{.run = true, .release = true});
  CHECK(job::actions_for(then(released, job::Released{})) == job::Actions{.run = true});
  CHECK(job::actions_for(then(released, job::HoldAsked{})) == job::Actions{.hold = true});
  CHECK_FALSE(job::apply(held, job::Released{}, k_noon)->changed);
}

TEST_CASE("news of the backend are stronger than a hold", "[hold]") {
  CHECK_FALSE(then(on_hold(), job::StateSeen{Phase::queued, "released there"}).on_hold);
  const Job begun = then(on_hold(), job::Started{k_noon});
  CHECK(begun.phase == Phase::executing);
  CHECK_FALSE(begun.on_hold);
  // What cannot be asked is still held as far as anybody knows.
  const Job unknown = then(on_hold(), job::StateSeen{Phase::unknown, "unreachable"});
  CHECK(unknown.on_hold);
  CHECK(job::actions_for(unknown) == job::Actions{.run = true});
  // Where the backend does not let go, RUN was in vain.
  const Job kept =
      then(then(on_hold(), job::RunAsked{}), job::StateSeen{Phase::held, "only the operator"});
  CHECK_FALSE(kept.releasing);
  CHECK_FALSE(kept.on_hold);
}

TEST_CASE("a job that waits for inputs stays HELD when they are there, if it is on hold",
          "[hold]") {
  const Job held = then(waiting_for_input(), job::HoldAsked{});
  CHECK(held.on_hold);
  CHECK(job::actions_for(held) == job::Actions{});
  const job::InputsArrived arrived{{{"image", EntityId{"e1"}, held.inputs[0].url, {}, {}}}};
  const Job ready = then(held, arrived);
  CHECK(ready.phase == Phase::held);
  CHECK(job::actions_for(ready) == job::Actions{.hold = true});

  const Job released = then(held, job::RunAsked{});  // before they are there
  CHECK(released.phase == Phase::held);
  CHECK(then(released, arrived).phase == Phase::queued);
}

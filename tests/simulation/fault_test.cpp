// The n-th write of a scenario fails, for every n: after the next start every job is whole.
#include "tests/simulation/rig.hpp"

using namespace opus_test;
using opus::Phase;

namespace {

/// Some jobs through most of what can happen to them. Errors are the point: only what was
/// acknowledged is remembered.
struct Acknowledged {
  std::vector<opus::JobId> created{};
  std::vector<opus::JobId> aborted{};
  std::vector<opus::JobId> destroyed{};
};

Acknowledged scenario(SimulationRig& rig) {
  Acknowledged acknowledged;
  for (int i = 0; i < 4; ++i) {
    const auto job = rig.service().create({.description = "sim", .run = i != 3});
    if (job) acknowledged.created.push_back(job->id);
  }
  for (int i = 0; i < 6; ++i) rig.clock->advance(1s);
  if (acknowledged.created.size() > 1) {
    const opus::JobId id = acknowledged.created[1];
    if (const auto job = rig.service().abort(id); job && job->phase == Phase::aborted)
      acknowledged.aborted.push_back(id);
  }
  if (!acknowledged.created.empty() && rig.service().destroy(acknowledged.created[0]))
    acknowledged.destroyed.push_back(acknowledged.created[0]);
  for (int i = 0; i < 6; ++i) rig.clock->advance(1s);
  return acknowledged;
}

}  // namespace

TEST_CASE("whichever write fails, no acknowledged change is lost and no job is half", "[faults]") {
  bool fired = true;
  for (int n = 0; fired; ++n) {
    CAPTURE(n);
    REQUIRE(n < 400);
    SimulationRig rig;
    const auto script = [](auto& executor) { executor.run_for(3s).exit_with(0); };
    rig.open(script);
    rig.faults->fail_after(n);
    const Acknowledged acknowledged = scenario(rig);
    fired = rig.faults->fired();
    rig.close();
    rig.faults->heal();

    rig.open(script);
    const auto is_in = [](const auto& list, const opus::JobId& id) {
      return std::find(list.begin(), list.end(), id) != list.end();
    };
    for (const opus::JobId& id : acknowledged.created) {
      const auto job = rig.service().get(id);
      if (is_in(acknowledged.destroyed, id)) {
        CHECK(job.error().code == opus::Errc::not_found);
        continue;
      }
      REQUIRE(job);
      if (is_in(acknowledged.aborted, id)) CHECK(job->phase == Phase::aborted);
    }
    // What is there comes to an end by itself, or waits for its owner.
    const auto jobs = rig.service().list({}).value();
    for (const opus::JobSummary& summary : jobs) {
      eventually([&] {
        rig.clock->advance(1s);
        const auto job = rig.service().get(summary.id);
        return !job || opus::is_final(job->phase) || job->phase == Phase::pending;
      });
    }
  }
}

// Jobs shown to others, as time goes on.
#include "tests/simulation/rig.hpp"

using namespace opus_test;
using opus::Errc;

TEST_CASE("a share ends when it expires, and its link with it; restarts change nothing",
          "[simulation]") {
  SimulationRig rig;
  rig.open();
  const opus::JobId job = rig.create("alice").id;
  const opus::TimePoint end = rig.clock->now() + 1h;
  const opus::NewShare link =
      rig.service().share(job, {.with = "", .by = "alice", .expires = end}).value();
  const opus::NewShare group = rig.service().share(job, {.with = "group:team"}).value();
  CHECK(link.secret.substr(0, 17) == link.share.id + '-');
  CHECK(group.secret.empty());
  CHECK(link.share.by == "alice");

  opus::Service& service = rig.open();
  CHECK(service.shared_job(link.secret).value() == job);
  CHECK(service.open_shares(job, "").value() == std::vector{group.share});
  CHECK(service.open_shares(job, link.secret)->size() == 2);
  CHECK(service.open_shares(rig.create("alice").id, link.secret)->empty());

  rig.clock->advance(1h);
  CHECK(service.shared_job(link.secret).error().code == Errc::not_found);
  CHECK(service.open_shares(job, link.secret).value() == std::vector{group.share});
  CHECK(service.shares(job)->size() == 2);
  CHECK(service.unshare(job, link.share.id).value() == link.share);
  CHECK(service.unshare(job, link.share.id).error().code == Errc::not_found);
  CHECK(service.unshare({"none"}, group.share.id).error().code == Errc::not_found);
  CHECK(service.share({"none"}, {.with = "any"}).error().code == Errc::not_found);

  // The job takes its shares along.
  service.destroy(job).value();
  CHECK(service.shares(job).error().code == Errc::not_found);
}

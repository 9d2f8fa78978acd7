// Deletions whose transactions come in another order than the looks at the files before them.
#include "libopus/service/changes.hpp"

#include <future>

#include "tests/unit/store/rig.hpp"

using namespace opus_test;
using opus::Job;
using opus::service::Changes;

namespace {

struct ChangesRig {
  StoreRig store{};
  opus::service::JobCache cache{8};
  opus::service::Waiters waiters{};
  Changes changes{*store, cache, waiters, opus::system_clock(),
                  [](const std::vector<std::shared_ptr<const Job>>&) {}};

  Changes::Garbage remove(const Job& job, opus::service::Released released) {
    std::promise<opus::Result<Changes::Garbage>> removed;
    changes.remove(job, std::move(released), [&](auto garbage) { removed.set_value(garbage); });
    return removed.get_future().get().value();
  }

  ~ChangesRig() { changes.stop(); }
};

}  // namespace

TEST_CASE("what was kept for a job that went first is deleted with its own", "[changes]") {
  ChangesRig rig;
  rig.store.save_description();
  Job origin = plain_job();
  rig.store.insert(origin);
  origin = rig.store.complete(origin, {result_of(origin, "map")});
  Job user = plain_job(1);
  user.inputs = {{.name = "map", .entity = origin.results[0].entity.id}};
  rig.store.insert(user);

  // Its files are looked at while `user` is there, and recorded when it is not.
  opus::Entity kept = origin.results[0].entity;
  kept.location = "uploads/ab/" + kept.id.value + "/map";
  CHECK(rig.remove(user, {}).empty());
  CHECK(rig.remove(origin, {{kept}, {"jobs/of/origin"}}) ==
        Changes::Garbage{"jobs/of/origin", "uploads/ab/" + kept.id.value});
  CHECK(rig.store->contents().garbage().value() ==
        Changes::Garbage{"jobs/of/origin", "uploads/ab/" + kept.id.value});
  CHECK_FALSE(rig.store->reader().entity(kept.id));
}

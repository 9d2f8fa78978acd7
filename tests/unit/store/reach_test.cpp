// Jobs of a lineage, read many at a time.
#include <algorithm>

#include "tests/unit/store/rig.hpp"

using namespace opus;
using namespace opus_test;
using store::Reach;
using store::Reached;
using store::Writer;

namespace {

/// raw -> a -> b, c -> d, each job with a parameter and two results, of which the first is used.
struct Diamond {
  StoreRig rig{};
  Entity raw = upload("raw.fits");
  Job a{}, b{}, c{}, d{};

  Diamond() {
    rig.insert(raw);
    a = done(0, {raw.id});
    b = done(10, {a.results[0].entity.id});
    c = done(20, {a.results[0].entity.id, raw.id});
    d = done(30, {b.results[0].entity.id, c.results[0].entity.id});
  }

  Job done(std::int64_t created, const std::vector<EntityId>& inputs) {
    Job job = plain_job(created);
    job.parameters = {{"n", std::to_string(created), false}, {"m", "", true}};
    for (const EntityId& input : inputs)
      job.inputs.push_back({"in" + std::to_string(job.inputs.size()), input, "", "in.fits", {}});
    rig.insert(job);
    return rig.complete(job, {result_of(job, "map"), result_of(job, "log")});
  }

  void retire(const JobId& id) {
    rig->write([&](Writer& writer) { return writer.retire_job(id, at(99)); }).value();
  }
};

using Jobs = std::vector<JobId>;

Jobs ids_of(const Reached& reached) {
  Jobs ids;
  for (const Job& job : reached.jobs) ids.push_back(job.id);
  return ids;
}

}  // namespace

TEST_CASE("PROV-SAP-16: jobs behind others are read whole, each once, the nearest first") {
  const Diamond all;
  auto& reader = all.rig->reader();
  const Reached up = reader.reach({.from = {all.d.id}, .limit = 9}).value();
  REQUIRE(ids_of(up) == Jobs{all.a.id, all.b.id, all.c.id, all.d.id});
  for (const Job& job : up.jobs) CHECK(job == reader.job(job.id).value());
  CHECK(up.inputs == std::vector{all.raw});

  CHECK(ids_of(reader.reach({.from = {all.d.id}, .limit = 1}).value()) == Jobs{all.d.id});
  CHECK(ids_of(reader.reach({.from = {all.d.id}, .limit = 3}).value()) ==
        Jobs{all.b.id, all.c.id, all.d.id});
  CHECK(ids_of(reader.reach({.from = {all.c.id, all.b.id, {"none"}}, .limit = 2}).value()) ==
        Jobs{all.b.id, all.c.id});

  const auto down = [&](const Jobs& from, std::size_t limit) {
    return ids_of(reader.reach({.from = from, .upstream = false, .limit = limit}).value());
  };
  CHECK(down({all.a.id}, 9) == Jobs{all.a.id, all.b.id, all.c.id, all.d.id});
  CHECK(down({all.a.id}, 3) == Jobs{all.a.id, all.b.id, all.c.id});
  CHECK(down({all.b.id}, 9) == Jobs{all.b.id, all.d.id});
  CHECK(down({}, 9).empty());
  CHECK(down({{"none"}, {"\xff\""}}, 9).empty());
}

TEST_CASE("jobs that are known are passed, and what they generated comes as an input") {
  const Diamond all;
  const auto is_known = [&](const JobId& id) { return id == all.b.id; };
  const Reached up =
      all.rig->reader().reach({.from = {all.d.id}, .limit = 9, .is_known = is_known}).value();
  CHECK(ids_of(up) == Jobs{all.a.id, all.c.id, all.d.id});
  REQUIRE(up.inputs.size() == 2);
  CHECK(std::count(up.inputs.begin(), up.inputs.end(), all.raw) == 1);
  CHECK(std::count(up.inputs.begin(), up.inputs.end(), all.b.results[0].entity) == 1);
}

TEST_CASE("a retired job is reached in a snapshot alone") {
  Diamond all;
  all.retire(all.b.id);
  auto& reader = all.rig->reader();
  const Reach reach{.from = {all.d.id}, .limit = 9};
  CHECK(ids_of(reader.reach(reach).value()) == Jobs{all.a.id, all.c.id, all.d.id});
  const auto snapshot = reader.snapshot().value();
  const Reached told = snapshot->reach(reach).value();
  REQUIRE(ids_of(told) == Jobs{all.a.id, all.b.id, all.c.id, all.d.id});
  CHECK(told.jobs[1] == snapshot->job(all.b.id).value());
}

TEST_CASE("a cycle in a damaged store ends when it is reached") {
  const Diamond all;
  Entity raw = all.raw;
  raw.generated_by = all.d.id;
  all.rig->write([&](Writer& writer) { return writer.update_entity(raw); }).value();
  for (const bool upstream : {true, false})
    CHECK(all.rig->reader()
              .reach({.from = {all.b.id}, .upstream = upstream, .limit = 99})
              .value()
              .jobs.size() == 4);
}

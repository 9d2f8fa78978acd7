// Entities: the relations used and wasGeneratedBy outlive what they lead to as far as needed.
#include "tests/unit/store/rig.hpp"

using namespace opus;
using namespace opus_test;
using store::Writer;

namespace {

/// A job with this entity as its input.
Job user_of(const EntityId& entity, std::int64_t created = 0) {
  Job job = plain_job(created);
  job.inputs = {{"in", entity, "", "in.fits", {}}};
  return job;
}

Result<void> delete_job(StoreRig& rig, const JobId& id) {
  return rig->write([&](Writer& writer) { return writer.delete_job(id); });
}

Result<void> delete_entity(StoreRig& rig, const EntityId& id) {
  return rig->write([&](Writer& writer) { return writer.delete_entity(id); });
}

Result<void> update_entity(StoreRig& rig, const Entity& entity) {
  return rig->write([&](Writer& writer) { return writer.update_entity(entity); });
}

}  // namespace

TEST_CASE("an entity comes back as it was") {
  StoreRig rig;
  Entity entity = upload("image.fits");
  entity.size = ~std::uint64_t{0};
  rig.insert(entity);
  CHECK(rig->reader().entity(entity.id).value() == entity);

  entity.name = "other.fits";
  entity.location.clear();
  entity.invalidated = at(9);
  entity.owner.reset();
  update_entity(rig, entity).value();
  CHECK(rig->reader().entity(entity.id).value() == entity);

  const auto again = rig->write([&](Writer& writer) { return writer.insert_entity(entity); });
  CHECK(again.error().code == Errc::conflict);
  CHECK(contains(again.error().message, entity.id.value));
  CHECK(rig->reader().entity({"none"}).error().code == Errc::not_found);
  CHECK(rig->reader().users_of({"none"}).error().code == Errc::not_found);
  CHECK(update_entity(rig, upload("x")).error().code == Errc::not_found);
  CHECK(delete_entity(rig, {"none"}).error().code == Errc::not_found);
}

TEST_CASE("a result is an entity that knows its job") {
  StoreRig rig;
  const Job job = plain_job();
  rig.insert(job);
  const Job done = rig.complete(job, {result_of(job, "map"), result_of(job, "log")});
  for (const JobResult& result : done.results)
    CHECK(rig->reader().entity(result.entity.id).value() == result.entity);

  // Its row is shared by the job and the entity: an update shows in both.
  Entity moved_away = done.results[1].entity;
  moved_away.location = "elsewhere";
  update_entity(rig, moved_away).value();
  CHECK(rig.job(job.id).results[1].entity == moved_away);
  CHECK(rig.job(job.id).results[1].id == "log");
}

TEST_CASE("a result must say that its job generated it") {
  StoreRig rig;
  const Job job = plain_job();
  rig.insert(job);
  Job after = job;
  after.results = {result_of(job, "map")};
  after.results[0].entity.generated_by = {};
  CHECK(rig.update(job, after, {}).error().code == Errc::internal);
  after.results = {result_of(job, "map")};
  after.results[0].id = "other";
  CHECK(rig.update(job, after, {}).error().code == Errc::internal);
  CHECK(rig.job(job.id) == job);
}

TEST_CASE("an entity that a job generated but does not list is no result") {
  StoreRig rig;
  const Job job = plain_job();
  rig.insert(job);
  Entity log = upload("stdout");
  log.generated_by = job.id;
  rig.insert(log);
  CHECK(rig.job(job.id).results.empty());
  CHECK(rig->reader().entity(log.id).value() == log);
  delete_job(rig, job.id).value();
  CHECK(rig->reader().entity(log.id).error().code == Errc::not_found);

  log.generated_by = {"nobody"};
  const auto orphan = rig->write([&](Writer& writer) { return writer.insert_entity(log); });
  CHECK(orphan.error().code == Errc::not_found);
}

TEST_CASE("users of an entity are found, oldest first, each once") {
  StoreRig rig;
  const Entity image = upload("image.fits");
  rig.insert(image);
  CHECK(rig->reader().users_of(image.id).value().empty());
  Job twice = user_of(image.id, 2);
  twice.inputs.push_back(twice.inputs[0]);
  const Job first = user_of(image.id, 1);
  const Job last = user_of(image.id, 3);
  for (const Job& job : {last, twice, first}) rig.insert(job);
  CHECK(rig->reader().users_of(image.id).value() == std::vector{first.id, twice.id, last.id});
}

TEST_CASE("an input must exist when it is named") {
  StoreRig rig;
  const Job job = user_of(new_entity_id());
  const auto done =
      rig->write([&](Writer& writer) { return writer.insert_job(job, created(job)); });
  REQUIRE_FALSE(done);
  CHECK(done.error().code == Errc::not_found);
  CHECK(contains(done.error().message, "input 'in'"));
  CHECK(rig->reader().job(job.id).error().code == Errc::not_found);
}

TEST_CASE("a deleted job leaves nothing behind but the results that other jobs use") {
  StoreRig rig;
  const Entity image = upload("image.fits");
  rig.insert(image);
  Job job = user_of(image.id);
  job.parameters = {{"n", "1", false}};
  rig.insert(job);
  const Job done = rig.complete(job, {result_of(job, "map"), result_of(job, "log")});
  const EntityId map = done.results[0].entity.id;
  const Job next = user_of(map, 5);
  rig.insert(next);

  delete_job(rig, job.id).value();
  auto& reader = rig->reader();
  CHECK(reader.job(job.id).error().code == Errc::not_found);
  CHECK(reader.events(job.id).error().code == Errc::not_found);
  CHECK(reader.entity(done.results[1].entity.id).error().code == Errc::not_found);
  Entity kept = done.results[0].entity;
  kept.generated_by = {};
  CHECK(reader.entity(map).value() == kept);
  CHECK(rig.job(next.id) == next);
  CHECK(reader.entity(image.id).value() == image);
  CHECK(reader.users_of(image.id).value().empty());
  CHECK(delete_job(rig, job.id).error().code == Errc::not_found);

  // Its key may be given to a new job, which must not inherit anything.
  Job heir = plain_job();
  heir.phase = Phase::completed;
  rig.insert(heir);
  CHECK(rig.job(heir.id) == heir);
  CHECK(reader.events(heir.id).value().size() == 1);
}

TEST_CASE("a result that is taken out of its job stays for those that use it") {
  StoreRig rig;
  const Job job = plain_job();
  rig.insert(job);
  const Job done = rig.complete(job, {result_of(job, "map"), result_of(job, "log")});
  const EntityId map = done.results[0].entity.id;
  rig.insert(user_of(map, 5));
  Job emptied = done;
  emptied.results.clear();
  CHECK(rig.update(done, emptied, {}).value().results.empty());
  CHECK(rig.job(job.id).results.empty());
  CHECK(rig->reader().entity(map).value().generated_by.empty());
  CHECK(rig->reader().entity(done.results[1].entity.id).error().code == Errc::not_found);
}

TEST_CASE("an entity in use is not deleted") {
  StoreRig rig;
  const Entity image = upload("image.fits");
  rig.insert(image);
  const Job job = user_of(image.id);
  rig.insert(job);
  const Job done = rig.complete(job, {result_of(job, "map")});
  CHECK(delete_entity(rig, image.id).error().code == Errc::conflict);
  CHECK(delete_entity(rig, done.results[0].entity.id).error().code == Errc::conflict);
  CHECK(rig.job(job.id) == done);

  delete_job(rig, job.id).value();
  delete_entity(rig, image.id).value();
  CHECK(rig->reader().entity(image.id).error().code == Errc::not_found);
}

TEST_CASE("a retired job is there for provenance alone, with all that it used and made") {
  StoreRig rig;
  const Entity image = upload("image.fits");
  rig.insert(image);
  Job job = user_of(image.id);
  job.owner = "alice";
  job.parameters = {{"n", "1", false}};
  rig.insert(job);
  const Job done = rig.complete(job, {result_of(job, "map"), result_of(job, "log")});
  const Job next = user_of(done.results[0].entity.id, 5);
  rig.insert(next);
  const auto retire = [&](const JobId& id, std::int64_t when) {
    return rig->write([&](Writer& writer) { return writer.retire_job(id, at(when)); });
  };
  retire(job.id, 9).value();
  CHECK(retire(job.id, 9).error().code == Errc::not_found);

  auto& reader = rig->reader();
  CHECK(reader.job(job.id).error().code == Errc::not_found);
  CHECK(reader.events(job.id).error().code == Errc::not_found);
  CHECK(reader.unfinished_jobs().value().empty());
  CHECK(reader.list({}).value().size() == 1);
  CHECK(reader.users_of(image.id).value().empty());
  CHECK(reader.entity(done.results[0].entity.id).value() == done.results[0].entity);  // in use
  Entity gone = done.results[1].entity;
  gone.location.clear();
  gone.invalidated = at(9);
  CHECK(reader.entity(gone.id).value() == gone);
  CHECK(delete_entity(rig, image.id).error().code == Errc::conflict);

  const auto told = reader.snapshot().value();
  Job expected = done;
  expected.destroyed = true;
  expected.deleted = at(9);
  expected.version = done.version + 1;
  expected.results[1].entity = gone;
  CHECK(told->job(job.id).value() == expected);
  CHECK(told->users_of(image.id).value() == std::vector{job.id});
  CHECK(told->retired_jobs_of("alice", 9).value() == std::vector{job.id});
  CHECK(told->retired_jobs_of("bob", 9).value().empty());
}

TEST_CASE("what the code of a job told is kept with it, retired or not, until it is deleted") {
  StoreRig rig;
  const Job job = plain_job();
  rig.insert(job);
  auto& reader = rig->reader();
  CHECK(reader.record_of(job.id).error().code == Errc::not_found);
  const auto keep = [&](const JobId& id, std::string_view json) {
    return rig->write([&](Writer& writer) { return writer.keep_record(id, json); });
  };
  keep(job.id, "{}").value();
  keep(job.id, "{\"activity\": {}}").value();
  CHECK(keep(JobId{"nobody"}, "{}").error().code == Errc::not_found);
  CHECK(reader.record_of(job.id).value() == "{\"activity\": {}}");
  rig->write([&](Writer& writer) { return writer.retire_job(job.id, at(9)); }).value();
  CHECK(reader.record_of(job.id).error().code == Errc::not_found);
  CHECK(reader.snapshot().value()->record_of(job.id).value() == "{\"activity\": {}}");
  rig->write([&](Writer& writer) -> Result<void> {
       OPUS_UWS_CHECK(writer.forget_retired(at(9), 1));
       return {};
     })
      .value();
  CHECK(reader.snapshot().value()->record_of(job.id).error().code == Errc::not_found);
}

TEST_CASE("what was retired is forgotten in its time, but for what others still use") {
  StoreRig rig;
  Entity image = upload("image.fits");
  image.location.clear();
  rig.insert(image);
  const Job first = user_of(image.id);
  rig.insert(first);
  const Job done = rig.complete(first, {result_of(first, "map"), result_of(first, "log")});
  const Job second = user_of(done.results[0].entity.id, 5);
  rig.insert(second);
  const auto forget = [&](std::int64_t until, std::size_t limit) {
    std::size_t count = 0;
    rig->write([&](Writer& writer) -> Result<void> {
         OPUS_UWS_TRY(count, writer.forget_retired(at(until), limit));
         return {};
       })
        .value();
    return count;
  };
  const auto retire = [&](const JobId& id, std::int64_t when) {
    rig->write([&](Writer& writer) { return writer.retire_job(id, at(when)); }).value();
  };
  retire(first.id, 10);
  retire(second.id, 20);
  const auto is_told = [&](const JobId& id) {
    return rig->reader().snapshot().value()->job(id).has_value();
  };
  CHECK(forget(9, 10) == 0);
  CHECK(forget(99, 0) == 0);
  CHECK(forget(99, 1) == 1);
  CHECK_FALSE(is_told(first.id));
  CHECK(is_told(second.id));
  CHECK(rig->reader().entity(image.id).error().code == Errc::not_found);
  CHECK(rig->reader().entity(done.results[1].entity.id).error().code == Errc::not_found);
  CHECK(rig->reader().entity(done.results[0].entity.id).value().generated_by.empty());
  CHECK(forget(99, 1) == 1);
  CHECK_FALSE(is_told(second.id));
}

// Jobs in the store: what goes in comes out, and what changes them.
#include <algorithm>
#include <string>
#include <utility>

#include "tests/unit/store/rig.hpp"

using namespace opus;
using namespace opus_test;
using namespace std::chrono_literals;
using store::EventRow;
using store::Writer;

namespace {

/// In the database, QUEUED, with a saved description and an uploaded input.
Job inserted_full_job(StoreRig& rig) {
  const Entity image = upload("image.fits");
  rig.insert(image);
  rig.save_description();
  const Job job = full_job(image.id);
  rig.insert(job);
  return job;
}

/// Every member that a run fills, filled.
Job finished(const Job& job) {
  Job after = job;
  after.phase = Phase::error;
  after.started = at(100);
  after.ended = at(200);
  after.error = JobError{ErrorKind::transient, "the disk was full", "tail\nof stderr"};
  after.facts = {.host = "node7",
                 .os = "Debian GNU/Linux 12 (bookworm)",
                 .kernel = "Linux 6.1 x86_64",
                 .allocation = {{"cpus", "4"}, {"nodes", "node[1-2]"}},
                 .container_image = "docker.io/library/debian:12",
                 .container_digest = "sha256:da61",
                 .exit_code = 3,
                 .signal = 15,
                 .user_time = 1234ms,
                 .system_time = 56ms,
                 .max_rss_bytes = std::uint64_t{1} << 63};
  after.reuse_of = JobId{"earlier"};
  after.logs = {{"stdout", 5, "aa"}, {"stderr", 1, "bb"}};
  after.aborted = true;
  after.aborted_by = "root";
  after.abort_reason = "the disk is full";
  after.run_anew = true;
  after.request_hash = "cc";
  after.progress = 1.0 / 3;
  after.progress_text = "half way";
  after.stopping = false;
  after.parameters[1] = {"area", "5", true};
  after.parameters.pop_back();
  after.inputs[1].entity = job.inputs[0].entity;
  after.inputs[1].used = at(90);
  after.results = {result_of(job, "map", std::uint64_t{1} << 40), result_of(job, "map.2", 0)};
  after.results[0].entity.invalidated = at(300);
  after.results[1].entity.owner = std::nullopt;
  return after;
}

std::vector<EventRow> through_executing_to(Phase end) {
  return {moved(Phase::queued, Phase::executing)[0], moved(Phase::executing, end)[0]};
}

}  // namespace

TEST_CASE("a job with nothing but an id comes back as it was") {
  StoreRig rig;
  const Job job = plain_job();
  rig.insert(job);
  CHECK(rig.job(job.id) == job);
}

TEST_CASE("a job with everything in it comes back as it was, also after reopening") {
  StoreRig rig;
  const Job job = inserted_full_job(rig);
  CHECK(rig.job(job.id) == job);

  const Job after = rig.update(job, finished(job), through_executing_to(Phase::error)).value();
  Job expected = finished(job);
  for (std::size_t i = 0; i < expected.results.size(); ++i)
    expected.results[i].entity.id = after.results[i].entity.id;  // made anew by finished()
  expected.version = job.version + 1;
  CHECK(after == expected);
  CHECK(rig.job(job.id) == after);
  rig.reopen();
  CHECK(rig.job(job.id) == after);
}

TEST_CASE("a job is written with results, parameters and history in one piece") {
  StoreRig rig;
  Job job = plain_job();
  job.phase = Phase::completed;  // a record from elsewhere
  job.results = {result_of(job, "map"), result_of(job, "log")};
  rig.insert(job);
  CHECK(rig.job(job.id) == job);
  const auto events = rig->reader().events(job.id).value();
  CHECK(events == created(job));
}

TEST_CASE("the history keeps the order in which it was written") {
  StoreRig rig;
  const Job job = plain_job();
  rig.insert(job);
  Job after = job;
  after.phase = Phase::error;
  std::vector<EventRow> events = moved(Phase::pending, Phase::queued);
  events.push_back({at(60), "note", std::nullopt, std::nullopt, "no move"});
  events.push_back(moved(Phase::queued, Phase::executing)[0]);
  events.push_back(moved(Phase::executing, Phase::error)[0]);
  rig.update(job, after, events).value();
  events.insert(events.begin(), created(job)[0]);
  CHECK(rig->reader().events(job.id).value() == events);
}

TEST_CASE("a job that is not there is not_found, by name") {
  StoreRig rig;
  CHECK(rig->reader().job({"nobody"}).error().code == Errc::not_found);
  CHECK(rig->reader().events({"nobody"}).error().code == Errc::not_found);
  const Job absent = plain_job();
  CHECK(rig.update(absent, absent, {}).error().code == Errc::not_found);
  CHECK(rig->reader().job({"no\nbody"}).error().message ==
        "there is no job 'no\xef\xbf\xbd"
        "body'");
}

TEST_CASE("an id is given once") {
  StoreRig rig;
  const Job job = plain_job();
  rig.insert(job);
  Job other = plain_job();
  other.id = job.id;
  other.description = "other";
  const auto again =
      rig->write([&](Writer& writer) { return writer.insert_job(other, created(other)); });
  REQUIRE_FALSE(again);
  CHECK(again.error().code == Errc::conflict);
  CHECK(contains(again.error().message, job.id.value));
  CHECK(rig.job(job.id) == job);
}

TEST_CASE("of two changes that start from the same state the second is a conflict") {
  StoreRig rig;
  const Job before = plain_job();
  rig.insert(before);
  Job aborted = before;
  aborted.phase = Phase::aborted;
  Job queued = before;
  queued.phase = Phase::queued;
  queued.parameters = {{"n", "1", false}};

  CHECK(rig.update(before, aborted, moved(Phase::pending, Phase::aborted)).value().version == 1);
  const auto late = rig.update(before, queued, moved(Phase::pending, Phase::queued));
  REQUIRE_FALSE(late);
  CHECK(late.error().code == Errc::conflict);
  CHECK(contains(late.error().message, "PENDING"));
  CHECK(rig.job(before.id).phase == Phase::aborted);
  CHECK(rig.job(before.id).parameters.empty());
  CHECK(rig->reader().events(before.id).value().size() == 2);
}

TEST_CASE("a change without a new phase needs the version it started from") {
  StoreRig rig;
  const Job before = plain_job();
  rig.insert(before);
  Job first = before;
  first.run_id = "first";
  Job second = before;
  second.run_id = "second";
  CHECK(rig.update(before, first, {}).value().version == 1);
  CHECK(rig.update(before, second, {}).error().code == Errc::conflict);
  CHECK(rig.job(before.id).run_id == "first");
}

TEST_CASE("a phase is reached only by moves of the table, each told by its event") {
  StoreRig rig;
  const auto refused = [&](const Job& before, Phase to, std::vector<EventRow> events) {
    Job after = before;
    after.phase = to;
    const auto done = rig.update(before, after, std::move(events));
    CHECK(rig.job(before.id) == before);
    return !done && done.error().code == Errc::internal;
  };
  for (const Phase from : k_phases)
    for (const Phase to : k_phases) {
      if (from == to) continue;
      Job before = plain_job();
      before.phase = from;
      rig.insert(before);
      const bool possible = may_move(from, to, Actor::client) ||
                            may_move(from, to, Actor::service) ||
                            may_move(from, to, Actor::executor);
      CHECK(refused(before, to, {}));
      CHECK(refused(before, to, moved(to, from)));
      if (!possible) {
        CHECK(refused(before, to, moved(from, to)));
        continue;
      }
      CHECK(refused(before, from, moved(from, to)));
      Job after = before;
      after.phase = to;
      CHECK(rig.update(before, after, moved(from, to)).value().phase == to);
    }
  const Job job = plain_job();
  const auto silent = rig->write([&](Writer& writer) { return writer.insert_job(job, {}); });
  CHECK(silent.error().code == Errc::internal);
  CHECK(rig->reader().job(job.id).error().code == Errc::not_found);
}

TEST_CASE("what is fixed at creation stays") {
  StoreRig rig;
  const Job before = plain_job();
  rig.insert(before);
  std::vector<Job> others(6, before);
  others[0].id = plain_job().id;
  others[1].description = "other";
  others[2].description_version = "other";
  others[3].description_hash = "other";
  others[4].owner = "other";
  others[5].created = at(1);
  for (const Job& after : others)
    CHECK(rig.update(before, after, {}).error().code == Errc::internal);
  CHECK(rig.job(before.id) == before);
}

TEST_CASE("parts of a job grow, shrink and change in place") {
  StoreRig rig;
  const Entity image = upload("image.fits");
  rig.insert(image);
  Job job = plain_job();
  job.parameters = {{"a", "1", false}, {"b", "2", false}, {"c", "3", false}};
  job.inputs = {{"in", image.id, "", "image.fits", {}}};
  rig.insert(job);
  const auto change = [&](auto&& edit) {
    Job after = job;
    edit(after);
    job = rig.update(job, after, {}).value();
    CHECK(rig.job(job.id) == job);
  };
  change([](Job& after) { after.parameters.erase(after.parameters.begin()); });
  change([](Job& after) { after.parameters.push_back({"d", "4", true}); });
  change([](Job& after) { after.parameters.clear(); });
  change([](Job& after) { after.inputs.push_back({"url", {}, "http://example.org/", "", {}}); });
  change([](Job& after) { after.inputs.erase(after.inputs.begin()); });
  change([&](Job& after) { after.inputs[0].entity = image.id; });
  change([](Job& after) {
    after.results = {result_of(after, "a"), result_of(after, "b"), result_of(after, "c")};
  });
  change([](Job& after) { std::reverse(after.results.begin(), after.results.end()); });
  change([](Job& after) { after.results.erase(after.results.begin() + 1); });
  change([](Job& after) { after.results[0].entity.location.clear(); });
  change([](Job& after) { after.results[1].name = "renamed"; });
  change([](Job& after) {
    after.error = JobError{};
    after.command = {"x"};
  });
  change([](Job& after) {
    after.error.reset();
    after.command.clear();
  });
}

TEST_CASE("a description must be saved before the job that runs with it, and is kept") {
  StoreRig rig;
  Job job = plain_job();
  job.description_hash = k_description_hash;
  const auto early =
      rig->write([&](Writer& writer) { return writer.insert_job(job, created(job)); });
  REQUIRE_FALSE(early);
  CHECK(contains(early.error().message, k_description_hash));

  rig.save_description();
  rig.save_description();  // idempotent
  rig.insert(job);
  const auto saved = rig->reader().description(k_description_hash).value();
  CHECK(saved.name == "source-extraction");
  CHECK(saved.version == "1.2");
  CHECK(saved.json == "{}");
  CHECK(rig->reader().description("other").error().code == Errc::not_found);
}

TEST_CASE("a destroyed job is seen by the writer only") {
  StoreRig rig;
  const Entity image = upload("image.fits");
  rig.insert(image);
  Job job = plain_job();
  job.phase = Phase::aborted;
  job.destruction = at(5);
  job.inputs = {{"in", image.id, "", "image.fits", {}}};
  rig.insert(job);
  Job gone = job;
  gone.destroyed = true;
  gone = rig.update(job, gone, {}).value();

  auto& reader = rig->reader();
  CHECK(reader.job(job.id).error().code == Errc::not_found);
  CHECK(reader.events(job.id).error().code == Errc::not_found);
  CHECK(reader.list({}).value().empty());
  CHECK(reader.due_destructions(at(10), 10).value().empty());
  CHECK_FALSE(reader.next_destruction(at(0)).value());
  CHECK(reader.users_of(image.id).value().empty());
  CHECK(reader.unfinished_jobs().value() == std::vector{gone});
  rig->write([&](Writer& writer) -> Result<void> {
       CHECK(writer.job(job.id).value() == gone);
       CHECK(writer.users_of(image.id).value() == std::vector{job.id});
       return {};
     })
      .value();
}

TEST_CASE("restart finds every job that is live, stopping or destroyed, the longest queued first") {
  StoreRig rig;
  std::vector<Job> expected;
  std::int64_t time = 1000;
  for (const Phase phase : k_phases) {
    Job job = plain_job();
    job.phase = phase;
    job.queued = at(--time);
    job.parameters = {{"n", "1", false}};
    rig.insert(job);
    if (is_live(phase)) expected.insert(expected.begin(), job);
  }
  for (const bool destroyed : {false, true}) {
    Job job = plain_job();
    job.phase = Phase::aborted;
    job.queued = at(--time);
    (destroyed ? job.destroyed : job.stopping) = true;
    rig.insert(job);
    expected.insert(expected.begin(), job);
  }
  CHECK(rig->reader().unfinished_jobs().value() == expected);
}

TEST_CASE("due destructions come earliest first; ARCHIVED jobs have had theirs") {
  StoreRig rig;
  std::vector<Job> jobs;
  for (const int due : {30, 10, 20, 40}) {
    jobs.push_back(plain_job());
    jobs.back().destruction = at(due);
    rig.insert(jobs.back());
  }
  rig.insert(plain_job());  // never
  Job archived = plain_job();
  archived.phase = Phase::archived;
  archived.destruction = at(1);
  rig.insert(archived);

  auto& reader = rig->reader();
  const auto due = reader.due_destructions(at(30), 10).value();
  REQUIRE(due.size() == 3);
  CHECK(due[0].id == jobs[1].id);
  CHECK(due[0].at == at(10));
  CHECK(due[1].id == jobs[2].id);
  CHECK(due[2].id == jobs[0].id);
  CHECK(reader.due_destructions(at(30), 1).value().size() == 1);
  CHECK(reader.due_destructions(at(9), 10).value().empty());
  CHECK(reader.next_destruction(at(0)).value() == at(10));
  CHECK(reader.next_destruction(at(10)).value() == at(20));
  CHECK_FALSE(reader.next_destruction(at(40)).value());
}

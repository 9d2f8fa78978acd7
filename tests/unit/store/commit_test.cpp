// Group commit: one transaction for many changes, each of them for itself.
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>

#include "tests/unit/store/rig.hpp"

using namespace opus;
using namespace opus_test;
using namespace std::chrono_literals;
using store::Writer;

namespace {

/// Counts down; waits for zero.
class Countdown {
 public:
  explicit Countdown(int count) : count_(count) {}
  void tick() {
    const std::lock_guard lock{mutex_};
    if (--count_ == 0) zero_.notify_all();
  }
  bool wait() {
    std::unique_lock lock{mutex_};
    return zero_.wait_for(lock, 60s, [this] { return count_ <= 0; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable zero_;
  int count_;
};

/// Keeps the writer busy until released, so that what is queued meanwhile shares the next commit.
class Gate {
 public:
  explicit Gate(store::Store& store) {
    store.write(
        [this](Writer&) -> Result<void> {
          entered_.tick();
          open_.wait();
          return {};
        },
        [this](Result<void>) { left_.tick(); });
    entered_.wait();
  }
  void release() { open_.tick(); }
  ~Gate() {
    release();
    left_.wait();
  }

 private:
  Countdown entered_{1}, open_{1}, left_{1};
};

struct Answer {
  int number;
  Result<void> result;
};

}  // namespace

TEST_CASE("one bad change among many is undone alone, and answers come in order") {
  StoreRig rig;
  constexpr int k_changes = 50;
  std::vector<Job> jobs;
  for (int i = 0; i < k_changes; ++i) jobs.push_back(plain_job(i));
  std::vector<Answer> answers;
  Countdown all{k_changes};
  {
    Gate gate{*rig};
    for (int i = 0; i < k_changes; ++i)
      rig->write(
          [&, i](Writer& writer) -> Result<void> {
            OPUS_UWS_CHECK(writer.insert_job(jobs[i], created(jobs[i])));
            if (i % 5 == 1) return Error{Errc::forbidden, "not this one"};
            if (i % 5 == 2) throw std::runtime_error{"ouch"};
            if (i % 5 == 3) OPUS_UWS_CHECK(writer.insert_job(jobs[0], created(jobs[0])));
            return {};
          },
          [&, i](Result<void> result) {
            answers.push_back({i, std::move(result)});
            all.tick();
          });
  }
  REQUIRE(all.wait());
  REQUIRE(answers.size() == k_changes);
  for (int i = 0; i < k_changes; ++i) {
    const Answer& answer = answers[static_cast<std::size_t>(i)];
    CHECK(answer.number == i);
    CHECK(answer.result.has_value() == (i % 5 == 0 || i % 5 == 4));
    CHECK(rig->reader().job(jobs[static_cast<std::size_t>(i)].id).has_value() ==
          answer.result.has_value());
  }
  CHECK(answers[1].result.error().code == Errc::forbidden);
  CHECK(answers[2].result.error().code == Errc::internal);
  CHECK(contains(answers[2].result.error().message, "ouch"));
  CHECK(answers[3].result.error().code == Errc::conflict);
}

TEST_CASE("a change sees what it wrote itself; readers see it only after the commit") {
  StoreRig rig;
  const Job job = plain_job();
  rig->write([&](Writer& writer) -> Result<void> {
       OPUS_UWS_CHECK(writer.insert_job(job, created(job)));
       CHECK(writer.job(job.id).value() == job);
       CHECK(rig->reader().job(job.id).error().code == Errc::not_found);
       return {};
     })
      .value();
  CHECK(rig.job(job.id) == job);
}

TEST_CASE("all reads of a snapshot see the state at the first one") {
  StoreRig rig;
  const Job job = plain_job();
  rig.insert(job);
  {
    const auto snapshot = rig->reader().snapshot().value();
    CHECK(snapshot->job(job.id).value() == job);
    const Job later = plain_job(5);
    rig.insert(later);
    CHECK(rig.job(later.id) == later);
    CHECK(snapshot->job(later.id).error().code == Errc::not_found);
    CHECK(snapshot->list({}).value().size() == 1);
  }
  CHECK(rig->reader().list({}).value().size() == 2);
}

TEST_CASE("a change that overlooks a half-done operation does not keep the half") {
  StoreRig rig;
  Job job = plain_job();
  job.inputs = {{"in", new_entity_id(), "", "", {}}};
  const Job other = plain_job();
  const auto done = rig->write([&](Writer& writer) -> Result<void> {
    OPUS_UWS_CHECK(writer.insert_job(other, created(other)));
    CHECK_FALSE(writer.insert_job(job, created(job)));  // the row, but not its input
    return {};
  });
  CHECK(done.error().code == Errc::not_found);
  CHECK(rig->reader().job(job.id).error().code == Errc::not_found);
  CHECK(rig->reader().job(other.id).error().code == Errc::not_found);
}

TEST_CASE("a change may go on after an operation that did nothing") {
  StoreRig rig;
  const Job job = plain_job();
  rig.insert(job);
  rig->write([&](Writer& writer) -> Result<void> {
       CHECK(writer.insert_job(job, created(job)).error().code == Errc::conflict);
       return writer.insert_entity(upload("image.fits"));
     })
      .value();
}

TEST_CASE("64 threads write at once and every acknowledged job is there") {
  StoreRig rig{{.max_batch = 16}};
  constexpr int k_threads = 64;
  constexpr int k_each = 10;
  std::vector<std::vector<Job>> jobs(k_threads);
  std::vector<std::thread> threads;
  for (auto& mine : jobs)
    threads.emplace_back([&rig, &mine] {
      for (int i = 0; i < k_each; ++i) {
        Job job = plain_job(i);
        job.parameters = {{"n", std::to_string(i), false}};
        if (!rig->write([&](Writer& writer) { return writer.insert_job(job, created(job)); }))
          continue;
        // What was acknowledged is seen by the one who wrote it.
        if (rig->reader().job(job.id).value_or(Job{}) == job) mine.push_back(job);
      }
    });
  for (auto& thread : threads) thread.join();
  rig.reopen();
  for (const auto& mine : jobs) {
    CHECK(mine.size() == k_each);
    for (const Job& job : mine) CHECK(rig.job(job.id) == job);
  }
}

TEST_CASE("of many threads that move one job exactly one succeeds") {
  StoreRig rig;
  const Job job = plain_job();
  rig.insert(job);
  Job aborted = job;
  aborted.phase = Phase::aborted;
  std::atomic<int> won = 0;
  std::atomic<int> lost = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 16; ++i)
    threads.emplace_back([&] {
      const auto done = rig.update(job, aborted, moved(Phase::pending, Phase::aborted));
      if (done)
        ++won;
      else if (done.error().code == Errc::conflict)
        ++lost;
    });
  for (auto& thread : threads) thread.join();
  CHECK(won == 1);
  CHECK(lost == 15);
  CHECK(rig->reader().events(job.id).value().size() == 2);
}

TEST_CASE("a callback may write again") {
  StoreRig rig;
  const Job first = plain_job(1);
  const Job second = plain_job(2);
  Countdown done{2};
  rig->write([&](Writer& writer) { return writer.insert_job(first, created(first)); },
             [&](Result<void> result) {
               CHECK(result);
               rig->write(
                   [&](Writer& writer) { return writer.insert_job(second, created(second)); },
                   [&](Result<void> again) {
                     CHECK(again);
                     done.tick();
                   });
               done.tick();
             });
  REQUIRE(done.wait());
  CHECK(rig.job(second.id) == second);
}

TEST_CASE("closing commits what is queued and refuses what comes later") {
  StoreRig rig;
  std::vector<Job> jobs;
  std::atomic<int> acknowledged = 0;
  for (int i = 0; i < 20; ++i) jobs.push_back(plain_job(i));
  {
    Gate gate{*rig};
    for (const Job& job : jobs)
      rig->write([&](Writer& writer) { return writer.insert_job(job, created(job)); },
                 [&](Result<void> result) { acknowledged += result ? 1 : 0; });
    std::thread closer{[&] { rig->close(); }};
    gate.release();
    closer.join();
  }
  rig->close();
  CHECK(acknowledged == 20);
  const auto late = rig->write([](Writer&) { return Result<void>{}; });
  CHECK(late.error().code == Errc::unavailable);
  std::thread::id where{};
  rig->write([](Writer&) { return Result<void>{}; },
             [&](Result<void>) { where = std::this_thread::get_id(); });
  CHECK(where == std::this_thread::get_id());
  for (const Job& job : jobs) CHECK(rig.job(job.id) == job);  // reads go on
}

TEST_CASE("the store may be closed from a callback") {
  StoreRig rig;
  Countdown done{1};
  rig->write([](Writer&) { return Result<void>{}; },
             [&](Result<void>) {
               rig->close();
               done.tick();
             });
  REQUIRE(done.wait());
  CHECK(rig->write([](Writer&) { return Result<void>{}; }).error().code == Errc::unavailable);
}

TEST_CASE("a closed store leaves one file behind") {
  StoreRig rig;
  rig.insert(plain_job());
  (void)rig->reader().list({});
  rig.close();
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator{rig.folder()})
    names.push_back(entry.path().filename());
  CHECK(names == std::vector<std::string>{"opus.db"});
}

TEST_CASE("the write-ahead log stays short under a stream of changes") {
  StoreRig rig;
  Countdown all{3000};
  for (int i = 0; i < 3000; ++i) {
    auto job = std::make_shared<Job>(plain_job(i));
    job->parameters = {{"text", std::string(4000, 'x'), false}};
    rig->write([job](Writer& writer) { return writer.insert_job(*job, created(*job)); },
               [&](Result<void>) { all.tick(); });
  }
  REQUIRE(all.wait());
  CHECK(std::filesystem::file_size(rig.database().string() + "-wal") < 32u << 20);
}

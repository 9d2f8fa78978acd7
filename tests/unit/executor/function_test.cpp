// What only the executor `function` does.
#include <atomic>
#include <cmath>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "tests/executors/rigs.hpp"
#include "tests/support/catch.hpp"

using namespace opus_test;
using namespace std::chrono_literals;
using opus::Ending;
using opus::Errc;
using opus::Result;
using opus::TaskContext;

namespace {

/// Lets a function wait until the test says so.
class Gate {
 public:
  void open() {
    const std::lock_guard lock{mutex_};
    open_ = true;
    changed_.notify_all();
  }
  void pass() {
    std::unique_lock lock{mutex_};
    changed_.wait(lock, [this] { return open_; });
  }

 private:
  std::mutex mutex_{};
  std::condition_variable changed_{};
  bool open_ = false;
};

opus::Outcome run(FunctionRig& rig, const opus::Task& task) {
  rig.executor().submit(task).value();
  return rig.recorder().end_of(task.job);
}

}  // namespace

TEST_CASE("a function that returns an error, or throws, ends with its message") {
  FunctionRig rig;
  const auto failed = run(rig, rig.task([](TaskContext&) -> Result<void> {
    return opus::Error{Errc::invalid_argument, "the sky is cloudy"};
  }));
  CHECK(failed.ending == Ending::exited);
  CHECK(failed.facts.exit_code == 1);
  CHECK(failed.message == "the sky is cloudy");
  CHECK_FALSE(failed.transient);
  CHECK(run(rig, rig.task([](TaskContext&) -> Result<void> {
          return opus::Error{Errc::unavailable, "later"};
        })).transient);
  CHECK(run(rig, rig.task([](TaskContext&) -> Result<void> {
          throw std::runtime_error("thrown");
        })).message == "thrown");
  CHECK(run(rig, rig.task([](TaskContext&) -> Result<void> { throw 5; })).message ==
        "the function threw something that is no std::exception");
}

TEST_CASE("a function finds parameters by name without regard to case, and numbers checked") {
  FunctionRig rig;
  std::vector<std::string> messages;
  std::optional<std::string> text, none;
  double number = 0;
  auto task = rig.task([&](TaskContext& context) -> Result<void> {
    text = context.parameter("TEXT");
    none = context.parameter("none");
    number = context.number("sigma").value();
    for (const char* name : {"text", "none", "empty"})
      messages.push_back(context.number(name).error().message);
    return {};
  });
  task.parameters = {{"Text", "abc"}, {"Sigma", "2.5e1"}, {"empty", ""}};
  CHECK(run(rig, task).facts.exit_code == 0);
  CHECK(text == "abc");
  CHECK_FALSE(none);
  CHECK(number == 25);
  REQUIRE(messages.size() == 3);
  CHECK(messages[0].find("text: expected a number, got 'abc'") != std::string::npos);
  CHECK(messages[1].find("none: expected a number") != std::string::npos);
  CHECK(messages[2].find("empty: expected a number") != std::string::npos);
}

TEST_CASE("a function finds its inputs, and writes results where the description wants them") {
  FunctionRig rig;
  std::vector<Errc> errors;
  auto task = rig.task([&](TaskContext& context) -> Result<void> {
    CHECK(context.input("IMAGE").value() == "/data/image.fits");
    errors.push_back(context.input("none").error().code);
    errors.push_back(context.write_result("none", "").error().code);
    errors.push_back(context.write_result("maps", "").error().code);
    return context.write_result("Catalogue", std::string{"a\0b", 3});
  });
  task.inputs = {{"image", "/data/image.fits", "image/fits"}};
  task.results = {{"catalogue", "out/catalogue.txt", "text/plain"}, {"maps", "maps/*.fits", ""}};
  CHECK(run(rig, task).facts.exit_code == 0);
  CHECK(TempFolder::read(task.work_dir / "out/catalogue.txt") == std::string{"a\0b", 3});
  CHECK(errors == std::vector{Errc::not_found, Errc::not_found, Errc::invalid_argument});
}

TEST_CASE("progress arrives within 0 and 1, or without a number") {
  FunctionRig rig;
  const auto task = rig.task([](TaskContext& context) -> Result<void> {
    context.progress(0.25, "quarter");
    context.progress(7);
    context.progress(std::nan(""), "who knows");
    return {};
  });
  run(rig, task);
  const auto progress = rig.recorder().progress(task.job);
  REQUIRE(progress.size() == 3);
  CHECK(progress[0].first == 0.25);
  CHECK(progress[0].second == "quarter");
  CHECK(progress[1].first == 1.0);
  CHECK_FALSE(progress[2].first);
}

TEST_CASE("a function that ignores its stop token ends as cancelled when it returns, not before") {
  FunctionRig rig;
  Gate gate;
  const auto task = rig.task([&](TaskContext&) -> Result<void> {
    gate.pass();
    return {};
  });
  rig.executor().submit(task).value();
  rig.recorder().start_of(task.job);
  CHECK(rig.executor().cancel(task.job, {}, 0s));
  CHECK(rig.recorder().ends(task.job) == 0);
  gate.open();
  CHECK(rig.recorder().end_of(task.job).ending == Ending::cancelled);
}

TEST_CASE("no more functions run at the same time than there are threads, and the others wait") {
  FunctionRig rig;  // four threads
  Gate gate;
  std::atomic<int> running{0}, most{0};
  auto task = rig.task([&](TaskContext&) -> Result<void> {
    most = std::max(most.load(), ++running);
    gate.pass();
    --running;
    return {};
  });
  std::vector<opus::Task> tasks;
  for (int i = 0; i < 8; ++i) {
    tasks.push_back(make_task(rig.folder()));
    tasks.back().description = task.description;
    rig.executor().submit(tasks.back()).value();
  }
  for (int i = 0; i < 4; ++i) rig.recorder().start_of(tasks[i].job);
  CHECK(rig.recorder().starts(tasks[4].job) == 0);
  // One that waits can be cancelled at once, though all threads are busy.
  CHECK(rig.executor().cancel(tasks[6].job, {}, 0s));
  CHECK(rig.recorder().end_of(tasks[6].job).ending == Ending::cancelled);
  CHECK(rig.recorder().starts(tasks[6].job) == 0);
  gate.open();
  rig.recorder().wait_for_ends(8);
  CHECK(most == 4);
}

TEST_CASE("a job whose function is not defined waits; what is replaced runs to its end") {
  FunctionRig rig;
  auto stranger = make_task(rig.folder());
  stranger.description = "unheard of";
  const auto refused = rig.executor().submit(stranger);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == Errc::unavailable);
  CHECK(refused.error().message.find("unheard of") != std::string::npos);

  Gate gate;
  std::atomic<int> old_ones{0}, new_ones{0};
  const auto task = rig.task([&](TaskContext&) -> Result<void> {
    gate.pass();
    ++old_ones;
    return {};
  });
  rig.executor().submit(task).value();
  rig.recorder().start_of(task.job);
  rig.executor().define(task.description, [&](TaskContext&) -> Result<void> {
    ++new_ones;
    return {};
  });
  auto next = make_task(rig.folder());
  next.description = task.description;
  CHECK(run(rig, next).facts.exit_code == 0);
  rig.executor().undefine(task.description);
  CHECK_FALSE(rig.executor().has(task.description));
  gate.open();
  CHECK(rig.recorder().end_of(task.job).facts.exit_code == 0);
  CHECK(old_ones == 1);
  CHECK(new_ones == 1);
}

TEST_CASE("the time limit of a function is measured on the service's clock") {
  const TempFolder folder;
  const auto clock = std::make_shared<opus::testing::ManualClock>();
  Recorder recorder;
  const auto executor = opus::make_function_executor({.max_threads = 1, .clock = clock});
  executor->start(recorder).value();
  executor->define("wait", [](TaskContext& context) -> Result<void> {
    std::mutex mutex;
    std::condition_variable_any stopped;
    std::unique_lock lock{mutex};
    stopped.wait(lock, context.stop_token(), [] { return false; });
    return {};
  });
  auto task = make_task(folder.path());
  task.description = "wait";
  task.execution_duration = 3600s;
  executor->submit(task).value();
  recorder.start_of(task.job);
  clock->advance(3599s);
  CHECK(recorder.ends(task.job) == 0);
  clock->advance(1s);
  const auto outcome = recorder.end_of(task.job);
  CHECK(outcome.ending == Ending::time_limit);
  CHECK(*outcome.ended - *outcome.started == 3600s);
}

TEST_CASE("stop() waits for the functions that run and tells nothing of them") {
  FunctionRig rig;
  std::atomic<bool> returned{false};
  const auto task = rig.task([&](TaskContext& context) -> Result<void> {
    std::mutex mutex;
    std::condition_variable_any stopped;
    std::unique_lock lock{mutex};
    stopped.wait(lock, context.stop_token(), [] { return false; });
    returned = true;
    return {};
  });
  rig.executor().submit(task).value();
  rig.recorder().start_of(task.job);
  rig.executor().stop();
  CHECK(returned);
  CHECK(rig.recorder().ends(task.job) == 0);
  CHECK(rig.executor().submit(task).error().code == Errc::unavailable);
}

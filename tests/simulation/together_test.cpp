// The jobs of a sweep go together to an executor that takes many at once.
#include <algorithm>
#include <span>

#include "libopus/executor/takes_many.hpp"
#include "tests/simulation/rig.hpp"

using namespace opus_test;
using opus::Attach;
using opus::Errc;
using opus::Error;
using opus::JobId;
using opus::NativeId;
using opus::Outcome;
using opus::Phase;
using opus::Result;
using opus::Service;
using opus::Task;

namespace {

/// Ends each task at once with exit code 0, and counts how they come.
class ManyExecutor final : public opus::Executor, public opus::TakesMany {
 public:
  struct Seen {
    std::mutex mutex{};
    std::vector<std::size_t> calls{};  ///< tasks of each submit_all(); 0 = a submit()
    bool answers_one_too_few = false;
  };
  explicit ManyExecutor(std::shared_ptr<Seen> seen) : seen_(std::move(seen)) {}

  std::string_view name() const noexcept override { return "many"; }
  Result<void> start(opus::EventSink& sink) override {
    sink_ = &sink;
    return {};
  }
  Result<NativeId> submit(const Task& task) override {
    note(0);
    return take(task);
  }
  std::vector<Result<NativeId>> submit_all(std::span<const Task> tasks) override {
    note(tasks.size());
    std::vector<Result<NativeId>> answers;
    for (const Task& task : tasks) answers.push_back(take(task));
    if (seen_->answers_one_too_few) answers.pop_back();
    return answers;
  }
  std::size_t most_at_once() const noexcept override { return 4; }
  Result<void> cancel(const JobId&, const NativeId&, std::chrono::milliseconds) override {
    return Error{Errc::not_found, "it has ended"};
  }
  Result<Attach> attach(const Task&, const NativeId&) override { return Attach::never_ran; }
  bool queues_tasks() const noexcept override { return true; }
  void stop() noexcept override {}

 private:
  void note(std::size_t count) {
    const std::lock_guard lock{seen_->mutex};
    seen_->calls.push_back(count);
  }
  NativeId take(const Task& task) {
    if (!seen_->answers_one_too_few)
      sink_->on_finished(task.job, Outcome{.facts = {.exit_code = 0}});
    return NativeId{"n-" + task.job.value};
  }
  std::shared_ptr<Seen> seen_;
  opus::EventSink* sink_ = nullptr;
};

struct ManyRig {
  TempFolder folder{};
  std::shared_ptr<ManyExecutor::Seen> seen = std::make_shared<ManyExecutor::Seen>();
  Service service = Service::open({.data_dir = folder / "data", .max_executing = 1}).value();

  ManyRig() {
    service.add_executor(std::make_unique<ManyExecutor>(seen)).value();
    auto description = scripted_description("many");
    description.executor = "many";
    description.inputs = {{.name = "image", .multiplicity = {.min = 0}}};
    service.define(description).value();
  }
  opus::Sweep sweep(std::vector<std::pair<std::string, std::string>> parameters,
                    std::vector<opus::Upload> uploads = {}) {
    opus::SweepRequest request;
    request.job = {.description = "many", .parameters = std::move(parameters), .run = true};
    request.job.uploads = std::move(uploads);
    return service.create_sweep(request).value();
  }
  std::vector<std::size_t> calls() {
    const std::lock_guard lock{seen->mutex};
    return seen->calls;
  }
};

}  // namespace

TEST_CASE("a sweep is handed over in as few calls as the executor takes, with one slot") {
  ManyRig rig;
  const auto sweep = rig.sweep({{"n", "1..9"}});
  for (const auto& id : sweep.jobs) {
    until(rig.service, id, Phase::completed);
    // Its end may come before the answer.
    eventually([&] { return rig.service.get(id)->native_id.value == "n-" + id.value; });
  }
  CHECK(rig.calls() == std::vector<std::size_t>{4, 4, 0});
}

TEST_CASE("jobs of different sweeps do not go together") {
  ManyRig rig;
  for (int i = 0; i < 2; ++i)
    for (const auto& id : rig.sweep({{"n", "1..2"}}).jobs) until(rig.service, id, Phase::completed);
  CHECK(rig.calls() == std::vector<std::size_t>{2, 2});
}

TEST_CASE("a job of a sweep that gets no input stays behind, and the others go without it") {
  ManyRig rig;
  const auto file = rig.folder.write("a.txt", "here");
  const auto sweep = rig.sweep({{"n", "1..2"}, {"image", "http://127.0.0.1:1/not-there"}},
                               {opus::Upload{.name = "image", .file_name = "a.txt", .path = file}});
  REQUIRE(sweep.jobs.size() == 4);
  const auto ended = [&](Phase phase) {
    return std::count_if(sweep.jobs.begin(), sweep.jobs.end(), [&](const JobId& id) {
      return rig.service.get(id).value().phase == phase;
    });
  };
  eventually([&] { return ended(Phase::completed) == 2 && ended(Phase::error) == 2; });
  CHECK(rig.calls() == std::vector<std::size_t>{2});
}

TEST_CASE("a job for which the executor gives no answer ends in ERROR") {
  ManyRig rig;
  rig.seen->answers_one_too_few = true;
  const auto sweep = rig.sweep({{"n", "1..2"}});
  // Whichever had its files last.
  eventually([&] {
    return std::any_of(sweep.jobs.begin(), sweep.jobs.end(), [&](const JobId& id) {
      return rig.service.get(id).value().phase == Phase::error;
    });
  });
}

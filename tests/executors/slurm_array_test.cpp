// Many tasks at once: one array of a real Slurm, with the promises of single jobs.
#include <fstream>
#include <set>

#include "libopus/executor/takes_many.hpp"
#include "tests/executors/cluster_rigs.hpp"
#include "tests/support/catch.hpp"

using namespace opus_test;
using namespace std::chrono_literals;
using opus::Attach;
using opus::Ending;
using opus::NativeId;
using opus::Result;
using opus::Task;

namespace {

constexpr const char* k_counting =
    "echo \"$@\" >> \"${0%/*}/submissions\"; exec /usr/bin/sbatch \"$@\"";

std::vector<Task> counted_tasks(SlurmRig& rig, int count) {
  std::vector<Task> tasks;
  for (int i = 0; i < count; ++i) tasks.push_back(counted(rig));
  return tasks;
}

std::vector<Result<NativeId>> submit_all(SlurmRig& rig, const std::vector<Task>& tasks) {
  return dynamic_cast<opus::TakesMany&>(rig.executor()).submit_all(tasks);
}

std::vector<std::string> ids_of(const std::vector<Result<NativeId>>& answers) {
  std::vector<std::string> ids;
  for (const auto& answer : answers) ids.push_back(answer.value().value);
  return ids;
}

std::size_t lines_in(const std::string& text) {
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

void check_each_ran_once(SlurmRig& rig, const std::vector<Task>& tasks) {
  for (const auto& task : tasks) {
    CHECK(rig.recorder().end_of(task.job).facts.exit_code == 0);
    CHECK(times(task) == "ran\n");
  }
}

}  // namespace

TEST_CASE("tasks that want the same go to Slurm as one array, and each is a job of its own") {
  const Fakes fakes;
  fakes.put("sbatch", k_counting);
  SlurmRig rig{fakes.config()};
  std::vector<Task> tasks = counted_tasks(rig, 3);
  tasks.push_back(rig.shell("exit 7"));
  tasks.push_back(rig.task(Act::run_until_stopped));
  const auto ids = ids_of(submit_all(rig, tasks));
  CHECK(lines_in(fakes.said("submissions")) == 1);
  const std::string array = ids[0].substr(0, ids[0].find('_'));
  for (std::size_t i = 0; i < ids.size(); ++i) CHECK(ids[i] == array + '_' + std::to_string(i));

  rig.recorder().start_of(tasks[4].job);
  CHECK(rig.executor().cancel(tasks[4].job, NativeId{ids[4]}, 1s));
  CHECK(rig.recorder().end_of(tasks[4].job).ending == Ending::cancelled);
  CHECK(rig.recorder().end_of(tasks[3].job).facts.exit_code == 7);
  check_each_ran_once(rig, {tasks.begin(), tasks.begin() + 3});
}

TEST_CASE("tasks with other wishes, and those with faults, do not go into the array") {
  const Fakes fakes;
  fakes.put("sbatch", k_counting);
  SlurmRig rig{fakes.config()};
  std::vector<Task> tasks = counted_tasks(rig, 5);
  tasks[1].options["cpus"] = "2";
  tasks[2].execution_duration = 1h;
  tasks[3].options["cpus"] = "none";
  const auto answers = submit_all(rig, tasks);
  REQUIRE(answers.size() == tasks.size());
  REQUIRE_FALSE(answers[3]);
  CHECK(answers[3].error().code == opus::Errc::invalid_argument);
  CHECK(lines_in(fakes.said("submissions")) == 3);
  CHECK(answers[0]->value.find('_') != std::string::npos);
  CHECK(answers[4]->value.find('_') != std::string::npos);
  CHECK(answers[1]->value.find('_') == std::string::npos);
  tasks.erase(tasks.begin() + 3);
  check_each_ran_once(rig, tasks);
}

TEST_CASE("where Slurm takes no array the tasks go one by one; while it takes nothing, none goes") {
  const Fakes fakes;
  SlurmRig rig{fakes.config()};
  const std::vector<Task> tasks = counted_tasks(rig, 2);
  fakes.put("sbatch",
            "echo 'sbatch: error: Batch job submission failed: Unable to contact slurm controller "
            "(connect failure)' >&2; exit 1");
  for (const auto& answer : submit_all(rig, tasks)) {
    REQUIRE_FALSE(answer);
    CHECK(answer.error().code == opus::Errc::unavailable);
  }
  fakes.put(
      "sbatch",
      "case \"$*\" in *--array*) echo 'sbatch: error: Batch job submission failed: Invalid job "
      "array specification' >&2; exit 1; esac; exec /usr/bin/sbatch \"$@\"");
  for (const auto& id : ids_of(submit_all(rig, tasks))) CHECK(id.find('_') == std::string::npos);
  check_each_ran_once(rig, tasks);
}

TEST_CASE("an array whose answer is lost is found by its name, by us or by who comes next") {
  const Fakes fakes;
  fakes.put("sbatch",
            "echo \"$@\" >> \"${0%/*}/submissions\"; /usr/bin/sbatch \"$@\" > /dev/null; "
            "kill -KILL $$");
  SlurmRig rig{fakes.config()};
  const std::vector<Task> tasks = counted_tasks(rig, 3);
  for (const auto& id : ids_of(submit_all(rig, tasks))) CHECK(id.empty());
  SECTION("by us") {}
  SECTION("by who comes next") {
    rig.leave();
    rig.come_back();
    for (const auto& task : tasks)
      CHECK(rig.executor().attach(task, {}).value() == Attach::attached);
  }
  SECTION("by who comes next, although the first job is gone with its folder") {
    rig.recorder().end_of(tasks[0].job);
    rig.leave();
    std::filesystem::remove_all(tasks[0].directory);
    rig.come_back();
    for (const auto& task : {tasks[1], tasks[2]})
      CHECK(rig.executor().attach(task, {}).value() == Attach::attached);
    check_each_ran_once(rig, {tasks[1], tasks[2]});
    return;
  }
  check_each_ran_once(rig, tasks);
  CHECK(lines_in(fakes.said("submissions")) == 1);
}

TEST_CASE("an array that never reached Slurm is made again, job by job") {
  const Fakes fakes;
  fakes.put("sbatch", "rm -f \"$0\"; echo 'sbatch: error: Socket timed out' >&2; exit 1");
  SlurmRig rig{fakes.config()};
  const std::vector<Task> tasks = counted_tasks(rig, 2);
  for (const auto& id : ids_of(submit_all(rig, tasks))) CHECK(id.empty());
  SECTION("by us") {}
  SECTION("by who comes next") {
    rig.leave();
    rig.come_back();
    for (const auto& task : tasks) {
      CHECK(rig.executor().attach(task, {}).value() == Attach::never_ran);
      rig.executor().submit(task).value();
    }
  }
  check_each_ran_once(rig, tasks);
}

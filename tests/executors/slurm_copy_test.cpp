// Slurm behind a login node with which no file system is shared, as far as the executor is told: a
// real sshd on loopback, and folders of its own there.
#include <algorithm>

#include <sys/stat.h>

#include <fstream>

#include "libopus/executor/takes_many.hpp"
#include "tests/executors/cluster_rigs.hpp"
#include "tests/simulation/rig.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/contains.hpp"

using namespace opus_test;
using namespace std::chrono_literals;
using opus::Attach;
using opus::Ending;
using opus::Errc;
using opus::Task;

namespace {

/// Its ssh can be cut, and counts what goes through it.
class FarCluster {
 public:
  FarCluster() {
    const auto ssh = folder_.write(
        "bin/ssh", "#!/bin/sh\necho \"$*\" >> '" + path("calls") + "'\n[ -e '" + path("away") +
                       "' ] && { echo refused >> '" + path("refused") +
                       "'; echo 'ssh: connect to host login: Connection refused' >&2; exit 255; }\n"
                       "exec /usr/bin/ssh \"$@\"\n");
    std::filesystem::permissions(ssh, std::filesystem::perms::owner_all);
    if (mkfifo(path("gate").c_str(), 0600) != 0) throw std::runtime_error("no fifo");
  }
  opus::SlurmExecutorConfig config() const {
    auto config = login_.config();
    config.batch.command_prefix.front() = path("bin/ssh");
    config.batch.remote_dir = folder_ / "far";
    config.batch.file_grace = 200ms;
    return config;
  }
  std::filesystem::path there(const Task& task) const {
    return folder_ / "far" / task.directory.parent_path().filename() / task.directory.filename();
  }
  bool is_gone(const Task& task) const { return !std::filesystem::exists(there(task)); }

  void cut() const { folder_.write("away", ""); }
  void mend() const { std::filesystem::remove(folder_ / "away"); }
  std::ptrdiff_t refused() const { return lines_with("refused", ""); }
  /// Commands that went there with these words, and not the others.
  std::ptrdiff_t calls(const std::string& words, const std::string& but = "\n") const {
    return lines_with("calls", words, but);
  }

  /// A code waits for this by "read -r word < gate".
  std::string gate() const { return path("gate"); }
  void open_gate() const { std::ofstream{gate()} << "go\n"; }

 private:
  std::string path(std::string_view name) const { return (folder_ / name).string(); }
  std::ptrdiff_t lines_with(std::string_view file, const std::string& words,
                            const std::string& but = "\n") const {
    std::ifstream lines{folder_ / file};
    std::ptrdiff_t count = 0;
    for (std::string line; std::getline(lines, line);)
      count += line.find(words) != std::string::npos && line.find(but) == std::string::npos;
    return count;
  }

  TempFolder folder_{};
  LoginNode login_{};
};

Task with_gate(SlurmRig& rig, const FarCluster& far, const std::string& then) {
  return rig.shell("read -r word < " + far.gate() + "; " + then);
}

}  // namespace

TEST_CASE(
    "without a shared file system we copy a job's folder there and back; no node comes to us "
    "(OPUS S13)") {
  const FarCluster far;
  SlurmRig rig{far.config()};
  auto task = rig.shell(
      "pwd; cat inputs/a \"$PARAMETERS\"; mkdir out; echo made > out/result; echo more >> "
      "inputs/a; "
      "exit 5");
  const auto write = [&](const std::filesystem::path& file, const std::string& text) {
    std::filesystem::create_directories(file.parent_path());
    std::ofstream{file} << text;
  };
  write(task.work_dir / "inputs/a", "given\n");
  write(task.directory / "parameters.json",
        "{\"a\": \"" + task.work_dir.string() + "/inputs/a\"}\n");
  task.environment["PARAMETERS"] = (task.directory / "parameters.json").string();
  CHECK(rig.run(task).facts.exit_code == 5);
  const std::string work = far.there(task).string() + "/work";
  CHECK(stdout_of(task) == work + "\ngiven\n{\"a\": \"" + work + "/inputs/a\"}\n");
  CHECK(TempFolder::read(task.work_dir / "out/result") == "made\n");
  CHECK(TempFolder::read(task.work_dir / "inputs/a") == "given\n");
  eventually([&] { return far.is_gone(task); });

  // What has come does not come twice.
  rig.leave();
  std::filesystem::remove(task.work_dir / "out/result");
  const auto before = far.calls("--sender");
  rig.come_back();
  CHECK(rig.executor().attach(task, {}).value() == Attach::attached);
  CHECK(rig.recorder().end_of(task.job).facts.exit_code == 5);
  CHECK(far.calls("--sender") == before);
}

TEST_CASE("what a job far away says can be read while it runs; it is cancelled as any other") {
  const FarCluster far;
  SlurmRig rig{far.config()};
  const auto task = rig.shell("echo first; exec sleep 1000");
  rig.executor().submit(task).value();
  rig.recorder().start_of(task.job);
  eventually([&] { return stdout_of(task) == "first\n"; });
  CHECK(rig.executor().cancel(task.job, {}, 1s));
  CHECK(rig.recorder().end_of(task.job).ending == Ending::cancelled);
  eventually([&] { return far.is_gone(task); });
}

TEST_CASE("a job far away is adopted after a restart, and its files come once it has ended") {
  const FarCluster far;
  SlurmRig rig{far.config()};
  const auto task = with_gate(rig, far, "echo ran >> times");
  rig.executor().submit(task).value();
  rig.recorder().start_of(task.job);
  rig.leave();
  far.open_gate();
  rig.come_back();
  CHECK(rig.executor().attach(task, {}).value() == Attach::attached);
  CHECK(rig.recorder().end_of(task.job).facts.exit_code == 0);
  CHECK(times(task) == "ran\n");
}

TEST_CASE("a job far away that ran unnoticed does not run twice") {
  const FarCluster far;
  SlurmRig rig{far.config()};
  const auto task = with_gate(rig, far, "echo ran >> times");
  rig.executor().submit(task).value();
  rig.leave();  // and nothing of it was recorded
  std::filesystem::remove(task.directory / "submission.json");
  std::filesystem::remove(task.directory / "started.json");
  far.open_gate();
  eventually([&] { return std::filesystem::exists(far.there(task) / "exit.json"); });
  rig.come_back();
  rig.executor().submit(task).value();  // as if Slurm had forgotten it
  CHECK(rig.recorder().end_of(task.job).facts.exit_code == 0);
  CHECK(times(task) == "ran\n");
}

TEST_CASE("while the host is away jobs wait, those that end there too; nothing is lost") {
  const FarCluster far;
  SlurmRig rig{far.config()};
  const auto task = with_gate(rig, far, "echo said; exit 3");
  rig.executor().submit(task).value();
  rig.recorder().start_of(task.job);
  far.cut();
  far.open_gate();
  eventually([&] { return std::filesystem::exists(far.there(task) / "exit.json"); });
  const auto other = rig.executor().submit(rig.task(Act::succeed));
  REQUIRE_FALSE(other);
  CHECK(other.error().code == Errc::unavailable);
  const std::vector<Task> many{rig.task(Act::succeed), rig.task(Act::succeed)};
  for (const auto& answer : dynamic_cast<opus::TakesMany&>(rig.executor()).submit_all(many)) {
    REQUIRE_FALSE(answer);
    CHECK(answer.error().code == Errc::unavailable);
  }
  CHECK(contains(other.error().message, "cannot be copied to where it is to run: rsync: "));
  CHECK(contains(other.error().message, "Connection refused"));
  const auto before = far.refused();
  eventually([&] { return far.refused() > before + 1; });
  CHECK(rig.recorder().ends(task.job) == 0);
  far.mend();
  CHECK(rig.recorder().end_of(task.job).facts.exit_code == 3);
  CHECK(stdout_of(task) == "said\n");
}

TEST_CASE("an array goes there by one copy, and all news come by one for each question to Slurm") {
  const FarCluster far;
  SlurmRig rig{far.config()};
  std::vector<Task> tasks;
  for (int i = 0; i < 3; ++i) tasks.push_back(counted(rig));
  for (const auto& id : dynamic_cast<opus::TakesMany&>(rig.executor()).submit_all(tasks))
    CHECK(id.value().value.find('_') != std::string::npos);
  CHECK(far.calls("rsync --server", "--sender") == 2);  // the runner before it
  for (const auto& task : tasks) {
    CHECK(rig.recorder().end_of(task.job).facts.exit_code == 0);
    CHECK(times(task) == "ran\n");
  }
  const std::ptrdiff_t fetches = 3;  // at most
  CHECK(far.calls("--sender") <= far.calls("squeue") + fetches);
}

TEST_CASE("the copy of a job that Slurm refuses is deleted") {
  const FarCluster far;
  auto config = far.config();
  config.batch.options = {{"partition", "nosuch"}};
  SlurmRig rig{config};
  const auto task = rig.task(Act::succeed);
  const auto refused = rig.executor().submit(task);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == Errc::invalid_argument);
  eventually([&] { return far.is_gone(task); });
}

TEST_CASE("a remote_dir that cannot serve is refused at the start, and says why") {
  Recorder recorder;
  const auto start = [&](std::vector<std::string> prefix, const std::string& folder) {
    opus::SlurmExecutorConfig config;
    config.batch.command_prefix = std::move(prefix);
    config.batch.remote_dir = folder;
    const auto started = opus::make_slurm_executor(config)->start(recorder);
    REQUIRE_FALSE(started);
    CHECK(started.error().code == Errc::invalid_argument);
    return started.error().message;
  };
  for (const char* const folder : {"far", "/", "/a folder", "/$HOME/far"})
    CHECK(
        contains(start({"ssh", "login"}, folder),
                 "remote_dir: expected an absolute path of letters, digits, '.', '_', '-' and '/', "
                 "got '" +
                     std::string{folder} + "'"));
  for (const auto& prefix : {std::vector<std::string>{}, {"ssh"}, {"ssh", "-q"}})
    CHECK(contains(start(prefix, "/far"), "command_prefix: expected a program such as ssh"));
}

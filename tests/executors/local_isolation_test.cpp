// What keeps codes of local jobs apart from the machine (OPUS S14: limits and isolation).
#include <unistd.h>

#include "libopus/executor/local/sandbox.hpp"
#include "tests/executors/rigs.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/contains.hpp"

using namespace opus_test;
using namespace std::chrono_literals;
using opus::Ending;
using opus::Errc;
using opus::LocalExecutorConfig;
using opus::SandboxUse;
namespace fs = std::filesystem;

namespace {

/// False, with a word in the log, where the kernel does not let bubblewrap work.
bool has_bubblewrap() {
  const auto made = opus::local::Sandbox::make({.sandbox = SandboxUse::always});
  if (made) return true;
  WARN("SKIPPED: " << made.error().message);
  return false;
}

fs::path program(const TempFolder& folder, const std::string& text) {
  const auto file = folder.write("bwrap", "#!/bin/sh\n" + text + "\n");
  fs::permissions(file, fs::perms::owner_all);
  return file;
}

opus::Error start_error(LocalExecutorConfig config) {
  const TempFolder folder;
  config.state_dir = folder / "state";
  Recorder recorder;
  const auto started = opus::make_local_executor(std::move(config))->start(recorder);
  REQUIRE_FALSE(started);
  return started.error();
}

}  // namespace

TEST_CASE("OPUS S14: the operator's limits are the most that a description can have") {
  LocalExecutorConfig config;
  config.limits.file_size_bytes = 100'000;
  config.limits.open_files = 30;
  config.limits.cpu_seconds = 50;
  LocalRig rig(config);
  opus::Task task = rig.shell("cat /proc/self/limits");
  task.limits.file_size_bytes = 500'000;
  task.limits.open_files = 20;
  task.limits.memory_bytes = 1ull << 31;
  const opus::Outcome outcome = rig.run(task);
  CHECK(outcome.facts.exit_code == 0);
  CHECK(outcome.facts.isolation ==
        "limits: memory 2147483648 bytes, file size 100000 bytes, open files 20, processor time "
        "50 s");
  std::string limits = stdout_of(task);
  std::string words;  // with one blank between them
  for (const char c : limits)
    if (c != ' ' || (!words.empty() && words.back() != ' ')) words += c;
  CHECK(contains(words, "Max cpu time 50 50"));
  CHECK(contains(words, "Max file size 100000 100000"));
  CHECK(contains(words, "Max open files 20 20"));
  CHECK(contains(words, "Max address space 2147483648"));
  CHECK(contains(words, "Max core file size 0 0"));
}

TEST_CASE("a code that uses more processor time than it may is ended") {
  LocalRig rig;
  opus::Task task = rig.shell("while :; do :; done");
  task.limits.cpu_seconds = 1;
  const opus::Outcome outcome = rig.run(task);
  CHECK(outcome.ending == Ending::signalled);
  CHECK(outcome.facts.isolation == "limits: processor time 1 s");
}

TEST_CASE(
    "OPUS S14: in the sandbox a code sees the system and its own job, and writes there only") {
  if (!has_bubblewrap()) return;
  LocalRig rig(LocalExecutorConfig{.sandbox = SandboxUse::always});
  TempFolder outside;
  outside.write("secret", "secret");
  const std::string secret = (outside / "secret").string();
  opus::Task task = rig.shell(
      "echo text > file && echo wrote\n"
      "touch ../file 2>/dev/null || echo not beside\n"
      "cat " +
      secret +
      " 2>/dev/null || echo no secret\n"
      "cat /etc/shadow 2>/dev/null || echo no shadow\n"
      "touch /usr/file 2>/dev/null || echo no system\n"
      "grep -c : /proc/net/dev\n"
      "kill -0 " +
      std::to_string(getpid()) +
      " 2>/dev/null || echo nobody else\n"
      "pwd\n"
      "exit 7");
  const opus::Outcome outcome = rig.run(task);
  CHECK(outcome.ending == Ending::exited);
  CHECK(outcome.facts.exit_code == 7);
  CHECK(outcome.facts.isolation ==
        "bubblewrap: read-only system, no network, own processes and /tmp");
  CHECK(stdout_of(task) == "wrote\nnot beside\nno secret\nno shadow\nno system\n1\nnobody else\n" +
                               task.work_dir.string() + "\n");
  CHECK(TempFolder::read(task.work_dir / "file") == "text\n");
}

TEST_CASE("OPUS S14: where the operator wants it, only what came from outside is in the sandbox") {
  if (!has_bubblewrap()) return;
  TempFolder outside;
  outside.write("data", "data");
  LocalRig rig(LocalExecutorConfig{.sandbox = SandboxUse::from_outside,
                                   .sandbox_paths = {outside / "data"}});
  const std::string script = "cat " + (outside / "data").string() + "; ls -d /root /var 2>&1";
  opus::Task ours = rig.shell(script), theirs = rig.shell(script);
  theirs.from_outside = true;
  CHECK(rig.run(ours).facts.isolation.empty());
  CHECK(contains(stdout_of(ours), "data/root\n/var"));
  CHECK(contains(rig.run(theirs).facts.isolation, "bubblewrap"));
  CHECK(contains(stdout_of(theirs), "data"));
  CHECK_FALSE(contains(stdout_of(theirs), "/var\n"));
}

TEST_CASE("OPUS S14: of the data folder a code in the sandbox sees its own job, wherever it lies") {
  if (!has_bubblewrap()) return;
  LocalRig rig(LocalExecutorConfig{.sandbox = SandboxUse::always, .sandbox_paths = {"/tmp"}});
  const opus::Task other = rig.shell("true");
  const opus::Task task = rig.shell("ls " + other.directory.parent_path().string() +
                                    "; echo mine > file; ls /tmp | head -n 1 | wc -l");
  CHECK(rig.run(task).facts.exit_code == 0);
  CHECK(stdout_of(task) == task.directory.filename().string() + "\n1\n");
  CHECK(TempFolder::read(task.work_dir / "file") == "mine\n");
}

TEST_CASE("a code in the sandbox hears that it is to end and has its grace") {
  if (!has_bubblewrap()) return;
  LocalRig rig(LocalExecutorConfig{.sandbox = SandboxUse::always});
  opus::Task task = rig.shell(
      "trap 'echo bye; exit 0' TERM\n"
      "echo ready > say\n"
      "while :; do sleep 0.1; done");
  Fifo fifo(task);
  rig.executor().submit(task).value();
  CHECK(fifo.line() == "ready");
  rig.executor().cancel(task.job, {}, 20s).value();
  CHECK(rig.recorder().end_of(task.job).ending == Ending::cancelled);
  CHECK(stdout_of(task) == "bye\n");
}

TEST_CASE("where there is no sandbox, an executor that is to use one does not start") {
  const TempFolder folder;
  const opus::Error absent =
      start_error({.sandbox = SandboxUse::from_outside, .bubblewrap = "/nonexistent/bwrap"});
  CHECK(absent.code == Errc::not_found);
  CHECK(contains(absent.message, "'/nonexistent/bwrap' is no program: install bubblewrap"));
  const opus::Error unable =
      start_error({.sandbox = SandboxUse::always,
                   .bubblewrap = program(folder, "echo no namespaces here >&2; exit 1")});
  CHECK(unable.code == Errc::unsupported);
  CHECK(contains(unable.message, "does not work here: no namespaces here"));
}

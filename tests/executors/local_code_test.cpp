// What the code of a local job finds when it starts.
#include <sys/resource.h>

#include <csignal>
#include <sstream>

#include "tests/executors/rigs.hpp"
#include "tests/support/catch.hpp"

using namespace opus_test;
using opus::Ending;

namespace {

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in{text};
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

}  // namespace

TEST_CASE("arguments reach the code as they are", "[local]") {
  LocalRig rig;
  const std::vector<std::string> values{"",
                                        "two words",
                                        "a\nline",
                                        "'single' \"double\"",
                                        "$(touch injected) `x` ; & | > *",
                                        "\\",
                                        "-n",
                                        "\xC3\xA9\xE2\x98\x85",
                                        "not UTF-8: \xFF\xFE",
                                        std::string(100'000, 'x')};
  std::vector<std::string> command{"/usr/bin/printf", "<%s>"};
  command.insert(command.end(), values.begin(), values.end());
  const auto task = rig.argv(command);
  CHECK(rig.run(task).facts.exit_code == 0);
  std::string expected;
  for (const auto& value : values) expected += '<' + value + '>';
  CHECK(stdout_of(task) == expected);
  CHECK(std::filesystem::is_empty(task.work_dir));
}

TEST_CASE("the environment of the code is exactly the task's", "[local]") {
  LocalRig rig;
  auto task = rig.argv({"/usr/bin/env", "-0"});
  task.environment = {{"PATH", "/usr/bin:/bin"},
                      {"EMPTY", ""},
                      {"lower.case-odd", "a=b"},
                      {"text", "line\n\"quoted\" $HOME"},
                      {"big", std::string(120'000, 'y')}};
  CHECK(rig.run(task).facts.exit_code == 0);
  std::string expected;
  for (const auto& [name, value] : task.environment) expected += name + '=' + value + '\0';
  CHECK(stdout_of(task) == expected);
}

TEST_CASE("the code runs in its work folder, leads its session, and has only 0, 1 and 2 open",
          "[local]") {
  LocalRig rig;
  const auto task = rig.shell(
      "pwd -P; ls -l /proc/self/fd | grep -c ' [0-9]* ->'; readlink /proc/self/fd/0;"
      "cut -d' ' -f1,5,6,7 /proc/$$/stat; umask");
  CHECK(rig.run(task).facts.exit_code == 0);
  const auto lines = lines_of(stdout_of(task));
  REQUIRE(lines.size() == 5);
  CHECK(lines[0] == std::filesystem::canonical(task.work_dir).string());
  CHECK(lines[1] == "4");  // ls has the folder it lists open too
  CHECK(lines[2] == "/dev/null");
  int pid = 0, group = 0, session = 0, terminal = -1;
  std::istringstream{lines[3]} >> pid >> group >> session >> terminal;
  CHECK(group == pid);
  CHECK(session == pid);
  CHECK(terminal == 0);
  CHECK(lines[4] == "0077");
}

TEST_CASE("no signal is blocked or ignored for the code, whatever the host does with them",
          "[local]") {
  LocalRig rig;
  const auto task = rig.argv({"/bin/grep", "-E", "^Sig(Blk|Ign)", "/proc/self/status"});
  CHECK(rig.run(task).facts.exit_code == 0);
  const auto lines = lines_of(stdout_of(task));
  REQUIRE(lines.size() == 2);
  constexpr auto k_of_the_c_library = 0x180000000ull;  // its posix_spawn() ignores its own two
  for (const auto& line : lines)
    CHECK((std::stoull(line.substr(line.find('\t') + 1), nullptr, 16) & ~k_of_the_c_library) == 0);
}

TEST_CASE("stdout and stderr go to their files, or to one", "[local]") {
  LocalRig rig;
  auto apart = rig.shell("echo out; echo err >&2; echo more");
  CHECK(rig.run(apart).facts.exit_code == 0);
  CHECK(stdout_of(apart) == "out\nmore\n");
  CHECK(stderr_of(apart) == "err\n");
  auto together = rig.shell("echo out; echo err >&2; echo more");
  together.stderr_path = together.stdout_path;
  CHECK(rig.run(together).facts.exit_code == 0);
  CHECK(stdout_of(together) == "out\nerr\nmore\n");
}

TEST_CASE("a code that reads its stdin finds it empty", "[local]") {
  LocalRig rig;
  const auto task = rig.shell("cat; echo end");
  CHECK(rig.run(task).facts.exit_code == 0);
  CHECK(stdout_of(task) == "end\n");
}

TEST_CASE("the code has the limits of its task, and never a core file", "[local]") {
  LocalRig rig;
  auto task = rig.shell("ulimit -v; ulimit -f; ulimit -n; ulimit -u; ulimit -c");
  task.command[0] = "/bin/bash";
  task.limits = {
      .memory_bytes = 512u << 20, .file_size_bytes = 1u << 20, .open_files = 32, .processes = 200};
  CHECK(rig.run(task).facts.exit_code == 0);
  CHECK(stdout_of(task) == "524288\n1024\n32\n200\n0\n");
}

TEST_CASE("a limit above what the launcher itself may have is cut to that", "[local]") {
  LocalRig rig;
  rlimit own{};
  getrlimit(RLIMIT_NOFILE, &own);
  auto task = rig.shell("ulimit -n");
  task.limits.open_files = std::uint64_t{own.rlim_max} * 2;
  CHECK(rig.run(task).facts.exit_code == 0);
  CHECK(stdout_of(task) == std::to_string(own.rlim_max) + "\n");
}

TEST_CASE("a code that writes more than its file size ends by a signal or an error of its own",
          "[local]") {
  LocalRig rig;
  auto task = rig.argv({"/bin/dd", "if=/dev/zero", "of=big", "bs=4096", "count=1000"});
  task.limits.file_size_bytes = 64u << 10;
  const auto outcome = rig.run(task);
  CHECK(outcome.ending == Ending::signalled);
  CHECK(outcome.facts.signal == SIGXFSZ);
  CHECK(std::filesystem::file_size(task.work_dir / "big") == (64u << 10));
}

TEST_CASE("a program is found in the PATH of the task, not of the host", "[local]") {
  LocalRig rig;
  auto task = rig.argv({"its-own-program"});
  const auto folder = rig.folder() / "bin";
  std::filesystem::create_directories(folder);
  std::ofstream{folder / "its-own-program"} << "#!/bin/sh\necho found\n";
  std::filesystem::permissions(folder / "its-own-program", std::filesystem::perms::owner_all);
  task.environment["PATH"] = "/nonexistent:" + folder.string();
  CHECK(rig.run(task).facts.exit_code == 0);
  CHECK(stdout_of(task) == "found\n");
}

TEST_CASE("what cannot be run ends as not started, with a message that names it and says why",
          "[local]") {
  LocalRig rig;
  const auto make = [&](const opus::Task& task, const char* content, bool executable) {
    std::ofstream{task.work_dir / "program"} << content;
    using std::filesystem::perms;
    std::filesystem::permissions(task.work_dir / "program",
                                 executable ? perms::owner_all : perms::owner_read);
  };
  struct Case {
    std::vector<std::string> command;
    const char* content;
    bool executable;
    const char* message;
  };
  const std::vector<Case> cases{
      {{"no-such-program"},
       nullptr,
       false,
       "cannot run 'no-such-program': there is no such program in the PATH of the job"},
      {{"/no/such/program"},
       nullptr,
       false,
       "cannot run '/no/such/program': there is no such program"},
      {{"./program"},
       "#!/bin/sh\n",
       false,
       "cannot run './program': it is not an executable file, or access to it is denied"},
      {{"./program"},
       "#!/no/such/interpreter\n",
       true,
       "cannot run './program': the interpreter that its first line names does not exist"},
      {{"./program"},
       "neither this nor that\n",
       true,
       "cannot run './program': it is neither a program for this machine nor a script that begins "
       "with #!"},
      {{"/bin/true", std::string(200'000, 'x')},
       nullptr,
       false,
       "cannot run '/bin/true': its arguments and environment are too long for the system"},
      {{"/tmp"},
       nullptr,
       false,
       "cannot run '/tmp': it is not an executable file, or access to it is denied"},
  };
  for (const auto& each : cases) {
    const auto task = rig.argv(each.command);
    if (each.content) make(task, each.content, each.executable);
    const auto outcome = rig.run(task);
    CHECK(outcome.ending == Ending::not_started);
    CHECK(outcome.message == each.message);
    CHECK_FALSE(outcome.transient);
    CHECK_FALSE(outcome.started);
    CHECK_FALSE(outcome.facts.exit_code);
    CHECK(rig.recorder().starts(task.job) == 0);
  }
}

TEST_CASE("folders that are not there end the job as not started, with their name", "[local]") {
  LocalRig rig;
  auto no_work = rig.task(Act::succeed);
  std::filesystem::remove(no_work.work_dir);
  CHECK(rig.run(no_work).message == "cannot enter the work folder '" + no_work.work_dir.string() +
                                        "': No such file or directory");
  auto no_logs = rig.task(Act::succeed);
  no_logs.stderr_path = no_logs.directory / "none/stderr";
  const auto outcome = rig.run(no_logs);
  CHECK(outcome.ending == Ending::not_started);
  CHECK(outcome.message ==
        "cannot write '" + no_logs.stderr_path.string() + "': No such file or directory");
  auto no_folder = rig.task(Act::succeed);
  std::filesystem::remove_all(no_folder.directory);
  CHECK(rig.run(no_folder).message == "cannot claim the job in '" + no_folder.directory.string() +
                                          "': No such file or directory");
}

TEST_CASE("a task that no program can be given is refused, naming every fault", "[local]") {
  LocalRig rig;
  auto task = rig.task(Act::succeed);
  task.command = {"/bin/echo", std::string{"a\0b", 3}};
  task.environment = {{"A=B", "x"}, {"NUL", std::string{"\0", 1}}};
  task.work_dir = "relative";
  const auto refused = rig.executor().submit(task);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == opus::Errc::invalid_argument);
  std::vector<std::string> fields;
  for (const auto& fault : refused.error().faults) fields.push_back(fault.field);
  CHECK(fields ==
        std::vector<std::string>{"command[1]", "environment", "environment.NUL", "work_dir"});
  task = rig.task(Act::succeed);
  task.command.clear();
  CHECK(rig.executor().submit(task).error().faults.front().field == "command");
}

TEST_CASE("the end of a code comes with its times and resources", "[local]") {
  LocalRig rig;
  const auto task = rig.shell("i=0; while [ $i -lt 50000 ]; do i=$((i+1)); done");
  const auto before = opus::system_clock()->now();
  const auto outcome = rig.run(task);
  const auto after = opus::system_clock()->now();
  CHECK(*outcome.started >= before);
  CHECK(*outcome.ended <= after);
  CHECK(*outcome.facts.user_time > std::chrono::milliseconds{0});
  CHECK(*outcome.facts.user_time <= after - before);
  CHECK(outcome.facts.system_time.has_value());
  CHECK(*outcome.facts.max_rss_bytes > 100'000);
  CHECK(*outcome.facts.max_rss_bytes < 100'000'000);
  CHECK_FALSE(outcome.facts.host.empty());
}

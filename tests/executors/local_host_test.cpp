// The launcher and the process it is used from: what is started, what is left, what is refused.
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>

#include "libopus/core/process.hpp"
#include "libopus/executor/local/protocol.hpp"
#include "tests/executors/rigs.hpp"
#include "tests/support/catch.hpp"

using namespace opus_test;
using namespace std::chrono_literals;
using opus::Errc;
namespace fs = std::filesystem;

namespace {

std::size_t open_descriptors(const std::string& process) {
  std::size_t count = 0;
  for ([[maybe_unused]] const auto& fd : fs::directory_iterator{"/proc/" + process + "/fd"})
    ++count;
  return count;
}

opus::Result<void> start_with(opus::LocalExecutorConfig config) {
  Recorder recorder;
  const auto executor = opus::make_local_executor(std::move(config));
  return executor->start(recorder);
}

fs::path script(const TempFolder& folder, const std::string& text) {
  const auto file = folder.write("launcher", "#!/bin/sh\n" + text + "\n");
  fs::permissions(file, fs::perms::owner_all);
  return file;
}

/// A client that speaks for itself.
class RawClient {
 public:
  explicit RawClient(const fs::path& state_dir) : socket_(::socket(AF_UNIX, SOCK_STREAM, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const std::string path = state_dir / "launcher.sock";
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    timeval patience{.tv_sec = 30, .tv_usec = 0};
    setsockopt(socket_.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    if (connect(socket_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
      throw std::runtime_error("cannot connect to " + path);
  }
  void send(std::string_view bytes) {
    ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
  }
  /// All until the launcher closes.
  std::string read_all() {
    std::string all;
    char piece[1024];
    ssize_t got = 0;
    while ((got = recv(socket_.get(), piece, sizeof piece, 0)) > 0)
      all.append(piece, static_cast<std::size_t>(got));
    return got < 0 && errno == EAGAIN ? "the launcher does not close" : all;
  }

 private:
  opus::Descriptor socket_;
};

}  // namespace

TEST_CASE("without a launcher program the executor does not start, and says where it looked",
          "[local]") {
  const TempFolder folder;
  const auto missing = start_with({.launcher = "/no/such/launcher", .state_dir = folder.path()});
  REQUIRE_FALSE(missing);
  CHECK(missing.error().code == Errc::not_found);
  CHECK(missing.error().message ==
        "there is no opus-uws-launcher; tried: /no/such/launcher (No such file or directory)");

  const std::string set = std::getenv("OPUS_UWS_LAUNCHER");
  setenv("OPUS_UWS_LAUNCHER", "/not/this/either", 1);
  CHECK(start_with({.state_dir = folder.path()}).error().message ==
        "there is no opus-uws-launcher; tried: /not/this/either (No such file or directory)");
  unsetenv("OPUS_UWS_LAUNCHER");
  const auto installed = start_with({.state_dir = folder.path()});
  if (!installed)  // else one is installed here, and was found
    CHECK(installed.error().message.find("libexec/opus-uws/opus-uws-launcher (No such file") !=
          std::string::npos);
  setenv("OPUS_UWS_LAUNCHER", set.c_str(), 1);
}

TEST_CASE("a launcher that cannot do its work makes start() fail with its words", "[local]") {
  const TempFolder folder;
  const auto state = folder / "state";
  const auto broken =
      start_with({.launcher = script(folder, "echo opus-uws-launcher: no luck today >&2; exit 1"),
                  .state_dir = state});
  REQUIRE_FALSE(broken);
  CHECK(broken.error().code == Errc::unavailable);
  CHECK(broken.error().message.find("no luck today") != std::string::npos);
  CHECK(start_with({.launcher = script(folder, "kill -9 $$"), .state_dir = state})
            .error()
            .message.find("killed by signal 9") != std::string::npos);
  CHECK(start_with({.launcher = script(folder, "exit 4"), .state_dir = state})
            .error()
            .message.find("exited with code 4") != std::string::npos);
}

TEST_CASE("a state folder that is none is refused with its name", "[local]") {
  const TempFolder folder;
  const auto file = folder.write("file", "");
  const auto refused = start_with({.state_dir = file});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().message.find(file.string()) != std::string::npos);
  const auto none = start_with({});
  REQUIRE_FALSE(none);
  CHECK(none.error().code == Errc::invalid_argument);
  CHECK(none.error().message.find("state_dir") != std::string::npos);
}

TEST_CASE("the state folder may have a long path, and the socket is for its owner only",
          "[local]") {
  const TempFolder folder;
  const auto state = folder.path() / std::string(200, 'a') / std::string(200, 'b');
  Recorder recorder;
  const auto executor = opus::make_local_executor({});
  executor->prepare({.data_dir = state, .log = {}});
  REQUIRE(executor->start(recorder));
  struct stat info {};
  REQUIRE(stat((state / "launcher.sock").c_str(), &info) == 0);
  CHECK((info.st_mode & 0777) == 0600);
  const auto task = make_task(state, {"/bin/true"});
  executor->submit(task).value();
  CHECK(recorder.end_of(task.job).facts.exit_code == 0);
}

TEST_CASE("the launcher is no child of the host and ends when nobody needs it", "[local]") {
  int launcher = 0;
  {
    LocalRig rig;
    launcher = rig.launcher_pid();
    REQUIRE(launcher > 0);
    CHECK(opus::process_stat(launcher)->parent != getpid());
    CHECK(getsid(launcher) != getsid(0));
    CHECK(fs::read_symlink("/proc/" + std::to_string(launcher) + "/cwd") == "/");
    // The host has no children of ours, not even ended ones.
    CHECK(waitpid(-1, nullptr, WNOHANG) == -1);
    CHECK(errno == ECHILD);
    rig.run(rig.task(Act::succeed));
    CHECK(waitpid(-1, nullptr, WNOHANG) == -1);
    rig.leave();
    wait_for_end_of_process(launcher);
    CHECK_FALSE(fs::exists(rig.state_dir() / "launcher.sock"));
  }
}

TEST_CASE("two executors share the launcher of a folder, and hear of their own jobs only",
          "[local]") {
  LocalRig rig;
  Recorder other_recorder;
  const auto other = opus::make_local_executor({.name = "other", .state_dir = rig.state_dir()});
  const int launcher = rig.launcher_pid();
  REQUIRE(other->start(other_recorder));
  CHECK(rig.launcher_pid() == launcher);
  const auto task = rig.task(Act::succeed);
  other->submit(task).value();
  CHECK(other_recorder.end_of(task.job).facts.exit_code == 0);
  rig.run(rig.task(Act::succeed));
  CHECK(rig.recorder().ends(task.job) == 0);
  CHECK(other_recorder.all_ends() == 1);
}

TEST_CASE("no descriptor and no process is left over by 200 jobs", "[local]") {
  LocalRig rig;
  rig.run(rig.task(Act::succeed));
  const auto launcher = std::to_string(rig.launcher_pid());
  const auto ours = open_descriptors("self");
  const auto theirs = open_descriptors(launcher);
  for (int i = 0; i < 200; ++i) rig.executor().submit(rig.task(Act::succeed)).value();
  rig.recorder().wait_for_ends(201);
  CHECK(open_descriptors("self") == ours);
  CHECK(open_descriptors(launcher) == theirs);
  // Supervisors end right after their news; a round through the launcher later all are gone.
  rig.executor().attach(rig.task(Act::succeed), {}).value();
  const auto children = TempFolder::read("/proc/" + launcher + "/task/" + launcher + "/children");
  std::size_t zombies = 0;
  std::istringstream in{children};
  for (int child = 0; in >> child;) {
    wait_for_end_of_process(child);
    const auto stat = opus::process_stat(child);
    zombies += stat && stat->parent == std::stoi(launcher) && stat->state == 'Z';
  }
  CHECK(zombies <= 2);  // those it is about to ask for
}

TEST_CASE("the launcher does not care what strangers send it", "[local]") {
  LocalRig rig;
  const std::string huge = std::string{"\xff\xff\xff\xff", 4} + "x";
  const auto hello = opus::local::hello_frame();
  using opus::local::FrameType;
  using opus::local::FrameWriter;
  for (const auto& bytes :
       {std::string{"GET / HTTP/1.0\r\n\r\n"}, huge, std::string(1000, '\0'),
        FrameWriter{FrameType::launch}.text("no hello").take(), hello + huge,
        hello + FrameWriter{FrameType::launch}.text("too short").take(),
        hello + FrameWriter{FrameType::cancel}.take(), hello + FrameWriter{FrameType{99}}.take()}) {
    RawClient client{rig.state_dir()};
    client.send(bytes);
    const auto answer = client.read_all();
    CHECK((answer.empty() || answer == hello));
  }
  {
    RawClient half{rig.state_dir()};
    half.send(hello.substr(0, 5));
  }
  CHECK(rig.run(rig.task(Act::succeed)).facts.exit_code == 0);
}

TEST_CASE("a launcher of another version makes room and its jobs go on", "[local]") {
  LocalRig rig;
  const auto task = rig.shell("echo $$ > say; read word < go; exit 7");
  Fifo say{task}, go{task, "go"};
  rig.executor().submit(task).value();
  say.line();
  const int old = rig.launcher_pid();
  {
    RawClient newer{rig.state_dir()};
    newer.send(opus::local::FrameWriter{opus::local::FrameType::hello}
                   .u32(opus::local::k_protocol_magic)
                   .u32(opus::local::k_protocol_version + 1)
                   .take());
    CHECK(newer.read_all() == opus::local::hello_frame());
  }
  CHECK(rig.launcher_pid() == 0);
  CHECK(process_exists(old));
  rig.leave();
  rig.come_back();
  CHECK(rig.launcher_pid() != old);
  CHECK(rig.executor().attach(task, {}).value() == opus::Attach::attached);
  std::ofstream{task.work_dir / "go"} << "go\n";
  CHECK(rig.recorder().end_of(task.job).facts.exit_code == 7);
  wait_for_end_of_process(old);
}

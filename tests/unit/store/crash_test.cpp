// A process that is killed, or whose disk is full, has kept every change that it acknowledged.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <map>
#include <sstream>
#include <string>

#include "libopus/core/descriptor.hpp"
#include "libopus/store/sqlite/db.hpp"
#include "tests/unit/store/rig.hpp"

using namespace opus;
using namespace opus_test;
using namespace std::chrono_literals;
using store::sqlite::Connection;

namespace {

/// The program store_process with its standard output in a pipe.
class Process {
 public:
  explicit Process(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), OPUS_UWS_TEST_STORE_PROCESS);
    std::vector<char*> argv;
    for (std::string& argument : arguments) argv.push_back(argument.data());
    argv.push_back(nullptr);
    std::array<int, 2> ends{};
    REQUIRE(pipe(ends.data()) == 0);
    output_ = Descriptor{ends[0]};
    const Descriptor input{ends[1]};
    pid_ = fork();
    REQUIRE(pid_ >= 0);
    if (pid_ == 0) {
      dup2(input.get(), STDOUT_FILENO);
      execv(argv[0], argv.data());
      _exit(127);
    }
  }
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;
  ~Process() {
    if (pid_ > 0) kill_and_wait();
  }

  /// Reads until there are so many lines, or the end.
  void read_lines(std::size_t count) {
    std::array<char, 4096> buffer;
    while (lines_ < count) {
      const ssize_t size = ::read(output_.get(), buffer.data(), buffer.size());
      if (size <= 0) return;
      text_.append(buffer.data(), static_cast<std::size_t>(size));
      for (ssize_t i = 0; i < size; ++i) lines_ += buffer[static_cast<std::size_t>(i)] == '\n';
    }
  }
  void read_all() { read_lines(static_cast<std::size_t>(-1)); }

  int wait() {
    int status = 0;
    REQUIRE(waitpid(std::exchange(pid_, -1), &status, 0) > 0);
    return status;
  }
  void kill_and_wait() {
    kill(pid_, SIGKILL);
    const int status = wait();
    REQUIRE(WIFSIGNALED(status));
  }

  const std::string& text() const { return text_; }

 private:
  pid_t pid_ = -1;
  Descriptor output_;
  std::string text_;
  std::size_t lines_ = 0;
};

/// "<job id> <version>" lines: the last version of each job.
std::map<std::string, std::uint64_t> acknowledged(const std::string& text) {
  std::map<std::string, std::uint64_t> versions;
  std::istringstream lines{text};
  std::string id;
  std::uint64_t version = 0;
  while (lines >> id >> version) versions[id] = std::max(versions[id], version);
  return versions;
}

void check_kept(const std::filesystem::path& folder,
                const std::map<std::string, std::uint64_t>& versions) {
  {
    const auto store = store::open_sqlite_store({.data_dir = folder}).value();
    std::size_t kept = 0;
    for (const auto& [id, version] : versions) {
      const auto job = store->reader().job({id});
      kept += job && job->version >= version;
    }
    CHECK(kept == versions.size());
    // A job and its history live or die together: one event for each version.
    for (const JobSummary& line : store->reader().list({}).value()) {
      const Job job = store->reader().job(line.id).value();
      CHECK(store->reader().events(line.id).value().size() == job.version + 1);
      CHECK(job.parameters.size() == 1);
    }
  }
  const auto db = Connection::open(folder / "opus.db", Connection::Access::read_write, 5s).value();
  CHECK(db->value<std::string>("PRAGMA integrity_check").value() == "ok");
}

}  // namespace

TEST_CASE("what was acknowledged survives kill -9, again and again") {
  TempFolder folder;
  std::map<std::string, std::uint64_t> all;
  for (const std::size_t lines : {1, 40, 150, 400}) {
    Process process{{"write", folder.path().string()}};
    process.read_lines(lines);
    process.kill_and_wait();
    process.read_all();  // what it wrote into the pipe before it died
    for (const auto& [id, version] : acknowledged(process.text())) all[id] = version;
    CHECK(all.size() > lines / 5);
    check_kept(folder.path(), all);
  }
}

TEST_CASE("a disk that is full fails the change, names the database, and loses nothing") {
  TempFolder folder;
  Process process{{"fill", folder.path().string(), "1500000"}};
  process.read_all();
  const int status = process.wait();
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);
  const auto versions = acknowledged(process.text());
  CHECK(versions.size() > 10);
  const std::string last = process.text().substr(process.text().rfind("unavailable"));
  INFO(last);
  CHECK(contains(last, (folder / "opus.db").string()));
  check_kept(folder.path(), versions);
}

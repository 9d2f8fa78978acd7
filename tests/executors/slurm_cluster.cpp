#include "tests/executors/slurm_cluster.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <stdexcept>

namespace opus_test {

namespace {

constexpr int k_cluster_patience_ms = 240'000;

std::string line_from(int fd) {
  std::string line;
  for (char c = 0; c != '\n';) {
    pollfd ready{fd, POLLIN, 0};
    if (poll(&ready, 1, k_cluster_patience_ms) <= 0)
      return line + " (and then nothing for a long time)";
    if (read(fd, &c, 1) != 1) return line;
    if (c != '\n') line += c;
  }
  return line;
}

}  // namespace

SlurmCluster& SlurmCluster::instance() {
  static SlurmCluster cluster{"OPUS_UWS_TEST_SLURM_ACCOUNTING="};
  return cluster;
}

SlurmCluster& SlurmCluster::with_accounting() {
  static SlurmCluster cluster{"OPUS_UWS_TEST_SLURM_ACCOUNTING=yes"};
  return cluster;
}

ClusterScript::ClusterScript(std::vector<std::string> command) {
  std::array<int, 2> in{}, out{};
  if (pipe2(in.data(), O_CLOEXEC) != 0 || pipe2(out.data(), O_CLOEXEC) != 0)
    throw std::runtime_error("no pipes");
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, in[0], 0);
  posix_spawn_file_actions_adddup2(&actions, out[1], 1);
  std::vector<char*> arguments;
  for (auto& word : command) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  const int failed =
      posix_spawn(&pid_, arguments.front(), &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  close(in[0]);
  close(out[1]);
  to_ = in[1];
  const std::string said = failed == 0 ? line_from(out[0]) : "cannot run it";
  close(out[0]);
  if (said == "ready") return;
  close(to_);  // so that it ends, and with it what it holds
  throw std::runtime_error(command.front() + ": " + said);
}

ClusterScript::~ClusterScript() {
  close(to_);
  int status = 0;
  waitpid(pid_, &status, 0);
}

SlurmCluster::SlurmCluster(const std::string& setting)
    : script_({"/usr/bin/env", setting, OPUS_UWS_TEST_SLURM, folder_.path().string()}) {}

std::vector<std::string> SlurmCluster::prefix(const std::string& folder_of_fakes) const {
  std::vector<std::string> words{"/usr/bin/env", "SLURM_CONF=" + conf()};
  if (!folder_of_fakes.empty())
    words.push_back("PATH=" + folder_of_fakes + ":/usr/local/bin:/usr/bin:/bin");
  return words;
}

std::string SlurmCluster::run(const std::string& shell_line) const {
  const std::string line = "SLURM_CONF=" + conf() + "; export SLURM_CONF; " + shell_line;
  FILE* const pipe = popen(line.c_str(), "re");
  if (!pipe) throw std::runtime_error("cannot run a shell");
  std::string out;
  std::array<char, 4096> piece{};
  for (std::size_t got = 0; (got = fread(piece.data(), 1, piece.size(), pipe)) > 0;)
    out.append(piece.data(), got);
  if (const int status = pclose(pipe); status != 0)
    throw std::runtime_error(shell_line + " failed: " + out);
  return out;
}

int SlurmCluster::controller() const {
  return std::stoi(TempFolder::read(folder_ / "slurmctld.number"));
}

void SlurmCluster::freeze() { kill(controller(), SIGSTOP); }
void SlurmCluster::thaw() { kill(controller(), SIGCONT); }

}  // namespace opus_test

#pragma once
// Commands of a batch scheduler: run as argv, each within a time limit.

#include <atomic>
#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "libopus/core/descriptor.hpp"

namespace opus { inline namespace uws0 { namespace batch {

using Arguments = std::vector<std::string>;

/// How a command went.
struct CommandResult {
  enum class End {
    exited,
    killed,       ///< by a signal, not ours
    timed_out,    ///< killed by us; what it asked for may have been done all the same
    interrupted,  ///< the same, because the executor is being stopped
    not_started,  ///< there is no such program, or no more processes
  };
  End end = End::not_started;
  int exit_code = -1;  ///< for exited; -1 = the host reaps its children before we can ask
  int signal = 0;      ///< for killed
  std::string out{}, err{};
  bool cut = false;       ///< it wrote more than we keep
  std::string failure{};  ///< for not_started: why
  std::chrono::milliseconds took{0};

  /// It said all it had to say, and that it was right.
  bool is_good() const noexcept { return end == End::exited && exit_code == 0 && !cut; }
  /// It has ended by itself, but the host reaps its children, and nobody knows its exit code.
  bool is_silent_about_its_end() const noexcept {
    return end == End::exited && exit_code == -1 && !cut;
  }
  /// "exit code 1: sbatch: error: ...", for messages.
  std::string why() const;
};

/// Runs commands, with a prefix such as {"ssh", "-o", "BatchMode=yes", "login"} before each. They
/// see a small environment, as their own options in variables (SBATCH_*, SQUEUE_*) and the secrets
/// of the service are not for them. Threads: any.
class Commands {
 public:
  Commands(Arguments prefix, std::chrono::milliseconds timeout);

  /// `kept_open` stays open in the command, so that a lock on it is held while the command lives.
  CommandResult run(const Arguments& command, int kept_open = -1) const;

  /// Ends what runs, and whatever is run from now on.
  void interrupt() noexcept;
  /// Commands are run again.
  void resume() noexcept;

 private:
  Arguments prefix_;
  bool through_a_shell_;
  std::chrono::milliseconds timeout_;
  std::vector<std::string> environment_{};
  Descriptor interrupt_{};  ///< readable = end
};

/// For a POSIX shell, as ssh hands its arguments to one.
std::string shell_quoted(std::string_view text);

}}}  // namespace opus::uws0::batch

#pragma once
// Processes of this machine: who they are, whether they still live, and signals that cannot hit the
// wrong one. Needs nothing but the C++ library: the launcher is built from it too.

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "libopus/core/descriptor.hpp"

namespace opus { inline namespace uws0 {

/// What /proc/<pid>/stat says of a process.
struct ProcessStat {
  char state = '?';  ///< 'Z' = ended, but its parent has not asked how
  pid_t parent = 0;
  std::uint64_t start_ticks = 0;  ///< since boot: with the pid and the boot id it names a process
};

/// nullopt when there is no such process.
std::optional<ProcessStat> process_stat(pid_t pid);

/// The process and its start time still belong together, and it has not ended.
bool is_alive(pid_t pid, std::uint64_t start_ticks);

/// A handle of the process that started at `start_ticks`: it polls readable when the process has
/// ended, and never comes to mean another one. None when the process is gone, or the system has no
/// more file descriptors (then is_alive() is still true).
Descriptor open_process(pid_t pid, std::uint64_t start_ticks);

/// Queues `signal` with `value` to the process behind a handle. False when it has ended.
bool signal_process(const Descriptor& process, int signal, int value);

/// Direct children of the calling process, ended ones included.
std::vector<pid_t> child_processes();

/// Of this boot of the machine; empty where /proc does not tell.
const std::string& boot_id();
const std::string& host_name();
/// Of this machine, as its distribution calls it: "Debian GNU/Linux 12 (bookworm)"; may be empty.
const std::string& os_name();
/// "Linux 6.1.0-28-amd64 x86_64".
const std::string& kernel_name();

}}  // namespace opus::uws0

#include "libopus/core/process.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <string_view>

namespace opus { inline namespace uws0 {

namespace {

/// Files of /proc have no size, and most of them are short.
std::optional<std::string> read_proc(const std::string& path) {
  const Descriptor fd{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  if (!fd) return std::nullopt;
  std::string text;
  std::array<char, 4096> piece;
  for (;;) {
    const ssize_t got = ::read(fd.get(), piece.data(), piece.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return text;
    text.append(piece.data(), static_cast<std::size_t>(got));
  }
}

template <class Number> Number number_in(std::string_view text) {
  Number number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

std::string_view next_word(std::string_view& text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\n')) text.remove_prefix(1);
  const auto word = text.substr(0, text.find_first_of(" \n"));
  text.remove_prefix(word.size());
  return word;
}

std::string first_line(const char* path) {
  std::string text = read_proc(path).value_or("");
  if (const auto end = text.find('\n'); end != std::string::npos) text.resize(end);
  return text;
}

/// PRETTY_NAME of an os-release file, whose values are quoted as in a shell.
std::string pretty_name(std::string_view text) {
  constexpr std::string_view k_name = "PRETTY_NAME=";
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (!line.starts_with(k_name)) continue;
    line.remove_prefix(k_name.size());
    const bool quoted = line.size() >= 2 && (line.front() == '"' || line.front() == '\'');
    return std::string{quoted ? line.substr(1, line.size() - 2) : line};
  }
  return {};
}

/// Where the kernel was built without lists of children.
std::vector<pid_t> children_by_parent(pid_t parent) {
  std::vector<pid_t> children;
  DIR* const proc = opendir("/proc");
  if (!proc) return children;
  while (const dirent* const entry = readdir(proc)) {
    const auto pid = number_in<pid_t>(entry->d_name);
    if (pid <= 0) continue;
    if (const auto stat = process_stat(pid); stat && stat->parent == parent)
      children.push_back(pid);
  }
  closedir(proc);
  return children;
}

}  // namespace

std::optional<ProcessStat> process_stat(pid_t pid) {
  const std::string text = read_proc("/proc/" + std::to_string(pid) + "/stat").value_or("");
  // The second field is the name in brackets, in which anything may stand.
  const auto bracket = text.rfind(')');
  if (bracket == std::string::npos) return std::nullopt;
  std::string_view rest = std::string_view{text}.substr(bracket + 1);
  ProcessStat stat;
  constexpr int k_state = 3, k_parent = 4, k_start = 22;  // field numbers of proc(5)
  for (int field = k_state; field <= k_start; ++field) {
    const auto word = next_word(rest);
    if (word.empty()) return std::nullopt;
    if (field == k_state) stat.state = word.front();
    if (field == k_parent) stat.parent = number_in<pid_t>(word);
    if (field == k_start) stat.start_ticks = number_in<std::uint64_t>(word);
  }
  return stat;
}

bool is_alive(pid_t pid, std::uint64_t start_ticks) {
  const auto stat = process_stat(pid);
  return stat && stat->start_ticks == start_ticks && stat->state != 'Z' && stat->state != 'X';
}

Descriptor open_process(pid_t pid, std::uint64_t start_ticks) {
  if (pid <= 0) return {};
  Descriptor process{static_cast<int>(syscall(SYS_pidfd_open, pid, 0))};
  // Only now is it certain which process the handle means.
  if (process && !is_alive(pid, start_ticks)) return {};
  return process;
}

bool signal_process(const Descriptor& process, int signal, int value) {
  siginfo_t info;
  std::memset(&info, 0, sizeof info);
  info.si_signo = signal;
  info.si_code = SI_QUEUE;
  info.si_pid = getpid();
  info.si_uid = getuid();
  info.si_value.sival_int = value;
  return syscall(SYS_pidfd_send_signal, process.get(), signal, &info, 0) == 0;
}

std::vector<pid_t> child_processes() {
  const std::string self = std::to_string(getpid());
  const auto text = read_proc("/proc/" + self + "/task/" + self + "/children");
  if (!text) return children_by_parent(getpid());
  std::vector<pid_t> children;
  std::string_view rest = *text;
  for (auto word = next_word(rest); !word.empty(); word = next_word(rest))
    children.push_back(number_in<pid_t>(word));
  return children;
}

const std::string& boot_id() {
  static const std::string id = first_line("/proc/sys/kernel/random/boot_id");
  return id;
}

const std::string& host_name() {
  static const std::string name = first_line("/proc/sys/kernel/hostname");
  return name;
}

const std::string& os_name() {
  static const std::string name = [] {
    for (const char* file : {"/etc/os-release", "/usr/lib/os-release"})
      if (const auto text = read_proc(file)) return pretty_name(*text);
    return std::string{};
  }();
  return name;
}

const std::string& kernel_name() {
  static const std::string name = [] {
    utsname kernel{};
    if (uname(&kernel) != 0) return std::string{};
    return std::string{kernel.sysname} + ' ' + kernel.release + ' ' + kernel.machine;
  }();
  return name;
}

}}  // namespace opus::uws0

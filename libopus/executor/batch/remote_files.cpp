#include "libopus/executor/batch/remote_files.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <utility>

#include "libopus/core/files.hpp"
#include "libopus/core/strings.hpp"
#include "libopus/executor/batch/submission.hpp"
#include "libopus/executor/local/protocol.hpp"

namespace opus { inline namespace uws0 { namespace batch {

namespace fs = std::filesystem;

namespace {

using namespace std::chrono_literals;

constexpr auto k_longest_copy = 1h;
constexpr int k_partly = 23, k_vanished = 24;  ///< exit codes: not all could be read

/// Shells and older versions of rsync over there take it as it is.
bool is_plain(const fs::path& path) {
  const std::string& text = path.native();
  return path.is_absolute() && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '/' || c == '.' || c == '_' || c == '-';
         });
}

/// In rsync's way: it cuts --rsh into words itself, and a quote within quotes is doubled.
std::string word_for_rsync(std::string_view word) {
  std::string quoted = "'";
  for (const char c : word) {
    if (c == '\'') quoted += c;
    quoted += c;
  }
  return quoted += '\'';
}

void replace_all(std::string& text, const std::string& what, const std::string& by) {
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size()))
    text.replace(at, what.size(), by);
}

fs::path name_of_folder(const fs::path& directory) {
  return directory.parent_path().filename() / directory.filename();
}

fs::path base_of(const fs::path& directory) { return directory.parent_path().parent_path(); }

/// A file with names, as long as it lives. Of no use to rsync would be one without a name.
class NameList {
 public:
  static Result<NameList> of(const RemoteFiles::Paths& names) {
    std::string text;
    for (const auto& name : names) text += name.native() + '\n';
    std::error_code ignored;
    NameList list;
    list.path_ = (fs::temp_directory_path(ignored) / "opus-uws-names-XXXXXX").native();
    const Descriptor file{mkostemp(list.path_.data(), O_CLOEXEC)};
    if (!file) {
      const int error = errno;
      return system_error("cannot make", std::exchange(list.path_, {}), error);
    }
    OPUS_UWS_CHECK(write_all(file.get(), text, list.path_));
    return list;
  }
  NameList() = default;
  NameList(NameList&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  NameList& operator=(NameList&& other) noexcept {
    std::swap(path_, other.path_);
    return *this;
  }
  ~NameList() {
    if (!path_.empty()) ::unlink(path_.c_str());
  }
  const std::string& path() const noexcept { return path_; }

 private:
  std::string path_{};
};

RemoteFiles::Paths names_of(const RemoteFiles::Paths& directories) {
  RemoteFiles::Paths names;
  for (const auto& directory : directories) names.push_back(name_of_folder(directory));
  return names;
}

std::string in_folders(std::string_view option, std::string_view name) {
  return std::string{option} + "/*/*/" + std::string{name};
}

}  // namespace

RemoteFiles::RemoteFiles(const Arguments& prefix, fs::path root, std::chrono::milliseconds quick)
    : has_host_(prefix.size() >= 2 && !prefix.back().starts_with('-')),
      root_(std::move(root)),
      quick_({}, quick),
      patient_({}, k_longest_copy),
      there_(prefix, quick) {
  if (!has_host_) return;
  host_ = prefix.back();
  for (std::size_t i = 0; i + 1 < prefix.size(); ++i)
    shell_ += (i == 0 ? "" : " ") + word_for_rsync(prefix[i]);
}

Result<void> RemoteFiles::check() const {
  if (!copies()) return {};
  if (!is_plain(root_) || !root_.has_relative_path())
    return Error{Errc::invalid_argument,
                 "remote_dir: expected an absolute path of letters, digits, '.', '_', '-' and '/', "
                 "got '" +
                     printable(root_.native()) + "'"};
  if (!has_host_)
    return Error{Errc::invalid_argument,
                 "command_prefix: expected a program such as ssh, its options, and a host at the "
                 "end, as remote_dir is set"};
  return {};
}

fs::path RemoteFiles::there(const fs::path& directory) const {
  return copies() ? root_ / name_of_folder(directory) : directory;
}

Task RemoteFiles::there(const Task& task) const {
  if (!copies()) return task;
  Task seen = task;
  const std::string here = task.directory.native(), remote = there(task.directory).native();
  const auto change = [&](fs::path& path) {
    std::string text = path.native();
    replace_all(text, here, remote);
    path = text;
  };
  for (fs::path* path : {&seen.directory, &seen.work_dir, &seen.stdout_path, &seen.stderr_path})
    change(*path);
  for (auto& input : seen.inputs) change(input.path);
  for (auto& word : seen.command) replace_all(word, here, remote);
  for (auto& [name, value] : seen.environment) replace_all(value, here, remote);
  return seen;
}

Result<void> RemoteFiles::translate(const fs::path& directory) const {
  if (!is_plain(directory))
    return Error{Errc::invalid_argument,
                 "data_dir: expected letters, digits, '.', '_', '-' and '/', as remote_dir is set, "
                 "got '" +
                     printable(directory.native()) + "'"};
  for (const char* const name : {"parameters.json", "task.json"}) {
    auto text = read_file(directory / name);
    if (!text && text.error().code == Errc::not_found) continue;
    if (!text) return text.error();
    replace_all(*text, directory.native(), there(directory).native());
    OPUS_UWS_CHECK(write_file_atomically(directory / name, *text, 0600));
  }
  return {};
}

Result<void> RemoteFiles::make_ready(const fs::path& runner) const {
  const auto made = there_.run({"mkdir", "-p", root_.native()});
  if (!made.is_good() && !made.is_silent_about_its_end())
    return Error{Errc::unavailable,
                 "remote_dir '" + root_.native() + "' cannot be made: " + made.why()};
  if (runner.empty()) return {};
  return rsync(quick_, {"-tL", "--chmod=755"}, {}, runner.native(),
               host_ + ':' + runner_there().native());
}

Result<void> RemoteFiles::push(const Paths& directories) const {
  Arguments options{"-rptL"};  // links to inputs become files
  for (const char* const name :
       {local::k_claim_name, local::k_record_name, k_mark_name, k_fetched_name})
    options.push_back(in_folders("--exclude=", name));
  return rsync(patient_, std::move(options), names_of(directories),
               base_of(directories.front()).native() + '/', host_ + ':' + root_.native() + '/');
}

Result<void> RemoteFiles::push_file(const fs::path& directory, const std::string& name) const {
  return rsync(quick_, {"-pt"}, {name_of_folder(directory) / name},
               base_of(directory).native() + '/', host_ + ':' + root_.native() + '/');
}

Result<void> RemoteFiles::pull(const Paths& directories) const {
  Paths names;
  for (const auto& directory : directories)
    for (const char* const name :
         {"logs/stdout", "logs/stderr", k_output_name, local::k_claim_name, local::k_record_name})
      names.push_back(name_of_folder(directory) / name);
  return rsync(quick_, {"-t", "--append", "--ignore-missing-args", "--no-implied-dirs"}, names,
               host_ + ':' + root_.native() + '/', base_of(directories.front()).native() + '/');
}

Result<void> RemoteFiles::fetch(const Paths& directories) const {
  Arguments options{"-rlpt", "--chmod=u+rwX", "--safe-links", "--partial", "--no-implied-dirs"};
  for (const char* const name : {"work/inputs", local::k_claim_name, local::k_record_name,
                                 local::k_frame_name, k_script_name, k_array_script_name})
    options.push_back(in_folders("--exclude=", name));
  return rsync(patient_, std::move(options), names_of(directories),
               host_ + ':' + root_.native() + '/', base_of(directories.front()).native() + '/');
}

Result<void> RemoteFiles::remove(const Paths& directories) const {
  Arguments command{"rm", "-rf", "--"};
  for (const auto& directory : directories) command.push_back(there(directory).native());
  const auto removed = there_.run(command);
  if (removed.is_good() || removed.is_silent_about_its_end()) return {};
  return Error{Errc::unavailable, "copies of jobs cannot be deleted: " + removed.why()};
}

void RemoteFiles::interrupt() noexcept {
  for (Commands* commands : {&quick_, &patient_, &there_}) commands->interrupt();
}

void RemoteFiles::resume() noexcept {
  for (Commands* commands : {&quick_, &patient_, &there_}) commands->resume();
}

Result<void> RemoteFiles::rsync(const Commands& commands, Arguments options, const Paths& names,
                                std::string from, std::string to) const {
  Arguments command{"rsync", "--rsh=" + shell_};
  command.insert(command.end(), options.begin(), options.end());
  NameList list;
  if (!names.empty()) {
    OPUS_UWS_TRY(list, NameList::of(names));
    command.push_back("--files-from=" + list.path());
  }
  command.push_back(std::move(from));
  command.push_back(std::move(to));
  const CommandResult answer = commands.run(command);
  if (answer.is_good() || answer.is_silent_about_its_end()) return {};
  const bool partly = answer.end == CommandResult::End::exited &&
                      (answer.exit_code == k_partly || answer.exit_code == k_vanished);
  return Error{partly ? Errc::not_found : Errc::unavailable, "rsync: " + answer.why()};
}

}}}  // namespace opus::uws0::batch

// Copies of a data folder, and a data folder from a copy.
#include <opus/backup.hpp>

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "libopus/core/descriptor.hpp"
#include "libopus/core/files.hpp"
#include "libopus/core/tree_copy.hpp"
#include "libopus/service/data_folder.hpp"
#include "libopus/store/sqlite/inspection.hpp"

namespace opus { inline namespace uws0 {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view k_database = "opus.db";
constexpr std::string_view k_new_database = "opus.db.new";
constexpr int k_snapshots = 5;  // jobs may be deleted while the files of one are copied

/// The database is copied by itself, and what is of one process is not.
constexpr auto is_left_out = [](std::string_view name) {
  return name.substr(0, k_database.size()) == k_database || name == "opus.lock" ||
         name == "incoming";
};

bool is_within(const fs::path& inner, const fs::path& outer) {
  std::error_code ignored;
  const fs::path a = fs::weakly_canonical(inner, ignored), b = fs::weakly_canonical(outer, ignored);
  return std::mismatch(b.begin(), b.end(), a.begin(), a.end()).first == b.end();
}

Result<void> check_apart(const fs::path& data_dir, const fs::path& other) {
  if (is_within(other, data_dir) || is_within(data_dir, other))
    return Error{Errc::invalid_argument, "expected folders apart from each other, got '" +
                                             data_dir.string() + "' and '" + other.string() + "'"};
  return {};
}

/// A folder of somebody else is not filled with ours, and never pruned.
Result<void> check_target(const fs::path& target) {
  std::error_code code;
  if (fs::exists(target / k_database, code)) {
    OPUS_UWS_CHECK(store::Inspection::open(target / k_database));
    return {};
  }
  for (auto entry = fs::directory_iterator{target, code}; entry != fs::directory_iterator{};
       entry.increment(code)) {
    const std::string name = entry->path().filename().string();
    // An earlier copy that was cut off has these.
    if (is_left_out(name) || name == "jobs" || name == "uploads" || name == "access.key") continue;
    return Error{Errc::invalid_argument,
                 "'" + target.string() + "': expected an earlier copy or an empty folder, has '" +
                     name + "' in it"};
  }
  return {};
}

Result<void> sync_file_system(const fs::path& folder) {
  const Descriptor opened{::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (!opened || ::syncfs(opened.get()) != 0) return system_error("cannot sync", folder, errno);
  return {};
}

Result<void> rename_to(const fs::path& from, const fs::path& to) {
  if (std::rename(from.c_str(), to.c_str()) != 0)
    return system_error("cannot rename '" + from.string() + "' to", to, errno);
  return {};
}

/// Files that the database names: those that are not in the copy, and those that only it has.
struct Looked {
  std::size_t missing = 0;
  std::set<fs::path> only_copy{};
};

Result<Looked> look_for_files(const fs::path& database, const fs::path& data_dir,
                              const fs::path& target) {
  Looked looked;
  OPUS_UWS_TRY(store::Inspection inspection, store::Inspection::open(database));
  OPUS_UWS_CHECK(inspection.each_file([&](const store::NamedFile& file) -> Result<void> {
    std::error_code ignored;
    if (!is_safe_relative_path(file.location)) return {};
    if (!fs::exists(target / file.location, ignored))
      ++looked.missing;
    else if (!fs::exists(data_dir / file.location, ignored))
      looked.only_copy.insert(file.location);
    return {};
  }));
  return looked;
}

/// The files first, as they are many; then the database of one moment, and the files that came
/// until then. A job that is deleted meanwhile takes its files with it: then once more.
Result<Looked> copy_state(const fs::path& data_dir, const fs::path& target, BackupReport& report) {
  const fs::path fresh = target / k_new_database;
  const auto add = [&report](const TreeCopy& copy) {
    report.files = copy.files;
    report.copied += copy.copied;
    report.bytes += copy.bytes;
    report.unreadable.clear();
    for (const fs::path& path : copy.unreadable) report.unreadable.push_back(path.string());
  };
  OPUS_UWS_TRY(const TreeCopy first, copy_tree(data_dir, target, is_left_out));
  add(first);
  OPUS_UWS_TRY(store::Inspection source, store::Inspection::open(data_dir / k_database));
  for (int attempt = 1;; ++attempt) {
    OPUS_UWS_CHECK(remove_tree(fresh));
    OPUS_UWS_CHECK(source.copy_to(fresh));
    OPUS_UWS_TRY(const TreeCopy later, copy_tree(data_dir, target, is_left_out));
    add(later);
    OPUS_UWS_TRY(Looked looked, look_for_files(fresh, data_dir, target));
    // What is missing every time is missing there, too: verify() tells.
    if (looked.missing == 0 || attempt == k_snapshots) return looked;
  }
}

}  // namespace

Result<BackupReport> back_up(const fs::path& data_dir, const fs::path& target) {
  OPUS_UWS_CHECK(store::Inspection::open(data_dir / k_database));
  OPUS_UWS_CHECK(check_apart(data_dir, target));
  OPUS_UWS_CHECK(check_target(target));
  OPUS_UWS_TRY(const service::DataFolder lock, service::DataFolder::open(target));
  BackupReport report;
  OPUS_UWS_TRY(const Looked looked, copy_state(data_dir, target, report));
  // All is on the disk before the new database says so. A log would be of the old one.
  OPUS_UWS_CHECK(sync_file_system(target));
  for (const char* const ending : {"-wal", "-shm"})
    OPUS_UWS_CHECK(remove_tree(target / (std::string(k_database) + ending)));
  OPUS_UWS_CHECK(rename_to(target / k_new_database, target / k_database));
  OPUS_UWS_CHECK(sync_to_disk(target));
  OPUS_UWS_CHECK(prune_tree(target, data_dir, [&](const fs::path& below) {
    return is_left_out(below.begin()->string()) || looked.only_copy.count(below) != 0;
  }));
  return report;
}

Result<BackupReport> restore(const fs::path& backup, const fs::path& data_dir) {
  OPUS_UWS_CHECK(check_apart(data_dir, backup));
  std::error_code ignored;
  if (fs::exists(data_dir, ignored) && !fs::is_empty(data_dir, ignored))
    return Error{Errc::conflict, "'" + data_dir.string() + "': expected an empty folder or none"};
  OPUS_UWS_TRY(const VerifyReport found, verify(backup, /*contents=*/true));
  if (!found.faults.empty())
    return Error{Errc::corrupt,
                 "the copy '" + backup.string() + "' is not whole: " + found.faults.front() +
                     (found.faults.size() > 1
                          ? ", and " + std::to_string(found.faults.size() - 1) + " more faults"
                          : std::string())};
  const fs::path absolute = fs::absolute(data_dir, ignored).lexically_normal();
  const fs::path beside = temporary_name_in(absolute.parent_path());
  const auto fill = [&]() -> Result<TreeCopy> {
    OPUS_UWS_TRY(const TreeCopy copied, copy_tree(backup, beside, is_left_out));
    OPUS_UWS_TRY(store::Inspection source, store::Inspection::open(backup / k_database));
    OPUS_UWS_CHECK(source.copy_to(beside / k_database));
    OPUS_UWS_CHECK(sync_file_system(beside));
    OPUS_UWS_CHECK(rename_to(beside, absolute));  // onto an empty folder, too
    OPUS_UWS_CHECK(sync_to_disk(absolute.parent_path()));
    return copied;
  };
  OPUS_UWS_CHECK(make_directories(absolute.parent_path()));
  const Result<TreeCopy> copied = fill();
  if (!copied) {
    static_cast<void>(remove_tree(beside));
    return copied.error();
  }
  return BackupReport{copied->files, copied->copied, copied->bytes, {}};
}

}}  // namespace opus::uws0

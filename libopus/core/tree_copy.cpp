#include "libopus/core/tree_copy.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "libopus/core/files.hpp"

namespace opus { inline namespace uws0 {

namespace fs = std::filesystem;

namespace {

bool is_same(const struct stat& a, const struct stat& b) noexcept {
  return S_ISREG(b.st_mode) && a.st_size == b.st_size && a.st_mtim.tv_sec == b.st_mtim.tv_sec &&
         a.st_mtim.tv_nsec == b.st_mtim.tv_nsec;
}

bool look_at(const fs::path& path, struct stat& facts) noexcept {
  return ::lstat(path.c_str(), &facts) == 0;
}

/// What was there by that name goes, unless it is a folder and shall be one.
Result<void> make_room(const fs::path& path, bool for_folder) {
  struct stat there {};
  if (!look_at(path, there) || (for_folder && S_ISDIR(there.st_mode))) return {};
  return remove_tree(path);
}

Result<void> copy_one_file(const fs::path& from, const fs::path& to, const struct stat& facts,
                           TreeCopy& done) {
  struct stat there {};
  if (look_at(to, there) && is_same(facts, there)) {
    ++done.files;
    return {};
  }
  OPUS_UWS_CHECK(make_room(to, false));
  if (::access(from.c_str(), R_OK) != 0 && errno == EACCES) {
    done.unreadable.push_back(from);
    return {};
  }
  if (auto copied = opus::copy_file(from, to); !copied)
    return copied.error().code == Errc::not_found ? Result<void>{} : copied;  // gone meanwhile
  // The time comes last: a copy that was cut off does not look like a whole one.
  const std::array<timespec, 2> times{facts.st_atim, facts.st_mtim};
  if (::chmod(to.c_str(), facts.st_mode & 07777) != 0 ||
      ::utimensat(AT_FDCWD, to.c_str(), times.data(), 0) != 0)
    return system_error("cannot set mode and time of", to, errno);
  ++done.files;
  ++done.copied;
  done.bytes += static_cast<std::uint64_t>(facts.st_size);
  return {};
}

Result<void> copy_link(const fs::path& from, const fs::path& to) {
  std::error_code code;
  const fs::path target = fs::read_symlink(from, code);
  if (code) return {};  // gone meanwhile
  OPUS_UWS_CHECK(make_room(to, false));
  fs::create_symlink(target, to, code);
  return code ? Result<void>(system_error("cannot create", to, code.value())) : Result<void>{};
}

Result<void> copy_folder(const fs::path& from, const fs::path& to,
                         const std::function<bool(std::string_view)>& skip, TreeCopy& done) {
  std::error_code code;
  fs::directory_iterator entry(from, code);
  if (code == std::errc::no_such_file_or_directory) return {};
  if (code == std::errc::permission_denied) {
    done.unreadable.push_back(from);
    return {};
  }
  if (code) return system_error("cannot read", from, code.value());
  for (; entry != fs::directory_iterator{}; entry.increment(code)) {
    if (code) return system_error("cannot read", from, code.value());
    const fs::path source = entry->path(), target = to / source.filename();
    if (skip && skip(source.filename().string())) continue;
    struct stat facts {};
    if (!look_at(source, facts)) continue;
    if (S_ISDIR(facts.st_mode)) {
      OPUS_UWS_CHECK(make_room(target, true));
      OPUS_UWS_CHECK(make_directories(target, 0700));
      OPUS_UWS_CHECK(copy_folder(source, target, {}, done));
      if (::chmod(target.c_str(), (facts.st_mode & 07777) | 0700) != 0)
        return system_error("cannot set the mode of", target, errno);
    } else if (S_ISREG(facts.st_mode)) {
      OPUS_UWS_CHECK(copy_one_file(source, target, facts, done));
    } else if (S_ISLNK(facts.st_mode)) {
      OPUS_UWS_CHECK(copy_link(source, target));
    }
  }
  return {};
}

Result<void> prune_folder(const fs::path& copy, const fs::path& from, const fs::path& below,
                          const std::function<bool(const fs::path&)>& keep) {
  std::error_code code;
  fs::directory_iterator entry(copy, code);
  if (code) return system_error("cannot read", copy, code.value());
  for (; entry != fs::directory_iterator{}; entry.increment(code)) {
    if (code) return system_error("cannot read", copy, code.value());
    const fs::path name = entry->path().filename(), mine = below / name;
    if (keep(mine)) continue;
    struct stat there {
    }, original{};
    if (!look_at(entry->path(), there)) continue;
    const bool has_original = look_at(from / name, original);
    if (S_ISDIR(there.st_mode) && (!has_original || S_ISDIR(original.st_mode))) {
      OPUS_UWS_CHECK(prune_folder(entry->path(), from / name, mine, keep));
      if (!has_original) fs::remove(entry->path(), code);  // if nothing had to be kept
    } else if (!has_original) {
      OPUS_UWS_CHECK(remove_tree(entry->path()));
    }
  }
  return {};
}

}  // namespace

Result<TreeCopy> copy_tree(const fs::path& from, const fs::path& to,
                           const std::function<bool(std::string_view)>& skip) {
  TreeCopy done;
  OPUS_UWS_CHECK(make_directories(to, 0700));
  OPUS_UWS_CHECK(copy_folder(from, to, skip, done));
  return done;
}

Result<void> prune_tree(const fs::path& copy, const fs::path& from,
                        const std::function<bool(const fs::path&)>& keep) {
  return prune_folder(copy, from, {}, keep);
}

}}  // namespace opus::uws0

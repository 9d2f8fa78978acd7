#include "libopus/core/descriptor.hpp"
#include "libopus/core/files.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

// A job may leave anything: folders nested a hundred thousand deep, folders without permissions,
// links to elsewhere. So the tree is not walked down: each folder that is not empty is moved up
// into the root and emptied there. Two levels are open at a time, no path grows, no link is
// followed, and what a crash leaves behind is an ordinary tree to remove again.

namespace opus { inline namespace uws0 {

namespace fs = std::filesystem;

namespace {

Descriptor open_folder(int parent, const char* name) {
  return Descriptor{::openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)};
}

// Gives the owner all rights to the folder itself, never to what a link of that name points at:
// an O_PATH descriptor needs no permission, and /proc leads from it to the same folder.
void unlock_folder(int parent, const char* name) {
  const Descriptor folder{::openat(parent, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)};
  if (folder) ::chmod(("/proc/self/fd/" + std::to_string(folder.get())).c_str(), 0700);
}

Descriptor open_unlocked_folder(int parent, const char* name) {
  struct stat info {};
  const bool known = ::fstatat(parent, name, &info, AT_SYMLINK_NOFOLLOW) == 0;
  if (known && S_ISDIR(info.st_mode) && (info.st_mode & 0700) != 0700) unlock_folder(parent, name);
  return open_folder(parent, name);
}

class TreeRemover {
 public:
  TreeRemover(const fs::path& path, Descriptor root) : path_(path), root_(std::move(root)) {}

  Result<void> empty_root() {
    OPUS_UWS_CHECK(empty_folder(root_.get(), /*is_root=*/true));
    while (!pending_.empty()) {
      const std::string name = std::move(pending_.back());
      pending_.pop_back();
      OPUS_UWS_CHECK(remove_folder(name));
    }
    return {};
  }

 private:
  Result<void> remove_folder(const std::string& name) {
    // Somebody may still write into it, so it may fill up again a few times.
    constexpr int k_rounds = 100;
    for (int round = 0; round < k_rounds; ++round) {
      if (::unlinkat(root_.get(), name.c_str(), AT_REMOVEDIR) == 0 || errno == ENOENT) return {};
      if (errno != ENOTEMPTY && errno != EEXIST) return failure(errno);
      const Descriptor folder = open_unlocked_folder(root_.get(), name.c_str());
      if (!folder) return failure(errno);
      OPUS_UWS_CHECK(empty_folder(folder.get(), /*is_root=*/false));
    }
    return failure(ENOTEMPTY);
  }

  // Removes the files and empty folders in `folder` and makes all others pending.
  Result<void> empty_folder(int folder, bool is_root) {
    Descriptor own{::openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    if (!own) return failure(errno);
    const std::unique_ptr<DIR, int (*)(DIR*)> entries{::fdopendir(own.get()), ::closedir};
    if (!entries) return failure(errno);
    own.release();
    for (;;) {
      errno = 0;
      const dirent* const entry = ::readdir(entries.get());
      if (!entry) return errno == 0 ? Result<void>{} : failure(errno);
      const char* const name = entry->d_name;
      if (std::strcmp(name, ".") == 0 || std::strcmp(name, "..") == 0) continue;
      OPUS_UWS_CHECK(remove_entry(folder, name, is_root));
    }
  }

  Result<void> remove_entry(int folder, const char* name, bool is_root) {
    if (::unlinkat(folder, name, 0) == 0 || errno == ENOENT) return {};
    if (errno != EISDIR && errno != EPERM) return failure(errno);
    const int fault = errno;
    if (::unlinkat(folder, name, AT_REMOVEDIR) == 0 || errno == ENOENT) return {};
    if (errno == ENOTDIR) return failure(fault);
    if (errno != ENOTEMPTY && errno != EEXIST) return failure(errno);
    if (is_root) return pending_.emplace_back(name), Result<void>{};
    return move_up(folder, name);
  }

  Result<void> move_up(int folder, const char* name) {
    // A folder that changes its parent must itself be writable, for its entry "..".
    unlock_folder(folder, name);
    for (;;) {
      std::string moved = ".opus-uws-remove-" + std::to_string(next_++);
      if (::renameat(folder, name, root_.get(), moved.c_str()) == 0) {
        pending_.push_back(std::move(moved));
        return {};
      }
      if (errno == ENOENT) return {};
      if (errno != ENOTEMPTY && errno != EEXIST && errno != ENOTDIR) return failure(errno);
    }
  }

  Error failure(int error_number) const {
    return system_error("cannot remove", path_, error_number);
  }

  const fs::path& path_;
  Descriptor root_;
  std::vector<std::string> pending_;
  std::uint64_t next_ = 0;
};

}  // namespace

Result<void> remove_tree(const fs::path& path) {
  if (::unlink(path.c_str()) == 0 || errno == ENOENT || errno == ENOTDIR) return {};
  const int fault = errno;
  Descriptor root = open_unlocked_folder(AT_FDCWD, path.c_str());
  if (!root) return system_error("cannot remove", path, errno == ENOTDIR ? fault : errno);
  TreeRemover remover{path, std::move(root)};
  OPUS_UWS_CHECK(remover.empty_root());
  if (::rmdir(path.c_str()) == 0 || errno == ENOENT) return {};
  return system_error("cannot remove", path, errno);
}

}}  // namespace opus::uws0

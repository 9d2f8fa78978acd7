#include "libopus/service/data_folder.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <utility>

#include "libopus/core/files.hpp"

namespace opus { inline namespace uws0 { namespace service {

Result<DataFolder> DataFolder::open(const std::filesystem::path& root) {
  if (root.empty())
    return Error{Errc::invalid_argument, "data_dir: expected the path of a folder, got nothing"};
  std::error_code ignored;
  const std::filesystem::path absolute = std::filesystem::absolute(root, ignored);
  OPUS_UWS_CHECK(make_directories(absolute, 0700));
  for (const char* part : {"jobs", "uploads", "incoming"})
    OPUS_UWS_CHECK(make_directories(absolute / part, 0700));

  const std::filesystem::path lock_path = absolute / "opus.lock";
  const int lock = ::open(lock_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (lock < 0) return system_error("cannot open", lock_path, errno);
  DataFolder folder{absolute, lock};
  if (::flock(lock, LOCK_EX | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK)
      return Error{Errc::unavailable,
                   "data folder '" + absolute.string() + "' is in use by another service"};
    return system_error("cannot lock", lock_path, errno);
  }

  for (auto entry = std::filesystem::directory_iterator{folder.incoming(), ignored};
       entry != std::filesystem::directory_iterator{}; entry.increment(ignored))
    OPUS_UWS_CHECK(remove_tree(entry->path()));
  return folder;
}

DataFolder::DataFolder(std::filesystem::path root, int lock)
    : root_(std::move(root)), lock_(lock) {}

DataFolder::DataFolder(DataFolder&& other) noexcept
    : root_(std::move(other.root_)), lock_(std::exchange(other.lock_, -1)) {}

DataFolder& DataFolder::operator=(DataFolder&& other) noexcept {
  std::swap(root_, other.root_);
  std::swap(lock_, other.lock_);
  return *this;
}

DataFolder::~DataFolder() {
  if (lock_ >= 0) ::close(lock_);
}

std::filesystem::path DataFolder::job_dir(const JobId& id) const {
  const std::size_t size = id.value.size();
  return root_ / "jobs" / id.value.substr(size < 2 ? 0 : size - 2) / id.value;
}

std::filesystem::path DataFolder::log_path(const JobId& id, std::string_view stream) const {
  return job_dir(id) / "logs" / stream;
}

}}}  // namespace opus::uws0::service

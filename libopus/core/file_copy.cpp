#include "libopus/core/descriptor.hpp"
#include "libopus/core/files.hpp"

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <vector>

namespace opus { inline namespace uws0 {

namespace fs = std::filesystem;

namespace {

// The ways to copy, best first; `false` = this way is not available here, try the next.
Result<bool> copy_by_reflink(int from, int to) { return ::ioctl(to, FICLONE, from) == 0; }

Result<bool> copy_in_kernel(int from, int to, const fs::path& target) {
  constexpr std::size_t k_piece = std::size_t{1} << 30;
  for (bool copied = false;;) {
    const ssize_t count = ::copy_file_range(from, nullptr, to, nullptr, k_piece, 0);
    if (count > 0) {
      copied = true;
      continue;
    }
    // Files of /proc and some network file systems end at once: only reading tells if that is true.
    if (count == 0) return copied;
    if (errno == EINTR) continue;
    const bool unavailable = errno == EXDEV || errno == EINVAL || errno == ENOSYS ||
                             errno == EOPNOTSUPP || errno == EPERM;
    if (unavailable && !copied) return false;
    return system_error("cannot write", target, errno);
  }
}

Result<void> copy_by_hand(int from, int to, const fs::path& source, const fs::path& target) {
  std::vector<char> buffer(std::size_t{256} << 10);
  for (;;) {
    OPUS_UWS_TRY(const std::size_t got, read_some(from, buffer.data(), buffer.size(), source));
    if (got == 0) return {};
    OPUS_UWS_CHECK(write_all(to, {buffer.data(), got}, target));
  }
}

Result<void> copy_content(int from, int to, const fs::path& source, const fs::path& target) {
  OPUS_UWS_TRY(const bool cloned, copy_by_reflink(from, to));
  if (cloned) return {};
  OPUS_UWS_TRY(const bool copied, copy_in_kernel(from, to, target));
  if (copied) return {};
  return copy_by_hand(from, to, source, target);
}

}  // namespace

Result<void> copy_file(const fs::path& from, const fs::path& to) {
  OPUS_UWS_TRY(const Descriptor source, open_regular_file(from));
  struct stat info {};
  if (fstat(source.get(), &info) != 0) return system_error("cannot examine", from, errno);
  OPUS_UWS_TRY(Descriptor target, create_file(to, (info.st_mode & 0777) | 0600));
  Result<void> done = copy_content(source.get(), target.get(), from, to);
  if (const int fault = target.close(); done && fault != 0)
    done = system_error("cannot write", to, fault);
  if (!done) ::unlink(to.c_str());
  return done;
}

Result<void> move_file(const fs::path& from, const fs::path& to) {
  if (std::rename(from.c_str(), to.c_str()) == 0) return {};
  if (errno != EXDEV) return system_error("cannot move '" + from.string() + "' to", to, errno);
  const fs::path beside = temporary_name_in(to.parent_path());
  OPUS_UWS_CHECK(opus::copy_file(from, beside));  // not the one of std::filesystem
  if (std::rename(beside.c_str(), to.c_str()) != 0) {
    const int fault = errno;
    ::unlink(beside.c_str());
    return system_error("cannot move '" + from.string() + "' to", to, fault);
  }
  if (::unlink(from.c_str()) != 0) return system_error("cannot remove", from, errno);
  return {};
}

Result<void> link_file(const fs::path& from, const fs::path& to) {
  if (::link(from.c_str(), to.c_str()) == 0) return {};
  const int fault = errno;
  Error error = system_error("cannot link '" + from.string() + "' as", to, fault);
  for (const int cannot : {EPERM, EOPNOTSUPP, ENOSYS, EXDEV, EMLINK})
    if (fault == cannot) error.code = Errc::unsupported;
  return error;
}

}}  // namespace opus::uws0

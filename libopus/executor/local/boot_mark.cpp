#include "libopus/executor/local/boot_mark.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <string>

#include "libopus/core/descriptor.hpp"
#include "libopus/core/files.hpp"
#include "libopus/core/process.hpp"
#include "libopus/core/strings.hpp"

namespace opus { inline namespace uws0 { namespace local {

namespace {

Result<void> sync(const std::filesystem::path& path) {
  const Descriptor fd{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  if (!fd || fsync(fd.get()) != 0) return system_error("cannot sync", path, errno);
  return {};
}

}  // namespace

Result<BootMark> BootMark::load(const std::filesystem::path& state_dir) {
  BootMark mark;
  mark.file_ = state_dir / "launcher.boot";
  const auto text = read_file(mark.file_, 1024);
  if (!text && text.error().code != Errc::not_found) return text.error();
  if (text) {
    mark.set_ = trim(*text) == boot_id();
    mark.restarted_ = !mark.set_;
  }
  return mark;
}

Result<void> BootMark::set() {
  if (set_) return {};
  OPUS_UWS_CHECK(write_file_atomically(file_, boot_id() + "\n", 0600));
  OPUS_UWS_CHECK(sync(file_));
  OPUS_UWS_CHECK(sync(file_.parent_path()));
  set_ = true;
  return {};
}

}}}  // namespace opus::uws0::local

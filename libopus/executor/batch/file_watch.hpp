#pragma once
// Tells at once when a runner writes its files, where the file system is this machine's own. On a
// network file system it tells nothing of what other machines do, and the polls must do.

#include <map>
#include <string>
#include <vector>

#include "libopus/core/descriptor.hpp"

namespace opus { inline namespace uws0 { namespace batch {

/// Threads: one at a time.
class FileWatch {
 public:
  FileWatch();
  int fd() const noexcept { return inotify_.get(); }

  /// Best effort: the system has a limit on watches.
  void add(const std::string& job, const std::string& directory);
  void remove(const std::string& job);
  void clear();

  /// The jobs in whose folders a file has appeared since.
  std::vector<std::string> take();

 private:
  Descriptor inotify_;
  std::map<int, std::string> jobs_{};
  std::map<std::string, int, std::less<>> watches_{};
};

}}}  // namespace opus::uws0::batch

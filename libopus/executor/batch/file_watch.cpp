#include "libopus/executor/batch/file_watch.hpp"

#include <sys/inotify.h>
#include <unistd.h>

#include <cstring>

namespace opus { inline namespace uws0 { namespace batch {

FileWatch::FileWatch() : inotify_(inotify_init1(IN_CLOEXEC | IN_NONBLOCK)) {}

void FileWatch::add(const std::string& job, const std::string& directory) {
  const int watch =
      inotify_add_watch(inotify_.get(), directory.c_str(), IN_MOVED_TO | IN_CREATE | IN_ONLYDIR);
  if (watch < 0) return;
  jobs_[watch] = job;
  watches_[job] = watch;
}

void FileWatch::remove(const std::string& job) {
  const auto found = watches_.find(job);
  if (found == watches_.end()) return;
  inotify_rm_watch(inotify_.get(), found->second);
  jobs_.erase(found->second);
  watches_.erase(found);
}

void FileWatch::clear() {
  while (!watches_.empty()) remove(std::string{watches_.begin()->first});
}

std::vector<std::string> FileWatch::take() {
  std::vector<std::string> changed;
  alignas(inotify_event) char events[16384];
  for (;;) {
    const ssize_t size = read(inotify_.get(), events, sizeof events);
    if (size <= 0) return changed;
    for (const char* at = events; at < events + size;) {
      inotify_event event;
      std::memcpy(&event, at, sizeof event);
      at += sizeof event + event.len;
      const auto job = jobs_.find(event.wd);
      if (job == jobs_.end()) continue;
      if (changed.empty() || changed.back() != job->second) changed.push_back(job->second);
    }
  }
}

}}}  // namespace opus::uws0::batch

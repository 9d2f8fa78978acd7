#pragma once
// What is known of a job that somebody watches; shared by all who do.

#include <array>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <vector>

#include <opus/service.hpp>

#include "server/rest/events/event_stream.hpp"

namespace opus { inline namespace uws0 { namespace rest {

/// Threads: any.
class JobFeed {
 public:
  JobFeed(const Service& service, JobId id);

  struct View {
    std::shared_ptr<const Job> job{};
    std::shared_ptr<const std::vector<HistoryEntry>> history{};  ///< not older than the job
    bool destroyed = false;                                      ///< then the others may be null
  };
  /// The present state. Reads the store if the job has changed since somebody asked.
  Result<View> view();

  /// The job has changed. Does not wait for who reads the store.
  void update(const JobChange& change);
  /// Wakes the listeners if the code has written something since the last look.
  void look_at_logs();

  const std::filesystem::path& stdout_path() const noexcept { return logs_[0].path; }
  const std::filesystem::path& stderr_path() const noexcept { return logs_[1].path; }
  Listeners& listeners() noexcept { return listeners_; }

 private:
  struct Log {
    std::filesystem::path path{};
    std::uint64_t size = 0;
  };
  void take_news();
  Result<void> refresh();

  const Service& service_;
  const JobId id_;
  std::array<Log, 2> logs_;  // sizes: for look_at_logs() only, which one thread calls
  Listeners listeners_;
  std::mutex news_mutex_;
  std::shared_ptr<const Job> news_;  // guarded by news_mutex_, as is gone_
  bool gone_ = false;
  std::mutex mutex_;  // guards what follows; taken before news_mutex_
  View view_;
  std::uint64_t history_version_ = 0;  // of the job, when the history was read
};

}}}  // namespace opus::uws0::rest

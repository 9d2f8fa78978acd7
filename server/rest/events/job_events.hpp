#pragma once
// The events of one job as a stream.

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "server/rest/events/job_feed.hpp"

namespace opus { inline namespace uws0 { namespace rest {

/// Where a client is in the life of a job; the id of its events. With it any server that has the
/// data folder can go on where another has stopped.
struct JobPosition {
  std::uint64_t history = 0;            ///< lines of the job's history
  std::array<std::uint64_t, 2> logs{};  ///< bytes of stdout and stderr
  bool ended = false;                   ///< it has heard of the end
  static std::optional<JobPosition> parse(std::string_view id) noexcept;
  std::string id() const;  ///< "7.120.0", or "7.120.0.end"
  bool operator==(const JobPosition&) const = default;
};

class JobEvents final : public EventStream {
 public:
  /// How much of a log that was there before a client hears at most.
  static constexpr std::uint64_t k_tail = 64 << 10;

  /// `from`: the last event that the client knows; nullopt = it begins with the present state.
  JobEvents(Host& host, std::chrono::milliseconds heartbeat, std::shared_ptr<JobFeed> feed,
            std::string job_url, std::optional<JobPosition> from);
  ~JobEvents() override;

 private:
  void join() override;
  State events(std::string& piece) override;

  void begin(std::string& piece, const JobFeed::View& now);
  void add_history(std::string& piece, const JobFeed::View& now, bool with_end);
  void add_progress(std::string& piece, const Job& job);
  bool add_log(std::string& piece, std::size_t which, bool whole);
  void add(std::string& piece, std::string_view name, std::string_view data);

  const std::shared_ptr<JobFeed> feed_;
  const std::string job_url_;
  std::optional<JobPosition> position_;  // nullopt: the state has not been told yet
  std::optional<double> progress_{};
  std::string progress_text_{};
};

}}}  // namespace opus::uws0::rest

#pragma once
// The latest changes of phase in one job list.

#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <string>

#include <opus/service.hpp>

#include "server/rest/events/event_stream.hpp"

namespace opus { inline namespace uws0 { namespace rest {

struct ListChange {
  JobId id{};
  std::optional<std::string> owner{};
  std::optional<Phase> from{};  ///< nullopt: created
  Phase phase = Phase::pending;
  bool destroyed = false;
  TimePoint at{};
};

/// Remembers a bounded number of changes from when somebody first listened. Threads: any.
class ListFeed {
 public:
  static constexpr std::size_t k_kept = 4096;

  void add(ListChange change);

  /// The number that the next change will get.
  std::uint64_t next() const;
  /// The change of that number; nullopt: it has not happened, or is forgotten.
  std::optional<ListChange> at(std::uint64_t number) const;

  Listeners& listeners() noexcept { return listeners_; }

 private:
  mutable std::mutex mutex_;
  std::uint64_t first_ = 0;
  std::deque<ListChange> changes_;
  Listeners listeners_;
};

}}}  // namespace opus::uws0::rest

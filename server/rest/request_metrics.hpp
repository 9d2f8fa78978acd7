#pragma once
// How many requests each route has answered, how, and how fast.

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "server/rest/route.hpp"

namespace opus { inline namespace uws0 { namespace rest {

/// Threads: any; counting costs a few relaxed additions.
class RequestMetrics {
 public:
  using Duration = std::chrono::steady_clock::duration;

  explicit RequestMetrics(std::span<const Route> routes);

  /// `route`: null = there was none for the request. `waited`: the call waited for an event or for
  /// its client to be told of one: that says nothing of how fast we are.
  void count(const Route* route, int status, Duration time, bool waited) noexcept;

  /// In the text form of Prometheus.
  void write(std::string& out) const;

 private:
  /// Upper ends of the classes of times, in seconds; above the last is one more class.
  static constexpr std::array k_seconds{0.001, 0.0025, 0.005, 0.01, 0.025, 0.05,
                                        0.1,   0.25,   0.5,   1.0,  2.5,   10.0};
  static constexpr std::size_t k_status_classes = 5;  // 1xx to 5xx
  struct Counts {
    std::array<std::atomic<std::uint64_t>, k_status_classes> by_status{};
    std::array<std::atomic<std::uint64_t>, k_seconds.size() + 1> by_time{};
    std::atomic<std::uint64_t> microseconds{0};
  };
  void write_requests(std::string& out, std::size_t place, std::string_view labels) const;
  void write_times(std::string& out, std::size_t place, std::string_view labels) const;
  std::string labels_of(std::size_t place) const;

  const std::span<const Route> routes_;
  std::vector<Counts> counts_;  ///< in the order of the routes, and one for none of them
};

}}}  // namespace opus::uws0::rest

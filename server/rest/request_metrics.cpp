#include "server/rest/request_metrics.hpp"

#include <algorithm>

#include "server/rest/metrics_text.hpp"

namespace opus { inline namespace uws0 { namespace rest {
namespace {

constexpr auto k_relaxed = std::memory_order_relaxed;

}  // namespace

RequestMetrics::RequestMetrics(std::span<const Route> routes)
    : routes_(routes), counts_(routes.size() + 1) {}

void RequestMetrics::count(const Route* route, int status, Duration time, bool waited) noexcept {
  const auto place =
      route == nullptr ? routes_.size() : static_cast<std::size_t>(route - routes_.data());
  Counts& counts = counts_[place];
  const int status_class = std::clamp(status / 100, 1, static_cast<int>(k_status_classes));
  counts.by_status[static_cast<std::size_t>(status_class - 1)].fetch_add(1, k_relaxed);
  if (waited) return;
  const double seconds = std::chrono::duration<double>(time).count();
  const auto end = std::lower_bound(k_seconds.begin(), k_seconds.end(), seconds);
  counts.by_time[static_cast<std::size_t>(end - k_seconds.begin())].fetch_add(1, k_relaxed);
  const auto microseconds = std::chrono::duration_cast<std::chrono::microseconds>(time).count();
  counts.microseconds.fetch_add(static_cast<std::uint64_t>(microseconds), k_relaxed);
}

std::string RequestMetrics::labels_of(std::size_t place) const {
  if (place == routes_.size()) return label("method", "") + "," + label("route", "");
  const Route& route = routes_[place];
  return label("method", to_string(route.method)) + "," + label("route", route.pattern);
}

void RequestMetrics::write(std::string& out) const {
  begin_metric(out, "opus_uws_http_requests_total", "counter", "Requests answered");
  for (std::size_t place = 0; place < counts_.size(); ++place)
    write_requests(out, place, labels_of(place));
  begin_metric(out, "opus_uws_http_request_seconds", "histogram",
               "From a request's header to the end of its answer; without requests that waited");
  for (std::size_t place = 0; place < counts_.size(); ++place)
    write_times(out, place, labels_of(place));
}

void RequestMetrics::write_requests(std::string& out, std::size_t place,
                                    std::string_view labels) const {
  for (std::size_t i = 0; i < k_status_classes; ++i) {
    const std::uint64_t count = counts_[place].by_status[i].load(k_relaxed);
    if (count == 0) continue;
    const std::string status = std::to_string(i + 1) + "xx";
    add_sample(out, "opus_uws_http_requests_total",
               std::string(labels) + "," + label("status", status), count);
  }
}

void RequestMetrics::write_times(std::string& out, std::size_t place,
                                 std::string_view labels) const {
  const Counts& counts = counts_[place];
  std::uint64_t total = 0;
  std::string buckets;
  for (std::size_t i = 0; i < counts.by_time.size(); ++i) {
    total += counts.by_time[i].load(k_relaxed);
    const std::string end = i < k_seconds.size() ? number(k_seconds[i]) : "+Inf";
    add_sample(buckets, "opus_uws_http_request_seconds_bucket",
               std::string(labels) + "," + label("le", end), total);
  }
  if (total == 0) return;
  out += buckets;
  add_sample(out, "opus_uws_http_request_seconds_sum", labels,
             static_cast<double>(counts.microseconds.load(k_relaxed)) / 1e6);
  add_sample(out, "opus_uws_http_request_seconds_count", labels, total);
}

}}}  // namespace opus::uws0::rest

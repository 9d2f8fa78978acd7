#include <opus/statistics.hpp>

#include <filesystem>

#include <opus/service.hpp>

#include "libopus/service/service_impl.hpp"

namespace opus { inline namespace uws0 {

Result<ServiceStatistics> Service::statistics() const {
  ServiceStatistics statistics;
  OPUS_UWS_TRY(statistics.jobs, impl_->reader().job_counts());
  OPUS_UWS_TRY(statistics.oldest_queued, impl_->reader().oldest_queued());
  statistics.queues = impl_->engine().queue_lengths();
  statistics.commits = impl_->commit_statistics();
  std::error_code error;
  const auto space = std::filesystem::space(impl_->folder().root(), error);
  if (error)
    return Error{Errc::unavailable,
                 "cannot examine the disk of the data folder: " + error.message()};
  statistics.disk_size = space.capacity;
  statistics.disk_free = space.available;
  return statistics;
}

}}  // namespace opus::uws0

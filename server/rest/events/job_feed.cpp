#include "server/rest/events/job_feed.hpp"

#include <system_error>
#include <utility>

namespace opus { inline namespace uws0 { namespace rest {

JobFeed::JobFeed(const Service& service, JobId id) : service_(service), id_(std::move(id)) {}

Result<JobFeed::View> JobFeed::view() {
  const std::lock_guard lock(mutex_);
  take_news();
  if (!view_.destroyed) {
    if (auto done = refresh(); !done) {
      if (done.error().code != Errc::not_found) return done.error();
      view_.destroyed = true;
    }
  }
  return view_;
}

Result<void> JobFeed::refresh() {
  if (!view_.job) {
    OPUS_UWS_TRY(view_.job, service_.peek(id_));
  }
  if (logs_[1].path.empty()) {
    OPUS_UWS_TRY(logs_[0].path, service_.log_path(id_, "stdout"));
    OPUS_UWS_TRY(logs_[1].path, service_.log_path(id_, "stderr"));
  }
  if (view_.history && history_version_ >= view_.job->version) return {};
  OPUS_UWS_TRY(auto history, service_.history(id_));
  view_.history = std::make_shared<const std::vector<HistoryEntry>>(std::move(history));
  history_version_ = view_.job->version;
  return {};
}

void JobFeed::take_news() {
  const std::lock_guard lock(news_mutex_);
  if (gone_) view_.destroyed = true;
  if (news_ && (!view_.job || view_.job->version < news_->version)) view_.job = news_;
}

void JobFeed::update(const JobChange& change) {
  {
    const std::lock_guard lock(news_mutex_);
    gone_ = gone_ || change.destroyed;
    if (change.job) news_ = change.job;
  }
  listeners_.wake();
}

void JobFeed::look_at_logs() {
  {
    const std::lock_guard lock(mutex_);
    take_news();
    if (!view_.job || view_.destroyed || logs_[0].path.empty()) return;
    const Phase phase = view_.job->phase;
    if (phase == Phase::pending || phase == Phase::queued) return;
    if (is_final(phase) && !view_.job->stopping) return;
  }
  bool grown = false;
  for (Log& log : logs_) {
    std::error_code code;
    const std::uintmax_t size = std::filesystem::file_size(log.path, code);
    if (code || size == log.size) continue;
    log.size = size;
    grown = true;
  }
  if (grown) listeners_.wake();
}

}}}  // namespace opus::uws0::rest

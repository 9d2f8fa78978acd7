// /metrics for Prometheus; /healthz and /readyz for what starts and stops servers.
#include <chrono>
#include <filesystem>
#include <string>

#include <opus/version.hpp>

#include "server/rest/handlers/handlers.hpp"
#include "server/rest/metrics_text.hpp"

namespace opus { inline namespace uws0 { namespace rest {
namespace {

double seconds(std::chrono::microseconds time) {
  return std::chrono::duration<double>(time).count();
}

void write_one(std::string& out, std::string_view name, std::string_view type,
               std::string_view help, double value) {
  begin_metric(out, name, type, help);
  add_sample(out, name, "", value);
}

void write_jobs(std::string& out, const ServiceStatistics& statistics) {
  begin_metric(out, "opus_uws_jobs", "gauge", "Jobs by description and phase");
  for (const JobCount& count : statistics.jobs)
    add_sample(
        out, "opus_uws_jobs",
        label("description", count.description) + "," + label("phase", to_string(count.phase)),
        count.jobs);
  begin_metric(out, "opus_uws_queue_length", "gauge", "Jobs that wait for a slot of the executor");
  for (const QueueLength& queue : statistics.queues)
    add_sample(out, "opus_uws_queue_length", label("executor", queue.executor),
               std::uint64_t{queue.waiting});
  const auto oldest = statistics.oldest_queued;
  const auto age = oldest ? system_clock()->now() - *oldest : std::chrono::milliseconds{0};
  write_one(out, "opus_uws_queue_age_seconds", "gauge",
            "How long the QUEUED job has waited that has waited longest", seconds(age));
}

void write_store(std::string& out, const ServiceStatistics& statistics) {
  const CommitStatistics& commits = statistics.commits;
  const auto count = [&](std::string_view name, std::string_view help, std::uint64_t value) {
    begin_metric(out, name, "counter", help);
    add_sample(out, name, "", value);
  };
  count("opus_uws_store_commits_total", "Commits to the disk", commits.commits);
  count("opus_uws_store_changes_total", "Changes that these commits made", commits.changes);
  count("opus_uws_store_failures_total", "Commits that failed", commits.failures);
  write_one(out, "opus_uws_store_commit_seconds_total", "counter", "Time that commits took",
            seconds(commits.time));
  write_one(out, "opus_uws_store_commit_seconds_max", "gauge", "The longest commit since the start",
            seconds(commits.longest));
  write_one(out, "opus_uws_disk_size_bytes", "gauge", "File system of the data folder",
            static_cast<double>(statistics.disk_size));
  write_one(out, "opus_uws_disk_free_bytes", "gauge", "What the service may still use of it",
            static_cast<double>(statistics.disk_free));
}

}  // namespace

void get_metrics(Api& api, CallPtr call) {
  const auto statistics = api.service().statistics();
  if (!statistics) return fail(std::move(call), statistics.error());
  std::string out;
  begin_metric(out, "opus_uws_info", "gauge", "What runs here");
  add_sample(out, "opus_uws_info", label("version", OPUS_UWS_VERSION), std::uint64_t{1});
  write_one(out, "opus_uws_start_time_seconds", "gauge", "When the server started",
            seconds(api.up_since().time_since_epoch()));
  write_jobs(out, *statistics);
  write_store(out, *statistics);
  api.metrics().write(out);
  reply(std::move(call), document(k_metrics_type, std::move(out)));
}

void get_health(Api&, CallPtr call) { reply(std::move(call), text("ok\n")); }

/// Ready is who does not stop, can read its store and has room on its disk for what a job brings.
void get_readiness(Api& api, CallPtr call) {
  constexpr std::uintmax_t k_least_room = 16 << 20;
  if (api.draining())
    return fail(std::move(call), {Errc::unavailable, "the server is about to stop"});
  const auto jobs = api.service().list({.last = 1});
  if (!jobs) return fail(std::move(call), jobs.error());
  std::error_code error;
  const auto space = std::filesystem::space(api.service().data_dir(), error);
  if (error || space.available < k_least_room)
    return fail(std::move(call), {Errc::unavailable, "the disk of the data folder is full"});
  reply(std::move(call), text("ready\n"));
}

}}}  // namespace opus::uws0::rest

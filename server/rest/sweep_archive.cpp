#include "server/rest/sweep_archive.hpp"

#include <algorithm>
#include <cstdint>

namespace opus { inline namespace uws0 { namespace rest {
namespace {

constexpr std::size_t k_piece = 256 << 10;
constexpr std::size_t k_jobs_at_once = 64;

}  // namespace

std::string archive_name(std::string_view run_id) {
  std::string name;
  for (const char c : run_id) {
    const char lower = to_lower(c);
    const bool plain = (lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
                       c == '_' || (c == '.' && !name.empty());
    name += plain ? c : '_';
  }
  return name;
}

SweepArchive::SweepArchive(const Service& service, JobLister jobs, std::string name, UwsLinks links)
    : service_(service),
      lister_(std::move(jobs)),
      name_(std::move(name)),
      links_(std::move(links)) {}

Result<bool> SweepArchive::make(std::string& piece) {
  bool more = true;
  for (const std::size_t begin = piece.size(); more && piece.size() - begin < k_piece;) {
    OPUS_UWS_TRY(more, step());
    tar_.take(piece);
  }
  return more;
}

/// The next block of the open file, the next file, the next job, or the end: then false.
Result<bool> SweepArchive::step() {
  if (jobs_.empty() && files_.empty() && !open_.is_open() && !lister_.at_end()) {
    OPUS_UWS_TRY(const std::vector<JobSummary> next, lister_.next(k_jobs_at_once));
    for (auto job = next.rbegin(); job != next.rend(); ++job) jobs_.push_back(job->id);
  }
  if (open_.is_open()) {
    OPUS_UWS_CHECK(open_.copy(tar_));
  } else if (!files_.empty()) {
    OPUS_UWS_CHECK(begin_file());
  } else if (!jobs_.empty()) {
    job_ = std::move(jobs_.back());
    jobs_.pop_back();
    OPUS_UWS_CHECK(begin_job(job_));
  } else if (lister_.at_end()) {
    OPUS_UWS_CHECK(tar_.finish());
    return false;
  }
  return true;
}

Result<void> SweepArchive::begin_job(const JobId& id) {
  const auto found = service_.peek(id);
  if (!found && found.error().code == Errc::not_found) return {};
  if (!found) return found.error();
  const Job& job = **found;
  const std::string folder = name_ + '/' + id.value + '/';
  const std::string text = to_json(job, links_, service_.queue_position(job)) + '\n';
  OPUS_UWS_CHECK(
      tar_.begin(folder + "job.json", text.size(), job.ended.value_or(system_clock()->now())));
  OPUS_UWS_CHECK(tar_.write(text));

  // Files from different folders of the code may have the same name.
  std::set<std::string> names;
  for (const JobResult& result : job.results) {
    const Entity& entity = result.entity;
    if (entity.invalidated || entity.location.empty()) continue;  // its content is gone
    std::string name = entity.name;
    while (!names.insert(name).second) name = result.id + '-' + name;
    auto path = service_.content_path(entity);
    if (!path) return path.error();
    files_.push_back({folder + "results/" + name, *std::move(path)});
  }
  std::reverse(files_.begin(), files_.end());
  return {};
}

Result<void> SweepArchive::begin_file() {
  const File file = std::move(files_.back());
  files_.pop_back();
  auto opened = OpenFile::open(file.path);
  if (!opened) {
    const auto job = service_.peek(job_);
    if (job || job.error().code != Errc::not_found) return opened.error();
    files_.clear();
    return {};
  }
  return open_.begin(tar_, file.name, *std::move(opened));
}

}}}  // namespace opus::uws0::rest

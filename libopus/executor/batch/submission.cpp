#include "libopus/executor/batch/submission.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>

#include "libopus/core/files.hpp"
#include "libopus/core/json.hpp"
#include "libopus/core/strings.hpp"
#include "libopus/executor/batch/command.hpp"
#include "libopus/executor/local/launch_request.hpp"

namespace opus { inline namespace uws0 { namespace batch {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view k_tag_start = "uws-";
constexpr const char* k_mark_name = "submission.json";
constexpr std::uint64_t k_most_mark = 64u << 10;

std::vector<Fault> faults_of(const Task& task) {
  std::vector<Fault> faults = local::launch_faults(task);
  for (const auto& [field, path] :
       {std::pair{"directory", &task.directory}, {"work_dir", &task.work_dir}})
    if (path->native().find('\n') != std::string::npos)
      faults.push_back({field, "a path on one line", printable(path->native())});
  return faults;
}

}  // namespace

std::string tag_of(const JobId& job) { return std::string{k_tag_start} + job.value; }

std::optional<std::string> job_of_tag(std::string_view tag) {
  if (!tag.starts_with(k_tag_start)) return std::nullopt;
  return std::string{tag.substr(k_tag_start.size())};
}

Result<void> write_runner_files(const Task& task, const fs::path& runner,
                                std::chrono::milliseconds kill_grace) {
  if (auto faults = faults_of(task); !faults.empty())
    return faults_error("job " + task.job.value, std::move(faults));
  const std::string frame = local::launch_frame(local::launch_request(task, kill_grace));
  if (frame.size() > local::k_max_frame)
    return Error{Errc::invalid_argument,
                 "job " + task.job.value + ": command and environment are too long"};
  OPUS_UWS_CHECK(write_file_atomically(task.directory / local::k_frame_name, frame, 0600));
  const std::string script =
      "#!/bin/sh\n"
      "# Holds no value of the job: the runner takes all from the folder.\n"
      "exec 2>>" +
      shell_quoted((task.directory / k_output_name).native()) + "\nexec " +
      shell_quoted(runner.native()) + " --run " + shell_quoted(task.directory.native()) + '\n';
  return write_file_atomically(task.directory / k_script_name, script, 0700);
}

Result<SubmissionMark> SubmissionMark::begin(const fs::path& directory) {
  SubmissionMark mark;
  mark.path_ = directory / k_mark_name;
  mark.file_ =
      Descriptor{::open(mark.path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600)};
  if (!mark.file_) return system_error("cannot write", mark.path_, errno);
  if (flock(mark.file_.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK)
      return Error{Errc::conflict, "an earlier submission of the job is still under way"};
    return system_error("cannot lock", mark.path_, errno);
  }
  OPUS_UWS_CHECK(write_all(mark.file_.get(), "{\"version\":1}\n", mark.path_));
  return mark;
}

Result<void> SubmissionMark::accepted(const std::string& native) {
  JsonWriter json;
  json.begin_object().field("version", 1).field("native", native).end_object();
  return write_file_atomically(path_, json.take() + '\n', 0600);
}

void SubmissionMark::refused() noexcept { ::unlink(path_.c_str()); }

Result<std::optional<SubmissionMark::Found>> SubmissionMark::read(const fs::path& directory) {
  const fs::path path = directory / k_mark_name;
  const Descriptor file{::open(path.c_str(), O_RDWR | O_CLOEXEC)};
  if (!file && errno == ENOENT) return std::optional<Found>{};
  if (!file) return system_error("cannot read", path, errno);
  Found found;
  if (flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return system_error("cannot lock", path, errno);
    found.under_way = true;
    return std::optional{found};
  }
  const auto text = read_file(path, k_most_mark);
  const auto json = text ? Json::parse(*text, path.native()) : Result<Json>{text.error()};
  // One that was cut by a crash says no less than one without an id.
  const auto native = json ? json->find("native") : std::nullopt;
  if (native) found.native = native->as_string();
  return std::optional{std::move(found)};
}

}}}  // namespace opus::uws0::batch

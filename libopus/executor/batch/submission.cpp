#include "libopus/executor/batch/submission.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "libopus/core/files.hpp"
#include "libopus/core/ids.hpp"
#include "libopus/core/json.hpp"
#include "libopus/core/strings.hpp"
#include "libopus/executor/batch/command.hpp"
#include "libopus/executor/local/launch_request.hpp"

namespace opus { inline namespace uws0 { namespace batch {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view k_tag_start = "uws-";
constexpr std::string_view k_array_start = "uws-array-";
constexpr std::uint64_t k_most_mark = 64u << 10;
constexpr std::int64_t k_most_index = 1'000'000;

std::vector<Fault> faults_of(const Task& task) {
  std::vector<Fault> faults = local::launch_faults(task);
  for (const auto& [field, path] :
       {std::pair{"directory", &task.directory}, {"work_dir", &task.work_dir}})
    if (path->native().find('\n') != std::string::npos)
      faults.push_back({field, "a path on one line", printable(path->native())});
  return faults;
}

std::string text_in(const Json& object, std::string_view name) {
  const auto value = object.find(name);
  return value ? std::string{value->as_string()} : std::string{};
}

/// `first`: the folder whose mark knows what became of the array.
std::string mark_text(const std::optional<ArrayPlace>& place, const fs::path& first,
                      const std::string& native) {
  JsonWriter json;
  json.begin_object().field("version", 1);
  if (place)
    json.field("array", place->tag).field("index", place->index).field("first", first.native());
  if (!native.empty()) json.field("native", native);
  json.end_object();
  return json.take() + '\n';
}

// Locks of the open file, so that the submitting command can hold ours when we are dead.
struct flock whole_file() {
  struct flock range {};
  range.l_type = F_WRLCK;
  range.l_whence = SEEK_SET;
  return range;
}

bool lock_file(int file) {
  struct flock range = whole_file();
  return ::fcntl(file, F_OFD_SETLK, &range) == 0;
}

/// Asks, and takes nothing: what is locked while another thread starts a process is locked by that
/// one, too, until it has become another program.
Result<bool> is_locked(int file, const fs::path& path) {
  struct flock range = whole_file();
  if (::fcntl(file, F_OFD_GETLK, &range) != 0)
    return system_error("cannot look for the lock of", path, errno);
  return range.l_type != F_UNLCK;
}

}  // namespace

std::string tag_of(const JobId& job) { return std::string{k_tag_start} + job.value; }

bool is_our_tag(std::string_view tag) { return tag.starts_with(k_tag_start); }

std::string array_tag() {
  using std::chrono::system_clock;
  return std::string{k_array_start} +
         make_uuid7(std::chrono::floor<std::chrono::milliseconds>(system_clock::now()));
}

std::string key_of(const ArrayPlace& place) {
  return place.tag + '[' + std::to_string(place.index) + ']';
}

std::string array_script(const std::vector<fs::path>& directories, const fs::path& runner) {
  std::string script =
      "#!/bin/sh\n"
      "# Holds no value of the jobs: the runner takes all from the folder of each.\n"
      "case ${SLURM_ARRAY_TASK_ID-$PBS_ARRAY_INDEX} in\n";
  for (std::size_t i = 0; i < directories.size(); ++i)
    script += std::to_string(i) + ") folder=" + shell_quoted(directories[i].native()) + " ;;\n";
  return script +
         "*) echo 'OPUS: no task has this index' >&2; exit 74 ;;\n"
         "esac\n"
         "exec 2>>\"$folder\"/" +
         k_output_name + "\nexec " + shell_quoted(runner.native()) + " --run \"$folder\"\n";
}

Result<void> write_runner_files(const Task& task, const Task& seen, const fs::path& runner,
                                std::chrono::milliseconds kill_grace) {
  if (auto faults = faults_of(seen); !faults.empty())
    return faults_error("job " + task.job.value, std::move(faults));
  const std::string frame = local::launch_frame(local::launch_request(seen, kill_grace));
  if (frame.size() > local::k_max_frame)
    return Error{Errc::invalid_argument,
                 "job " + task.job.value + ": command and environment are too long"};
  OPUS_UWS_CHECK(write_file_atomically(task.directory / local::k_frame_name, frame, 0600));
  const std::string script =
      "#!/bin/sh\n"
      "# Holds no value of the job: the runner takes all from the folder.\n"
      "exec 2>>" +
      shell_quoted((seen.directory / k_output_name).native()) + "\nexec " +
      shell_quoted(runner.native()) + " --run " + shell_quoted(seen.directory.native()) + '\n';
  return write_file_atomically(task.directory / k_script_name, script, 0700);
}

Result<SubmissionMark> SubmissionMark::begin(const fs::path& directory) {
  return begin(directory, mark_text(std::nullopt, {}, {}));
}

Result<SubmissionMark> SubmissionMark::begin(const fs::path& directory, const ArrayPlace& place) {
  OPUS_UWS_TRY(SubmissionMark mark, begin(directory, mark_text(place, directory, {})));
  mark.place_ = place;
  return mark;
}

Result<void> SubmissionMark::join(const fs::path& directory, const ArrayPlace& place,
                                  const fs::path& first) {
  OPUS_UWS_TRY(const SubmissionMark mark, begin(directory, mark_text(place, first, {})));
  return {};
}

void SubmissionMark::leave(const fs::path& directory) noexcept {
  ::unlink((directory / k_mark_name).c_str());
}

Result<SubmissionMark> SubmissionMark::begin(const fs::path& directory,
                                             const std::string& content) {
  SubmissionMark mark;
  mark.path_ = directory / k_mark_name;
  mark.file_ =
      Descriptor{::open(mark.path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600)};
  if (!mark.file_) return system_error("cannot write", mark.path_, errno);
  if (!lock_file(mark.file_.get())) {
    if (errno == EAGAIN || errno == EACCES)
      return Error{Errc::conflict, "an earlier submission of the job is still under way"};
    return system_error("cannot lock", mark.path_, errno);
  }
  if (::ftruncate(mark.file_.get(), 0) != 0) return system_error("cannot write", mark.path_, errno);
  OPUS_UWS_CHECK(write_all(mark.file_.get(), content, mark.path_));
  return mark;
}

Result<void> SubmissionMark::accepted(const std::string& native) {
  return write_file_atomically(path_, mark_text(place_, path_.parent_path(), native), 0600);
}

void SubmissionMark::refused() noexcept { ::unlink(path_.c_str()); }

/// What the mark in a folder says by itself.
Result<std::optional<SubmissionMark::Found>> SubmissionMark::read_own(const fs::path& directory,
                                                                      fs::path& first) {
  const fs::path path = directory / k_mark_name;
  const Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  if (!file && errno == ENOENT) return std::optional<Found>{};
  if (!file) return system_error("cannot read", path, errno);
  Found found;
  OPUS_UWS_TRY(found.under_way, is_locked(file.get(), path));
  if (found.under_way) return std::optional{std::move(found)};
  const auto text = read_file(path, k_most_mark);
  const auto json = text ? Json::parse(*text, path.native()) : Result<Json>{text.error()};
  // One that was cut by a crash says no less than one without an id.
  if (!json) return std::optional{std::move(found)};
  found.native = text_in(*json, "native");
  const auto index = json->find("index");
  const auto number = index ? index->as_integer() : std::nullopt;
  if (number && *number >= 0 && *number <= k_most_index)
    found.place = ArrayPlace{text_in(*json, "array"), static_cast<unsigned>(*number)};
  first = text_in(*json, "first");
  return std::optional{std::move(found)};
}

Result<std::optional<SubmissionMark::Found>> SubmissionMark::read(const fs::path& directory) {
  fs::path first, none;
  OPUS_UWS_TRY(auto found, read_own(directory, first));
  if (!found || !found->place || first.empty() || first == directory) return found;
  OPUS_UWS_TRY(const auto of_first, read_own(first, none));
  if (!of_first) return found;  // it is gone; the array's name is enough
  found->under_way = of_first->under_way;
  // It may have been submitted anew, by itself.
  if (of_first->place && of_first->place->tag == found->place->tag)
    found->native = of_first->native;
  return found;
}

}}}  // namespace opus::uws0::batch

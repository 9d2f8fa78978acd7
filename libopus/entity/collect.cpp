#include "libopus/entity/collect.hpp"

#include "libopus/core/descriptor.hpp"
#include "libopus/core/files.hpp"
#include "libopus/core/hash.hpp"
#include "libopus/core/ids.hpp"
#include "libopus/entity/glob.hpp"
#include "libopus/entity/result_files.hpp"
#include "libopus/job/parameters.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <set>
#include <string>
#include <utility>

// First it is settled which file is which result, without touching any; then files are moved; then
// they are hashed. find_result_files() sees moved files as if they were still in the work folder,
// so a repetition settles the same, whatever was moved before the crash.

namespace opus { inline namespace uws0 { namespace entity {

namespace fs = std::filesystem;

namespace {

struct Assigned {
  const ResultDescription* description = nullptr;
  std::string path{};
  ResultFiles found{};
};

std::string count_of_files(std::size_t count) {
  return std::to_string(count) + (count == 1 ? " file" : " files");
}

std::string expected_files(const Multiplicity& multiplicity, const std::string& path) {
  const std::string name = " '" + path + "'";
  if (multiplicity == Multiplicity{1, 1} && !is_glob(path)) return "the file" + name;
  if (!multiplicity.max) return "at least " + count_of_files(multiplicity.min) + name;
  if (multiplicity.min == *multiplicity.max)
    return "exactly " + count_of_files(multiplicity.min) + name;
  if (multiplicity.min == 0) return "at most " + count_of_files(*multiplicity.max) + name;
  return "from " + std::to_string(multiplicity.min) + " to " + count_of_files(*multiplicity.max) +
         name;
}

std::optional<Fault> fault_of(const Assigned& result) {
  const Multiplicity& multiplicity = result.description->multiplicity;
  const std::size_t count = result.found.files.size();
  const bool enough = count >= multiplicity.min;
  if (enough && (!multiplicity.max || count <= *multiplicity.max)) return std::nullopt;
  std::string got = count == 0 ? result.found.refused : count_of_files(count);
  return Fault{result.description->name, expected_files(multiplicity, result.path), std::move(got)};
}

// Results by path come before results by glob, so that a glob takes what nobody asked for by name;
// within each kind the first described comes first. No file is two results.
Result<std::vector<Assigned>> assign_files(const Job& job, const JobDescription& description,
                                           const fs::path& work_dir, const fs::path& results_dir,
                                           std::vector<Fault>& faults) {
  std::vector<Assigned> results;
  for (const ResultDescription& one : description.results)
    results.push_back({&one, result_path(one, job.parameters), {}});
  std::set<std::string> taken;
  for (const bool globs : {false, true})
    for (Assigned& result : results) {
      if (is_glob(result.path) != globs) continue;
      if (!is_safe_relative_path(result.path)) {
        faults.push_back(
            {result.description->name, "a file name below the work folder", result.path});
        continue;
      }
      OPUS_UWS_TRY(result.found,
                   find_result_files(work_dir, results_dir, result.description->name, result.path));
      auto& files = result.found.files;
      std::erase_if(files, [&](const ResultFile& file) { return !taken.insert(file.path).second; });
      if (auto fault = fault_of(result)) faults.push_back(*std::move(fault));
    }
  return results;
}

// Ours to read, whatever the job made of it, and nobody's to run with our rights.
Result<void> make_readable(const fs::path& file) {
  struct stat info {};
  if (::lstat(file.c_str(), &info) != 0) return system_error("cannot examine", file, errno);
  const mode_t wanted = (info.st_mode & 0777) | 0600;
  if ((info.st_mode & 07777) != wanted && ::chmod(file.c_str(), wanted) != 0)
    return system_error("cannot change the mode of", file, errno);
  return {};
}

// Whole or absent: a copy that a crash cuts short is left under a name that no result has.
Result<void> copy_whole(const fs::path& from, const fs::path& to) {
  const fs::path beside = temporary_name_in(to.parent_path());
  OPUS_UWS_CHECK(opus::copy_file(from, beside));
  return move_file(beside, to);
}

Result<void> take(const ResultFile& file) {
  OPUS_UWS_CHECK(make_directories(file.target.parent_path(), 0700));
  return file.copy ? copy_whole(file.source, file.target) : move_file(file.source, file.target);
}

// Copies first: what a link leads to may be a result itself and be moved away.
Result<void> take_all(const std::vector<Assigned>& results) {
  for (const bool copies : {true, false})
    for (const Assigned& result : results)
      for (const ResultFile& file : result.found.files)
        if (!file.source.empty() && file.copy == copies) OPUS_UWS_CHECK(take(file));
  return {};
}

// The record that will name the files survives a power loss, so they must too.
Result<void> secure_all(const std::vector<Assigned>& results) {
  std::set<fs::path> folders;
  for (const Assigned& result : results)
    for (const ResultFile& file : result.found.files) {
      OPUS_UWS_CHECK(make_readable(file.target));
      OPUS_UWS_CHECK(sync_to_disk(file.target));
      folders.insert(file.target.parent_path());
    }
  for (const fs::path& folder : folders) OPUS_UWS_CHECK(sync_to_disk(folder));
  return {};
}

// "map", "map.2", "map.3" ..., without the ids that others have or will have.
class ResultIds {
 public:
  explicit ResultIds(const JobDescription& description) {
    for (const ResultDescription& result : description.results) used_.insert(result.name);
  }
  std::string next(const std::string& name, std::size_t index) {
    if (index == 0) return name;
    for (std::size_t number = index + 1;; ++number)
      if (std::string id = name + "." + std::to_string(number); used_.insert(id).second) return id;
  }

 private:
  std::set<std::string> used_;
};

class EntityMaker {
 public:
  EntityMaker(const Job& job, const JobDescription& description, const fs::path& root,
              TimePoint now)
      : job_(job), root_(root), now_(now), ids_(description) {}

  Result<JobResult> make(const ResultDescription& description, const ResultFile& file,
                         std::size_t index) {
    OPUS_UWS_TRY(FileDigest digest, sha256_file(file.target));
    JobResult result;
    result.id = ids_.next(description.name, index);
    result.name = description.name;
    Entity& entity = result.entity;
    entity.id = EntityId{make_uuid7(now_)};
    entity.name = sanitized_file_name(file.path, description.name);
    entity.media_type = description.content_type.empty() ? media_type_of(entity.name, file.target)
                                                         : description.content_type;
    entity.size = digest.size;
    entity.sha256 = std::move(digest.sha256);
    entity.location = file.target.lexically_relative(root_).generic_string();
    entity.created = now_;
    entity.owner = job_.owner;
    entity.generated_by = job_.id;
    entity.role = result.id;
    return result;
  }

 private:
  const Job& job_;
  const fs::path& root_;
  TimePoint now_;
  ResultIds ids_;
};

}  // namespace

Result<Collected> collect_results(const Job& job, const JobDescription& description,
                                  const fs::path& root, const fs::path& work_dir,
                                  const fs::path& results_dir, TimePoint now) {
  std::vector<Fault> faults;
  OPUS_UWS_TRY(const std::vector<Assigned> results,
               assign_files(job, description, work_dir, results_dir, faults));
  OPUS_UWS_CHECK(take_all(results));
  OPUS_UWS_CHECK(secure_all(results));

  Collected collected;
  EntityMaker maker{job, description, root, now};
  for (const Assigned& result : results)
    for (std::size_t i = 0; i < result.found.files.size(); ++i) {
      OPUS_UWS_TRY(JobResult made, maker.make(*result.description, result.found.files[i], i));
      collected.results.push_back(std::move(made));
    }
  if (!faults.empty()) collected.missing = faults_error("results", std::move(faults));
  return collected;
}

}}}  // namespace opus::uws0::entity

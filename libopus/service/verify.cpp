// Whether a data folder is whole.
#include <opus/backup.hpp>

#include <string>
#include <utility>

#include "libopus/core/files.hpp"
#include "libopus/core/hash.hpp"
#include "libopus/store/sqlite/inspection.hpp"

namespace opus { inline namespace uws0 {

namespace fs = std::filesystem;

namespace {

/// What is wrong with the file; empty = nothing.
std::string fault_of(const fs::path& file, const store::NamedFile& named, bool contents) {
  if (!is_safe_relative_path(named.location)) return "lies outside of the data folder";
  std::error_code code;
  const auto size = fs::file_size(file, code);
  if (code) return "cannot be read: " + code.message();
  if (size != named.size)
    return "has " + std::to_string(size) + " bytes, expected " + std::to_string(named.size);
  if (!contents) return {};
  const auto digest = sha256_file(file);
  if (!digest) return digest.error().message;
  return digest->sha256 == named.sha256 ? "" : "has other content than it had (SHA-256)";
}

/// Folders below jobs/xx/ that no job has.
Result<std::vector<fs::path>> look_for_strays(const fs::path& jobs, store::Inspection& inspection) {
  std::vector<fs::path> strays;
  std::error_code code;
  for (auto shard = fs::directory_iterator{jobs, code}; shard != fs::directory_iterator{};
       shard.increment(code)) {
    std::error_code inner;
    for (auto job = fs::directory_iterator{shard->path(), inner}; job != fs::directory_iterator{};
         job.increment(inner)) {
      OPUS_UWS_TRY(const bool known, inspection.has_job({job->path().filename().string()}));
      if (!known) strays.push_back(job->path());
    }
  }
  return strays;
}

}  // namespace

Result<VerifyReport> verify(const fs::path& data_dir, bool contents) {
  OPUS_UWS_TRY(store::Inspection inspection, store::Inspection::open(data_dir / "opus.db"));
  VerifyReport report;
  OPUS_UWS_TRY(report.faults, inspection.faults());
  for (std::string& fault : report.faults) fault.insert(0, "database: ");
  OPUS_UWS_TRY(report.jobs, inspection.jobs());
  std::vector<std::pair<store::NamedFile, std::string>> suspects;
  OPUS_UWS_CHECK(inspection.each_file([&](const store::NamedFile& file) -> Result<void> {
    std::string fault = fault_of(data_dir / file.location, file, contents);
    ++report.files;
    report.bytes += file.size;
    if (!fault.empty()) suspects.emplace_back(file, std::move(fault));
    return {};
  }));
  // A service may have deleted it since.
  for (const auto& [file, fault] : suspects) {
    OPUS_UWS_TRY(const bool still, inspection.needs(file));
    if (still)
      report.faults.push_back("file " + file.location + " of entity " + file.entity.value + ' ' +
                              fault);
  }
  OPUS_UWS_TRY(const auto strays, look_for_strays(data_dir / "jobs", inspection));
  for (const fs::path& folder : strays) {
    // A job may have come after the database was looked at, or be about to go.
    OPUS_UWS_TRY(const bool known, inspection.has_job({folder.filename().string()}));
    std::error_code ignored;
    if (!known && fs::exists(folder, ignored)) report.strays.push_back(folder.string());
  }
  return report;
}

}}  // namespace opus::uws0

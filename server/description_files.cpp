#include "server/description_files.hpp"

#include <algorithm>
#include <map>
#include <system_error>

namespace opus { inline namespace uws0 { namespace server {
namespace {

namespace fs = std::filesystem;

bool is_description_file(const fs::path& path) {
  return path.extension() == ".xml" || path.extension() == ".json";
}

Result<std::vector<fs::path>> files_of(const fs::path& path) {
  std::error_code code;
  const auto status = fs::status(path, code);
  if (!fs::exists(status))
    return Error{Errc::not_found, "descriptions: there is no file or folder " + path.string()};
  if (!fs::is_directory(status)) return std::vector{path};
  std::vector<fs::path> files;
  for (fs::directory_iterator entry(path, code), end; !code && entry != end; entry.increment(code))
    if (is_description_file(entry->path())) files.push_back(entry->path());
  if (code)
    return Error{Errc::unavailable,
                 "descriptions: cannot read folder " + path.string() + ": " + code.message()};
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace

Result<std::vector<JobDescription>> load_descriptions(
    const std::vector<fs::path>& paths, const std::function<void(const Error&)>& skipped) {
  std::vector<JobDescription> descriptions;
  std::map<std::string, fs::path> seen;
  for (const fs::path& path : paths) {
    OPUS_UWS_TRY(const auto files, files_of(path));
    for (const fs::path& file : files) {
      auto description = load_description(file);
      if (description) {
        const auto [other, fresh] = seen.emplace(description->name, file);
        if (fresh) {
          descriptions.push_back(*std::move(description));
          continue;
        }
        description = Error{Errc::invalid_argument,
                            file.string() + ": the job '" + description->name +
                                "' is already described in " + other->second.string()};
      }
      if (!skipped) return std::move(description).error();
      skipped(description.error());
    }
  }
  return descriptions;
}

}}}  // namespace opus::uws0::server

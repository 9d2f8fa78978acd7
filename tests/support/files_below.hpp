#pragma once
// What is in a folder while others delete from it.

#include <filesystem>
#include <set>
#include <string>

namespace opus_test {

/// The regular files at any depth, relative to the folder.
inline std::set<std::string> files_below(const std::filesystem::path& folder) {
  for (;;) try {
      std::set<std::string> found;
      for (const auto& entry : std::filesystem::recursive_directory_iterator{folder})
        if (entry.is_regular_file())
          found.insert(std::filesystem::relative(entry.path(), folder).string());
      return found;
    } catch (const std::filesystem::filesystem_error&) {
      if (!std::filesystem::exists(folder)) return {};  // else a folder in it went: look again
    }
}

}  // namespace opus_test

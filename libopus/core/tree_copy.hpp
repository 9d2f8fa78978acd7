#pragma once
// A folder made like another one.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string_view>
#include <vector>

#include <opus/error.hpp>

namespace opus { inline namespace uws0 {

struct TreeCopy {
  std::size_t files = 0;                            ///< that are in the copy now
  std::size_t copied = 0;                           ///< of these, those that were not there, or
                                                    ///< differed
  std::uint64_t bytes = 0;                          ///< of the copied ones
  std::vector<std::filesystem::path> unreadable{};  ///< left out: we have no right to read them
};

/// Copies files, folders and links (as links), with modes and times of change; what is there with
/// the same size and time stays. Other kinds of files are left out, and so is what goes away
/// meanwhile. `skip` is asked for the name of each thing directly in `from`.
Result<TreeCopy> copy_tree(const std::filesystem::path& from, const std::filesystem::path& to,
                           const std::function<bool(std::string_view name)>& skip);

/// Removes from `copy` what `from` does not have (any more), but for what `keep` says; that is
/// asked with the path below `copy`.
Result<void> prune_tree(const std::filesystem::path& copy, const std::filesystem::path& from,
                        const std::function<bool(const std::filesystem::path& below)>& keep);

}}  // namespace opus::uws0

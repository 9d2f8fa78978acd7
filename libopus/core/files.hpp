#pragma once
// File helpers that report errors with the path and the system's reason, and names that cannot
// leave their folder.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include <opus/error.hpp>
#include <opus/export.hpp>

namespace opus { inline namespace uws0 {

/// `errno` as an Error: unavailable for ENOSPC, EDQUOT, EIO, EMFILE, EROFS...; not_found for
/// ENOENT; message "what 'path': reason".
OPUS_UWS_API Error system_error(std::string_view what, const std::filesystem::path& path,
                                int error_number);

/// Whole content. too_large beyond `max_bytes`.
OPUS_UWS_API Result<std::string> read_file(const std::filesystem::path& file,
                                           std::uint64_t max_bytes = 64u << 20);
/// The last `bytes` of a file, cut to whole lines when cut; empty if there is none.
OPUS_UWS_API std::string read_tail(const std::filesystem::path& file, std::uint64_t bytes);
/// Writes beside and renames: whole or absent. Not synced.
OPUS_UWS_API Result<void> write_file_atomically(const std::filesystem::path& file,
                                                std::string_view content, unsigned mode = 0644);
/// Like mkdir -p, with mode for each new folder.
OPUS_UWS_API Result<void> make_directories(const std::filesystem::path& folder,
                                           unsigned mode = 0755);
/// Removes a tree without following links out of it; absent is success. Makes unreadable folders of
/// our own readable first.
OPUS_UWS_API Result<void> remove_tree(const std::filesystem::path& path);
/// rename(2); across file systems a copy (temporary name, then rename) and unlink.
OPUS_UWS_API Result<void> move_file(const std::filesystem::path& from,
                                    const std::filesystem::path& to);
/// Copies the content: reflink where the file system can, else copy_file_range. `to` must not
/// exist.
OPUS_UWS_API Result<void> copy_file(const std::filesystem::path& from,
                                    const std::filesystem::path& to);
/// A second name for the same file. `to` must not exist. unsupported: the file system has none.
OPUS_UWS_API Result<void> link_file(const std::filesystem::path& from,
                                    const std::filesystem::path& to);
/// fsync(2) of a file or folder: what was written or renamed there survives a power loss.
OPUS_UWS_API Result<void> sync_to_disk(const std::filesystem::path& path);

/// A client's file name made safe: last path element, no control characters, no leading dot or
/// dash, at most 200 bytes of valid UTF-8; `fallback` if nothing is left.
OPUS_UWS_API std::string sanitized_file_name(std::string_view name,
                                             std::string_view fallback = "file");

/// By file name ending ("x.fits" -> "application/fits", "a.tar.gz" -> "application/gzip"), else by
/// the first bytes of the file if given and readable, else "application/octet-stream".
OPUS_UWS_API std::string media_type_of(std::string_view file_name,
                                       const std::filesystem::path& file = {});

/// Is the relative path free of "..", absolute parts, NUL and empty elements?
OPUS_UWS_API bool is_safe_relative_path(std::string_view path) noexcept;

}}  // namespace opus::uws0

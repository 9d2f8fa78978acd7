#pragma once
// Finding and starting opus-uws-launcher.

#include <filesystem>

#include <opus/error.hpp>

namespace opus { inline namespace uws0 { namespace local {

/// `configured` if not empty, else $OPUS_UWS_LAUNCHER, else its place beside this library or
/// program (so that an installed tree can be moved), else where it was to be installed. not_found
/// names the files tried.
Result<std::filesystem::path> find_launcher(const std::filesystem::path& configured);

/// Returns when a launcher, this or another one, has the folder; it is no child of ours. The
/// calling process sees one short-lived child.
Result<void> start_launcher(const std::filesystem::path& program,
                            const std::filesystem::path& state_dir);

}}}  // namespace opus::uws0::local

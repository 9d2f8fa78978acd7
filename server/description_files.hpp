#pragma once
// The job descriptions that a server starts with.

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include <opus/description.hpp>
#include <opus/error.hpp>

namespace opus { inline namespace uws0 { namespace server {

/// Reads files, and the *.xml and *.json of folders in order of their names. Errors name the file.
/// invalid_argument: also two descriptions of one name. With `skipped`, faulty files are told to it
/// and left out; a path that does not exist is always an error.
Result<std::vector<JobDescription>> load_descriptions(
    const std::vector<std::filesystem::path>& paths,
    const std::function<void(const Error&)>& skipped);

}}}  // namespace opus::uws0::server

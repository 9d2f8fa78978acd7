#pragma once
// Which of the things that are said about a file's type to believe.

#include <filesystem>
#include <string>
#include <string_view>

namespace opus { inline namespace uws0 { namespace entity {

/// What a sender says about a file's type, without parameters and in lower case, if it is well
/// formed and says more than "some bytes"; otherwise by name and content (media_type_of()).
std::string settled_media_type(std::string_view told, std::string_view file_name,
                               const std::filesystem::path& file);

}}}  // namespace opus::uws0::entity

#pragma once
// The commands `backup`, `restore` and `verify`.

#include <filesystem>
#include <iosfwd>

#include <opus/error.hpp>

namespace opus { inline namespace uws0 { namespace server {

// Each says on `out` what it did. Errors: as back_up(), restore() and verify() of opus/backup.hpp;
// a data folder that is not whole is corrupt.
Result<void> run_backup(const std::filesystem::path& data_dir, const std::filesystem::path& target,
                        std::ostream& out);
Result<void> run_restore(const std::filesystem::path& backup, const std::filesystem::path& data_dir,
                         std::ostream& out);
Result<void> run_verify(const std::filesystem::path& data_dir, bool contents, std::ostream& out);

}}}  // namespace opus::uws0::server

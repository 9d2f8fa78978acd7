#include "server/data_commands.hpp"

#include <ostream>
#include <string>

#include <opus/backup.hpp>

namespace opus { inline namespace uws0 { namespace server {
namespace {

void print_copied(std::ostream& out, const BackupReport& report,
                  const std::filesystem::path& target) {
  out << target.string() << ": " << report.files << " files beside the database, " << report.copied
      << " of them copied now, " << report.bytes << " bytes\n";
}

}  // namespace

Result<void> run_backup(const std::filesystem::path& data_dir, const std::filesystem::path& target,
                        std::ostream& out) {
  OPUS_UWS_TRY(const BackupReport report, back_up(data_dir, target));
  for (const std::string& path : report.unreadable) out << "cannot be read: " << path << '\n';
  print_copied(out, report, target);
  return {};
}

Result<void> run_restore(const std::filesystem::path& backup, const std::filesystem::path& data_dir,
                         std::ostream& out) {
  OPUS_UWS_TRY(const BackupReport report, restore(backup, data_dir));
  print_copied(out, report, data_dir);
  return {};
}

Result<void> run_verify(const std::filesystem::path& data_dir, bool contents, std::ostream& out) {
  OPUS_UWS_TRY(const VerifyReport report, verify(data_dir, contents));
  for (const std::string& fault : report.faults) out << fault << '\n';
  for (const std::string& stray : report.strays) out << "belongs to no job: " << stray << '\n';
  out << report.jobs << " jobs, " << report.files << " files, " << report.bytes << " bytes\n";
  if (report.faults.empty()) return {};
  return Error{Errc::corrupt,
               data_dir.string() + ": " + std::to_string(report.faults.size()) + " faults"};
}

}}}  // namespace opus::uws0::server

#include "server/provenance_files.hpp"

#include <filesystem>
#include <fstream>
#include <iostream>
#include <system_error>

#include <opus/service.hpp>

#include "server/logging.hpp"

namespace opus { inline namespace uws0 { namespace server {
namespace {

Result<Service> open_quietly(const ServerConfig& config) {
  ServiceConfig service = config.service;
  service.log = make_log(LogLevel::warning, config.log_format);
  return Service::open(std::move(service));
}

Error cannot(const std::string& what, const std::filesystem::path& file) {
  return {Errc::unavailable, "cannot " + what + " " + file.string()};
}

Result<std::size_t> write_lines(const Service& service, std::ostream& out,
                                const std::filesystem::path& file) {
  return service.export_provenance([&](std::string_view line) -> Result<void> {
    out << line << '\n';
    if (!out) return cannot("write", file);
    return {};
  });
}

Result<std::size_t> write_file(const Service& service, const std::filesystem::path& file) {
  const std::filesystem::path temporary = file.string() + ".new";
  std::error_code code;
  std::filesystem::remove(temporary, code);
  std::ofstream out{temporary, std::ios::binary};
  if (!out) return cannot("write", temporary);
  using std::filesystem::perms;
  std::filesystem::permissions(temporary, perms::owner_read | perms::owner_write, code);
  Result<std::size_t> lines = write_lines(service, out, temporary);
  out.close();
  if (lines && !code && out) std::filesystem::rename(temporary, file, code);
  if (!lines || code || !out) {
    std::error_code ignored;
    std::filesystem::remove(temporary, ignored);
    if (lines) return cannot("write", file);
  }
  return lines;
}

}  // namespace

Result<void> export_provenance(const ServerConfig& config, const std::string& file) {
  OPUS_UWS_TRY(const Service service, open_quietly(config));
  OPUS_UWS_TRY(const std::size_t lines,
               file == "-" ? write_lines(service, std::cout, "stdout") : write_file(service, file));
  std::cerr << lines << " records exported\n";
  return {};
}

Result<void> import_provenance(const ServerConfig& config, const std::string& file) {
  std::ifstream opened;
  if (file != "-") {
    std::error_code ignored;
    if (!std::filesystem::is_regular_file(file, ignored))
      return Error{Errc::not_found, "there is no file " + file};
    opened.open(file, std::ios::binary);
    if (!opened) return cannot("read", file);
  }
  std::istream& in = file == "-" ? std::cin : opened;
  OPUS_UWS_TRY(Service service, open_quietly(config));
  const auto imported = service.import_provenance([&](std::string& line) -> Result<bool> {
    if (std::getline(in, line)) return true;
    if (in.bad()) return cannot("read", file);
    return false;
  });
  if (!imported) return Error{imported.error().code, file + ": " + imported.error().message};
  std::cerr << imported->jobs << " jobs, " << imported->entities << " entities and "
            << imported->descriptions << " descriptions are new, " << imported->known
            << " records were here\n";
  return {};
}

}}}  // namespace opus::uws0::server

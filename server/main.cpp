// opus-uws-server: configuration, service, REST layer and listener put together.
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <iostream>
#include <thread>

#include <opus/service.hpp>
#include <opus/version.hpp>

#include "server/access.hpp"
#include "server/check_executors.hpp"
#include "server/command_line.hpp"
#include "server/data_commands.hpp"
#include "server/description_files.hpp"
#include "server/http/server.hpp"
#include "server/logging.hpp"
#include "server/open_files.hpp"
#include "server/provenance_files.hpp"
#include "server/rest/api.hpp"
#include "server/stop_signal.hpp"

namespace opus { inline namespace uws0 { namespace server { namespace {

/// Whole or not at all: whoever waits for the file finds a port in it.
Result<void> write_port_file(const std::filesystem::path& file, std::uint16_t port) {
  const std::filesystem::path temporary = file.string() + ".new";
  std::ofstream stream(temporary);
  stream << port << '\n';
  stream.close();
  std::error_code code;
  if (stream) std::filesystem::rename(temporary, file, code);
  if (!stream || code) return Error{Errc::unavailable, "cannot write " + file.string()};
  return {};
}

Result<std::vector<JobDescription>> descriptions_of(const ServerConfig& config,
                                                    const LogSink& log) {
  std::function<void(const Error&)> skipped;
  if (config.skip_bad_descriptions)
    skipped = [&log](const Error& error) {
      log({LogLevel::warning, "description skipped", {{"reason", error.message}}});
    };
  return load_descriptions(config.descriptions, skipped);
}

/// Without executors, so that no job starts before it is known who its owner is.
Result<Service> open_service(const ServerConfig& config, const LogSink& log,
                             const std::shared_ptr<OwnerDirectory>& owners) {
  OPUS_UWS_TRY(auto descriptions, descriptions_of(config, log));
  ServiceConfig service_config = config.service;
  service_config.log = log;
  if (!config.owner_limits.empty())
    service_config.limits_of_owner = [owners](const std::optional<std::string>& owner,
                                              std::string_view description) {
      return owners->limits_of(owner, description);
    };
  OPUS_UWS_TRY(Service service, Service::open(std::move(service_config)));
  for (JobDescription& description : descriptions) {
    const std::string name = description.name;
    OPUS_UWS_TRY(const bool adopted, service.adopt(std::move(description)));
    if (!adopted)
      log({LogLevel::info,
           "a description file is not used: an administrator has decided otherwise since",
           {{"description", name}}});
  }
  return service;
}

Result<void> serve(const ServerConfig& config) {
  const LogSink log = make_log(config.log_level, config.log_format);
  StopSignal stop;
  allow_connections(config.http.max_connections, log);
  const auto owners = std::make_shared<OwnerDirectory>(config.owner_limits);
  OPUS_UWS_TRY(Service service, open_service(config, log, owners));
  rest::ApiConfig api_config = config.api;
  OPUS_UWS_CHECK(open_accounts(api_config.access, config, service, log, std::cout));
  owners->set_accounts(api_config.access.accounts);
  OPUS_UWS_CHECK(add_executors(service, config));
  trust_issuers(api_config.access, config.oidc, log);
  rest::Api api(service, std::move(api_config));
  OPUS_UWS_TRY(const auto http,
               http::HttpServer::start(api, config.http, log, make_access_log(config, log)));
  const bool v6 = config.http.address.find(':') != std::string::npos;
  const std::string host = v6 ? '[' + config.http.address + ']' : config.http.address;
  log({LogLevel::info,
       "listening",
       {{"url", (config.http.certificate.empty() ? "http://" : "https://") + host + ':' +
                    std::to_string(http->port())},
        {"data_dir", config.service.data_dir.string()},
        {"descriptions", std::to_string(service.descriptions().size())},
        {"version", OPUS_UWS_VERSION}}});
  if (!config.port_file.empty()) OPUS_UWS_CHECK(write_port_file(config.port_file, http->port()));

  const int number = stop.wait();
  if (config.drain.count() > 0) {
    api.drain();
    log({LogLevel::info,
         "draining",
         {{"signal", std::to_string(number)}, {"ms", std::to_string(config.drain.count())}}});
    std::this_thread::sleep_for(config.drain);
  }
  log({LogLevel::info, "stopping", {{"signal", std::to_string(number)}}});
  const std::size_t closed = http->stop(config.stop_grace);
  log({LogLevel::info, "stopped", {{"connections_closed", std::to_string(closed)}}});
  return {};
}

Result<void> check(const ServerConfig& config) {
  const LogSink log = make_log(LogLevel::warning, config.log_format);
  OPUS_UWS_TRY(const auto descriptions, descriptions_of(config, log));
  std::cout << "configuration and " << descriptions.size() << " job descriptions are good\n";
  return {};
}

int run(int argc, const char* const* argv) {
  constexpr int k_failed = 1;
  constexpr int k_bad_usage = 2;
  const auto report = [](const Error& error) {
    std::cerr << "opus-uws-server: " << error.message << '\n';
  };
  const auto line = read_command_line(argc, argv, environ);
  if (!line) return report(line.error()), k_bad_usage;
  if (!*line) return 0;
  const ServerConfig& config = (*line)->config;
  Result<void> done;
  switch ((*line)->task) {
    case Task::print_config: std::cout << to_toml(config); break;
    case Task::check_config: done = check(config); break;
    case Task::accounts:
      done = run_account_command((*line)->accounts, config.service.data_dir, std::cout);
      break;
    case Task::check_executors: done = check_executors(config, std::cout); break;
    case Task::export_provenance: done = export_provenance(config, (*line)->file); break;
    case Task::import_provenance: done = import_provenance(config, (*line)->file); break;
    case Task::back_up: done = run_backup(config.service.data_dir, (*line)->file, std::cout); break;
    case Task::restore:
      done = run_restore((*line)->file, config.service.data_dir, std::cout);
      break;
    case Task::verify:
    case Task::verify_contents:
      done = run_verify(config.service.data_dir, (*line)->task == Task::verify_contents, std::cout);
      break;
    case Task::serve: done = serve(config); break;
  }
  if (!done) return report(done.error()), k_failed;
  return 0;
}

}}}}  // namespace opus::uws0::server

int main(int argc, char** argv) {
  try {
    return opus::server::run(argc, argv);
  } catch (const std::exception& fault) {
    std::cerr << "opus-uws-server: " << fault.what() << '\n';
    return 1;
  }
}

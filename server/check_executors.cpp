#include "server/check_executors.hpp"

#include <unistd.h>

#include <fstream>
#include <ostream>
#include <string>
#include <vector>

#include <opus/service.hpp>

namespace opus { inline namespace uws0 { namespace server {
namespace {

using namespace std::chrono_literals;

/// For a queue that is not empty; the checklist says meanwhile what it waits for.
constexpr auto k_longest_wait = 5min;

std::vector<std::string> executors_of(const ServerConfig& config) {
  std::vector<std::string> names{"local"};
  if (config.slurm.enabled) names.push_back(config.slurm.executor.name);
  if (config.pbs.enabled) names.push_back(config.pbs.executor.name);
  return names;
}

JobDescription trivial_job(const std::string& executor) {
  JobDescription description;
  description.name = "check";
  description.executor = executor;
  description.command = {"/bin/sh", "-c", "id -un && uname -n && echo done > result"};
  description.execution_duration = 60s;
  description.results = {{.name = "result", .path = "result"}};
  return description;
}

std::string first_lines_of(const std::filesystem::path& file) {
  std::ifstream stream(file);
  std::string all, line;
  while (std::getline(stream, line) && all.size() < 400) all += (all.empty() ? "" : ", ") + line;
  return all;
}

/// Ends with the phase, prints each on the way.
Result<Job> watch(const Service& service, const JobId& id, std::ostream& out) {
  const auto until = std::chrono::steady_clock::now() + k_longest_wait;
  Phase told = Phase::pending;
  for (;;) {
    OPUS_UWS_TRY(Job job, service.get(id));
    if (job.phase != told) {
      told = job.phase;
      out << "  " << to_string(told);
      if (!job.native_id.empty()) out << ", its id there is " << job.native_id.value;
      out << std::endl;
    }
    if (is_final(job.phase) || std::chrono::steady_clock::now() >= until) return job;
    OPUS_UWS_TRY(job, service.wait(id, 1s));
  }
}

/// What went wrong, or an empty text.
std::string check_one(const std::string& executor, Service& service, std::ostream& out) {
  const auto failed = [](const Error& error) { return error.message; };
  if (const auto defined = service.define(trivial_job(executor)); !defined)
    return failed(defined.error());
  const auto made = service.create({.description = "check", .run = true});
  if (!made) return failed(made.error());
  const auto job = watch(service, made->id, out);
  if (!job) return failed(job.error());
  if (!is_final(job->phase)) {
    (void)service.abort(made->id);
    return "the job has not ended within 5 minutes; it was stopped. Is the queue full, or closed "
           "to "
           "this account?";
  }
  if (job->error) return job->error->message;
  if (job->results.size() != 1) return "the job's result did not come back";
  if (const auto log = service.log_path(made->id, "stdout"))
    out << "  ran as user, on host: " << first_lines_of(*log) << '\n';
  return {};
}

}  // namespace

Result<void> add_executors(Service& service, const ServerConfig& config) {
  OPUS_UWS_CHECK(service.add_executor(make_local_executor(config.local)));
  if (config.slurm.enabled)
    OPUS_UWS_CHECK(service.add_executor(make_slurm_executor(config.slurm.executor)));
  if (config.pbs.enabled)
    OPUS_UWS_CHECK(service.add_executor(make_pbs_executor(config.pbs.executor)));
  return {};
}

Result<void> check_executors(const ServerConfig& config, std::ostream& out) {
  const auto folder = config.service.data_dir / ("check-" + std::to_string(getpid()));
  ServiceConfig service_config = config.service;
  service_config.data_dir = folder;
  // What an executor warns of is what an operator wants to read here.
  service_config.log = [&out](const LogRecord& record) {
    if (record.level >= LogLevel::warning) out << "  note: " + record.message + '\n' << std::flush;
  };
  std::string wrong;
  {
    OPUS_UWS_TRY(Service service, Service::open(std::move(service_config)));
    OPUS_UWS_CHECK(add_executors(service, config));
    for (const std::string& executor : executors_of(config)) {
      out << executor << ": one job that says where it runs" << std::endl;
      const std::string fault = check_one(executor, service, out);
      out << "  " << (fault.empty() ? "good" : "WRONG: " + fault) << std::endl;
      if (!fault.empty()) wrong += (wrong.empty() ? "" : ", ") + executor;
    }
  }
  std::error_code code;
  if (wrong.empty()) std::filesystem::remove_all(folder, code);
  if (wrong.empty()) return {};
  return Error{Errc::unavailable,
               "check failed: " + wrong + "; the jobs' files stay in " + folder.string()};
}

}}}  // namespace opus::uws0::server

#include "server/open_files.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <string>

namespace opus { inline namespace uws0 { namespace server {
namespace {

constexpr rlim_t k_own_files = 512;  // database, logs, files that are sent or received, tasks

}  // namespace

void allow_connections(std::size_t connections, const LogSink& log) {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  const rlim_t wanted = connections + k_own_files;
  if (limit.rlim_cur >= wanted) return;
  limit.rlim_cur = std::min(wanted, limit.rlim_max);
  const bool raised = ::setrlimit(RLIMIT_NOFILE, &limit) == 0;
  if ((!raised || limit.rlim_cur < wanted) && log)
    log({LogLevel::warning,
         "the limit of open files allows fewer connections than http.max_connections",
         {{"limit", std::to_string(limit.rlim_max)}, {"needed", std::to_string(wanted)}}});
}

}}}  // namespace opus::uws0::server

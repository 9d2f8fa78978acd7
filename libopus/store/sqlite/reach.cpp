#include "libopus/store/sqlite/reach.hpp"

#include <algorithm>
#include <limits>
#include <string>
#include <string_view>

#include "libopus/core/json.hpp"

namespace opus { inline namespace uws0 { namespace store { namespace sqlite {
namespace {

// A queue without repetitions: breadth first, and cycles end. CROSS JOIN keeps the order of tables.
constexpr std::string_view k_upstream =
    "WITH RECURSIVE reach (job) AS (SELECT key FROM job WHERE id IN (SELECT value FROM"
    " json_each(?1)) UNION SELECT entity.generated_by FROM reach CROSS JOIN input ON input.job ="
    " reach.job CROSS JOIN entity ON entity.key = input.entity WHERE entity.generated_by IS NOT"
    " NULL LIMIT ?2) SELECT job.key, job.id FROM reach CROSS JOIN job ON job.key = reach.job";
constexpr std::string_view k_downstream =
    "WITH RECURSIVE reach (job) AS (SELECT key FROM job WHERE id IN (SELECT value FROM"
    " json_each(?1)) UNION SELECT input.job FROM reach CROSS JOIN entity ON entity.generated_by ="
    " reach.job CROSS JOIN input ON input.entity = entity.key LIMIT ?2)"
    " SELECT job.key, job.id FROM reach CROSS JOIN job ON job.key = reach.job";

std::string array_of(const std::vector<JobId>& ids) {
  JsonWriter writer;
  writer.begin_array();
  for (const JobId& id : ids) writer.value(id.value);
  writer.end_array();
  return writer.take();
}

/// The keys of the jobs to be read, as a JSON array.
Result<std::string> keys_in(Connection& connection, const Reach& reach) {
  const std::string from = array_of(reach.from);
  OPUS_UWS_TRY(Query query, connection.query(reach.upstream ? k_upstream : k_downstream));
  query.bind_all(from,
                 std::min<std::size_t>(reach.limit, std::numeric_limits<std::int64_t>::max()));
  std::string keys = "[";
  JobId id;
  for (;;) {
    OPUS_UWS_TRY(const bool more, query.step());
    if (!more) return keys += ']';
    query.read(1, id);
    if (reach.is_known && reach.is_known(id)) continue;
    if (keys.size() > 1) keys += ',';
    keys += std::to_string(query.get<std::int64_t>(0));
  }
}

}  // namespace

Result<Reached> read_reach(Connection& connection, const Reach& reach, Destroyed destroyed) {
  OPUS_UWS_TRY(const std::string keys, keys_in(connection, reach));
  Reached reached;
  OPUS_UWS_TRY(reached.jobs, read_jobs(connection, keys, destroyed));
  if (reach.upstream) {
    OPUS_UWS_TRY(reached.inputs, read_foreign_inputs(connection, keys));
  }
  return reached;
}

}}}}  // namespace opus::uws0::store::sqlite

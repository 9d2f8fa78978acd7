#include "libopus/store/sqlite/list.hpp"

#include <algorithm>
#include <charconv>
#include <limits>

#include "libopus/core/ids.hpp"
#include "libopus/core/strings.hpp"

namespace opus { inline namespace uws0 { namespace store { namespace sqlite {
namespace {

// Those that a statement has no use for stay unbound.
enum Parameter { p_description = 1, p_owner, p_after, p_before, p_before_id, p_limit, p_phases };

/// A place in the order of lists.
struct Place {
  std::int64_t created = std::numeric_limits<std::int64_t>::max();
  std::string id{};
};

/// The time in a UUIDv7: its first 48 bits.
Result<Place> place_of_id(const JobId& id) {
  if (!is_uuid7(id.value))
    return Error{Errc::invalid_argument,
                 "before: expected a job id, got '" + printable(id.value) + "'"};
  const std::string digits = id.value.substr(0, 8) + id.value.substr(9, 4);
  Place place{0, id.value};
  std::from_chars(digits.data(), digits.data() + digits.size(), place.created, 16);
  return place;
}

Result<Place> place_of(Connection& connection, const JobId& id) {
  if (id.empty()) return Place{};
  OPUS_UWS_TRY(Query query, connection.query("SELECT created FROM job WHERE id = ?1"));
  OPUS_UWS_TRY(const bool found, query.bind_all(id).step());
  if (!found) return place_of_id(id);
  return Place{query.get<std::int64_t>(0), id.value};
}

/// Each phase once; none given means all but ARCHIVED (UWS 1.1 §2.2.2.1).
std::vector<Phase> phases_of(const JobFilter& filter) {
  std::vector<Phase> phases;
  for (const Phase phase : k_phases) {
    const bool named =
        std::find(filter.phases.begin(), filter.phases.end(), phase) != filter.phases.end();
    if (filter.phases.empty() ? phase != Phase::archived : named) phases.push_back(phase);
  }
  return phases;
}

std::string_view index_for(bool by_description, bool by_owner) {
  if (by_description) return by_owner ? "job_by_description_owner" : "job_by_description";
  return by_owner ? "job_by_owner" : "job_by_phase";
}

std::string parameter(int number) { return "?" + std::to_string(number); }

}  // namespace

std::string list_sql(bool by_description, bool by_owner, std::size_t phases) {
  std::string sql;
  for (std::size_t i = 0; i < phases; ++i) {
    if (i > 0) sql += " UNION ALL ";
    sql += "SELECT id, description, phase, run_id, owner, created FROM job INDEXED BY ";
    sql += index_for(by_description, by_owner);
    sql += " WHERE destroyed = 0";
    if (by_description) sql += " AND description = " + parameter(p_description);
    if (by_owner) sql += " AND owner = " + parameter(p_owner);
    sql += " AND phase = " + parameter(p_phases + static_cast<int>(i));
    sql += " AND created > " + parameter(p_after);
    sql += " AND (created, id) < (" + parameter(p_before) + ", " + parameter(p_before_id) + ")";
  }
  return sql + " ORDER BY created DESC, id DESC LIMIT " + parameter(p_limit);
}

Result<std::vector<JobSummary>> list_jobs(Connection& connection, const JobFilter& filter) {
  OPUS_UWS_TRY(const Place before, place_of(connection, filter.before));
  const std::vector<Phase> phases = phases_of(filter);
  const bool by_description = !filter.description.empty();
  const std::string sql = list_sql(by_description, filter.owner.has_value(), phases.size());

  OPUS_UWS_TRY(Query query, connection.query(sql));
  if (by_description) query.bind(p_description, filter.description);
  if (filter.owner) query.bind(p_owner, *filter.owner);
  if (filter.after)
    query.bind(p_after, *filter.after);
  else
    query.bind(p_after, std::numeric_limits<std::int64_t>::min());
  query.bind(p_before, before.created);
  query.bind(p_before_id, before.id);
  constexpr std::size_t k_most = std::numeric_limits<std::int64_t>::max();
  query.bind(p_limit, std::min(filter.last.value_or(k_most), k_most));
  for (std::size_t i = 0; i < phases.size(); ++i)
    query.bind(p_phases + static_cast<int>(i), phases[i]);

  std::vector<JobSummary> jobs;
  for (;;) {
    OPUS_UWS_TRY(const bool more, query.step());
    if (!more) return jobs;
    JobSummary& job = jobs.emplace_back();
    query.read(0, job.id);
    query.read(1, job.description);
    query.read(2, job.phase);
    query.read(3, job.run_id);
    query.read(4, job.owner);
    query.read(5, job.created);
  }
}

}}}}  // namespace opus::uws0::store::sqlite

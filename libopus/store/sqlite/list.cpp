#include "libopus/store/sqlite/list.hpp"

#include <algorithm>
#include <charconv>
#include <limits>

#include "libopus/core/ids.hpp"
#include "libopus/core/strings.hpp"

namespace opus { inline namespace uws0 { namespace store { namespace sqlite {
namespace {

// Those that a statement has no use for stay unbound.
enum Bound {
  p_description = 1,
  p_owner,
  p_run_id,
  p_after,
  p_before,
  p_before_id,
  p_limit,
  p_phases
};

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

std::string_view index_for(const ListShape& shape) {
  if (shape.run_id) return "job_by_run_id";
  if (shape.description) return shape.owner ? "job_by_description_owner" : "job_by_description";
  return shape.owner ? "job_by_owner" : "job_by_phase";
}

std::string parameter(std::size_t number) { return "?" + std::to_string(number); }

std::size_t first_value(const ListShape& shape) { return p_phases + shape.phases; }

/// Has the job `job`, as the statement calls it, the i-th parameter? Its few parameters are looked
/// through: the + keeps the planner from the index of values, which has those of all jobs.
std::string has_value(const ListShape& shape, std::size_t i, std::string_view table,
                      std::string_view job) {
  const std::string t{table};
  const std::size_t number = first_value(shape) + 2 * i;
  return "EXISTS (SELECT 1 FROM parameter AS " + t + " WHERE " + t + ".job = " + std::string{job} +
         " AND +" + t + ".name = " + parameter(number) + " AND " + t +
         ".value = " + parameter(number + 1);
}

void add_conditions(std::string& sql, const ListShape& shape, std::size_t first_parameter) {
  sql += " AND destroyed = 0";
  if (shape.description) sql += " AND description = " + parameter(p_description);
  if (shape.owner) sql += " AND owner = " + parameter(p_owner);
  if (shape.run_id) sql += " AND run_id <> '' AND run_id = " + parameter(p_run_id);
  sql += " AND (job.created, id) < (" + parameter(p_before) + ", " + parameter(p_before_id) + ")";
  for (std::size_t i = first_parameter; i < shape.parameters; ++i)
    sql += " AND " + has_value(shape, i, "other", "job.key") + ")";
}

constexpr std::string_view k_select_summaries =
    "SELECT id, description, phase, run_id, owner, job.created";

/// A value that a job has twice still makes one line.
std::string by_parameter_sql(const ListShape& shape) {
  std::string sql{k_select_summaries};
  sql +=
      " FROM parameter AS given INDEXED BY parameter_by_value CROSS JOIN job"
      " ON job.key = given.job WHERE ";
  // The + keeps the planner from putting the value into the substr() that its index has.
  const std::string value = parameter(first_value(shape) + 1);
  sql += "given.name = " + parameter(first_value(shape)) + " AND +given.value = " + value;
  sql += " AND substr(given.value, 1, 64) = substr(" + value + ", 1, 64)";
  sql += " AND given.created > " + parameter(p_after);
  sql += " AND given.created <= " + parameter(p_before);
  sql +=
      " AND NOT " + has_value(shape, 0, "twin", "given.job") + " AND twin.ordinal < given.ordinal)";
  sql += " AND phase IN (";
  for (std::size_t i = 0; i < shape.phases; ++i)
    sql += (i > 0 ? ", " : "") + parameter(p_phases + i);
  sql += ")";
  add_conditions(sql, shape, 1);
  return sql + " ORDER BY given.created DESC, id DESC LIMIT " + parameter(p_limit);
}

}  // namespace

std::string list_sql(const ListShape& shape) {
  if (shape.parameters > 0 && !shape.run_id) return by_parameter_sql(shape);
  std::string sql;
  for (std::size_t i = 0; i < shape.phases; ++i) {
    if (i > 0) sql += " UNION ALL ";
    sql += k_select_summaries;
    sql += " FROM job INDEXED BY ";
    sql += index_for(shape);
    sql += " WHERE phase = " + parameter(p_phases + i);
    sql += " AND job.created > " + parameter(p_after);
    add_conditions(sql, shape, 0);
  }
  return sql + " ORDER BY job.created DESC, id DESC LIMIT " + parameter(p_limit);
}

Result<std::vector<JobSummary>> list_jobs(Connection& connection, const JobFilter& filter) {
  OPUS_UWS_TRY(const Place before, place_of(connection, filter.before));
  const std::vector<Phase> phases = phases_of(filter);
  const ListShape shape{!filter.description.empty(), filter.owner.has_value(),
                        filter.run_id.has_value(), phases.size(), filter.parameters.size()};
  const std::string sql = list_sql(shape);

  OPUS_UWS_TRY(Query query, connection.query(sql));
  if (shape.description) query.bind(p_description, filter.description);
  if (filter.owner) query.bind(p_owner, *filter.owner);
  if (filter.run_id) query.bind(p_run_id, *filter.run_id);
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
  int value = static_cast<int>(first_value(shape));
  for (const auto& [name, text] : filter.parameters) {
    query.bind(value++, name);
    query.bind(value++, text);
  }

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

// Job lists (UWS-LST-01..14): the right jobs in the right order, at the cost of the answer alone.
#include <sqlite3.h>

#include <algorithm>
#include <limits>
#include <random>
#include <string>

#include "libopus/core/strings.hpp"
#include "libopus/store/sqlite/db.hpp"
#include "libopus/store/sqlite/list.hpp"
#include "tests/unit/store/rig.hpp"

using namespace opus;
using namespace opus_test;
using namespace std::chrono_literals;
using store::sqlite::Connection;
using store::sqlite::Query;

namespace {

/// What a list should be, the slow way.
std::vector<JobId> expected(const std::vector<Job>& jobs, const JobFilter& filter) {
  std::vector<Job> found;
  for (const Job& job : jobs) {
    const bool in_phase = filter.phases.empty() ? job.phase != Phase::archived
                                                : std::count(filter.phases.begin(),
                                                             filter.phases.end(), job.phase) > 0;
    if (!in_phase || job.destroyed) continue;
    if (!filter.description.empty() && job.description != filter.description) continue;
    if (filter.owner && job.owner != filter.owner) continue;
    if (filter.after && job.created <= *filter.after) continue;
    if (filter.run_id && job.run_id != *filter.run_id) continue;
    const auto has = [&job](const auto& wanted) {
      return std::any_of(job.parameters.begin(), job.parameters.end(), [&](const Parameter& p) {
        return ascii_iequals(p.name, wanted.first) && p.value == wanted.second;
      });
    };
    if (!std::all_of(filter.parameters.begin(), filter.parameters.end(), has)) continue;
    found.push_back(job);
  }
  const auto newer = [](const Job& a, const Job& b) {
    return std::pair{a.created, a.id} > std::pair{b.created, b.id};
  };
  std::sort(found.begin(), found.end(), newer);
  for (const Job& job : jobs)
    if (job.id == filter.before)
      found.erase(std::remove_if(found.begin(), found.end(),
                                 [&](const Job& other) { return !newer(job, other); }),
                  found.end());
  std::vector<JobId> ids;
  for (const Job& job : found)
    if (!filter.last || ids.size() < *filter.last) ids.push_back(job.id);
  return ids;
}

/// Values that differ after more than the index has of them.
std::string long_value(int i) { return std::string(100, 'x') + std::to_string(i); }

/// Jobs of every kind, created from `begin` on; several share an instant.
std::vector<Job> insert_many(StoreRig& rig, std::int64_t begin) {
  std::mt19937 random{42};
  const auto any = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
  std::vector<Job> jobs;
  for (int i = 0; i < 200; ++i) {
    Job job = plain_job(begin + i / 3);
    job.description = any(2) ? "sim" : "map";
    if (any(3)) job.owner = any(2) ? "alice" : "bob";
    job.phase = k_phases[static_cast<std::size_t>(any(k_phases.size()))];
    job.destroyed = any(10) == 0;
    job.run_id = std::to_string(i % 7);
    job.parameters = {{"sigma", std::to_string(any(3))}, {"Text", long_value(any(2))}};
    if (any(4) == 0) job.parameters.push_back({"sigma", "1"});  // perhaps twice
    jobs.push_back(job);
  }
  std::shuffle(jobs.begin(), jobs.end(), random);
  rig->write([&](store::Writer& writer) -> Result<void> {
       for (const Job& job : jobs) OPUS_UWS_CHECK(writer.insert_job(job, created(job)));
       return {};
     })
      .value();
  return jobs;
}

int steps_of(const std::filesystem::path& database, const JobFilter& filter) {
  const std::string sql = store::sqlite::list_sql(
      {!filter.description.empty(), filter.owner.has_value(), filter.run_id.has_value(),
       filter.phases.size(), filter.parameters.size()});
  sqlite3* db = nullptr;
  sqlite3_stmt* statement = nullptr;
  REQUIRE(sqlite3_open(database.c_str(), &db) == SQLITE_OK);
  REQUIRE(sqlite3_prepare_v2(db, sql.c_str(), -1, &statement, nullptr) == SQLITE_OK);
  const auto text = [&](int index, std::string_view value) {
    sqlite3_bind_text(statement, index, value.data(), static_cast<int>(value.size()),
                      SQLITE_TRANSIENT);
  };
  text(1, filter.description);
  text(2, filter.owner.value_or(""));
  text(3, filter.run_id.value_or(""));
  sqlite3_bind_int64(statement, 4, 0);
  sqlite3_bind_int64(statement, 5, std::numeric_limits<std::int64_t>::max());
  text(6, "");
  sqlite3_bind_int64(statement, 7, static_cast<std::int64_t>(*filter.last));
  int next = 8;
  for (const Phase phase : filter.phases) text(next++, to_string(phase));
  for (const auto& [name, value] : filter.parameters) {
    text(next++, name);
    text(next++, value);
  }
  std::size_t rows = 0;
  while (sqlite3_step(statement) == SQLITE_ROW) ++rows;
  CHECK(rows == *filter.last);
  const int steps = sqlite3_stmt_status(statement, SQLITE_STMTSTATUS_VM_STEP, 0);
  sqlite3_finalize(statement);
  sqlite3_close(db);
  return steps;
}

/// The lines of EXPLAIN QUERY PLAN.
std::vector<std::string> plan_of(const StoreRig& rig, const std::string& sql) {
  const auto db = Connection::open(rig.database(), Connection::Access::read_only, 5s).value();
  Query query = db->query("EXPLAIN QUERY PLAN " + sql).value();
  std::vector<std::string> lines;
  while (query.step().value()) lines.push_back(query.get<std::string>(3));
  return lines;
}

}  // namespace

TEST_CASE("lists agree with a plain search, whatever the filter (UWS-LST-07, -08, -09, -13)") {
  StoreRig rig;
  const std::vector<Job> jobs = insert_many(rig, 0);
  const std::vector<std::vector<Phase>> phases{{},
                                               {Phase::archived},
                                               {Phase::completed, Phase::held},
                                               {Phase::error, Phase::error, Phase::pending},
                                               {k_phases.begin(), k_phases.end()}};
  const std::vector<std::optional<std::size_t>> lasts{std::nullopt, 1, 7, 100'000};
  for (const std::string description : {"", "sim", "none"})
    for (const std::optional<std::string>& owner :
         {std::optional<std::string>{}, std::optional<std::string>{"alice"}})
      for (const auto& phase : phases)
        for (const auto& last : lasts)
          for (const int narrow : {0, 1, 2, 3}) {
            JobFilter filter{description, owner, phase, {}, last, {}};
            if (narrow & 1) filter.after = at(30);
            if (narrow & 2) filter.before = jobs[17].id;
            CHECK(ids_of(rig->reader().list(filter).value()) == expected(jobs, filter));
          }
}

TEST_CASE("lists by run id and by values of parameters agree with a plain search") {
  StoreRig rig;
  const std::vector<Job> jobs = insert_many(rig, 0);
  using Parameters = std::vector<std::pair<std::string, std::string>>;
  const std::vector<Parameters> parameters{
      {},
      {{"sigma", "1"}},
      {{"SIGMA", "2"}, {"text", long_value(1)}},
      {{"text", long_value(0)}},
      {{"text", std::string(100, 'x')}},
      {{"sigma", "1"}, {"sigma", "2"}},
      {{"nosuch", "1"}},
  };
  std::size_t found = 0;
  for (const auto& run_id : {std::optional<std::string>{}, std::optional<std::string>{"3"},
                             std::optional<std::string>{"none"}})
    for (const Parameters& wanted : parameters)
      for (const int narrow : {0, 1, 2, 4, 8, 16, 31}) {
        JobFilter filter;
        filter.run_id = run_id;
        filter.parameters = wanted;
        if (narrow & 1) filter.description = "sim";
        if (narrow & 2) filter.owner = "alice";
        if (narrow & 4) filter.after = at(30);
        if (narrow & 8) filter.before = jobs[17].id;
        if (narrow & 16) filter.phases = {Phase::completed, Phase::error, Phase::pending};
        if (narrow == 31) filter.last = 1;
        const auto ids = ids_of(rig->reader().list(filter).value());
        CHECK(ids == expected(jobs, filter));
        found += ids.size();
      }
  CHECK(found > 500);
}

TEST_CASE("a line of a list tells what it should of its job") {
  StoreRig rig;
  const std::vector<Job> jobs = insert_many(rig, 0);
  const auto list = rig->reader().list({}).value();
  REQUIRE_FALSE(list.empty());
  for (const JobSummary& line : list) {
    const Job job = rig.job(line.id);
    CHECK(line.description == job.description);
    CHECK(line.phase == job.phase);
    CHECK(line.run_id == job.run_id);
    CHECK(line.owner == job.owner);
    CHECK(line.created == job.created);
  }
}

TEST_CASE("pages join without gap or overlap, though jobs come and go between them") {
  // New ids never go back in time, but for a long way: these begin after those of other tests.
  constexpr std::int64_t k_later = 1'000'000;
  StoreRig rig;
  const std::vector<Job> jobs = insert_many(rig, k_later);
  const std::vector<JobId> all = expected(jobs, {});
  std::vector<JobId> seen;
  JobFilter page;
  page.last = 23;
  for (;;) {
    const auto ids = ids_of(rig->reader().list(page).value());
    if (ids.empty()) break;
    seen.insert(seen.end(), ids.begin(), ids.end());
    page.before = ids.back();
    // The job at the seam is removed and a newer one appears.
    const Job newer = plain_job(k_later + 1000 + static_cast<std::int64_t>(seen.size()));
    rig->write([&](store::Writer& writer) -> Result<void> {
         OPUS_UWS_CHECK(writer.delete_job(page.before));
         return writer.insert_job(newer, created(newer));
       })
        .value();
  }
  CHECK(seen == all);
}

TEST_CASE("a page cannot begin at what is no job id") {
  StoreRig rig;
  JobFilter filter;
  filter.before = {"yesterday"};
  const auto list = rig->reader().list(filter);
  REQUIRE_FALSE(list);
  CHECK(list.error().code == Errc::invalid_argument);
  CHECK(contains(list.error().message, "'yesterday'"));
}

TEST_CASE("no list sorts or reads what it does not show") {
  StoreRig rig;
  for (const bool run_id : {false, true})
    for (const bool by_description : {false, true})
      for (const bool by_owner : {false, true})
        for (std::size_t phases = 1; phases <= k_phases.size(); ++phases) {
          std::size_t ranges = 0;
          std::string used = " (";
          if (run_id) used += "run_id=? AND ";
          if (by_description && !run_id) used += "description=? AND ";
          if (by_owner && !run_id) used += "owner=? AND ";
          used += "phase=? AND created>? AND (created,id)<(?,?))";
          for (const auto& line : plan_of(
                   rig, store::sqlite::list_sql({by_description, by_owner, run_id, phases, 0}))) {
            INFO(line);
            CHECK_FALSE(contains(line, "SCAN"));
            CHECK_FALSE(contains(line, "TEMP B-TREE"));
            if (!contains(line, "SEARCH")) continue;
            ++ranges;
            CHECK(contains(line, used));
          }
          CHECK(ranges == phases);
        }
}

TEST_CASE("a list by parameters reads the range of one value, and each job's own parameters") {
  StoreRig rig;
  for (const bool run_id : {false, true})
    for (const std::size_t parameters : {1, 3}) {
      std::size_t values = 0, own = 0;
      for (const auto& line :
           plan_of(rig, store::sqlite::list_sql({true, true, run_id, 4, parameters}))) {
        INFO(line);
        CHECK_FALSE(contains(line, "SCAN"));
        // Jobs of one instant are put in order by their ids; nothing else is sorted.
        if (contains(line, "TEMP B-TREE")) CHECK(contains(line, "RIGHT PART OF ORDER BY"));
        values += contains(line,
                           "parameter_by_value (name=? AND <expr>=? AND created>? AND "
                           "created<?)");
        own += contains(line, "USING PRIMARY KEY (job=?");
      }
      CHECK(values == (run_id ? 0 : 1));
      CHECK(own == (run_id ? 4 * parameters : parameters));
    }
}

TEST_CASE(
    "a page of rare phases takes no more steps in a large store than in a small one (UWS-LST-16)") {
  // Steps of SQLite's virtual machine, which do not depend on the load of this one.
  const auto steps = [](int jobs) {
    StoreRig rig;
    rig->write([&](store::Writer& writer) -> Result<void> {
         for (int i = 0; i < jobs; ++i) {
           Job job = plain_job(i);
           job.owner = "alice";
           job.phase = i < 10 ? Phase::held : i < 20 ? Phase::error : Phase::completed;
           OPUS_UWS_CHECK(writer.insert_job(job, created(job)));
         }
         return {};
       })
        .value();
    rig.close();
    const JobFilter filter{"sim", "alice", {Phase::held, Phase::error, Phase::queued}, {}, 15, {}};
    return steps_of(rig.database(), filter);
  };
  const int few = steps(100);
  CHECK(few > 0);
  CHECK(steps(5000) == few);
}

TEST_CASE("a page by run id or by a value takes no more steps in a large store") {
  const auto steps = [](int jobs, const JobFilter& filter) {
    StoreRig rig;
    rig->write([&](store::Writer& writer) -> Result<void> {
         for (int i = 0; i < jobs; ++i) {
           Job job = plain_job(i);
           job.owner = "alice";
           job.run_id = i % (jobs / 20) == 0 ? "sweep" : "other";
           job.parameters = {{"sigma", i % (jobs / 20) == 0 ? "5" : std::to_string(i + 100)}};
           OPUS_UWS_CHECK(writer.insert_job(job, created(job)));
         }
         return {};
       })
        .value();
    rig.close();
    return steps_of(rig.database(), filter);
  };
  JobFilter filter{"sim", "alice", {Phase::pending}, {}, 15, {}};
  SECTION("run id") { filter.run_id = "sweep"; }
  SECTION("value") { filter.parameters = {{"Sigma", "5"}}; }
  SECTION("both") {
    filter.run_id = "sweep";
    filter.parameters = {{"sigma", "5"}};
  }
  const int few = steps(100, filter);
  CHECK(few > 0);
  CHECK(steps(5000, filter) == few);
}

TEST_CASE("past runs are the newest jobs of the description that completed (UWS-QUO-01)") {
  StoreRig rig;
  for (int i = 0; i < 8; ++i) {
    Job job = plain_job(i);
    job.description = i % 2 ? "sim" : "map";
    job.phase = i < 6 ? Phase::completed : Phase::error;
    job.destroyed = i == 3;
    job.started = i == 1 ? std::nullopt : std::optional{at(10)};
    job.ended = at(20 + i);
    rig.insert(job);
  }
  const auto ended = [&](const char* name, std::size_t limit) {
    std::vector<TimePoint> times;
    for (const store::PastRun& run : rig->reader().past_runs(name, limit).value()) {
      CHECK(run.started == at(10));
      times.push_back(run.ended);
    }
    return times;
  };
  CHECK(ended("map", 9) == std::vector{at(24), at(22), at(20)});
  CHECK(ended("map", 2) == std::vector{at(24), at(22)});
  CHECK(ended("sim", 9) == std::vector{at(25)});  // one is destroyed, one never ran
  CHECK(ended("none", 9).empty());
}

// Opening the database: only what is ours and whole is touched, and every refusal says why.
#include <sys/stat.h>

#include <array>
#include <filesystem>
#include <string>

#include "libopus/store/sqlite/db.hpp"
#include "libopus/store/sqlite/inspection.hpp"
#include "libopus/store/sqlite/schema.hpp"
#include "tests/support/other_user.hpp"
#include "tests/unit/store/rig.hpp"

using namespace opus;
using namespace opus_test;
using namespace std::chrono_literals;
using store::sqlite::Connection;
using store::sqlite::Migration;
namespace fs = std::filesystem;

namespace {

Result<std::unique_ptr<store::Store>> open(const fs::path& folder) {
  return store::open_sqlite_store({.data_dir = folder});
}

std::unique_ptr<Connection> connect(const fs::path& file) {
  return Connection::open(file, Connection::Access::read_write, 5s).value();
}

/// Opening fails with `code` and this in its message, and leaves the file as it was.
void check_refused(const fs::path& folder, Errc code, const std::string& reason) {
  const std::string before = TempFolder::read(folder / "opus.db");
  const auto store = open(folder);
  REQUIRE_FALSE(store);
  INFO(store.error().message);
  CHECK(store.error().code == code);
  CHECK(contains(store.error().message, (folder / "opus.db").string()));
  CHECK(contains(store.error().message, reason));
  CHECK(TempFolder::read(folder / "opus.db") == before);
}

/// The first version and a later one that needs what it made.
constexpr const char* k_add_note = "ALTER TABLE job ADD COLUMN note TEXT NOT NULL DEFAULT 'none'";
constexpr const char* k_broken =
    "ALTER TABLE job ADD COLUMN note TEXT; INSERT INTO nowhere VALUES (1)";

/// A job with all that belongs to it, in words of the first version that all later ones know.
constexpr const char* k_old_rows = R"sql(
INSERT INTO description (key, hash, name, version, json) VALUES (1, 'hash', 'say', '1', '{}');
INSERT INTO job (key, id, description, description_version, description_key, run_id, phase, created,
    queued, started, ended, execution_duration_s, progress_text, executor, native_id, host, exit_code,
    software, command, stopping, destroyed, version)
  VALUES (1, 'job-1', 'say', 'hash', 1, 'r', 'COMPLETED', 1000, 1001, 1002, 1003, 60, '', 'local',
    '42', 'here', 0, 'opus-uws 0.1.0', '["/bin/true"]', 0, 0, 3);
INSERT INTO entity (key, id, name, media_type, size, sha256, location, source_url, created,
    generated_by, role, result_name, result_ordinal)
  VALUES (1, 'entity-1', 'u.txt', 'text/plain', 1, 'a', 'uploads/-1/entity-1/u.txt', '', 1000, NULL,
      '', NULL, NULL),
    (2, 'entity-2', 'r.fits', 'application/fits', 2, 'b', 'jobs/-1/job-1/results/r.fits', '', 1003, 1,
      'r', 'r', 0);
INSERT INTO input (job, ordinal, name, entity, url, file_name, used)
  VALUES (1, 0, 'image', 1, '', 'u.txt', 1002);
INSERT INTO event (job, ordinal, at, kind, from_phase, to_phase, detail)
  VALUES (1, 0, 1003, 'phase', 'EXECUTING', 'COMPLETED', '');
)sql";
constexpr const char* k_old_parameters_v1 = R"sql(
INSERT INTO parameter (job, ordinal, name, value, by_default)
  VALUES (1, 0, 'sigma', '5', 0), (1, 1, 'Text', 'a b', 1);
)sql";
constexpr const char* k_old_parameters = R"sql(
INSERT INTO parameter (job, ordinal, name, value, by_default, created)
  VALUES (1, 0, 'sigma', '5', 0, 1000), (1, 1, 'Text', 'a b', 1, 1000);
)sql";

std::vector<Migration> with_next(const char* sql) {
  const auto steps = store::sqlite::migrations();
  std::vector<Migration> longer{steps.begin(), steps.end()};
  longer.push_back({longer.back().version + 1, sql});
  return longer;
}

}  // namespace

TEST_CASE("a new store makes its folder and says so") {
  TempFolder folder;
  std::vector<LogRecord> log;
  const auto store = store::open_sqlite_store(
      {.data_dir = folder / "a/b", .log = [&](const LogRecord& record) { log.push_back(record); }});
  REQUIRE(store);
  REQUIRE(log.size() == 1);
  CHECK(log[0].level == LogLevel::info);
  CHECK(contains(log[0].message, "created"));
  const auto db = connect(folder / "a/b/opus.db");
  CHECK(db->value<std::int64_t>("PRAGMA application_id").value() == 0x4F505557);
  CHECK(db->value<std::int64_t>("PRAGMA user_version").value() ==
        store::sqlite::migrations().back().version);
  CHECK(db->value<std::string>("PRAGMA journal_mode").value() == "wal");
}

TEST_CASE("migrations count up without a gap") {
  std::int64_t version = 0;
  for (const Migration& step : store::sqlite::migrations()) CHECK(step.version == ++version);
}

TEST_CASE("an older database is brought up to date and keeps its jobs") {
  StoreRig rig;
  const Job job = plain_job();
  rig.insert(job);
  rig.close();
  const auto steps = with_next(k_add_note);
  const auto db = connect(rig.database());
  CHECK(migrate(*db, steps).value() == steps.back().version - 1);
  CHECK(db->value<std::int64_t>("PRAGMA user_version").value() == steps.back().version);
  CHECK(db->value<std::string>("SELECT note FROM job WHERE id = ?1", job.id).value() == "none");
  CHECK(migrate(*db, steps).value() == steps.back().version);  // nothing left to do
}

TEST_CASE("a database of each earlier version is brought up to date with all that is in it") {
  const auto steps = store::sqlite::migrations();
  for (std::size_t version = 1; version < steps.size(); ++version) {
    INFO("schema " << version);
    const TempFolder folder;
    {
      const auto db = connect(folder / "opus.db");
      REQUIRE(migrate(*db, steps.first(version)));
      REQUIRE(db->execute(k_old_rows));
      REQUIRE(db->execute(version == 1 ? k_old_parameters_v1 : k_old_parameters));
    }
    const auto store = store::open_sqlite_store({.data_dir = folder.path()}).value();
    const Job job = store->reader().job(JobId{"job-1"}).value();
    CHECK(job.phase == Phase::completed);
    CHECK(job.run_id == "r");
    CHECK(job.command == std::vector<std::string>{"/bin/true"});
    CHECK(job.parameters == decltype(job.parameters){{"sigma", "5"}, {"Text", "a b", true}});
    REQUIRE(job.results.size() == 1);
    CHECK(job.results[0].entity.location == "jobs/-1/job-1/results/r.fits");
    REQUIRE(job.inputs.size() == 1);
    CHECK(job.inputs[0].entity == EntityId{"entity-1"});
    CHECK(store->reader().users_of(EntityId{"entity-1"}).value() == std::vector{job.id});
    CHECK(store->reader().events(job.id).value().size() == 1);
    CHECK(store->reader().description("hash").value().json == "{}");
    CHECK(store->usage().disk_bytes(std::nullopt).value() == 3);
    JobFilter filter;
    filter.parameters = {{"text", "a b"}};
    filter.run_id = "r";
    CHECK(store->reader().list(filter)->size() == 1);
    store->close();
    CHECK(store::Inspection::open(folder / "opus.db").value().faults().value().empty());
  }
}

TEST_CASE("a migration that fails leaves the version before it") {
  StoreRig rig;
  const Job job = plain_job();
  rig.insert(job);
  rig.close();
  {
    const auto db = connect(rig.database());
    const auto done = migrate(*db, with_next(k_broken));
    REQUIRE_FALSE(done);
    CHECK(contains(done.error().message, "nowhere"));
  }
  const auto faults = std::make_shared<testing::Faults>();
  for (int n = 0;; ++n) {
    const auto db =
        Connection::open(rig.database(), Connection::Access::read_write, 5s, faults).value();
    faults->fail_after(n);
    const auto done = migrate(*db, with_next(k_add_note));
    if (!faults->fired()) {
      CHECK(n > 1);
      break;
    }
    CHECK(done.error().code == Errc::unavailable);
    CHECK(db->value<std::int64_t>("PRAGMA user_version").value() ==
          store::sqlite::migrations().back().version);
  }
}

TEST_CASE("a database of a newer version is refused") {
  StoreRig rig;
  rig.insert(plain_job());
  rig.close();
  (void)migrate(*connect(rig.database()), with_next(k_add_note)).value();
  check_refused(rig.folder(), Errc::corrupt, "newer version");
}

TEST_CASE("a newer version that is still in the write-ahead log is noticed too") {
  StoreRig rig;
  rig.close();
  const auto db = connect(rig.database());
  (void)migrate(*db, with_next(k_add_note)).value();
  REQUIRE(fs::file_size(rig.database().string() + "-wal") > 0);
  check_refused(rig.folder(), Errc::corrupt, "newer version");
}

TEST_CASE("the database of another program is refused") {
  TempFolder folder;
  connect(folder / "opus.db")->execute("CREATE TABLE t (x); PRAGMA application_id = 7").value();
  check_refused(folder.path(), Errc::corrupt, "application id is 0x00000007");
}

TEST_CASE("a file that is no database is refused") {
  TempFolder folder;
  folder.write("opus.db", "SIMPLE  =                    T / file does conform to FITS standard");
  check_refused(folder.path(), Errc::corrupt, "no SQLite file");
  folder.write("opus.db", std::string(5000, 'x'));
  check_refused(folder.path(), Errc::corrupt, "no SQLite file");
}

TEST_CASE("an empty file is a new database") {
  TempFolder folder;
  folder.write("opus.db", "");
  CHECK(open(folder.path()));
}

TEST_CASE("a truncated or overwritten database is reported as damaged") {
  StoreRig rig;
  for (int i = 0; i < 50; ++i) {
    Job job = plain_job(i);
    job.progress_text = std::string(1000, 'x');
    rig.insert(job);
  }
  rig.close();
  const std::string whole = TempFolder::read(rig.database());
  const auto put = [&](const std::string& content) {
    std::ofstream{rig.database(), std::ios::binary} << content;
  };
  SECTION("cut in the middle") {
    put(whole.substr(0, whole.size() / 2));
    check_refused(rig.folder(), Errc::corrupt, "malformed");
  }
  SECTION("cut within the header") {
    put(whole.substr(0, 50));
    check_refused(rig.folder(), Errc::corrupt, "no SQLite file");
  }
  SECTION("all but the first page overwritten") {
    put(whole.substr(0, 4096) + std::string(whole.size() - 4096, '\xff'));
    check_refused(rig.folder(), Errc::corrupt, "malformed");
  }
  SECTION("a page overwritten that only a job's text is on") {
    // The last page belongs to table job or one of its indexes.
    put(whole.substr(0, whole.size() - 4096) + std::string(4096, '\xff'));
    const auto store = open(rig.folder());
    std::optional<Error> error;
    if (store) {
      const auto list = (*store)->reader().list({});
      if (!list) error = list.error();
    } else {
      error = store.error();
    }
    REQUIRE(error);
    CHECK(error->code == Errc::corrupt);
    CHECK(contains(error->message, rig.database().string()));
  }
}

TEST_CASE("a folder that cannot be written is unavailable, by name") {
  SECTION("below a file") {
    TempFolder folder;
    const fs::path file = folder.write("file", "x");
    const auto store = open(file / "data");
    REQUIRE_FALSE(store);
    CHECK(store.error().code == Errc::unavailable);
    CHECK(contains(store.error().message, file.string()));
  }
  SECTION("in a file system of the kernel") {
    const auto store = open("/proc/opus-uws");
    REQUIRE_FALSE(store);
    CHECK(store.error().code == Errc::unavailable);
    CHECK(contains(store.error().message, "/proc/opus-uws"));
  }
  SECTION("without permission to make the database") {
    TempFolder folder;
    fs::permissions(folder.path(), fs::perms{0555});
    const OtherUser other;
    const auto store = open(folder.path());
    REQUIRE_FALSE(store);
    CHECK(store.error().code == Errc::unavailable);
    CHECK(contains(store.error().message, (folder / "opus.db").string()));
    CHECK(contains(store.error().message, "Permission denied"));
  }
  SECTION("with a database that may only be read") {
    StoreRig rig;
    rig.close();
    fs::permissions(rig.database(), fs::perms{0444});
    fs::permissions(rig.folder(), fs::perms{0777});
    const OtherUser other;
    check_refused(rig.folder(), Errc::unavailable, "cannot be written");
  }
  SECTION("with a database whose log cannot be made") {
    StoreRig rig;
    rig.close();
    fs::permissions(rig.database(), fs::perms{0666});
    fs::permissions(rig.folder(), fs::perms{0555});
    const OtherUser other;
    check_refused(rig.folder(), Errc::unavailable, "");
  }
}

TEST_CASE("a database that another process holds is unavailable, not waited for endlessly") {
  StoreRig rig{{.busy_timeout = 50ms}};
  const auto other = connect(rig.database());
  other->execute("BEGIN IMMEDIATE").value();
  const Job job = plain_job();
  const auto held =
      rig->write([&](store::Writer& writer) { return writer.insert_job(job, created(job)); });
  REQUIRE_FALSE(held);
  CHECK(held.error().code == Errc::unavailable);
  CHECK(contains(held.error().message, "locked"));
  CHECK(rig->reader().list({}).value().empty());
  other->execute("ROLLBACK").value();
  rig.insert(job);
  CHECK(rig.job(job.id) == job);
}

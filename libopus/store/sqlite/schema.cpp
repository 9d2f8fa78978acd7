#include "libopus/store/sqlite/schema.hpp"

#include <array>
#include <cstdio>
#include <fstream>
#include <string>

namespace opus { inline namespace uws0 { namespace store { namespace sqlite {
namespace {

// Times are milliseconds of UTC since 1970, durations are in the unit of their name, phases are UWS
// words. `key` is private to the database: children refer to it because it is short. A row of `job`
// with destroyed = 1 is no longer in the indexes by which lists are read.
constexpr const char* k_create_v1 = R"sql(
CREATE TABLE description (            -- every version of a description that a job was created with
  key     INTEGER PRIMARY KEY,
  hash    TEXT NOT NULL UNIQUE,
  name    TEXT NOT NULL,
  version TEXT NOT NULL,
  json    TEXT NOT NULL
) STRICT;

CREATE TABLE job (                    -- the activity
  key                  INTEGER PRIMARY KEY,
  id                   TEXT NOT NULL UNIQUE,
  description          TEXT NOT NULL,
  description_version  TEXT NOT NULL,
  description_key      INTEGER REFERENCES description (key),
  run_id               TEXT NOT NULL,
  owner                TEXT,
  phase                TEXT NOT NULL CHECK (phase IN ('PENDING', 'QUEUED', 'EXECUTING', 'COMPLETED',
                         'ERROR', 'ABORTED', 'UNKNOWN', 'HELD', 'SUSPENDED', 'ARCHIVED')),
  quote                INTEGER,
  created              INTEGER NOT NULL,
  queued               INTEGER,
  started              INTEGER,
  ended                INTEGER,
  execution_duration_s INTEGER NOT NULL,
  destruction          INTEGER,
  error_kind           TEXT CHECK (error_kind IN ('transient', 'fatal')),
  error_message        TEXT,
  error_detail         TEXT,
  progress             REAL,
  progress_text        TEXT NOT NULL,
  executor             TEXT NOT NULL,
  native_id            TEXT NOT NULL,
  host                 TEXT NOT NULL,
  exit_code            INTEGER,
  signal               INTEGER,
  user_time_ms         INTEGER,
  system_time_ms       INTEGER,
  max_rss_bytes        INTEGER,
  software             TEXT NOT NULL,
  command              TEXT NOT NULL,   -- JSON array of strings
  stopping             INTEGER NOT NULL,
  destroyed            INTEGER NOT NULL,
  version              INTEGER NOT NULL
) STRICT;

-- Lists are newest first, per phase: a filter by several phases merges their ranges.
CREATE INDEX job_by_phase ON job (phase, created, id) WHERE destroyed = 0;
CREATE INDEX job_by_description ON job (description, phase, created, id) WHERE destroyed = 0;
CREATE INDEX job_by_owner ON job (owner, phase, created, id)
  WHERE destroyed = 0 AND owner IS NOT NULL;
CREATE INDEX job_by_description_owner ON job (description, owner, phase, created, id)
  WHERE destroyed = 0 AND owner IS NOT NULL;
-- Small ones for the engine: what restart goes on with, and what is to be destroyed when.
CREATE INDEX job_unfinished ON job (queued, id)
  WHERE phase IN ('QUEUED', 'EXECUTING', 'UNKNOWN', 'HELD', 'SUSPENDED')
     OR stopping = 1 OR destroyed = 1;
CREATE INDEX job_due ON job (destruction, id)
  WHERE destruction IS NOT NULL AND phase <> 'ARCHIVED' AND destroyed = 0;

CREATE TABLE parameter (
  job        INTEGER NOT NULL REFERENCES job (key) ON DELETE CASCADE,
  ordinal    INTEGER NOT NULL,
  name       TEXT NOT NULL,
  value      TEXT NOT NULL,
  by_default INTEGER NOT NULL,
  PRIMARY KEY (job, ordinal)
) STRICT, WITHOUT ROWID;

CREATE TABLE entity (
  key            INTEGER PRIMARY KEY,
  id             TEXT NOT NULL UNIQUE,
  name           TEXT NOT NULL,
  media_type     TEXT NOT NULL,
  size           INTEGER NOT NULL,
  sha256         TEXT NOT NULL,
  location       TEXT NOT NULL,
  source_url     TEXT NOT NULL,
  created        INTEGER NOT NULL,
  invalidated    INTEGER,
  owner          TEXT,
  generated_by   INTEGER REFERENCES job (key),  -- the relation wasGeneratedBy
  role           TEXT NOT NULL,                 -- of a result: its id in the job
  result_name    TEXT,                          -- of a result: its name in the description
  result_ordinal INTEGER                        -- NULL: not a result of generated_by
) STRICT;
CREATE INDEX entity_by_generator ON entity (generated_by, result_ordinal)
  WHERE generated_by IS NOT NULL;

CREATE TABLE input (                  -- the relation used
  job       INTEGER NOT NULL REFERENCES job (key) ON DELETE CASCADE,
  ordinal   INTEGER NOT NULL,
  name      TEXT NOT NULL,
  entity    INTEGER REFERENCES entity (key),
  url       TEXT NOT NULL,
  file_name TEXT NOT NULL,
  used      INTEGER,
  PRIMARY KEY (job, ordinal)
) STRICT, WITHOUT ROWID;
CREATE INDEX input_by_entity ON input (entity) WHERE entity IS NOT NULL;

CREATE TABLE event (                  -- the history of a job
  job        INTEGER NOT NULL REFERENCES job (key) ON DELETE CASCADE,
  ordinal    INTEGER NOT NULL,
  at         INTEGER NOT NULL,
  kind       TEXT NOT NULL,
  from_phase TEXT,
  to_phase   TEXT,
  detail     TEXT NOT NULL,
  PRIMARY KEY (job, ordinal)
) STRICT, WITHOUT ROWID;
)sql";

// Lists by run id and by the value of a parameter. A parameter knows when its job was created, for
// its index to be in the order of lists; the index has the beginning of long values only.
constexpr const char* k_filters_v2 = R"sql(
CREATE INDEX job_by_run_id ON job (run_id, phase, created, id) WHERE destroyed = 0 AND run_id <> '';

CREATE TABLE parameter_v2 (
  job        INTEGER NOT NULL REFERENCES job (key) ON DELETE CASCADE,
  ordinal    INTEGER NOT NULL,
  name       TEXT NOT NULL COLLATE NOCASE,
  value      TEXT NOT NULL,
  by_default INTEGER NOT NULL,
  created    INTEGER NOT NULL,        -- of the job
  PRIMARY KEY (job, ordinal)
) STRICT, WITHOUT ROWID;
INSERT INTO parameter_v2
  SELECT job, ordinal, name, value, by_default, (SELECT created FROM job WHERE key = parameter.job)
  FROM parameter ORDER BY job, ordinal;
DROP TABLE parameter;
ALTER TABLE parameter_v2 RENAME TO parameter;
CREATE INDEX parameter_by_value ON parameter (name, substr(value, 1, 64), created);
)sql";

// Chains: who waits for a result that does not exist yet.
constexpr const char* k_chains_v3 = R"sql(
CREATE INDEX input_awaited ON input (url)
  WHERE entity IS NULL AND url >= 'job:' AND url < 'job;';
)sql";

constexpr const char* k_descriptions_v4 = R"sql(
CREATE TABLE definition (             -- the versions of descriptions, in the order they came
  name        TEXT NOT NULL,
  number      INTEGER NOT NULL,       -- 1, 2, ... of the name
  description INTEGER NOT NULL REFERENCES description (key),
  origin      TEXT NOT NULL CHECK (origin IN ('host', 'submitted', 'restored')),
  state       TEXT NOT NULL CHECK (state IN ('pending', 'offered', 'replaced', 'removed',
                'rejected')),
  author      TEXT,
  submitted   INTEGER NOT NULL,
  decided     INTEGER,
  reason      TEXT NOT NULL,
  PRIMARY KEY (name, number)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX definition_offered ON definition (name) WHERE state = 'offered';
CREATE INDEX definition_pending ON definition (name) WHERE state = 'pending';
CREATE INDEX definition_by_description ON definition (description);

ALTER TABLE entity ADD COLUMN expires INTEGER;  -- of an upload: until then it stays unused
CREATE INDEX entity_by_content ON entity (sha256) WHERE generated_by IS NULL;
CREATE INDEX entity_by_expiry ON entity (expires) WHERE expires IS NOT NULL;

CREATE TABLE garbage (                -- files whose owners are gone, below the data folder
  path TEXT NOT NULL PRIMARY KEY
) STRICT, WITHOUT ROWID;
)sql";

constexpr const char* k_reruns_v5 = R"sql(
ALTER TABLE job ADD COLUMN rerun_of TEXT NOT NULL DEFAULT '';  -- id of the job that it repeats
)sql";

constexpr const char* k_accounts_v6 = R"sql(
CREATE TABLE account (
  key      INTEGER PRIMARY KEY,
  name     TEXT NOT NULL UNIQUE,
  disabled INTEGER NOT NULL,
  created  INTEGER NOT NULL
) STRICT;

CREATE TABLE account_word (           -- its roles and groups
  account INTEGER NOT NULL REFERENCES account (key) ON DELETE CASCADE,
  kind    TEXT NOT NULL CHECK (kind IN ('role', 'group')),
  word    TEXT NOT NULL,
  PRIMARY KEY (account, kind, word)
) STRICT, WITHOUT ROWID;

CREATE TABLE token (
  id        TEXT PRIMARY KEY NOT NULL,
  account   INTEGER NOT NULL REFERENCES account (key) ON DELETE CASCADE,
  name      TEXT NOT NULL,
  scope     TEXT NOT NULL CHECK (scope IN ('full', 'read')),
  hash      TEXT NOT NULL,            -- HMAC-SHA-256 of the secret with the key of the data folder
  created   INTEGER NOT NULL,
  expires   INTEGER,
  last_used INTEGER,
  revoked   INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX token_by_account ON token (account);

CREATE TABLE access_state (           -- one row
  version INTEGER NOT NULL            -- counts changes of the tables above
) STRICT;
INSERT INTO access_state (version) VALUES (1);

CREATE TABLE audit (
  key     INTEGER PRIMARY KEY AUTOINCREMENT,
  at      INTEGER NOT NULL,
  account TEXT NOT NULL,
  address TEXT NOT NULL,
  action  TEXT NOT NULL,
  subject TEXT NOT NULL,
  detail  TEXT NOT NULL
) STRICT;
)sql";

// destroyed = 2: only provenance knows the job.
constexpr const char* k_retired_v7 = R"sql(
ALTER TABLE job ADD COLUMN deleted INTEGER;  -- since when destroyed is 2
CREATE INDEX job_retired ON job (deleted) WHERE destroyed = 2;
CREATE INDEX job_retired_by_owner ON job (owner, created, id) WHERE destroyed = 2;
)sql";

// What the code of jobs told of them; when jobs that were imported are forgotten.
constexpr const char* k_records_v8 = R"sql(
ALTER TABLE job ADD COLUMN has_record INTEGER NOT NULL DEFAULT 0;
ALTER TABLE job ADD COLUMN record_fault TEXT NOT NULL DEFAULT '';
CREATE TABLE record (
  job  INTEGER PRIMARY KEY REFERENCES job (key) ON DELETE CASCADE,
  json TEXT NOT NULL
) STRICT;

ALTER TABLE job ADD COLUMN retired INTEGER;  -- since when destroyed is 2; `deleted` is what is told
UPDATE job SET retired = coalesce(deleted, unixepoch() * 1000) WHERE destroyed = 2;
DROP INDEX job_retired;
CREATE INDEX job_retired ON job (retired) WHERE destroyed = 2;
)sql";

constexpr const char* k_holds_v9 = R"sql(
ALTER TABLE job ADD COLUMN on_hold INTEGER NOT NULL DEFAULT 0;    -- its owner wants it HELD
ALTER TABLE job ADD COLUMN releasing INTEGER NOT NULL DEFAULT 0;  -- RUN, not yet told the backend
)sql";

// How codes were kept apart; who else may look at jobs. What owners have: small indexes for those
// who are nobody, and sizes that follow every change of an entity. The owner's name comes after an
// 'o'; '' = nobody.
constexpr const char* k_usage_v10 = R"sql(
ALTER TABLE job ADD COLUMN isolation TEXT NOT NULL DEFAULT '';

CREATE TABLE share (
  id      TEXT PRIMARY KEY NOT NULL,
  job     INTEGER NOT NULL REFERENCES job (key) ON DELETE CASCADE,
  word    TEXT NOT NULL,              -- with whom; '' = with whoever has the link
  hash    TEXT NOT NULL,              -- SHA-256 of the link's secret
  author  TEXT NOT NULL,
  created INTEGER NOT NULL,
  expires INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX share_by_job ON share (job);

CREATE INDEX job_unowned ON job (phase, description)
  WHERE destroyed = 0 AND owner IS NULL AND phase IN ('QUEUED', 'HELD', 'EXECUTING');

CREATE TABLE disk_use (
  owner TEXT PRIMARY KEY NOT NULL,
  bytes INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO disk_use
  SELECT ifnull('o' || owner, ''), sum(size) FROM entity WHERE location <> '' GROUP BY 1;
CREATE TRIGGER entity_added AFTER INSERT ON entity WHEN new.location <> '' BEGIN
  INSERT INTO disk_use VALUES (ifnull('o' || new.owner, ''), new.size)
    ON CONFLICT (owner) DO UPDATE SET bytes = bytes + excluded.bytes;
END;
CREATE TRIGGER entity_removed AFTER DELETE ON entity WHEN old.location <> '' BEGIN
  UPDATE disk_use SET bytes = bytes - old.size WHERE owner = ifnull('o' || old.owner, '');
END;
CREATE TRIGGER entity_moved AFTER UPDATE OF location, size, owner ON entity
  WHEN (old.location <> '') <> (new.location <> '') OR old.size <> new.size
    OR old.owner IS NOT new.owner
BEGIN
  UPDATE disk_use SET bytes = bytes - iif(old.location <> '', old.size, 0)
    WHERE owner = ifnull('o' || old.owner, '');
  INSERT INTO disk_use
    VALUES (ifnull('o' || new.owner, ''), iif(new.location <> '', new.size, 0))
    ON CONFLICT (owner) DO UPDATE SET bytes = bytes + excluded.bytes;
END;
)sql";

// Results that are given to a job instead of running it; more of how and where jobs were run.
constexpr const char* k_reuse_v11 = R"sql(
ALTER TABLE job ADD COLUMN reuse_of TEXT NOT NULL DEFAULT '';
ALTER TABLE job ADD COLUMN run_anew INTEGER NOT NULL DEFAULT 0;
ALTER TABLE job ADD COLUMN request_hash TEXT NOT NULL DEFAULT '';
CREATE INDEX job_by_request ON job (request_hash, created, id)
  WHERE request_hash <> '' AND phase = 'COMPLETED' AND destroyed = 0;
CREATE INDEX job_by_reuse ON job (reuse_of, created, id) WHERE reuse_of <> '';

ALTER TABLE job ADD COLUMN os TEXT NOT NULL DEFAULT '';
ALTER TABLE job ADD COLUMN kernel TEXT NOT NULL DEFAULT '';
ALTER TABLE job ADD COLUMN allocation TEXT NOT NULL DEFAULT '{}';  -- JSON object of strings
ALTER TABLE job ADD COLUMN container_image TEXT NOT NULL DEFAULT '';
ALTER TABLE job ADD COLUMN container_digest TEXT NOT NULL DEFAULT '';
ALTER TABLE job ADD COLUMN logs TEXT NOT NULL DEFAULT '[]';        -- JSON: stream, size, sha256
ALTER TABLE job ADD COLUMN aborted INTEGER NOT NULL DEFAULT 0;
ALTER TABLE job ADD COLUMN aborted_by TEXT NOT NULL DEFAULT '';
ALTER TABLE job ADD COLUMN abort_reason TEXT NOT NULL DEFAULT '';
)sql";

constexpr std::array k_migrations{
    Migration{1, k_create_v1},       Migration{2, k_filters_v2}, Migration{3, k_chains_v3},
    Migration{4, k_descriptions_v4}, Migration{5, k_reruns_v5},  Migration{6, k_accounts_v6},
    Migration{7, k_retired_v7},      Migration{8, k_records_v8}, Migration{9, k_holds_v9},
    Migration{10, k_usage_v10},      Migration{11, k_reuse_v11}};
// append only

Error not_ours(const std::filesystem::path& file, const std::string& why) {
  return {Errc::corrupt, "'" + file.string() + "' is not a database of this program: " + why +
                             "; it was left as it is"};
}

Error foreign(const std::filesystem::path& file, std::int64_t id) {
  char text[32];
  std::snprintf(text, sizeof text, "0x%08llX", static_cast<unsigned long long>(id));
  return not_ours(file, "its application id is " + std::string{text} + ", expected 0x4F505557");
}

Error newer(const std::filesystem::path& file, std::int64_t version, std::int64_t newest) {
  return {Errc::corrupt, "database '" + file.string() +
                             "' was written by a newer version of this program: its schema is " +
                             std::to_string(version) + ", this program knows up to " +
                             std::to_string(newest) + "; it was left as it is"};
}

std::int64_t big_endian(const std::array<char, 100>& header, std::size_t at) {
  std::uint32_t value = 0;
  for (std::size_t i = at; i < at + 4; ++i)
    value = value << 8 | static_cast<unsigned char>(header[i]);
  return static_cast<std::int32_t>(value);
}

Result<void> apply(Connection& connection, const Migration& step) {
  OPUS_UWS_TRY(Transaction transaction, Transaction::begin(connection, Transaction::Kind::write));
  if (connection.should_fail()) return connection.injected_error();
  OPUS_UWS_CHECK(connection.execute(step.sql));
  // Pragmas take no parameters; both values are constants of this program.
  OPUS_UWS_CHECK(connection.execute("PRAGMA application_id = " + std::to_string(k_application_id) +
                                    "; PRAGMA user_version = " + std::to_string(step.version)));
  return transaction.commit();
}

}  // namespace

std::span<const Migration> migrations() noexcept { return k_migrations; }

Result<void> check_header(const std::filesystem::path& file, std::int64_t newest) {
  // File format, §1.3: magic text at 0, user_version at 60, application_id at 68.
  std::array<char, 100> header{};
  std::ifstream stream{file, std::ios::binary};
  if (!stream) return {};  // absent, or SQLite will say why it cannot be opened
  stream.read(header.data(), header.size());
  const std::streamsize size = stream.gcount();
  if (size <= 0) return {};  // empty, or a folder
  const std::string_view magic{"SQLite format 3\0", 16};
  if (size < static_cast<std::streamsize>(header.size()) ||
      std::string_view{header.data(), magic.size()} != magic) {
    // A crash while the file was created: SQLite will undo what was begun.
    std::error_code ignored;
    if (std::filesystem::exists(file.string() + "-journal", ignored)) return {};
    return not_ours(file, "it is no SQLite file");
  }
  if (const std::int64_t id = big_endian(header, 68); id != k_application_id)
    return foreign(file, id);
  if (const std::int64_t version = big_endian(header, 60); version > newest)
    return newer(file, version, newest);
  return {};
}

Result<std::int64_t> migrate(Connection& connection, std::span<const Migration> steps) {
  const std::int64_t newest = steps.back().version;
  OPUS_UWS_TRY(const std::int64_t version, connection.value<std::int64_t>("PRAGMA user_version"));
  OPUS_UWS_TRY(const std::int64_t id, connection.value<std::int64_t>("PRAGMA application_id"));
  OPUS_UWS_TRY(const std::int64_t tables,
               connection.value<std::int64_t>("SELECT count(*) FROM sqlite_schema"));
  const bool is_new = id == 0 && version == 0 && tables == 0;
  if (!is_new && id != k_application_id) return foreign(connection.path(), id);
  if (version > newest) return newer(connection.path(), version, newest);
  for (const Migration& step : steps)
    if (step.version > version) OPUS_UWS_CHECK(apply(connection, step));
  return version;
}

Result<void> configure_writer(Connection& connection) {
  OPUS_UWS_CHECK(
      connection.execute("PRAGMA synchronous = FULL;"
                         "PRAGMA temp_store = MEMORY;"
                         "PRAGMA cache_size = -4096;"               // KiB
                         "PRAGMA secure_delete = FAST;"             // no extra writes
                         "PRAGMA journal_size_limit = 16777216"));  // bytes kept of a long log
  OPUS_UWS_TRY(const std::string mode, connection.value<std::string>("PRAGMA journal_mode = WAL"));
  if (mode == "wal") return {};
  return Error{Errc::unavailable,
               "database '" + connection.path().string() +
                   "': its file system does not support write-ahead logging (shared memory)"};
}

}}}}  // namespace opus::uws0::store::sqlite

// The rows of one job, again and again, as SQLite writes them at best without group commit:
// prepared statements, WAL, synchronous=FULL, one transaction per job, one writer.
// usage: bench-raw_sqlite <opus.db with one job> <copy> <seconds>        prints jobs per second
#include <sqlite3.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

namespace {

sqlite3* db = nullptr;

void execute(const std::string& sql) {
  char* error = nullptr;
  if (sqlite3_exec(db, sql.c_str(), nullptr, nullptr, &error) == SQLITE_OK) return;
  std::fprintf(stderr, "%s: %s\n", sql.c_str(), error);
  std::exit(1);
}

sqlite3_stmt* prepare(const std::string& sql) {
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v2(db, sql.c_str(), -1, &statement, nullptr) == SQLITE_OK) return statement;
  std::fprintf(stderr, "%s: %s\n", sql.c_str(), sqlite3_errmsg(db));
  std::exit(1);
}

/// The rows of one table as they are, and the statement that inserts such a row.
struct Table {
  std::vector<std::vector<sqlite3_value*>> rows{};
  sqlite3_stmt* insert = nullptr;

  explicit Table(const std::string& name) {
    sqlite3_stmt* const select = prepare("SELECT * FROM " + name);
    const int columns = sqlite3_column_count(select);
    while (sqlite3_step(select) == SQLITE_ROW) {
      rows.emplace_back();
      for (int i = 0; i < columns; ++i)
        rows.back().push_back(sqlite3_value_dup(sqlite3_column_value(select, i)));
    }
    sqlite3_finalize(select);
    std::string sql = "INSERT INTO " + name + " VALUES (?1";
    for (int i = 2; i <= columns; ++i) sql += ", ?" + std::to_string(i);
    insert = prepare(sql + ")");
  }

  void write(sqlite3_int64 key, const std::string* id) {
    for (const auto& row : rows) {
      for (std::size_t i = 0; i < row.size(); ++i)
        sqlite3_bind_value(insert, static_cast<int>(i) + 1, row[i]);
      sqlite3_bind_int64(insert, 1, key);  // job.key, or the reference to it
      if (id != nullptr) sqlite3_bind_text(insert, 2, id->c_str(), -1, SQLITE_STATIC);
      if (sqlite3_step(insert) != SQLITE_DONE) {
        std::fprintf(stderr, "%s\n", sqlite3_errmsg(db));
        std::exit(1);
      }
      sqlite3_reset(insert);
    }
  }
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  std::filesystem::copy_file(argv[1], argv[2]);
  if (sqlite3_open(argv[2], &db) != SQLITE_OK) return 1;
  execute("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON");
  Table job{"job"};
  Table parameter{"parameter"};
  Table event{"event"};
  sqlite3_stmt* const begin = prepare("BEGIN IMMEDIATE");
  sqlite3_stmt* const commit = prepare("COMMIT");
  const auto start = std::chrono::steady_clock::now();
  const std::chrono::duration<double> limit{std::atof(argv[3])};
  sqlite3_int64 count = 0;
  for (; std::chrono::steady_clock::now() - start < limit; ++count) {
    char id[40];
    std::snprintf(id, sizeof id, "01890a5d-ac96-774b-bcce-%012llx",
                  static_cast<unsigned long long>(count));
    const std::string text = id;
    sqlite3_step(begin);
    sqlite3_reset(begin);
    job.write(1'000'000 + count, &text);
    parameter.write(1'000'000 + count, nullptr);
    event.write(1'000'000 + count, nullptr);
    if (sqlite3_step(commit) != SQLITE_DONE) return 1;
    sqlite3_reset(commit);
  }
  const std::chrono::duration<double> time = std::chrono::steady_clock::now() - start;
  std::printf("%.1f\n", static_cast<double>(count) / time.count());
}

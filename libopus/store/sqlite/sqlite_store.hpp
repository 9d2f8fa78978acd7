#pragma once
// The store on SQLite: opus.db in the data folder, in write-ahead mode, every commit synced.

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <memory>

#include <opus/error.hpp>
#include <opus/log.hpp>

#include "libopus/store/store.hpp"

namespace opus { inline namespace uws0 { namespace store {

struct StoreConfig {
  std::filesystem::path data_dir{};              ///< holds opus.db; created if absent
  std::size_t max_batch = 512;                   ///< changes that share one commit, at most
  unsigned max_readers = 4;                      ///< connections for reads at the same time
  std::chrono::milliseconds busy_timeout{5000};  ///< for a lock that another process holds
  LogSink log{};                                 ///< empty = no log
  std::shared_ptr<testing::Faults> faults{};     ///< tests only; null = none
};

/// Opens the database, creates it, or brings an older one up to date. One store per data folder at
/// a time: whoever opens it sees to that. unavailable: the folder cannot be written, the disk is
/// full, another process holds the database. corrupt: it is damaged, of another program, or of a
/// newer version of this one; then it stays as it is.
Result<std::unique_ptr<Store>> open_sqlite_store(StoreConfig config);

}}}  // namespace opus::uws0::store

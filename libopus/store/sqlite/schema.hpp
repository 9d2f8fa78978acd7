#pragma once
// What opus.db looks like, and how an older one becomes a newer one.

#include <cstdint>
#include <filesystem>
#include <span>

#include <opus/error.hpp>

#include "libopus/store/sqlite/db.hpp"

namespace opus { inline namespace uws0 { namespace store { namespace sqlite {

inline constexpr std::int64_t k_application_id = 0x4F505557;  ///< "OPUW"

/// One step from the version before. Never changed once released; a change of the schema is a new
/// one at the end.
struct Migration {
  std::int64_t version;
  const char* sql;
};

/// Every migration, oldest first; the last one's version is the schema this library works with.
std::span<const Migration> migrations() noexcept;

/// Reads the file's header without SQLite, so that a file that is not ours stays as it is. Success
/// also if there is no file yet. corrupt: no SQLite file, of another program, or newer than
/// `newest`. Not while this process has the database open: closing any descriptor of a file drops
/// the locks that SQLite holds on it.
Result<void> check_header(const std::filesystem::path& file, std::int64_t newest);

/// Brings the database to the last of `steps`, each step in one transaction. Returns the version
/// from which it started; 0 = it was new. corrupt: foreign or newer.
Result<std::int64_t> migrate(Connection& connection, std::span<const Migration> steps);

/// Settings of a connection that writes, once the database is known to be ours.
Result<void> configure_writer(Connection& connection);

}}}}  // namespace opus::uws0::store::sqlite

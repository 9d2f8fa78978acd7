#pragma once
// The database beside those who work with it: a copy of one moment, and what a look at it finds.

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <opus/error.hpp>
#include <opus/id.hpp>

namespace opus { inline namespace uws0 { namespace store {

namespace sqlite {
class Connection;
}

/// A file that an entity names.
struct NamedFile {
  EntityId entity{};
  std::string location{};
  std::uint64_t size = 0;
  std::string sha256{};
};

/// A database that is only read. One thread.
class Inspection {
 public:
  /// not_found: no file. corrupt: not ours, or newer than this library.
  static Result<Inspection> open(const std::filesystem::path& file);
  Inspection(Inspection&&) noexcept;
  ~Inspection();

  /// Writes it to `target`, which must not exist: whole, without a log, as of one moment.
  Result<void> copy_to(const std::filesystem::path& target);
  /// What SQLite finds wrong with pages, rows, indexes and references; at most a hundred.
  Result<std::vector<std::string>> faults();
  // Jobs that provenance alone still knows do not count.
  Result<std::uint64_t> jobs();
  /// Every file that must be there for an entity, as of one moment; ends with the first error of
  /// `look`. Those of jobs that are being deleted may be gone.
  Result<void> each_file(const std::function<Result<void>(const NamedFile&)>& look);
  /// Must it be there now, too?
  Result<bool> needs(const NamedFile& file);
  Result<bool> has_job(const JobId& id);

 private:
  explicit Inspection(std::unique_ptr<sqlite::Connection> connection);
  std::unique_ptr<sqlite::Connection> connection_;
};

}}}  // namespace opus::uws0::store

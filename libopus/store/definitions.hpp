#pragma once
// The versions of descriptions that a service was given, as the store keeps them.

#include <string_view>
#include <vector>

#include <opus/description_history.hpp>
#include <opus/error.hpp>

namespace opus { inline namespace uws0 { namespace store {

/// Reads, as store::Reader. What they are of is SavedDescription, by hash.
class DefinitionReader {
 public:
  virtual ~DefinitionReader() = default;

  /// By number; empty if there are none.
  virtual Result<std::vector<DescriptionVersion>> versions_of(std::string_view name) = 0;
  /// Every version of every description, by name and number.
  virtual Result<std::vector<DescriptionVersion>> all_versions() = 0;
  /// The versions that have this hash, of whatever name.
  virtual Result<std::vector<DescriptionVersion>> versions_with(std::string_view hash) = 0;
};

/// Changes, inside store::Writer's transaction.
class DefinitionWriter {
 public:
  virtual ~DefinitionWriter() = default;

  virtual Result<std::vector<DescriptionVersion>> versions_of(std::string_view name) = 0;
  virtual Result<std::vector<DescriptionVersion>> versions_with(std::string_view hash) = 0;
  virtual Result<unsigned> count_pending() = 0;
  /// Gives it the next number of its name. internal: its description was not saved before.
  virtual Result<DescriptionVersion> insert_version(DescriptionVersion version) = 0;
  /// Writes state, time and reason. not_found. internal: a second one is offered.
  virtual Result<void> update_version(const DescriptionVersion& version) = 0;
};

}}}  // namespace opus::uws0::store

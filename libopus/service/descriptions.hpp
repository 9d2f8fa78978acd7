#pragma once
// The descriptions a service offers now, and the exact versions that its jobs were created with.

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <opus/description.hpp>
#include <opus/error.hpp>

#include "libopus/store/store.hpp"

namespace opus { inline namespace uws0 { namespace service {

/// A checked description with its identity.
struct Defined {
  JobDescription description{};
  store::SavedDescription saved{};  ///< canonical JSON and its hash
};
using DefinedPtr = std::shared_ptr<const Defined>;

/// Checks the description.
Result<DefinedPtr> make_defined(JobDescription description);

/// Threads: any.
class Descriptions {
 public:
  /// Offers it, in place of one of the same name.
  void offer(const DefinedPtr& defined);
  void withdraw(std::string_view name);
  Result<DefinedPtr> find(std::string_view name) const;
  std::vector<JobDescription> all() const;

  /// The version with this hash: offered, remembered or read from the store.
  Result<DefinedPtr> by_hash(const std::string& hash, store::Reader& reader);

 private:
  void remember(const DefinedPtr& defined);

  mutable std::mutex mutex_;
  std::map<std::string, DefinedPtr, std::less<>> offered_{};
  std::unordered_map<std::string, DefinedPtr> by_hash_{};
};

}}}  // namespace opus::uws0::service

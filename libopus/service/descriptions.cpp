#include "libopus/service/descriptions.hpp"

#include <utility>

#include "libopus/core/hash.hpp"
#include "libopus/core/strings.hpp"

namespace opus { inline namespace uws0 { namespace service {
namespace {

/// Old versions come from the store one by one; a service with very many is not kept from
/// forgetting them.
constexpr std::size_t k_remembered = 1024;

}  // namespace

Result<DefinedPtr> make_defined(JobDescription description) {
  OPUS_UWS_CHECK(check(description));
  auto defined = std::make_shared<Defined>();
  defined->saved.json = to_json(description);
  defined->saved.hash = sha256_hex(defined->saved.json);
  defined->saved.name = description.name;
  defined->saved.version = description.version;
  defined->description = std::move(description);
  return DefinedPtr{std::move(defined)};
}

void Descriptions::offer(const DefinedPtr& defined) {
  const std::lock_guard lock{mutex_};
  offered_[defined->description.name] = defined;
  remember(defined);
}

void Descriptions::withdraw(std::string_view name) {
  const std::lock_guard lock{mutex_};
  const auto found = offered_.find(name);
  if (found != offered_.end()) offered_.erase(found);
}

Result<DefinedPtr> Descriptions::find(std::string_view name) const {
  const std::lock_guard lock{mutex_};
  const auto found = offered_.find(name);
  if (found == offered_.end())
    return Error{Errc::not_found, "no job description named '" + printable(name) + "'"};
  return found->second;
}

std::vector<JobDescription> Descriptions::all() const {
  const std::lock_guard lock{mutex_};
  std::vector<JobDescription> all;
  all.reserve(offered_.size());
  for (const auto& [name, defined] : offered_) all.push_back(defined->description);
  return all;
}

Result<DefinedPtr> Descriptions::by_hash(const std::string& hash, store::Reader& reader) {
  {
    const std::lock_guard lock{mutex_};
    const auto found = by_hash_.find(hash);
    if (found != by_hash_.end()) return found->second;
  }
  OPUS_UWS_TRY(store::SavedDescription saved, reader.description(hash));
  OPUS_UWS_TRY(JobDescription description, parse_description(saved.json, "saved " + saved.name));
  auto defined = std::make_shared<Defined>();
  defined->description = std::move(description);
  defined->saved = std::move(saved);
  const std::lock_guard lock{mutex_};
  remember(defined);
  return DefinedPtr{std::move(defined)};
}

void Descriptions::remember(const DefinedPtr& defined) {
  if (by_hash_.size() >= k_remembered) {
    by_hash_.clear();
    for (const auto& [name, offered] : offered_) by_hash_.emplace(offered->saved.hash, offered);
  }
  by_hash_.insert_or_assign(defined->saved.hash, defined);
}

}}}  // namespace opus::uws0::service

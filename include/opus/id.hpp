#pragma once
// Strong identifiers: a JobId does not compile where an EntityId is wanted.

#include <compare>
#include <cstddef>
#include <functional>
#include <string>

namespace opus { inline namespace uws0 {

/// A text with a meaning. Empty = "none". Never needs escaping in a URL or a file name, except
/// NativeId, which is whatever the backend calls the job.
template <class Tag> struct Id {
  std::string value{};

  bool empty() const noexcept { return value.empty(); }
  auto operator<=>(const Id&) const = default;
};

using JobId = Id<struct JobTag>;        ///< UUIDv7, 36 characters: time-ordered and unguessable
using EntityId = Id<struct EntityTag>;  ///< UUIDv7, 36 characters
using NativeId = Id<struct NativeTag>;  ///< a backend's own id: a pid, a Slurm job number ...

}}  // namespace opus::uws0

template <class Tag> struct std::hash<opus::Id<Tag>> {
  std::size_t operator()(const opus::Id<Tag>& id) const noexcept {
    return std::hash<std::string>{}(id.value);
  }
};

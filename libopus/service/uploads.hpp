#pragma once
// Files handed to the service for later use: stored once, kept for a while, deleted on request.

#include <optional>
#include <string>

#include <opus/entity.hpp>
#include <opus/error.hpp>
#include <opus/service.hpp>

#include "libopus/service/data_folder.hpp"
#include "libopus/service/engine.hpp"
#include "libopus/store/store.hpp"

namespace opus { inline namespace uws0 { namespace service {

/// Threads: any. Blocks until the change is on disk. Errors: as Service's members.
class Uploads {
 public:
  Uploads(const ServiceConfig& config, const DataFolder& folder, store::Store& store,
          Engine& engine)
      : config_(config), folder_(folder), store_(store), engine_(engine) {}

  Result<Entity> add(const Upload& upload, const std::optional<std::string>& owner);
  Result<void> remove(const EntityId& id);

 private:
  /// Keeps the same file of the same owner longer, if it is there; else not_found.
  Result<Entity> renew(const EntityId& id);
  Result<Entity> record(Entity entity);
  std::optional<TimePoint> expiry() const;

  const ServiceConfig& config_;
  const DataFolder& folder_;
  store::Store& store_;
  Engine& engine_;
};

}}}  // namespace opus::uws0::service

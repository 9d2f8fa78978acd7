#include "libopus/entity/fetch.hpp"

#include "libopus/core/files.hpp"
#include "libopus/core/ids.hpp"
#include "libopus/entity/address.hpp"
#include "libopus/entity/ingest.hpp"
#include "libopus/entity/transfer.hpp"

#include <unistd.h>

#include <utility>

namespace opus { inline namespace uws0 { namespace entity {

namespace fs = std::filesystem;

Result<Fetched> fetch_url(const std::string& url, const fs::path& target,
                          const FetchLimits& limits) {
  return transfer(url, target, limits, [&](const sockaddr& address) {
    return limits.private_addresses || is_public_address(address);
  });
}

Result<Entity> fetch_entity(const std::string& url, const fs::path& root,
                            std::optional<std::string> owner, TimePoint now,
                            const FetchLimits& limits) {
  Entity entity;
  entity.id = EntityId{make_uuid7(now)};
  // Files that a crash leaves in incoming/ are removed when the service opens.
  const fs::path incoming = root / "incoming" / entity.id.value;
  OPUS_UWS_CHECK(make_directories(incoming.parent_path(), 0700));
  OPUS_UWS_TRY(Fetched fetched, fetch_url(url, incoming, limits));
  entity.name = std::move(fetched.name);
  entity.media_type = std::move(fetched.media_type);
  entity.size = fetched.size;
  entity.sha256 = std::move(fetched.sha256);
  entity.location = upload_location(entity.id, entity.name);
  entity.source_url = url;
  entity.created = now;
  entity.owner = std::move(owner);
  const Result<void> moved = move_into_store(incoming, root, entity);
  if (!moved) {
    ::unlink(incoming.c_str());
    return moved.error();
  }
  return entity;
}

}}}  // namespace opus::uws0::entity

#include "libopus/service/uploads.hpp"

#include <unistd.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "libopus/core/files.hpp"
#include "libopus/entity/ingest.hpp"
#include "libopus/entity/media_type.hpp"
#include "libopus/service/cleanup.hpp"
#include "libopus/service/owner_limits.hpp"

namespace opus { inline namespace uws0 { namespace service {

std::optional<TimePoint> Uploads::expiry() const {
  if (config_.upload_retention.count() == 0) return std::nullopt;
  return config_.clock->now() + config_.upload_retention;
}

Result<Entity> Uploads::add(const Upload& given, const std::optional<std::string>& owner) {
  OPUS_UWS_TRY(const FileDigest digest, entity::digest_of(given));
  Upload upload = given;
  upload.sha256 = digest.sha256;
  OPUS_UWS_TRY(const std::vector<Entity> equal, store_.contents().uploads_with(digest.sha256));

  const std::string name = sanitized_file_name(upload.file_name);
  const std::string type = entity::settled_media_type(upload.media_type, name, upload.path);
  for (const Entity& known : equal) {
    if (known.owner != owner || known.name != name || known.media_type != type) continue;
    Result<Entity> renewed = renew(known.id);
    if (!renewed && renewed.error().code == Errc::not_found) continue;
    if (renewed) ::unlink(upload.path.c_str());
    return renewed;
  }
  OPUS_UWS_CHECK(check_disk(store_.usage(), config_, owner, digest.size));
  for (const Entity& known : equal) {
    if (known.location.empty() || known.size != digest.size) continue;
    auto shared = entity::share(known, upload, folder_.root(), owner, config_.clock->now());
    if (!shared) continue;  // then it is stored once more
    Result<Entity> recorded = record(*std::move(shared));
    if (recorded) ::unlink(upload.path.c_str());
    return recorded;
  }
  OPUS_UWS_TRY(Entity entity, entity::ingest(upload, folder_.root(), owner, config_.clock->now()));
  return record(std::move(entity));
}

Result<Entity> Uploads::record(Entity entity) {
  entity.expires = expiry();
  const Result<void> written = store_.write([&](store::Writer& writer) -> Result<void> {
    OPUS_UWS_CHECK(writer.insert_entity(entity));
    return check_disk(writer, config_, entity.owner, 0);
  });
  if (!written) {
    entity::discard(entity, folder_.root());
    return written.error();
  }
  entity::settle(entity.id, folder_.root());
  if (entity.expires) engine_.on_expiry(*entity.expires);
  return entity;
}

Result<Entity> Uploads::renew(const EntityId& id) {
  Entity renewed;
  const Result<void> written = store_.write([&](store::Writer& writer) -> Result<void> {
    OPUS_UWS_TRY(renewed, writer.entity(id));
    if (renewed.location.empty() || !renewed.generated_by.empty())
      return Error{Errc::not_found, "the content of entity " + id.value + " is gone", {}};
    renewed.expires = expiry();
    return writer.update_entity(renewed);
  });
  if (!written) return written.error();
  if (renewed.expires) engine_.on_expiry(*renewed.expires);
  return renewed;
}

Result<void> Uploads::remove(const EntityId& id) {
  Changes::Garbage garbage;
  const Result<void> written = store_.write([&](store::Writer& writer) -> Result<void> {
    OPUS_UWS_TRY(const Entity entity, writer.entity(id));
    if (!entity.generated_by.empty())
      return Error{Errc::conflict,
                   "entity " + id.value + " is a result of a job and is deleted with it"};
    OPUS_UWS_TRY(const std::vector<JobId> users, writer.users_of(id));
    if (!users.empty())
      return Error{Errc::conflict, "entity " + id.value + " is used by " +
                                       std::to_string(users.size()) +
                                       (users.size() == 1 ? " job" : " jobs")};
    OPUS_UWS_TRY(const std::string path, drop_upload(writer, entity, config_.clock->now()));
    if (!path.empty()) garbage.push_back(path);
    return {};
  });
  if (written) engine_.on_garbage(std::move(garbage));
  return written;
}

}}}  // namespace opus::uws0::service

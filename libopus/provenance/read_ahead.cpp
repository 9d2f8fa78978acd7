#include "libopus/provenance/read_ahead.hpp"

#include "libopus/store/store.hpp"

#include <algorithm>

namespace opus { inline namespace uws0 { namespace provenance {
namespace {

constexpr std::size_t k_largest_portion = 512;  // a megabyte or so

}  // namespace

void Stock::keep(std::vector<Job> jobs) {
  for (const Job& job : job_portions_.emplace_back(std::move(jobs))) {
    jobs_.try_emplace(job.id.value, Known<Job>{&job});
    for (const JobResult& result : job.results)
      entities_.try_emplace(result.entity.id.value, Known<Entity>{&result.entity});
  }
}

void Stock::keep(std::vector<Entity> entities) {
  for (const Entity& entity : entity_portions_.emplace_back(std::move(entities)))
    entities_.try_emplace(entity.id.value, Known<Entity>{&entity});
}

Known<Entity>& Stock::keep(Entity entity) {
  std::vector<Entity> one;
  one.push_back(std::move(entity));
  const Entity& kept = entity_portions_.emplace_back(std::move(one)).front();
  Known<Entity>& known = entities_[kept.id.value];
  known.thing = &kept;
  return known;
}

Known<Job>& Stock::keep_absence(const JobId& id) { return jobs_[absent_.emplace_back(id.value)]; }

Known<Entity>& Stock::keep_absence(const EntityId& id) {
  return entities_[absent_.emplace_back(id.value)];
}

void ReadAhead::turn(bool upstream) {
  upstream_ = upstream;
  portion_ = 1;
}

Result<Known<Job>*> ReadAhead::job(const JobId& id, std::size_t most) {
  if (Known<Job>* known = stock_.find(id)) return known;
  store::Reach reach{.from = {id}, .upstream = upstream_, .limit = std::min(portion_, most)};
  reach.is_known = [this](const JobId& other) { return stock_.find(other) != nullptr; };
  guess_(reach.from, reach.limit);
  OPUS_UWS_TRY(store::Reached reached, reader_.reach(reach));
  portion_ = std::clamp<std::size_t>(2 * reached.jobs.size(), 1, k_largest_portion);
  stock_.keep(std::move(reached.jobs));
  if (!reached.inputs.empty()) stock_.keep(std::move(reached.inputs));
  if (Known<Job>* known = stock_.find(id)) return known;
  return &stock_.keep_absence(id);
}

Result<Known<Entity>*> ReadAhead::entity(const EntityId& id) {
  if (Known<Entity>* known = stock_.find(id)) return known;
  Result<Entity> entity = reader_.entity(id);
  if (entity) return &stock_.keep(*std::move(entity));
  if (entity.error().code == Errc::not_found) return &stock_.keep_absence(id);
  return std::move(entity).error();
}

}}}  // namespace opus::uws0::provenance

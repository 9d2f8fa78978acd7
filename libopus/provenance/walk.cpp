#include "libopus/provenance/walk.hpp"

#include "libopus/core/strings.hpp"
#include "libopus/store/store.hpp"

#include <set>

namespace opus { inline namespace uws0 { namespace provenance {
namespace {

class Walker {
 public:
  Walker(store::Reader& reader, const LineageQuery& query) : reader_(reader), query_(query) {}

  Result<void> go(const std::vector<Root>& roots, LineageQuery::Direction direction) {
    upstream_ = direction == LineageQuery::Direction::upstream;
    seen_.clear();
    for (const Root& root : roots) OPUS_UWS_CHECK(visit(root, 0));
    while (!queue_.empty()) {
      const Stop stop = queue_.front();
      queue_.pop_front();
      if (query_.depth && stop.distance >= *query_.depth) continue;
      if (const auto* job = std::get_if<JobId>(&stop.what))
        OPUS_UWS_CHECK(leave(*lineage_.find(*job), stop.distance));
      else
        OPUS_UWS_CHECK(leave(*lineage_.find(std::get<EntityId>(stop.what)), stop.distance));
    }
    return {};
  }

  Lineage take() { return std::move(lineage_); }

 private:
  struct Stop {
    Root what;
    unsigned distance;
  };

  Result<void> leave(const Job& job, unsigned distance) {
    if (upstream_) {
      for (const JobInput& input : job.inputs) {
        if (input.entity.empty()) continue;  // not fetched yet
        const Root entity{input.entity};
        OPUS_UWS_CHECK(visit(entity, distance + 1));
        if (!lineage_.find(input.entity)) remember(input);
      }
      // The job asked for is always shown with what it made.
      if (distance == 0)
        for (const JobResult& result : job.results) include(result.entity);
    } else {
      for (const JobResult& result : job.results) {
        include(result.entity);
        OPUS_UWS_CHECK(visit(Root{result.entity.id}, distance + 1));
      }
    }
    return {};
  }

  Result<void> leave(const Entity& entity, unsigned distance) {
    if (upstream_) {
      if (entity.generated_by.empty()) return {};
      return visit(Root{entity.generated_by}, distance + 1);
    }
    OPUS_UWS_TRY(const std::vector<JobId> users, reader_.users_of(entity.id));
    for (const JobId& user : users) OPUS_UWS_CHECK(visit(Root{user}, distance + 1));
    return {};
  }

  /// What is not (or no longer) in the store is passed over.
  Result<void> visit(const Root& what, unsigned distance) {
    if (!seen_.insert(what).second) return {};
    OPUS_UWS_TRY(const bool there, std::visit([this](const auto& id) { return load(id); }, what));
    if (there) queue_.push_back({what, distance});
    return {};
  }

  Result<bool> load(const JobId& id) {
    if (lineage_.find(id)) return true;
    if (is_full()) return false;
    Result<Job> job = reader_.job(id);
    if (!job) return unless_not_found(std::move(job).error());
    lineage_.job_index.emplace(id.value, lineage_.jobs.size());
    lineage_.jobs.push_back(*std::move(job));
    return true;
  }

  Result<bool> load(const EntityId& id) {
    if (lineage_.find(id)) return true;
    if (is_full()) return false;
    Result<Entity> entity = reader_.entity(id);
    if (!entity) return unless_not_found(std::move(entity).error());
    include(*entity);
    return true;
  }

  static Result<bool> unless_not_found(Error error) {
    if (error.code == Errc::not_found) return false;
    return error;
  }

  void include(const Entity& entity) {
    if (lineage_.find(entity.id) || is_full()) return;
    lineage_.entity_index.emplace(entity.id.value, lineage_.entities.size());
    lineage_.entities.push_back(entity);
  }

  /// An input that was deleted since: that it was used stays true.
  void remember(const JobInput& input) {
    Entity entity;
    entity.id = input.entity;
    entity.name = input.file_name.empty() ? input.name : input.file_name;
    include(entity);
  }

  bool is_full() {
    const bool full = lineage_.jobs.size() + lineage_.entities.size() >= query_.max_nodes;
    lineage_.truncated = lineage_.truncated || full;
    return full;
  }

  store::Reader& reader_;
  const LineageQuery& query_;
  bool upstream_ = true;
  Lineage lineage_{};
  std::set<Root> seen_{};
  std::deque<Stop> queue_{};
};

std::string text_of(const Root& root) {
  return std::visit([](const auto& id) { return printable(id.value); }, root);
}

}  // namespace

const Job* Lineage::find(const JobId& id) const {
  const auto found = job_index.find(id.value);
  return found == job_index.end() ? nullptr : &jobs[found->second];
}

const Entity* Lineage::find(const EntityId& id) const {
  const auto found = entity_index.find(id.value);
  return found == entity_index.end() ? nullptr : &entities[found->second];
}

Result<Lineage> walk(store::Reader& reader, const std::vector<Root>& roots,
                     const LineageQuery& query) {
  Walker walker(reader, query);
  // Each way starts anew from the roots: going up and then down again would bring in siblings.
  using Direction = LineageQuery::Direction;
  for (const Direction direction : {Direction::upstream, Direction::downstream})
    if (query.direction == direction || query.direction == Direction::both)
      OPUS_UWS_CHECK(walker.go(roots, direction));
  Lineage lineage = walker.take();
  if (lineage.jobs.empty() && lineage.entities.empty() && !lineage.truncated) {
    std::string names;
    for (const Root& root : roots) names += (names.empty() ? "'" : "', '") + text_of(root);
    return Error{Errc::not_found,
                 "no such job or entity: " + (names.empty() ? "none named" : names + "'")};
  }
  return lineage;
}

}}}  // namespace opus::uws0::provenance

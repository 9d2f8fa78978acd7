#include "libopus/provenance/walk.hpp"

#include "libopus/core/strings.hpp"
#include "libopus/store/store.hpp"

#include <algorithm>
#include <functional>
#include <optional>
#include <set>
#include <unordered_set>
#include <utility>

namespace opus { inline namespace uws0 { namespace provenance {
namespace {

struct RootHash {
  std::size_t operator()(const Root& root) const noexcept {
    const auto hash = [](const std::string& text) { return std::hash<std::string>{}(text); };
    if (const auto* owner = std::get_if<ProvOwner>(&root)) return hash(owner->name);
    if (const auto* job = std::get_if<JobId>(&root)) return hash(job->value);
    return hash(std::get<EntityId>(root).value);
  }
};

class Walker {
 public:
  Walker(store::Reader& reader, const LineageQuery& query) : reader_(reader), query_(query) {}

  Result<void> go(const std::vector<Root>& roots, LineageQuery::Direction direction) {
    upstream_ = direction == LineageQuery::Direction::upstream;
    seen_.clear();
    for (const Root& root : roots) {
      refusal_.reset();
      OPUS_UWS_CHECK(visit(root, 0));
      if (refusal_ && refusal_->code != Errc::not_found) return *refusal_;
      if (refusal_) lineage_.hidden.erase(root);
    }
    while (!queue_.empty()) {
      const Stop stop = queue_.front();
      queue_.pop_front();
      if (query_.depth && stop.distance >= *query_.depth) continue;
      if (const auto* job = std::get_if<JobId>(&stop.what))
        OPUS_UWS_CHECK(leave(*lineage_.find(*job), stop.distance));
      else if (const auto* entity = std::get_if<EntityId>(&stop.what))
        OPUS_UWS_CHECK(leave(*lineage_.find(*entity), stop.distance));
      else
        OPUS_UWS_CHECK(leave(std::get<ProvOwner>(stop.what), stop.distance));
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
        if (!lineage_.find(input.entity) && !lineage_.is_hidden(entity))
          OPUS_UWS_CHECK(remember(input));
      }
      // The job asked for is always shown with what it made.
      if (distance == 0)
        for (const JobResult& result : job.results) OPUS_UWS_CHECK(include(result.entity));
    } else {
      for (const JobResult& result : job.results) {
        OPUS_UWS_TRY(const bool shown, include(result.entity));
        if (shown) OPUS_UWS_CHECK(visit(Root{result.entity.id}, distance + 1));
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

  /// An agent leads on only where that is asked for (PROV-SAP-13).
  Result<void> leave(const ProvOwner& owner, unsigned distance) {
    if (!query_.agent_reach) return {};
    OPUS_UWS_TRY(const auto jobs, reader_.list({.owner = owner.name, .last = query_.max_nodes}));
    for (const JobSummary& job : jobs) OPUS_UWS_CHECK(visit(Root{job.id}, distance + 1));
    OPUS_UWS_TRY(const auto retired, reader_.retired_jobs_of(owner.name, query_.max_nodes));
    for (const JobId& job : retired) OPUS_UWS_CHECK(visit(Root{job}, distance + 1));
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
    OPUS_UWS_TRY(std::optional<Job> job, read(id));
    if (!job || is_hidden(Root{id}, job->description, job->owner)) return false;
    lineage_.jobs.push_back(*std::move(job));
    lineage_.job_index.emplace(lineage_.jobs.back().id.value, lineage_.jobs.size() - 1);
    return true;
  }

  Result<bool> load(const EntityId& id) {
    if (lineage_.find(id)) return true;
    if (is_full()) return false;
    const Result<Entity> entity = reader_.entity(id);
    if (entity) return include(*entity);
    if (entity.error().code == Errc::not_found) return false;
    return entity.error();
  }

  /// Who owns nothing here is nobody.
  Result<bool> load(const ProvOwner& owner) {
    if (is_hidden(Root{owner}, {}, owner.name)) return false;
    OPUS_UWS_TRY(const auto jobs, reader_.list({.owner = owner.name, .last = 1}));
    OPUS_UWS_TRY(const auto retired, reader_.retired_jobs_of(owner.name, 1));
    if (jobs.empty() && retired.empty()) return false;
    auto& owners = lineage_.owners;
    if (std::find(owners.begin(), owners.end(), owner.name) == owners.end())
      owners.push_back(owner.name);
    return true;
  }

  bool is_hidden(const Root& what, std::string_view description,
                 const std::optional<std::string>& owner) {
    if (!query_.may_see) return false;
    Result<void> may = query_.may_see(what, description, owner);
    if (may) return false;
    refusal_ = std::move(may).error();
    lineage_.hidden.insert(what);
    return true;
  }

  /// Whoever may see a job may see its files.
  Result<bool> is_hidden(const Entity& entity) {
    if (!query_.may_see || query_.may_see(Root{entity.id}, {}, entity.owner)) return false;
    if (!entity.generated_by.empty()) {
      const Root origin{entity.generated_by};
      if (lineage_.find(entity.generated_by)) return false;
      OPUS_UWS_TRY(std::optional<Job> job, read(entity.generated_by));
      const bool shown = job && query_.may_see(origin, job->description, job->owner);
      ahead_ = std::move(job);  // most likely the next one to be visited
      if (shown) return false;
    }
    return is_hidden(Root{entity.id}, {}, entity.owner);
  }

  /// nullopt: it is not there.
  Result<std::optional<Job>> read(const JobId& id) {
    if (ahead_ && ahead_->id == id) return std::exchange(ahead_, std::nullopt);
    Result<Job> job = reader_.job(id);
    if (job) return std::optional{*std::move(job)};
    if (job.error().code == Errc::not_found) return std::optional<Job>{};
    return std::move(job).error();
  }

  /// False: it is not shown.
  Result<bool> include(const Entity& entity) {
    if (lineage_.find(entity.id)) return true;
    if (is_full()) return false;
    OPUS_UWS_TRY(const bool hidden, is_hidden(entity));
    if (hidden) return false;
    lineage_.entities.push_back(entity);
    lineage_.entity_index.emplace(lineage_.entities.back().id.value, lineage_.entities.size() - 1);
    return true;
  }

  /// An input that was deleted since: that it was used stays true.
  Result<void> remember(const JobInput& input) {
    Entity entity;
    entity.id = input.entity;
    entity.name = input.file_name.empty() ? input.name : input.file_name;
    OPUS_UWS_CHECK(include(entity));
    return {};
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
  std::unordered_set<Root, RootHash> seen_{};
  std::deque<Stop> queue_{};
  std::optional<Job> ahead_{};      // read before its turn
  std::optional<Error> refusal_{};  // of what was met last
};

std::string text_of(const Root& root) {
  if (const auto* owner = std::get_if<ProvOwner>(&root)) return printable(owner->name);
  if (const auto* job = std::get_if<JobId>(&root)) return printable(job->value);
  return printable(std::get<EntityId>(root).value);
}

bool is_met(const Lineage& lineage, const Root& root) {
  if (lineage.is_hidden(root)) return true;
  if (const auto* job = std::get_if<JobId>(&root)) return lineage.find(*job) != nullptr;
  if (const auto* entity = std::get_if<EntityId>(&root)) return lineage.find(*entity) != nullptr;
  const auto& owners = lineage.owners;
  return std::find(owners.begin(), owners.end(), std::get<ProvOwner>(root).name) != owners.end();
}

/// A plain id names a job or an entity: it is known if one of them is. What a cut left out is not
/// unknown.
void name_unknown(Lineage& lineage, const std::vector<Root>& roots) {
  if (lineage.truncated) return;
  std::set<std::string> known, told;
  for (const Root& root : roots)
    if (is_met(lineage, root)) known.insert(text_of(root));
  for (const Root& root : roots) {
    std::string text = text_of(root);
    if (known.count(text) == 0 && told.insert(text).second) lineage.unknown.push_back(text);
  }
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
  if (lineage.jobs.empty() && lineage.entities.empty() && lineage.owners.empty() &&
      lineage.hidden.empty() && !lineage.truncated) {
    std::string names;
    for (const Root& root : roots) names += (names.empty() ? "'" : "', '") + text_of(root);
    return Error{Errc::not_found,
                 "no such job, entity or agent: " + (names.empty() ? "none named" : names + "'")};
  }
  name_unknown(lineage, roots);
  return lineage;
}

}}}  // namespace opus::uws0::provenance

#include "libopus/provenance/walk.hpp"

#include "libopus/core/strings.hpp"
#include "libopus/store/store.hpp"

#include <algorithm>
#include <deque>
#include <optional>
#include <set>
#include <span>
#include <utility>
#include <variant>

namespace opus { inline namespace uws0 { namespace provenance {
namespace {

class Walker {
 public:
  Walker(store::Reader& reader, const LineageQuery& query)
      : reader_(reader),
        query_(query),
        ahead_(reader, lineage_.stock,
               [this](std::vector<JobId>& jobs, std::size_t most) { guess(jobs, most); }) {}
  Walker(const Walker&) = delete;
  Walker& operator=(const Walker&) = delete;

  Result<void> go(const std::vector<Root>& roots, LineageQuery::Direction direction) {
    upstream_ = direction == LineageQuery::Direction::upstream;
    ahead_.turn(upstream_);
    ++turn_;
    owners_visited_.clear();
    for (const Root& root : roots) {
      refusal_.reset();
      OPUS_UWS_CHECK(std::visit([this](const auto& what) { return visit(what, 0); }, root));
      if (refusal_ && refusal_->code != Errc::not_found) return *refusal_;
      if (refusal_) lineage_.hidden.erase(root);
    }
    while (!queue_.empty()) {
      const Stop stop = queue_.front();
      queue_.pop_front();
      if (query_.depth && stop.distance >= *query_.depth) continue;
      OPUS_UWS_CHECK(
          std::visit([&](const auto* what) { return leave(*what, stop.distance); }, stop.what));
    }
    return {};
  }

  Lineage take() { return std::move(lineage_); }

 private:
  struct Stop {
    std::variant<const Job*, const Entity*, const ProvOwner*> what;
    unsigned distance;
  };

  Result<void> leave(const Job& job, unsigned distance) {
    if (upstream_) {
      for (const JobInput& input : job.inputs) {
        if (input.entity.empty()) continue;  // not fetched yet
        OPUS_UWS_CHECK(visit(input.entity, distance + 1));
        if (!lineage_.find(input.entity) && !lineage_.is_hidden(input.entity))
          OPUS_UWS_CHECK(remember(input));
      }
      // The job asked for is always shown with what it made.
      if (distance == 0)
        for (const JobResult& result : job.results)
          OPUS_UWS_CHECK(include(*lineage_.stock.find(result.entity.id)));
      OPUS_UWS_CHECK(visit_origin(job, distance + 1));
    } else {
      OPUS_UWS_TRY(const std::vector<JobId> reusers, reusers_of(job.id));
      OPUS_UWS_CHECK(visit_all(reusers, distance + 1));
      for (const JobResult& result : job.results) {
        OPUS_UWS_TRY(const bool shown, include(*lineage_.stock.find(result.entity.id)));
        if (shown) OPUS_UWS_CHECK(visit(result.entity.id, distance + 1));
      }
    }
    return {};
  }

  Result<void> leave(const Entity& entity, unsigned distance) {
    if (upstream_) {
      if (entity.generated_by.empty()) return {};
      OPUS_UWS_CHECK(visit(entity.generated_by, distance + 1));
      const Job* const job = lineage_.find(entity.generated_by);
      return job ? visit_origin(*job, distance + 1) : Result<void>{};
    }
    OPUS_UWS_CHECK(visit_copies(entity, distance + 1));
    OPUS_UWS_TRY(const std::vector<JobId> users, reader_.users_of(entity.id));
    return visit_all(users, distance + 1);
  }

  /// A job that was given its results: who generated them, and what they are copies of.
  Result<void> visit_origin(const Job& job, unsigned distance) {
    if (job.reuse_of.empty()) return {};
    OPUS_UWS_CHECK(visit(job.reuse_of, distance));
    const Job* const origin = lineage_.find(job.reuse_of);
    if (!origin) return {};  // hidden, or forgotten
    for (const JobResult& result : job.results) {
      if (!lineage_.find(result.entity.id)) continue;
      for (const JobResult& first : origin->results)
        if (first.id == result.id) OPUS_UWS_CHECK(include(*lineage_.stock.find(first.entity.id)));
    }
    return {};
  }

  /// The other way.
  Result<void> visit_copies(const Entity& entity, unsigned distance) {
    if (entity.generated_by.empty()) return {};
    OPUS_UWS_TRY(const std::vector<JobId> reusers, reusers_of(entity.generated_by));
    OPUS_UWS_CHECK(visit_all(reusers, distance));
    for (const JobId& id : reusers) {
      const Job* const reuser = lineage_.find(id);
      if (!reuser) continue;
      for (const JobResult& result : reuser->results)
        if (result.id == entity.role) OPUS_UWS_CHECK(visit(result.entity.id, distance));
    }
    return {};
  }

  /// Most stores have none; then nothing more is asked.
  Result<std::vector<JobId>> reusers_of(const JobId& id) {
    if (!is_anything_reused_) {
      OPUS_UWS_TRY(const std::vector<JobId> any, reader_.reusers_of({}));
      is_anything_reused_ = !any.empty();
    }
    if (!*is_anything_reused_) return std::vector<JobId>{};
    return reader_.reusers_of(id);
  }

  /// An agent leads on only where that is asked for (PROV-SAP-13).
  Result<void> leave(const ProvOwner& owner, unsigned distance) {
    if (!query_.agent_reach) return {};
    OPUS_UWS_TRY(const auto summaries,
                 reader_.list({.owner = owner.name, .last = query_.max_nodes}));
    std::vector<JobId> jobs;
    for (const JobSummary& job : summaries) jobs.push_back(job.id);
    OPUS_UWS_CHECK(visit_all(jobs, distance + 1));
    OPUS_UWS_TRY(const auto retired, reader_.retired_jobs_of(owner.name, query_.max_nodes));
    return visit_all(retired, distance + 1);
  }

  Result<void> visit_all(const std::vector<JobId>& jobs, unsigned distance) {
    for (std::size_t at = 0; at < jobs.size(); ++at) {
      waiting_ = std::span{jobs}.subspan(at + 1);
      OPUS_UWS_CHECK(visit(jobs[at], distance));
    }
    waiting_ = {};
    return {};
  }

  /// What is not (or no longer) in the store is passed over; so in the others.
  Result<void> visit(const JobId& id, unsigned distance) {
    Known<Job>* known = lineage_.stock.find(id);
    if (known && known->visited == turn_) return {};
    if (!(known && known->is_met)) {
      if (is_full()) return {};
      OPUS_UWS_TRY(known, ahead_.job(id, room()));
    }
    known->visited = turn_;
    if (!known->is_met) {
      const Job* job = known->thing;
      if (!job || is_hidden(Root{id}, job->description, job->owner)) return {};
      lineage_.jobs.push_back(job);
      known->is_met = true;
    }
    queue_.push_back({known->thing, distance});
    return {};
  }

  Result<void> visit(const EntityId& id, unsigned distance) {
    Known<Entity>* known = lineage_.stock.find(id);
    if (known && known->visited == turn_) return {};
    if (!(known && known->is_met)) {
      if (is_full()) return {};
      OPUS_UWS_TRY(known, ahead_.entity(id));
    }
    known->visited = turn_;
    if (!known->thing) return {};
    OPUS_UWS_TRY(const bool shown, include(*known));
    if (shown) queue_.push_back({known->thing, distance});
    return {};
  }

  /// Who owns nothing here is nobody.
  Result<void> visit(const ProvOwner& owner, unsigned distance) {
    if (!owners_visited_.insert(owner.name).second) return {};
    if (is_hidden(Root{owner}, {}, owner.name)) return {};
    OPUS_UWS_TRY(const auto jobs, reader_.list({.owner = owner.name, .last = 1}));
    OPUS_UWS_TRY(const auto retired, reader_.retired_jobs_of(owner.name, 1));
    if (jobs.empty() && retired.empty()) return {};
    auto& owners = lineage_.owners;
    if (std::find(owners.begin(), owners.end(), owner.name) == owners.end())
      owners.push_back(owner.name);
    queue_.push_back({&owner, distance});
    return {};
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
      if (lineage_.find(entity.generated_by)) return false;
      OPUS_UWS_TRY(const Known<Job>* known, ahead_.job(entity.generated_by, room()));
      const Job* job = known->thing;
      if (job && query_.may_see(Root{job->id}, job->description, job->owner)) return false;
    }
    return is_hidden(Root{entity.id}, {}, entity.owner);
  }

  /// False: it is not shown.
  Result<bool> include(Known<Entity>& known) {
    if (known.is_met) return true;
    if (is_full()) return false;
    OPUS_UWS_TRY(const bool hidden, is_hidden(*known.thing));
    if (hidden) return false;
    lineage_.entities.push_back(known.thing);
    known.is_met = true;
    return true;
  }

  /// An input that was deleted since: that it was used stays true.
  Result<void> remember(const JobInput& input) {
    Entity entity;
    entity.id = input.entity;
    entity.name = input.file_name.empty() ? input.name : input.file_name;
    OPUS_UWS_CHECK(include(lineage_.stock.keep(std::move(entity))));
    return {};
  }

  /// The jobs that come next: those about to be visited, and those behind what is in the queue.
  void guess(std::vector<JobId>& jobs, std::size_t most) {
    const auto add = [&](const JobId& id) {
      if (jobs.size() < most && !lineage_.stock.find(id)) jobs.push_back(id);
    };
    for (std::size_t at = 0; at < std::min(waiting_.size(), most); ++at) add(waiting_[at]);
    if (!upstream_) return;
    for (std::size_t at = 0; at < std::min(queue_.size(), 2 * most); ++at)
      if (const auto* entity = std::get_if<const Entity*>(&queue_[at].what))
        if (!(*entity)->generated_by.empty()) add((*entity)->generated_by);
  }

  std::size_t room() const {
    const std::size_t met = lineage_.jobs.size() + lineage_.entities.size();
    return met < query_.max_nodes ? query_.max_nodes - met : 1;
  }

  bool is_full() {
    const bool full = lineage_.jobs.size() + lineage_.entities.size() >= query_.max_nodes;
    lineage_.truncated = lineage_.truncated || full;
    return full;
  }

  store::Reader& reader_;
  const LineageQuery& query_;
  bool upstream_ = true;
  unsigned turn_ = 0;
  Lineage lineage_{};
  ReadAhead ahead_;
  std::set<std::string> owners_visited_{};
  std::deque<Stop> queue_{};
  std::span<const JobId> waiting_{};
  std::optional<Error> refusal_{};  // of what was met last
  std::optional<bool> is_anything_reused_{};
};

std::string text_of(const Root& root) {
  if (const auto* owner = std::get_if<ProvOwner>(&root)) return printable(owner->name);
  if (const auto* job = std::get_if<JobId>(&root)) return printable(job->value);
  return printable(std::get<EntityId>(root).value);
}

bool is_met(const Lineage& lineage, const Root& root) {
  if (lineage.hidden.count(root) != 0) return true;
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
  const Known<Job>* known = stock.find(id);
  return known && known->is_met ? known->thing : nullptr;
}

const Entity* Lineage::find(const EntityId& id) const {
  const Known<Entity>* known = stock.find(id);
  return known && known->is_met ? known->thing : nullptr;
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

#include "libopus/provenance/lineage.hpp"

#include <opus/description.hpp>
#include <opus/uws.hpp>

#include "libopus/provenance/internal.hpp"
#include "libopus/provenance/names.hpp"
#include "libopus/provenance/ports.hpp"
#include "libopus/provenance/records.hpp"
#include "libopus/provenance/secrets.hpp"
#include "libopus/provenance/walk.hpp"
#include "libopus/store/store.hpp"

#include <algorithm>
#include <memory>
#include <optional>
#include <string_view>
#include <unordered_map>

namespace opus { inline namespace uws0 { namespace provenance {
namespace {

using Attributes = std::vector<ProvAttribute>;

/// As a list in braces, but not copied.
template <class... Rest> Attributes attribute_list(ProvAttribute first, Rest... rest) {
  Attributes all;
  all.reserve(1 + sizeof...(rest));
  all.push_back(std::move(first));
  (all.push_back(std::move(rest)), ...);
  return all;
}

ProvAttribute role(std::string value) { return {"prov:role", std::move(value)}; }
ProvAttribute qualified_type(std::string name) {
  return {"prov:type", std::move(name), ProvType::qualified_name};
}

/// `at` within the run: PROV and the IVOA model demand it, and hosts' clocks differ.
TimePoint within(TimePoint at, const Job& job) {
  if (job.ended) at = std::min(at, std::max(*job.ended, job.started.value_or(*job.ended)));
  if (job.started) at = std::max(at, *job.started);
  return at;
}

/// Turns what the walk met into nodes and edges.
class Drawing {
 public:
  Drawing(store::Reader& reader, const LineageQuery& query, const GraphContext& context,
          const Lineage& lineage)
      : reader_(reader),
        query_(query),
        lineage_(lineage),
        internal_(context.internal),
        links_{query.base_url} {
    graph_.prefixes = namespaces(context.base);
    graph_.truncated = lineage.truncated;
    graph_.withheld = lineage.hidden.size();
    graph_.unknown = lineage.unknown;
  }

  Result<ProvenanceGraph> draw() {
    for (const Job* job : lineage_.jobs) {
      ProvNode activity =
          activity_of(*job, query_.base_url.empty() || job->destroyed ? "" : links_.job_url(*job));
      if (query_.agents && !job->aborted_by.empty())
        activity.attributes.push_back({"opus:abortedBy", job->aborted_by});
      graph_.add(std::move(activity));
    }
    for (const Entity* entity : lineage_.entities) {
      OPUS_UWS_TRY(const std::string location, location_of(*entity));
      graph_.add(dataset_of(*entity, generated_at(*entity), location));
    }
    for (const Job* each : lineage_.jobs) {
      const Job& job = *each;
      OPUS_UWS_TRY(const auto description, description_of(job));
      draw_files(job, description.get());
      draw_logs(job);
      if (query_.configuration) draw_parameters(job, description.get());
      draw_responsible(job, description.get());
      draw_rerun(job);
      draw_reuse(job);
    }
    for (const Entity* entity : lineage_.entities) draw_fate(*entity);
    for (const std::string& owner : lineage_.owners) add_person(owner);
    draw_hidden();
    for (const Job* job : lineage_.jobs) OPUS_UWS_CHECK(draw_internal(*job));
    return std::move(graph_);
  }

 private:
  using DescriptionPtr = std::shared_ptr<const JobDescription>;

  void relate(ProvRelation relation, std::string from, std::string to, Attributes attributes = {},
              std::optional<TimePoint> at = std::nullopt) {
    graph_.add(ProvEdge{.relation = relation,
                        .from = std::move(from),
                        .to = std::move(to),
                        .at = at,
                        .attributes = std::move(attributes)});
  }

  /// Null if it is no longer known, or not to this version of us: the job itself still tells name,
  /// version and hash.
  Result<DescriptionPtr> description_of(const Job& job) {
    if (job.description_hash.empty()) return DescriptionPtr{};
    const auto [place, is_new] = descriptions_.try_emplace(job.description_hash);
    if (!is_new) return place->second;
    const Result<store::SavedDescription> saved = reader_.description(job.description_hash);
    if (!saved && saved.error().code != Errc::not_found) return saved.error();
    if (saved)
      if (auto description = parse_description(saved->json, saved->name))
        place->second = std::make_shared<const JobDescription>(*std::move(description));
    return place->second;
  }

  std::optional<TimePoint> generated_at(const Entity& entity) const {
    if (entity.created == TimePoint{}) return std::nullopt;
    const Job* job = lineage_.find(entity.generated_by);
    return job ? within(entity.created, *job) : entity.created;
  }

  /// Where it came from, or where we serve it: as a result, or else as the input of a job here.
  Result<std::string> location_of(const Entity& entity) {
    if (!entity.source_url.empty()) return public_url(entity.source_url);
    if (query_.base_url.empty() || entity.invalidated) return std::string{};
    if (!entity.generated_by.empty()) {
      OPUS_UWS_TRY(std::string location, result_location(entity));
      if (!location.empty()) return location;
    }
    const auto use = first_uses().find(entity.id.value);
    if (use == first_uses_->end()) return std::string{};
    return links_.parameter_url(*use->second.job, use->second.input->name);
  }

  struct Use {
    const Job* job;
    const JobInput* input;
  };
  using Uses = std::unordered_map<std::string_view, Use>;

  /// By entity: the first job here that serves it as its input.
  const Uses& first_uses() {
    if (first_uses_) return *first_uses_;
    first_uses_.emplace();
    for (const Job* job : lineage_.jobs)
      for (const JobInput& input : job->inputs)
        if (!job->destroyed) first_uses_->try_emplace(input.entity.value, Use{job, &input});
    return *first_uses_;
  }

  /// Empty: its job was deleted.
  Result<std::string> result_location(const Entity& entity) {
    const auto location = [&](const Job& job) {
      return job.destroyed ? std::string{} : links_.result_url(job, entity.role);
    };
    if (const Job* job = lineage_.find(entity.generated_by)) return location(*job);
    // Its job is beyond the horizon, but the link needs the name of that job's description.
    const Result<Job> job = reader_.job(entity.generated_by);
    if (job) return location(*job);
    if (job.error().code == Errc::not_found) return std::string{};
    return job.error();
  }

  void draw_files(const Job& job, const JobDescription* description) {
    std::vector<const Entity*> used;
    for (const JobInput& input : job.inputs) {
      const Entity* entity = lineage_.find(input.entity);
      if (!entity) continue;
      draw_use(job, input, *entity, description);
      used.push_back(entity);
    }
    for (const JobResult& result : job.results) {
      const Entity* entity = lineage_.find(result.entity.id);
      if (!entity || !job.reuse_of.empty()) continue;
      const ResultDescription* known = find_result(description, result.name);
      const std::string& name = result.name.empty() ? result.id : result.name;
      Attributes told = attribute_list(role(known && !known->role.empty() ? known->role : name));
      if (result.id != name) told.push_back({"opus:resultId", result.id});
      relate(ProvRelation::was_generated_by, entity_name(entity->id), job_name(job.id),
             std::move(told), generated_at(*entity));
      for (const Entity* source : used)
        if (source != entity)
          relate(ProvRelation::was_derived_from, entity_name(entity->id), entity_name(source->id));
    }
  }

  void draw_use(const Job& job, const JobInput& input, const Entity& entity,
                const JobDescription* description) {
    const InputDescription* known = description ? find_input(*description, input.name) : nullptr;
    const std::string& name = known && !known->role.empty() ? known->role : input.name;
    std::optional<TimePoint> at;
    if (job.started) {  // files are laid ready earlier, but used from the start on
      at = within(std::max(input.used.value_or(*job.started), entity.created), job);
      TimePoint& latest = last_used_.try_emplace(entity.id.value, *at).first->second;
      latest = std::max(latest, *at);
    }
    relate(ProvRelation::used, job_name(job.id), entity_name(entity.id), attribute_list(role(name)),
           at);
    if (entity.generated_by != job.id && lineage_.find(entity.generated_by))
      relate(ProvRelation::was_informed_by, job_name(job.id), job_name(entity.generated_by));
  }

  /// A repetition is no derivation: it may do without the first run's files.
  void draw_rerun(const Job& job) {
    if (!job.rerun_of.empty() && lineage_.find(job.rerun_of))
      relate(ProvRelation::was_influenced_by, job_name(job.id), job_name(job.rerun_of),
             attribute_list(qualified_type("opus:Rerun")));
  }

  /// The job was given these files, and has not generated them: who did is told by the job they are
  /// copies of.
  void draw_reuse(const Job& job) {
    if (job.reuse_of.empty()) return;
    const Job* const origin = lineage_.find(job.reuse_of);
    if (origin) {
      relate(ProvRelation::was_influenced_by, job_name(job.id), job_name(origin->id),
             attribute_list(qualified_type("opus:Reuse")));
      relate(ProvRelation::was_informed_by, job_name(job.id), job_name(origin->id));
    }
    for (const JobResult& result : job.results) {
      const Entity* const entity = lineage_.find(result.entity.id);
      if (!entity) continue;
      relate(ProvRelation::was_influenced_by, entity_name(entity->id), job_name(job.id),
             attribute_list(qualified_type("opus:ReusedResult"),
                            ProvAttribute{"opus:resultId", result.id}));
      const EntityId* const first = origin ? find_copied(*origin, result.id) : nullptr;
      if (first && lineage_.find(*first))
        relate(ProvRelation::was_derived_from, entity_name(entity->id), entity_name(*first));
    }
  }

  static const EntityId* find_copied(const Job& origin, std::string_view result) {
    for (const JobResult& one : origin.results)
      if (one.id == result) return &one.entity.id;
    return nullptr;
  }

  /// What the code wrote beside its results; it goes with the files of the job.
  void draw_logs(const Job& job) {
    if (query_.depth == 0u) return;  // nothing but what was asked for
    for (const LogFile& log : job.logs) {
      ProvNode node = log_of(job, log);
      const std::optional<TimePoint> at =
          job.ended ? std::optional{within(*job.ended, job)} : std::nullopt;
      relate(ProvRelation::was_generated_by, node.id, job_name(job.id), {role(log.stream)}, at);
      if (job.destroyed || job.phase == Phase::archived)
        relate(ProvRelation::was_invalidated_by, node.id, "", {}, job.deleted);
      graph_.add(std::move(node));
    }
  }

  static const ResultDescription* find_result(const JobDescription* description,
                                              std::string_view name) {
    if (!description) return nullptr;
    for (const ResultDescription& result : description->results)
      if (result.name == name) return &result;
    return nullptr;
  }

  /// Told by the file itself.
  static bool is_used_file(const Job& job, std::string_view name) {
    return std::any_of(job.inputs.begin(), job.inputs.end(), [&](const JobInput& input) {
      return input.name == name && !input.entity.empty();
    });
  }

  static bool describes(const JobDescription* description, std::string_view parameter) {
    return description &&
           std::any_of(description->parameters.begin(), description->parameters.end(),
                       [&](const auto& known) { return known.name == parameter; });
  }

  void draw_parameters(const Job& job, const JobDescription* description) {
    std::unordered_map<std::string_view, unsigned> times;  // each name occurred
    for (const Parameter& parameter : job.parameters) {
      const unsigned nth = ++times[parameter.name];
      if (is_used_file(job, parameter.name)) continue;
      ProvNode node = parameter_of(job, parameter, nth);
      if (query_.descriptions && query_.ports && describes(description, parameter.name))
        relate(ProvRelation::was_influenced_by, node.id,
               parameter_port(plan_name(job), parameter.name),
               attribute_list(qualified_type("voprov:DescriptionRelation")));
      relate(ProvRelation::was_influenced_by, job_name(job.id), node.id,
             attribute_list(qualified_type("voprov:ConfigurationRelation"),
                            ProvAttribute{"voprov:artefactType", "Parameter"}));
      graph_.add(std::move(node));
    }
  }

  /// The plan, and who carried it out: its owner as operator, by means of our software. The plan
  /// stands with the operator; an anonymous job has it with the software, or alone.
  void draw_responsible(const Job& job, const JobDescription* description) {
    std::string plan;
    if (query_.descriptions) plan = draw_plan(job, description);
    const bool has_owner = query_.agents && job.owner.has_value();
    const bool has_software = query_.agents && !job.software.empty();
    if (has_owner) {
      add_person(*job.owner);
      associate(job, owner_name(*job.owner), plan, "Operator");
    }
    std::string software;
    if (has_software) {
      software = software_name(job.software);
      if (!graph_.find(software)) graph_.add(software_agent(job.software));
      associate(job, software, has_owner ? "" : plan, "Provider");
    }
    if (has_owner && has_software)
      graph_.add(ProvEdge{.relation = ProvRelation::acted_on_behalf_of,
                          .from = std::move(software),
                          .to = owner_name(*job.owner),
                          .activity = job_name(job.id)});
    if (!has_owner && !has_software && !plan.empty()) associate(job, "", plan, "");
  }

  void add_person(const std::string& owner) {
    if (!graph_.find(owner_name(owner))) graph_.add(person(owner));
  }

  void associate(const Job& job, std::string agent, std::string plan, std::string agent_role) {
    graph_.add(ProvEdge{.relation = ProvRelation::was_associated_with,
                        .from = job_name(job.id),
                        .to = std::move(agent),
                        .plan = std::move(plan),
                        .attributes = attribute_list(role(std::move(agent_role)))});
  }

  std::string draw_plan(const Job& job, const JobDescription* description) {
    std::string id = plan_name(job);
    if (graph_.find(id)) return id;
    graph_.add(plan_of(job, description));
    if (query_.ports && description) add_ports(graph_, id, *description);
    const bool has_contact =
        description && !(description->contact.name.empty() && description->contact.email.empty());
    if (query_.agents && has_contact) {
      graph_.add(contact_of(description->contact));
      relate(ProvRelation::was_attributed_to, id, contact_name(description->contact),
             attribute_list({"voprov:role", "Contributor"}));
    }
    return id;
  }

  /// What others own: that it is there, and what has to do with it, but nothing of its own.
  void draw_hidden() {
    if (lineage_.hidden.empty()) return;
    for (const Root& what : lineage_.hidden) graph_.add(stub_of(what));
    for (const Job* job : lineage_.jobs) {
      for (const JobInput& input : job->inputs)
        if (lineage_.is_hidden(input.entity))
          relate(ProvRelation::used, job_name(job->id), entity_name(input.entity),
                 attribute_list(role(input.name)));
      for (const JobResult& result : job->results)
        if (lineage_.is_hidden(result.entity.id))
          relate(ProvRelation::was_generated_by, entity_name(result.entity.id), job_name(job->id),
                 attribute_list(role(result.id)));
    }
    for (const Entity* entity : lineage_.entities)
      if (lineage_.is_hidden(entity->generated_by))
        relate(ProvRelation::was_generated_by, entity_name(entity->id),
               job_name(entity->generated_by), attribute_list(role(entity->role)));
  }

  /// What the code of the job told, or has told so far if it runs. A bad record is told as what it
  /// is, and does no harm.
  Result<void> draw_internal(const Job& job) {
    std::optional<std::string> text;
    if (job.has_record) {
      OPUS_UWS_TRY(text, reader_.record_of(job.id));
    } else if (const bool runs = job.queued && (!is_final(job.phase) || job.stopping);
               runs && internal_) {
      text = internal_(job.id);
    }
    const Result<void> added = text ? add_internal(graph_, job, *text) : Result<void>{};
    if (!added)
      draw_fault(job, added.error().message);
    else if (!job.record_fault.empty())
      draw_fault(job, job.record_fault);
    return {};
  }

  void draw_fault(const Job& job, const std::string& fault) {
    ProvNode node{.id = "id:in-" + encoded(job.id.value) + ".invalid",
                  .attributes = {{"prov:label", std::string{k_internal_file}},
                                 {"prov:type", "opus:InvalidRecord", ProvType::qualified_name},
                                 {"opus:fault", fault}}};
    relate(ProvRelation::was_generated_by, node.id, job_name(job.id),
           attribute_list(role("provenance")));
    graph_.add(std::move(node));
  }

  static ProvNode stub_of(const Root& what) {
    ProvNode node{
        .attributes = {{"prov:label", "not shown"}, {"opus:withheld", "true", ProvType::boolean}}};
    if (const auto* job = std::get_if<JobId>(&what)) {
      node.id = job_name(*job);
      node.kind = ProvKind::activity;
    } else if (const auto* entity = std::get_if<EntityId>(&what)) {
      node.id = entity_name(*entity);
      node.attributes.push_back({"prov:type", "voprov:DatasetEntity", ProvType::qualified_name});
    } else {
      node.id = owner_name(std::get<ProvOwner>(what).name);
      node.kind = ProvKind::agent;
      node.attributes.push_back({"voprov:name", "not shown"});
    }
    return node;
  }

  /// Who stands for it, and when it ended: not before its last use that we tell of.
  void draw_fate(const Entity& entity) {
    if (query_.agents && entity.owner) {
      add_person(*entity.owner);
      relate(ProvRelation::was_attributed_to, entity_name(entity.id), owner_name(*entity.owner),
             attribute_list({"voprov:role", entity.generated_by.empty() ? "Provider" : "Creator"}));
    }
    if (!entity.invalidated) return;
    TimePoint at = std::max(*entity.invalidated, generated_at(entity).value_or(TimePoint{}));
    const auto used = last_used_.find(entity.id.value);
    if (used != last_used_.end()) at = std::max(at, used->second);
    relate(ProvRelation::was_invalidated_by, entity_name(entity.id), "", {}, at);
  }

  store::Reader& reader_;
  const LineageQuery& query_;
  const Lineage& lineage_;
  const std::function<std::optional<std::string>(const JobId&)>& internal_;
  UwsLinks links_;
  ProvenanceGraph graph_{};
  std::map<std::string, DescriptionPtr> descriptions_{};         // by hash
  std::unordered_map<std::string_view, TimePoint> last_used_{};  // by entity id
  std::optional<Uses> first_uses_{};                             // once they are needed
};

}  // namespace

Result<ProvenanceGraph> lineage(store::Reader& reader, const std::vector<Root>& roots,
                                const LineageQuery& query, const GraphContext& context) {
  OPUS_UWS_TRY(const Lineage met, walk(reader, roots, query));
  return Drawing{reader, query, context, met}.draw();
}

}}}  // namespace opus::uws0::provenance

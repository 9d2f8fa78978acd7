#include <opus/access.hpp>

#include <algorithm>

namespace opus { inline namespace uws0 {
namespace {

using Words = std::vector<std::string>;

bool has_word(const Words& words, std::string_view word) noexcept {
  return std::find(words.begin(), words.end(), word) != words.end();
}

bool runs_service(const Identity& who) noexcept {
  return who.has_role(k_operator) || who.has_role(k_admin);
}

bool fits_one(const Identity& who, const Words& words) noexcept {
  return std::any_of(words.begin(), words.end(),
                     [&](const std::string& word) { return fits(who, word); });
}

/// May those who do not authenticate come in at all?
bool door_is_open(const AccessPolicy& policy, std::string_view description) noexcept {
  if (policy.open || policy.anonymous) return true;
  if (!description.empty()) return has_word(policy.rules_of(description).see, "anonymous");
  // No particular one: if any of them is for everybody.
  return std::any_of(policy.descriptions.begin(), policy.descriptions.end(),
                     [](const auto& one) { return has_word(one.second.see, "anonymous"); });
}

bool may_create(const AccessPolicy& policy, const Identity& who,
                std::string_view description) noexcept {
  if (policy.open) return true;
  if (const Words& words = policy.rules_of(description).create; !words.empty())
    return fits_one(who, words);
  return policy.anonymous || who.has_role(k_user) || who.has_role(k_author);
}

/// A description that somebody may not see does not exist for him.
bool is_hidden(const AccessPolicy& policy, const Identity& who,
               std::string_view description) noexcept {
  const Words& words = policy.rules_of(description).see;
  return !description.empty() && !words.empty() && !fits_one(who, words);
}

/// Only for looking, and only at the job itself.
bool is_shared(const Identity& who, Action action, const AccessSubject& subject) noexcept {
  return action == Action::see_job &&
         std::any_of(subject.shares.begin(), subject.shares.end(), [&](const Share& share) {
           return share.with.empty() || fits(who, share.with);
         });
}

/// What is left when it is clear that there is something and that the door is open.
bool is_allowed(const AccessPolicy& policy, const Identity& who, Action action,
                const AccessSubject& subject) noexcept {
  const bool mine = !subject.owner || who.owns(subject.owner);
  switch (action) {
    case Action::see_service:
    case Action::see_description:
    case Action::list_jobs:
    case Action::query_provenance: return true;
    case Action::create_job:
    case Action::add_entity: return may_create(policy, who, subject.description);
    case Action::monitor: return policy.open;
    case Action::submit_description: return policy.open || who.has_role(k_author);
    case Action::try_description: return mine && (policy.open || who.has_role(k_author));
    case Action::see_job:
      return mine || fits_one(who, policy.rules_of(subject.description).see_jobs);
    case Action::see_entity:
    case Action::change_job:
    case Action::change_entity: return mine;
    case Action::decide_description:
    case Action::administer: return false;
  }
  return false;
}

}  // namespace

std::string_view to_string(AuthenticatedBy means) noexcept {
  switch (means) {
    case AuthenticatedBy::nothing: return "nothing";
    case AuthenticatedBy::token: return "token";
    case AuthenticatedBy::front_end: return "front_end";
    case AuthenticatedBy::issuer: return "issuer";
    case AuthenticatedBy::host: return "host";
  }
  return "nothing";
}

std::string_view to_string(Action action) noexcept {
  switch (action) {
    case Action::see_service: return "see_service";
    case Action::see_description: return "see_description";
    case Action::submit_description: return "submit_description";
    case Action::try_description: return "try_description";
    case Action::decide_description: return "decide_description";
    case Action::list_jobs: return "list_jobs";
    case Action::create_job: return "create_job";
    case Action::see_job: return "see_job";
    case Action::change_job: return "change_job";
    case Action::see_entity: return "see_entity";
    case Action::add_entity: return "add_entity";
    case Action::change_entity: return "change_entity";
    case Action::query_provenance: return "query_provenance";
    case Action::monitor: return "monitor";
    case Action::administer: return "administer";
  }
  return "see_service";
}

std::string_view to_string(Decision decision) noexcept {
  switch (decision) {
    case Decision::allowed: return "allowed";
    case Decision::needs_authentication: return "needs_authentication";
    case Decision::forbidden: return "forbidden";
    case Decision::hidden: return "hidden";
  }
  return "hidden";
}

bool is_change(Action action) noexcept {
  switch (action) {
    case Action::see_service:
    case Action::see_description:
    case Action::list_jobs:
    case Action::see_job:
    case Action::see_entity:
    case Action::query_provenance:
    case Action::monitor: return false;
    case Action::submit_description:
    case Action::try_description:
    case Action::decide_description:
    case Action::create_job:
    case Action::change_job:
    case Action::add_entity:
    case Action::change_entity:
    case Action::administer: return true;
  }
  return true;
}

bool fits(const Identity& who, std::string_view word) noexcept {
  constexpr std::string_view k_group = "group:";
  constexpr std::string_view k_account = "account:";
  if (word == "anonymous") return true;
  if (who.anonymous()) return false;
  if (word == "any") return true;
  if (word.substr(0, k_group.size()) == k_group) return who.in_group(word.substr(k_group.size()));
  if (word.substr(0, k_account.size()) == k_account)
    return who.owns(std::string(word.substr(k_account.size())));
  return who.has_role(word);
}

bool Identity::has_role(std::string_view role) const noexcept { return has_word(roles, role); }

bool Identity::in_group(std::string_view group) const noexcept { return has_word(groups, group); }

std::optional<std::string> Identity::owner() const {
  if (anonymous()) return std::nullopt;
  return acting_for.empty() ? account : acting_for;
}

bool Identity::owns(const std::optional<std::string>& owner) const noexcept {
  return owner && !anonymous() && *owner == (acting_for.empty() ? account : acting_for);
}

const DescriptionRules& AccessPolicy::rules_of(std::string_view description) const noexcept {
  static const DescriptionRules none{};
  auto found = descriptions.find(description);
  if (found == descriptions.end()) found = descriptions.find("*");
  return found == descriptions.end() ? none : found->second;
}

Decision decide(const AccessPolicy& policy, const Identity& who, Action action,
                const AccessSubject& subject) noexcept {
  if (action == Action::see_service) return Decision::allowed;
  if (who.read_only && is_change(action)) return Decision::forbidden;
  if (who.has_role(k_admin)) return Decision::allowed;
  if (is_shared(who, action, subject)) return Decision::allowed;
  if (who.anonymous() && !door_is_open(policy, subject.description))
    // Where a name that nobody has given would not be asked about either.
    return has_word(policy.rules_of("*").see, "anonymous") ? Decision::hidden
                                                           : Decision::needs_authentication;
  if (who.has_role(k_operator))
    return action == Action::administer ? Decision::forbidden : Decision::allowed;
  // Whoever has a job keeps it when its description is hidden from him later.
  if (is_hidden(policy, who, subject.description) && !who.owns(subject.owner))
    return Decision::hidden;
  if (is_allowed(policy, who, action, subject)) return Decision::allowed;
  return who.anonymous() ? Decision::needs_authentication : Decision::forbidden;
}

bool may_see_owner(const Identity& who, const std::optional<std::string>& owner) noexcept {
  return !owner || who.owns(owner) || runs_service(who);
}

bool VisibleJobs::shows(const std::optional<std::string>& owner) const noexcept {
  switch (kind_) {
    case Kind::none: return false;
    case Kind::own: return owner && *owner == owner_;
    case Kind::unowned: return !owner;
    case Kind::all: return true;
  }
  return false;
}

void VisibleJobs::narrow(JobFilter& filter) const {
  if (kind_ == Kind::own) filter.owner = owner_;
}

VisibleJobs visible_jobs(const AccessPolicy& policy, const Identity& who,
                         std::string_view description) {
  using Kind = VisibleJobs::Kind;
  if (runs_service(who) || fits_one(who, policy.rules_of(description).see_jobs))
    return {Kind::all, {}};
  if (auto owner = who.owner()) return {Kind::own, *std::move(owner)};
  return {policy.open ? Kind::unowned : Kind::none, {}};
}

}}  // namespace opus::uws0

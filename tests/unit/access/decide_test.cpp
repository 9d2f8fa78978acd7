// opus/access.hpp: who may do what.
#include <opus/access.hpp>

#include "tests/support/catch.hpp"

using namespace opus;

namespace {

Identity person(std::string name, std::vector<std::string> roles = {"user"},
                std::vector<std::string> groups = {}) {
  Identity who;
  who.account = std::move(name);
  who.roles = std::move(roles);
  who.groups = std::move(groups);
  who.by = AuthenticatedBy::token;
  return who;
}

AccessPolicy closed() {
  AccessPolicy policy;
  policy.open = false;
  return policy;
}

constexpr Action k_actions[] = {Action::see_service,        Action::see_description,
                                Action::submit_description, Action::try_description,
                                Action::decide_description, Action::list_jobs,
                                Action::create_job,         Action::see_job,
                                Action::change_job,         Action::see_entity,
                                Action::add_entity,         Action::change_entity,
                                Action::query_provenance,   Action::monitor,
                                Action::administer};

}  // namespace

TEST_CASE("an open service asks nobody, but for its administration") {
  const AccessPolicy policy;
  for (const Action action : k_actions) {
    INFO(to_string(action));
    const bool ruled = action == Action::administer || action == Action::decide_description;
    CHECK(decide(policy, {}, action, {"echo", std::nullopt}) ==
          (ruled ? Decision::needs_authentication : Decision::allowed));
    CHECK(decide(policy, person("ada", {"admin"}), action) == Decision::allowed);
  }
  // What belongs to somebody stays his (UWS-SEC-02).
  CHECK(decide(policy, {}, Action::see_job, {"echo", "alice"}) == Decision::needs_authentication);
  CHECK(decide(policy, person("bob"), Action::see_job, {"echo", "alice"}) == Decision::forbidden);
  CHECK(decide(policy, person("alice"), Action::change_job, {"echo", "alice"}) ==
        Decision::allowed);
}

TEST_CASE("a closed service wants to know everybody, but for what it is") {
  for (const Action action : k_actions) {
    INFO(to_string(action));
    CHECK(decide(closed(), {}, action, {"echo", std::nullopt}) ==
          (action == Action::see_service ? Decision::allowed : Decision::needs_authentication));
  }
}

TEST_CASE("roles: users create, authors submit, operators run the service, admins administer") {
  const auto may = [](std::vector<std::string> roles, Action action) {
    return decide(closed(), person("x", std::move(roles)), action, {"echo", "alice"}) ==
           Decision::allowed;
  };
  CHECK_FALSE(may({}, Action::create_job));
  CHECK_FALSE(may({"own"}, Action::create_job));
  CHECK(may({}, Action::see_description));
  CHECK(may({"user"}, Action::create_job));
  CHECK(may({"author"}, Action::create_job));
  CHECK_FALSE(may({"user"}, Action::submit_description));
  CHECK(may({"author"}, Action::submit_description));
  CHECK_FALSE(may({"author"}, Action::decide_description));
  CHECK_FALSE(may({"author"}, Action::see_job));
  for (const Action action : k_actions) {
    INFO(to_string(action));
    CHECK(may({"operator"}, action) == (action != Action::administer));
    CHECK(may({"admin"}, action));
  }
}

TEST_CASE("a token for reading changes nothing, whoever has it") {
  Identity reader = person("ada", {"admin"});
  reader.read_only = true;
  for (const Action action : k_actions) {
    INFO(to_string(action));
    CHECK(decide(closed(), reader, action) ==
          (is_change(action) ? Decision::forbidden : Decision::allowed));
  }
}

TEST_CASE("rules of a description say who sees it, who creates jobs, who sees those of others") {
  AccessPolicy policy = closed();
  policy.descriptions["secret"] = {{"group:team", "account:eve"}, {"expert"}, {"reviewer"}};
  policy.descriptions["public"] = {{"anonymous"}, {"anonymous"}, {}};
  policy.descriptions["*"] = {{}, {"any"}, {}};
  const AccessSubject secret{"secret", "alice"};

  // Who may not see it is told that there is no such thing, even of its jobs.
  for (const Action action : k_actions)
    if (action != Action::see_service)
      CHECK(decide(policy, person("bob"), action, secret) == Decision::hidden);
  CHECK(decide(policy, person("eve", {}), Action::see_description, secret) == Decision::allowed);
  const Identity member = person("bob", {"user"}, {"team"});
  CHECK(decide(policy, member, Action::see_description, secret) == Decision::allowed);
  CHECK(decide(policy, member, Action::create_job, secret) == Decision::forbidden);
  CHECK(decide(policy, person("bob", {"expert"}, {"team"}), Action::create_job, secret) ==
        Decision::allowed);
  CHECK(decide(policy, member, Action::see_job, secret) == Decision::forbidden);
  const Identity reviewer = person("rita", {"reviewer"}, {"team"});
  CHECK(decide(policy, reviewer, Action::see_job, secret) == Decision::allowed);
  CHECK(decide(policy, reviewer, Action::change_job, secret) == Decision::forbidden);
  // An owner keeps his jobs.
  CHECK(decide(policy, person("alice"), Action::see_job, secret) == Decision::allowed);

  CHECK(decide(policy, {}, Action::create_job, {"public", std::nullopt}) == Decision::allowed);
  CHECK(decide(policy, {}, Action::create_job, {"other", std::nullopt}) ==
        Decision::needs_authentication);
  CHECK(decide(policy, {}, Action::query_provenance) == Decision::allowed);
  CHECK(decide(policy, person("bob", {}), Action::create_job, {"other", std::nullopt}) ==
        Decision::allowed);
}

TEST_CASE("where all others are open, a hidden description is not even asked about") {
  AccessPolicy policy = closed();
  policy.descriptions["*"].see = {"anonymous"};
  policy.descriptions["secret"].see = {"group:team"};
  CHECK(decide(policy, {}, Action::see_description, {"secret", std::nullopt}) == Decision::hidden);
  CHECK(decide(policy, {}, Action::see_job, {"secret", "alice"}) == Decision::hidden);
  CHECK(decide(policy, {}, Action::see_description, {"other", std::nullopt}) == Decision::allowed);
  CHECK(decide(policy, {}, Action::administer) == Decision::needs_authentication);
}

TEST_CASE("an account that acts for somebody is that one in everything that belongs to him") {
  Identity agent = person("platform");
  agent.acting_for = "alice";
  CHECK(agent.owner() == "alice");
  CHECK(decide(closed(), agent, Action::see_job, {"echo", "alice"}) == Decision::allowed);
  CHECK(decide(closed(), agent, Action::see_job, {"echo", "platform"}) == Decision::forbidden);
}

TEST_CASE("lists have what somebody may see (UWS-LST-15)") {
  const std::optional<std::string> alice = "alice", bob = "bob", nobody;
  const auto shows = [&](const AccessPolicy& policy, const Identity& who) {
    const VisibleJobs visible = visible_jobs(policy, who, "echo");
    return std::vector<bool>{visible.shows(alice), visible.shows(bob), visible.shows(nobody)};
  };
  using Shown = std::vector<bool>;
  AccessPolicy policy = closed();
  CHECK(shows(AccessPolicy{}, {}) == Shown{false, false, true});
  CHECK(shows(policy, {}) == Shown{false, false, false});
  CHECK(shows(policy, person("alice")) == Shown{true, false, false});
  CHECK(shows(policy, person("olga", {"operator"})) == Shown{true, true, true});
  policy.descriptions["echo"].see_jobs = {"user"};
  CHECK(shows(policy, person("bob")) == Shown{true, true, true});
  JobFilter filter;
  visible_jobs(closed(), person("alice"), "echo").narrow(filter);
  CHECK(filter.owner == alice);  // found by an index, not by looking through all
  CHECK(may_see_owner(person("olga", {"operator"}), alice));
  CHECK_FALSE(may_see_owner({}, alice));
}

TEST_CASE("a share lets look at a job, whoever asks, and nothing else") {
  opus::AccessPolicy policy;
  policy.open = false;
  policy.descriptions["secret"].see = {"expert"};
  const auto asked = [&](const opus::Identity& who, opus::Action action,
                         const std::vector<opus::Share>& shares) {
    return decide(policy, who, action, {"secret", "alice", shares});
  };
  opus::Identity bob;
  bob.account = "bob";
  bob.roles = {"user"};
  const std::vector<opus::Share> with_bob{{.id = "1", .with = "account:bob"}};
  const std::vector<opus::Share> by_link{{.id = "2"}};
  CHECK(asked(bob, opus::Action::see_job, {}) == opus::Decision::hidden);
  CHECK(asked(bob, opus::Action::see_job, with_bob) == opus::Decision::allowed);
  CHECK(asked(bob, opus::Action::change_job, with_bob) == opus::Decision::hidden);
  CHECK(asked(bob, opus::Action::see_description, with_bob) == opus::Decision::hidden);
  CHECK(asked({}, opus::Action::see_job, with_bob) == opus::Decision::needs_authentication);
  CHECK(asked({}, opus::Action::see_job, by_link) == opus::Decision::allowed);
  CHECK(asked({}, opus::Action::change_job, by_link) == opus::Decision::needs_authentication);
}

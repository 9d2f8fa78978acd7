// Every route x identity x ownership gives the documented answer (docs/rest.md, "Access").
#include <map>

#include "tests/server/access_rig.hpp"
#include "tests/support/catch.hpp"

using namespace opus_test;
using opus::Action;
using opus::rest::Api;
using opus::rest::Route;

namespace {

/// 0 = passes to the handler.
struct Row {
  int anonymous, alice, reader, bob, rita, carol, olga, ada;
};

/// On what alice has; rita may see her jobs by a rule.
const std::map<Action, Row> k_documented{
    //                            anonymous alice reader bob rita carol olga ada
    {Action::see_service, {0, 0, 0, 0, 0, 0, 0, 0}},
    {Action::see_description, {401, 0, 0, 0, 0, 0, 0, 0}},
    {Action::submit_description, {401, 403, 403, 403, 403, 0, 0, 0}},
    {Action::try_description, {401, 403, 403, 403, 403, 0, 0, 0}},
    {Action::decide_description, {401, 403, 403, 403, 403, 403, 0, 0}},
    {Action::list_jobs, {401, 0, 0, 0, 0, 0, 0, 0}},
    {Action::create_job, {401, 0, 403, 0, 0, 0, 0, 0}},
    {Action::see_job, {401, 0, 0, 403, 0, 403, 0, 0}},
    {Action::change_job, {401, 0, 403, 403, 403, 403, 0, 0}},
    {Action::see_entity, {401, 0, 0, 0, 0, 0, 0, 0}},  // whose, the handler asks
    {Action::add_entity, {401, 0, 403, 0, 0, 0, 0, 0}},
    {Action::change_entity, {401, 0, 403, 0, 0, 0, 0, 0}},  // the same
    {Action::query_provenance, {401, 0, 0, 0, 0, 0, 0, 0}},
    {Action::monitor, {401, 403, 403, 403, 403, 403, 0, 0}},
    {Action::administer, {401, 403, 403, 403, 403, 403, 403, 0}},
};

/// A sweep has no owner of its own: the handler asks about each of its jobs.
const Row k_sweep_change{401, 0, 403, 0, 0, 0, 0, 0};

std::string filled(std::string_view pattern, const std::string& job) {
  std::string path(pattern);
  for (const auto& [name, text] : std::map<std::string, std::string>{{"{name}", "echo"},
                                                                     {"{id}", job},
                                                                     {"{run}", "tour"},
                                                                     {"{n}", "1"},
                                                                     {"{p}", "text"},
                                                                     {"{result}", "result"}})
    if (const auto at = path.find(name); at != path.npos) path.replace(at, name.size(), text);
  return path;
}

class Walk {
 public:
  Walk() : rig_(policy()) { job_ = rig_.create("alice", "RUNID=tour"); }

  /// What Api::begin() answers, before any body is read; 0 = nothing.
  int answer(const Route& route, std::string_view name, const std::string& job) {
    opus_test::TestCall call(rig_.rest().host());
    call.request.method = route.method;
    call.request.base_url = RestRig::k_base;
    REQUIRE(call.request.set_target(filled(route.pattern, job)));
    for (const auto& [field, value] : rig_.as(name)) call.request.headers.add(field, value);
    const Api::Intake intake = rig_.rest().api().begin(call, 0);
    return intake.refusal ? intake.refusal->status : 0;
  }
  std::string job() const { return RestRig::id_of(job_).value; }
  void share_with(std::string word) {
    rig_.rest().service().share(RestRig::id_of(job_), {.with = std::move(word)}).value();
  }

 private:
  static opus::AccessPolicy policy() {
    opus::AccessPolicy policy = AccessRig::closed();
    policy.descriptions["echo"].see_jobs = {"group:team"};
    return policy;
  }
  AccessRig rig_;
  std::string job_;
};

}  // namespace

TEST_CASE("UWS-SEC-02, UWS-SEC-03, UWS-SEC-07: each route has a rule, which holds for everybody") {
  Walk walk;
  for (const Route& route : Api::routes()) {
    INFO(to_string(route.method) << ' ' << route.pattern);
    const auto documented = k_documented.find(route.action);
    REQUIRE(documented != k_documented.end());
    const bool sweep = route.pattern.find("/sweeps/") != route.pattern.npos;
    const Row& row =
        sweep && route.action == Action::change_job ? k_sweep_change : documented->second;
    for (const auto& [name, status] :
         std::initializer_list<std::pair<std::string_view, int>>{{"", row.anonymous},
                                                                 {"alice", row.alice},
                                                                 {"reader", row.reader},
                                                                 {"bob", row.bob},
                                                                 {"rita", row.rita},
                                                                 {"carol", row.carol},
                                                                 {"olga", row.olga},
                                                                 {"ada", row.ada}}) {
      INFO("as '" << name << "'");
      CHECK(walk.answer(route, name, walk.job()) == status);
    }
  }
}

TEST_CASE("a share lets somebody look at the job, and opens no other route") {
  Walk walk;
  walk.share_with("account:bob");
  for (const Route& route : Api::routes()) {
    INFO(to_string(route.method) << ' ' << route.pattern);
    const bool sweep = route.pattern.find("/sweeps/") != route.pattern.npos;
    const int without = sweep && route.action == Action::change_job
                            ? k_sweep_change.bob
                            : k_documented.find(route.action)->second.bob;
    CHECK(walk.answer(route, "bob", walk.job()) == (route.action == Action::see_job ? 0 : without));
    if (route.action == Action::see_job) CHECK(walk.answer(route, "carol", walk.job()) == 403);
  }
}

TEST_CASE("routes that change something need an action that does, and the other way round") {
  using opus::rest::Method;
  for (const Route& route : Api::routes()) {
    INFO(to_string(route.method) << ' ' << route.pattern);
    const bool only_asks = (route.method == Method::get && route.pattern != "/sync/{name}") ||
                           route.pattern == "/provsap";
    // Administration, its log included, is nothing for a token for reading.
    CHECK(is_change(route.action) == (!only_asks || route.action == Action::administer));
    CHECK((route.pattern.find("/{name}/{id}") != route.pattern.npos) ==
          (route.action == Action::see_job ||
           (route.action == Action::change_job &&
            route.pattern.find("/sweeps/") == route.pattern.npos)));
  }
}

TEST_CASE("a job that does not exist is not told from one that anonymous clients may not see") {
  Walk walk;
  const std::string none = "01998c1e-0000-7000-8000-000000000000";
  for (const Route& route : Api::routes()) {
    if (route.action != Action::see_job && route.action != Action::change_job) continue;
    INFO(route.pattern);
    CHECK(walk.answer(route, "", none) == walk.answer(route, "", walk.job()));
  }
}

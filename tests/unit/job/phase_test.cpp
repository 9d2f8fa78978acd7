// The one table of moves, against the transitions of UWS 1.1 (spec: state diagram and §2.1.3).
#include <opus/phase.hpp>

#include <set>
#include <utility>

#include "tests/support/catch.hpp"

using namespace opus;

TEST_CASE("the ten phases have their exact UWS words (UWS-PHS-01)", "[phase]") {
  std::set<std::string_view> words;
  for (const Phase phase : k_phases) {
    words.insert(to_string(phase));
    CHECK(parse_phase(to_string(phase)) == phase);
  }
  CHECK(words == std::set<std::string_view>{"PENDING", "QUEUED", "EXECUTING", "COMPLETED", "ERROR",
                                            "ABORTED", "UNKNOWN", "HELD", "SUSPENDED", "ARCHIVED"});
  for (const char* wrong : {"", "pending", "Pending", " PENDING", "PENDING ", "RUN", "ABORT"})
    CHECK_FALSE(parse_phase(wrong));
}

TEST_CASE("every pair of phases is allowed exactly as UWS says", "[phase]") {
  using P = Phase;
  const std::set<std::pair<P, P>> by_client{{P::pending, P::queued},  {P::pending, P::held},
                                            {P::held, P::queued},     {P::pending, P::aborted},
                                            {P::queued, P::aborted},  {P::executing, P::aborted},
                                            {P::held, P::aborted},    {P::suspended, P::aborted},
                                            {P::unknown, P::aborted}, {P::queued, P::held}};
  const std::set<std::pair<P, P>> by_anybody{
      {P::pending, P::queued},      {P::pending, P::held},        {P::pending, P::aborted},
      {P::pending, P::error},       {P::queued, P::executing},    {P::queued, P::held},
      {P::queued, P::unknown},      {P::queued, P::aborted},      {P::queued, P::error},
      {P::executing, P::completed}, {P::executing, P::error},     {P::executing, P::aborted},
      {P::executing, P::held},      {P::executing, P::suspended}, {P::executing, P::unknown},
      {P::held, P::queued},         {P::held, P::executing},      {P::held, P::unknown},
      {P::held, P::aborted},        {P::held, P::error},          {P::suspended, P::executing},
      {P::suspended, P::unknown},   {P::suspended, P::aborted},   {P::suspended, P::error},
      {P::unknown, P::queued},      {P::unknown, P::executing},   {P::unknown, P::held},
      {P::unknown, P::suspended},   {P::unknown, P::aborted},     {P::unknown, P::error},
      {P::completed, P::archived},  {P::error, P::archived},      {P::aborted, P::archived}};
  for (const P from : k_phases) {
    for (const P to : k_phases) {
      CAPTURE(to_string(from), to_string(to));
      CHECK(may_move(from, to, Actor::client) == by_client.contains({from, to}));
      const bool anybody = may_move(from, to, Actor::client) ||
                           may_move(from, to, Actor::service) ||
                           may_move(from, to, Actor::executor);
      CHECK(anybody == by_anybody.contains({from, to}));
    }
  }
}

TEST_CASE("only an executor starts and completes jobs", "[phase]") {
  for (const Phase from : k_phases) {
    for (const Phase to : {Phase::executing, Phase::completed}) {
      CHECK_FALSE(may_move(from, to, Actor::client));
      CHECK_FALSE(may_move(from, to, Actor::service));
    }
  }
}

TEST_CASE("final, active and live phases (UWS-WAI-03)", "[phase]") {
  for (const Phase phase : k_phases) {
    CAPTURE(to_string(phase));
    const bool active =
        phase == Phase::pending || phase == Phase::queued || phase == Phase::executing;
    const bool final = phase == Phase::completed || phase == Phase::error ||
                       phase == Phase::aborted || phase == Phase::archived;
    CHECK(is_active(phase) == active);
    CHECK(is_final(phase) == final);
    CHECK(is_live(phase) == (!final && phase != Phase::pending));
  }
}

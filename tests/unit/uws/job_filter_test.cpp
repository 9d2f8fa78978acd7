#include <opus/uws.hpp>

#include "tests/support/catch.hpp"
#include "tests/unit/uws/sample_jobs.hpp"

using opus::parse_job_filter;
using opus::Phase;

TEST_CASE("UWS-LST-04: no filter means all jobs but the archived") {
  const auto filter = parse_job_filter({});
  REQUIRE(filter);
  CHECK(filter->phases.empty());
  CHECK_FALSE(filter->after);
  CHECK_FALSE(filter->last);
}

TEST_CASE("UWS-LST-05, UWS-LST-06: repeated PHASE is a union") {
  const auto filter =
      parse_job_filter({{"PHASE", "EXECUTING"}, {"PHASE", "ARCHIVED"}, {"PHASE", "EXECUTING"}});
  REQUIRE(filter);
  CHECK(filter->phases == std::vector{Phase::executing, Phase::archived});
  for (const Phase phase : opus::k_phases)
    CHECK(parse_job_filter({{"PHASE", std::string{to_string(phase)}}})->phases ==
          std::vector{phase});
}

TEST_CASE("UWS-LST-07, UWS-TIM-04: AFTER in all the forms that clients send") {
  const auto after = [](const char* text) { return parse_job_filter({{"AFTER", text}})->after; };
  const auto time = [](const char* text) { return opus::parse_iso8601(text).value(); };
  CHECK(after("2026-03-01T12:00:00.000000Z") == sample::at(0));
  CHECK(after("2026-03-01T12:00:00") == sample::at(0));
  CHECK(after("2015-09-10T10:01:02.135000") == time("2015-09-10T10:01:02.135Z"));
  CHECK(after("2015") == time("2015-01-01T00:00:00Z"));
  CHECK(after("2015-10-26") == time("2015-10-26T00:00:00Z"));
  CHECK(after("20151026") == time("2015-10-26T00:00:00Z"));
  CHECK(after("2015-10-26 09:00") == time("2015-10-26T09:00:00Z"));
}

TEST_CASE("UWS-LST-12: of several AFTER the latest counts, of several LAST the smallest") {
  const auto filter = parse_job_filter({{"AFTER", "2026-03-01T12:00:10Z"},
                                        {"LAST", "7"},
                                        {"AFTER", "2026-03-01T12:00:20Z"},
                                        {"LAST", "3"},
                                        {"AFTER", "2026-03-01T12:00:00Z"},
                                        {"LAST", "5"}});
  REQUIRE(filter);
  CHECK(filter->after == sample::at(20));
  CHECK(filter->last == 3);
}

TEST_CASE("UWS-LST-14: names in any case, unknown names ignored") {
  const auto filter =
      parse_job_filter({{"phase", "error"}, {"Last", "1"}, {"after", "2026"}, {"WAIT", "x"}});
  REQUIRE(filter);
  CHECK(filter->phases == std::vector{Phase::error});
  CHECK(filter->last == 1);
  CHECK(filter->after);
}

TEST_CASE("RUNID and PARAMETER filter by what the client gave") {
  const auto filter = parse_job_filter(
      {{"runid", "sweep 1"}, {"RUNID", "sweep 1"}, {"PARAMETER", "a=b=c"}, {"parameter", "n="}});
  REQUIRE(filter);
  CHECK(filter->run_id == "sweep 1");
  CHECK(filter->parameters ==
        std::vector<std::pair<std::string, std::string>>{{"a", "b=c"}, {"n", ""}});
  for (const char* bad : {"", "sigma", "=5"}) CHECK_FALSE(parse_job_filter({{"PARAMETER", bad}}));
  CHECK_FALSE(parse_job_filter({{"RUNID", ""}}));
  CHECK_FALSE(parse_job_filter({{"RUNID", "a"}, {"RUNID", "b"}}));
}

TEST_CASE("UWS-LST-11: bad values are refused with what was expected and what came") {
  const auto faults_of = [](const char* name, const char* value) {
    const auto filter = parse_job_filter({{name, value}});
    REQUIRE_FALSE(filter);
    CHECK(filter.error().code == opus::Errc::invalid_argument);
    REQUIRE(filter.error().faults.size() == 1);
    CHECK(filter.error().faults[0].got == value);
    return filter.error().faults[0];
  };
  for (const char* value : {"", "RUN", "COMPLETE", " PENDING"})
    CHECK(faults_of("phase", value) ==
          opus::Fault{"PHASE", "a UWS phase such as COMPLETED", value});
  for (const char* value : {"0", "-1", "", "ten", "1.5", "99999999999999999999"})
    CHECK(faults_of("LAST", value) == opus::Fault{"LAST", "a whole number greater than 0", value});
  for (const char* value : {"", "2015-26-10", "yesterday", "2015-10-26T09:00:00+01:00"})
    CHECK(faults_of("AFTER", value).field == "AFTER");
}

TEST_CASE("all bad values of a filter are told at once") {
  const auto filter = parse_job_filter({{"PHASE", "X"}, {"LAST", "0"}, {"AFTER", "never"}});
  REQUIRE_FALSE(filter);
  CHECK(filter.error().faults.size() == 3);
  CHECK_THAT(filter.error().message, Catch::Contains("PHASE") && Catch::Contains("LAST") &&
                                         Catch::Contains("AFTER") && Catch::Contains("never"));
}

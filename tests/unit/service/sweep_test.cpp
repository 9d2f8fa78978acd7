// Which values the jobs of a sweep have.
#include "libopus/service/sweep.hpp"

#include "tests/support/catch.hpp"

using namespace opus;
using service::expand_numbers;
using service::expand_sweep;
using service::SweepJob;

namespace {

using Texts = std::vector<std::string>;
using Pairs = std::vector<std::pair<std::string, std::string>>;

JobDescription description() {
  JobDescription description;
  description.name = "fit";
  description.parameters = {{.name = "n", .datatype = Datatype::integer},
                            {.name = "sigma", .datatype = Datatype::double_number},
                            {.name = "filter"},
                            {.name = "pair", .datatype = Datatype::integer, .arraysize = "2"}};
  description.inputs = {{.name = "image"},
                        {.name = "darks", .multiplicity = {0, std::nullopt}},
                        {.name = "note", .kind = InputKind::value}};
  return description;
}

SweepRequest request(Pairs parameters, SweepKind kind = SweepKind::product) {
  SweepRequest request;
  request.job.description = "fit";
  request.job.parameters = std::move(parameters);
  request.kind = kind;
  return request;
}

std::vector<Pairs> parameters_of(const SweepRequest& request) {
  std::vector<Pairs> all;
  for (const SweepJob& job : expand_sweep(request, description(), 100).value())
    all.push_back(job.parameters);
  return all;
}

Fault fault_of(const SweepRequest& request, std::size_t max = 100) {
  const auto jobs = expand_sweep(request, description(), max);
  REQUIRE_FALSE(jobs);
  CHECK(jobs.error().code == Errc::invalid_argument);
  return jobs.error().faults.at(0);
}

}  // namespace

TEST_CASE("numbers may be lists and ranges, with both ends") {
  const auto integers = [](const char* text) { return expand_numbers(text, true, 100).value(); };
  const auto reals = [](const char* text) { return expand_numbers(text, false, 100).value(); };
  CHECK(integers("7") == Texts{"7"});
  CHECK(integers("1,2, 5") == Texts{"1", "2", "5"});
  CHECK(integers("1..4") == Texts{"1", "2", "3", "4"});
  CHECK(integers("3..1,9") == Texts{"3", "2", "1", "9"});
  CHECK(integers("-4..4..4") == Texts{"-4", "0", "4"});
  CHECK(integers("1..10..4") == Texts{"1", "5", "9"});
  CHECK(integers("10..0..-5") == Texts{"10", "5", "0"});
  CHECK(integers("5..5") == Texts{"5"});
  CHECK(reals("0..0.3..0.1") == Texts{"0.0", "0.1", "0.2", "0.3"});
  CHECK(reals("0.5..2..0.25").size() == 7);
  CHECK(reals("1..3") == Texts{"1", "2", "3"});
  CHECK(reals("1.50..0.50..-0.5") == Texts{"1.50", "1.00", "0.50"});
  CHECK(reals("1e3..3e3..1e3") == Texts{"1000", "2000", "3000"});
  CHECK(reals("many,") == Texts{"many", ""});  // judged as any other value, when it is run
}

TEST_CASE("ranges that lead nowhere are refused") {
  for (const char* text : {"1..x", "..", "1..", "1..2..3..4", "1..5..0", "1..5..-1", "5..1..1",
                           "1.5..3", "1..101", "1..9223372036854775807", "-9e18..1"})
    CHECK(expand_numbers(text, true, 100).error().code == Errc::invalid_argument);
  for (const char* text : {"0..1..x", "0..1..0", "0..1..1e-9", "nan..1", "0..inf", "0..1..0.00001"})
    CHECK(expand_numbers(text, false, 100).error().code == Errc::invalid_argument);
  CHECK(expand_numbers("1..60,1..60", true, 100).error().faults.at(0).expected ==
        "at most 100 values");
}

TEST_CASE("a product has every combination, the first parameter slowest") {
  CHECK(
      parameters_of(request({{"N", "1..2"}, {"filter", "g"}, {"filter", "r,i"}, {"sigma", "3"}})) ==
      std::vector<Pairs>{{{"n", "1"}, {"filter", "g"}, {"sigma", "3"}},
                         {{"n", "1"}, {"filter", "r,i"}, {"sigma", "3"}},
                         {{"n", "2"}, {"filter", "g"}, {"sigma", "3"}},
                         {{"n", "2"}, {"filter", "r,i"}, {"sigma", "3"}}});
}

TEST_CASE("a zip takes the values side by side") {
  CHECK(parameters_of(request({{"n", "1,2"}, {"sigma", "0.5"}, {"sigma", "1.5"}, {"filter", "g"}},
                              SweepKind::zip)) ==
        std::vector<Pairs>{{{"n", "1"}, {"sigma", "0.5"}, {"filter", "g"}},
                           {{"n", "2"}, {"sigma", "1.5"}, {"filter", "g"}}});
  const Fault fault = fault_of(request({{"n", "1..3"}, {"sigma", "1,2"}}, SweepKind::zip));
  CHECK(fault.field == "zip");
  CHECK(fault.got == "3 of n, 2 of sigma");
}

TEST_CASE("arrays and texts are taken as they are, unknown names are ignored") {
  CHECK(parameters_of(
            request({{"pair", "1 2"}, {"pair", "3,4"}, {"unheard", "1"}, {"unheard", "2"}})) ==
        std::vector<Pairs>{{{"pair", "1 2"}}, {{"pair", "3,4"}}});
  CHECK(parameters_of(request({})) == std::vector<Pairs>{{}});
}

TEST_CASE("inputs of one file vary, uploads included; inputs of several are common") {
  SweepRequest sweep = request({{"darks", "d1"}, {"darks", "d2"}, {"image", "id"}});
  sweep.job.uploads = {{.name = "IMAGE"}, {.name = "darks"}, {.name = "image"}};
  const auto jobs = expand_sweep(sweep, description(), 100).value();
  REQUIRE(jobs.size() == 3);
  const Pairs darks{{"darks", "d1"}, {"darks", "d2"}};
  CHECK(jobs[0].parameters == Pairs{darks[0], darks[1], {"image", "id"}});
  CHECK(jobs[1].parameters == darks);
  CHECK(jobs[0].uploads == std::vector<std::size_t>{1});
  CHECK(jobs[1].uploads == std::vector<std::size_t>{1, 0});
  CHECK(jobs[2].uploads == std::vector<std::size_t>{1, 2});
}

TEST_CASE("the limit is named and nothing is made beyond it") {
  CHECK(expand_sweep(request({{"n", "1..10"}, {"sigma", "1..10"}}), description(), 100)->size() ==
        100);
  const Fault fault = fault_of(request({{"n", "1..11"}, {"sigma", "1..10"}}));
  CHECK(fault.field == "sweep_max");
  CHECK(fault.expected == "at most 100 jobs at once");
  CHECK(fault.got == "11 of n x 10 of sigma");
  CHECK(fault_of(request({{"n", "1..1000000000"}})).field == "n");
  Pairs huge;
  for (const char* name : {"n", "sigma", "filter", "pair", "image", "note"})
    for (int i = 0; i < 100; ++i) huge.emplace_back(name, std::to_string(i));
  CHECK(fault_of(request(huge)).field == "sweep_max");
}

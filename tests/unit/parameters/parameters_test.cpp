#include <string>
#include <vector>

#include <opus/description.hpp>

#include "libopus/job/parameters.hpp"
#include "tests/support/catch.hpp"

using opus::Datatype;
using opus::InputKind;
using opus::JobDescription;
using opus::Parameter;

namespace {

JobDescription smoothing() {
  return {.name = "smooth",
          .command = {"smooth"},
          .parameters =
              {{.name = "Sigma", .datatype = Datatype::double_number, .required = true, .min = "0"},
               {.name = "mode", .default_value = "fast", .options = {"fast", "good"}},
               {.name = "comment"},
               {.name = "map", .default_value = "map.fits"}},
          .inputs = {{.name = "image"},
                     {.name = "masks", .multiplicity = {0, 3}},
                     {.name = "target", .kind = InputKind::value, .default_value = "M31"}},
          .results = {{.name = "map", .path = "out.fits"}}};
}

}  // namespace

TEST_CASE("the parameters a job runs with have canonical names and marked defaults (DALI-06)") {
  const auto checked = opus::check_parameters(
      smoothing(), {{"SIGMA", " 2.5 "}, {"comment", " as it is "}, {"IMAGE", "a.fits"}});
  REQUIRE(checked);
  CHECK(*checked == std::vector<Parameter>{{"Sigma", "2.5"},
                                           {"comment", " as it is "},
                                           {"image", "a.fits"},
                                           {"mode", "fast", true},
                                           {"map", "map.fits", true}});
}

TEST_CASE("one error lists all faults of the parameters") {
  const auto checked = opus::check_parameters(
      smoothing(),
      {{"mode", "quick"}, {"sigmaa", "1"}, {"map", "../../etc/passwd"}, {"target", ""}});
  REQUIRE_FALSE(checked);
  CHECK(checked.error().code == opus::Errc::invalid_argument);
  REQUIRE(checked.error().faults.size() == 4);
  CHECK(checked.error().message ==
        "mode: expected one of fast, good, got 'quick'; "
        "sigmaa: expected a parameter of the job (did you mean 'Sigma'?), got 'sigmaa'; "
        "map: expected a file name below the work folder, got '../../etc/passwd'; "
        "Sigma: expected a number, at least 0, got nothing");
}

TEST_CASE("a single-valued parameter given twice is a fault (DALI-07, UWS-PAR-10)") {
  const auto checked =
      opus::check_parameters(smoothing(), {{"sigma", "1"}, {"SIGMA", "2"}, {"image", "a"}});
  REQUIRE_FALSE(checked);
  CHECK(checked.error().message == "Sigma: expected one value, got '1' and '2'");
}

TEST_CASE("inputs may be given as often as their multiplicity allows") {
  CHECK(opus::check_parameters(smoothing(),
                               {{"sigma", "1"}, {"masks", "a"}, {"masks", "b"}, {"Masks", "c"}}));
  const auto four = opus::check_parameters(
      smoothing(),
      {{"sigma", "1"}, {"masks", "a"}, {"masks", "b"}, {"masks", "c"}, {"masks", "d"}});
  REQUIRE_FALSE(four);
  CHECK(four.error().message == "masks: expected at most 3 values, got '4 values'");
  const auto two =
      opus::check_parameters(smoothing(), {{"sigma", "1"}, {"image", "a"}, {"image", "b"}});
  REQUIRE_FALSE(two);
  CHECK(two.error().message == "image: expected at most 1 value, got '2 values'");
}

TEST_CASE(
    "values of inputs pass through, without NUL; whether there are enough the service knows") {
  const auto checked = opus::check_parameters(smoothing(), {{"sigma", "1"}, {"TARGET", " M 31 "}});
  REQUIRE(checked);
  CHECK((*checked)[1] == Parameter{"target", " M 31 "});
  const auto nul =
      opus::check_parameters(smoothing(), {{"sigma", "1"}, {"target", std::string("b\0c", 3)}});
  REQUIRE_FALSE(nul);
  CHECK(nul.error().faults[0].expected == "a text without NUL");
}

TEST_CASE("unknown names are kept untouched when asked for") {
  const auto checked =
      opus::check_parameters(smoothing(), {{"sigma", "1"}, {"Extra", "x"}, {"Extra", "y"}}, true);
  REQUIRE(checked);
  CHECK((*checked)[1] == Parameter{"Extra", "x"});
  CHECK((*checked)[2] == Parameter{"Extra", "y"});
}

TEST_CASE("names are found without regard to case (DALI-06)") {
  const JobDescription description = smoothing();
  REQUIRE(opus::find_parameter(description, "SIGMA"));
  CHECK(opus::find_parameter(description, "SIGMA")->name == "Sigma");
  CHECK(opus::find_parameter(description, "image") == nullptr);
  CHECK(opus::find_input(description, "Image") == &description.inputs[0]);
  CHECK(opus::find_input(description, "") == nullptr);
}

TEST_CASE("a parameter of a result's name gives its file name, unless it is empty") {
  const JobDescription description = smoothing();
  const auto& map = description.results[0];
  CHECK(opus::result_path(map, {}) == "out.fits");
  CHECK(opus::result_path(map, {{"map", "mine.fits"}}) == "mine.fits");
  CHECK(opus::result_path(map, {{"map", ""}}) == "out.fits");
}

TEST_CASE("the path of a result may contain the values of parameters") {
  const auto path = [](const char* text) {
    return opus::result_path({.name = "map", .path = text}, {{"band", "K"}, {"run", "7"}});
  };
  CHECK(path("maps/${band}_${run}.fits") == "maps/K_7.fits");
  CHECK(path("${BAND}*.fits") == "K*.fits");
  CHECK(path("$${band}$.fits") == "${band}$.fits");
  CHECK(path("${other}.fits") == "${other}.fits");
  CHECK(path("${unclosed") == "${unclosed");
}

#include "libopus/job/command.hpp"

#include <string>
#include <vector>

#include "tests/support/catch.hpp"

using opus::InputKind;
using opus::JobDescription;

namespace {

using Argv = std::vector<std::string>;

JobDescription description_with(Argv command) {
  return {.name = "d",
          .command = std::move(command),
          .parameters = {{.name = "sigma"},
                         {.name = "suffix", .default_value = ""},
                         {.name = "map", .default_value = ""}},
          .inputs = {{.name = "images", .multiplicity = {0, std::nullopt}},
                     {.name = "flats", .multiplicity = {0, std::nullopt}},
                     {.name = "target", .kind = InputKind::value}},
          .results = {{.name = "map", .path = "map.fits"}, {.name = "log", .path = "log.txt"}}};
}

opus::CommandValues values() {
  return {.job = opus::JobId{"0190"},
          .work_dir = "/j/work",
          .inputs_dir = "/j/work/inputs",
          .results_dir = "/j/results"};
}

Argv expanded(Argv command, const opus::CommandValues& values) {
  return opus::expand_command(description_with(std::move(command)), values).value();
}

std::string faults_of(Argv command) {
  auto faults = opus::command_faults(description_with(std::move(command)));
  return faults.empty() ? std::string{} : opus::faults_error({}, std::move(faults)).message;
}

}  // namespace

TEST_CASE("a value is one argument, whatever it contains (promise 4, OPUS S2)") {
  auto v = values();
  const std::string nasty = "a b; rm -rf / $(id) `id` \"' \n*${images} $${x}";
  v.parameters = {{"sigma", nasty}};
  CHECK(expanded({"p", "${sigma}", "--s=${sigma}!"}, v) == Argv{"p", nasty, "--s=" + nasty + "!"});
}

TEST_CASE("an argument whose value is absent is dropped, an empty value stays") {
  CHECK(expanded({"p", "${sigma}", "--s=${sigma}", "${suffix}", "x${suffix}", "-"}, values()) ==
        Argv{"p", "", "x", "-"});
  auto v = values();
  v.parameters = {{"sigma", ""}};
  CHECK(expanded({"p", "${sigma}"}, v) == Argv{"p", ""});
}

TEST_CASE("each file of an input becomes an argument of its own") {
  auto v = values();
  v.inputs = {{"images", "/i/a b.fits", ""}, {"images", "/i/c.fits", ""}};
  v.parameters = {{"sigma", "2"}, {"target", "M31"}};
  CHECK(expanded({"p", "${images}", "--in=${images}:${sigma}:${images}", "${flats}", "${target}"},
                 v) == Argv{"p", "/i/a b.fits", "/i/c.fits", "--in=/i/a b.fits:2:/i/a b.fits",
                            "--in=/i/c.fits:2:/i/c.fits", "M31"});
}

TEST_CASE("two inputs with several files in one argument are refused") {
  auto v = values();
  v.inputs = {{"images", "a", ""}, {"images", "b", ""}, {"flats", "c", ""}, {"flats", "d", ""}};
  const auto result = opus::expand_command(description_with({"p", "${images},${flats}"}), v);
  REQUIRE_FALSE(result);
  CHECK(result.error().message ==
        "command[1]: expected one input with several values per argument, got 'images and flats'");
}

TEST_CASE("results stand for their file names, built-in names for the job's folders") {
  auto v = values();
  CHECK(expanded({"p", "${map}", "${log}", "${job_id}", "${work_dir}/x", "${inputs_dir}",
                  "${results_dir}"},
                 v) ==
        Argv{"p", "map.fits", "log.txt", "0190", "/j/work/x", "/j/work/inputs", "/j/results"});
  v.parameters = {{"map", "mine.fits"}};
  CHECK(expanded({"p", "${map}"}, v) == Argv{"p", "mine.fits"});
}

TEST_CASE("$${ is a literal ${ and other dollars stand for themselves") {
  CHECK(expanded({"p", "$${sigma}", "$", "$5", "a$$b", "$(id)", "${suffix}$"}, values()) ==
        Argv{"p", "${sigma}", "$", "$5", "a$$b", "$(id)", "$"});
}

TEST_CASE("malformed templates are faults") {
  for (const char* text : {"${", "${}", "${a b}", "x${sigma", "${1}", "${a${b}}"})
    CHECK_FALSE(opus::parse_template(text));
  CHECK(faults_of({"p", "${sigma"}) ==
        "command[1]: expected a template such as ${name}, or $${ for a literal ${, got "
        "'${sigma'");
  CHECK_FALSE(opus::expand_command(description_with({"p", "${"}), values()));
}

TEST_CASE("names the description does not know are faults") {
  CHECK(faults_of({"p", "${sigam}"}) ==
        "command[1]: expected a name of the description (did you mean 'sigma'?), got '${sigam}'");
  CHECK(faults_of({"p", "${SIGMA}"}) ==
        "command[1]: expected a name of the description (did you mean 'sigma'?), got '${SIGMA}'");
  CHECK_FALSE(opus::expand_command(description_with({"p", "${sigam}"}), values()));
  CHECK(faults_of({"p", "${sigma}", "${job_id}", "${images},${target}"}).empty());
}

TEST_CASE("no client chooses the program") {
  CHECK(faults_of({"${sigma}"}) ==
        "command[0]: expected a program that no value chooses, got '${sigma}'");
  CHECK(faults_of({"/opt/${target}/bin"}) != "");
  CHECK(faults_of({"${work_dir}/run", "x"}).empty());
}

TEST_CASE("two inputs that may have several files in one argument are a fault") {
  CHECK(faults_of({"p", "${images}${flats}"}) ==
        "command[1]: expected at most one input with several values, got '${images}${flats}'");
}

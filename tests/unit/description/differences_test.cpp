// What changed from one description to another, for programs and for people.
#include <opus/description_history.hpp>

#include "tests/support/catch.hpp"

using namespace opus;

namespace {

JobDescription before() {
  JobDescription description;
  description.name = "map";
  description.annotation = "Makes a map";
  description.script = "#!/bin/sh\nset -e\nmake-map\nexit 0\n";
  description.parameters = {
      {.name = "sigma", .datatype = Datatype::double_number, .default_value = "1.5"},
      {.name = "band", .options = {"r", "g"}}};
  return description;
}

std::vector<std::string> paths(const std::vector<DescriptionDifference>& found) {
  std::vector<std::string> all;
  for (const auto& difference : found) all.push_back(difference.path);
  return all;
}

}  // namespace

TEST_CASE("equal descriptions do not differ") {
  CHECK(differences(before(), before()).empty());
  CHECK(to_text({}).empty());
}

TEST_CASE("a difference says where it is and what was and is there, as JSON") {
  JobDescription after = before();
  after.annotation = "Makes \"maps\"";
  after.parameters[0].default_value = "2";
  after.parameters[1].options = {"r", "g", "b"};
  after.type = "Analysis";
  const auto found = differences(before(), after);
  CHECK(found == std::vector<DescriptionDifference>{
                     {"annotation", R"("Makes a map")", R"("Makes \"maps\"")"},
                     {"parameters.sigma.default", "1.5", "2"},
                     {"parameters.band.options", R"(["r","g"])", R"(["r","g","b"])"},
                     {"type", std::nullopt, R"("Analysis")"}});
}

TEST_CASE("parameters are matched by name: one that came, one that went, and a new order") {
  JobDescription after = before();
  after.parameters.erase(after.parameters.begin());
  after.parameters.push_back({.name = "depth", .datatype = Datatype::integer});
  auto found = differences(before(), after);
  CHECK(paths(found) == std::vector<std::string>{"parameters.sigma", "parameters.depth"});
  CHECK_FALSE(found[0].after);
  CHECK_FALSE(found[1].before);

  after = before();
  std::swap(after.parameters[0], after.parameters[1]);
  found = differences(before(), after);
  REQUIRE(paths(found) == std::vector<std::string>{"parameters"});
  CHECK(found[0].after == R"(["band","sigma"])");

  after = before();
  after.parameters.clear();
  CHECK(paths(differences(before(), after)) ==
        std::vector<std::string>{"parameters.sigma", "parameters.band"});
}

TEST_CASE("people read scripts line by line") {
  JobDescription after = before();
  after.script = "#!/bin/sh\nset -e\nprepare\nmake-map --deep\nexit 0\n";
  after.doc_url = "https://example.org/map";
  CHECK(to_text(differences(before(), after)) ==
        "script\n"
        "    #!/bin/sh\n"
        "    set -e\n"
        "  - make-map\n"
        "  + prepare\n"
        "  + make-map --deep\n"
        "    exit 0\n"
        "docUrl (added)\n"
        "  + https://example.org/map\n");
  CHECK(to_text(differences(after, before())).find("docUrl (removed)\n") != std::string::npos);
}

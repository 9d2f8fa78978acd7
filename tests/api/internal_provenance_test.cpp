// What a real command tells of its run, through public headers only.
#include <opus/opus.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/temp_folder.hpp"

using namespace opus;
using namespace std::chrono_literals;
using opus_test::TempFolder;

namespace {

constexpr const char* k_script = R"(#!/bin/sh
echo data > out.txt
case "$how" in
  good) echo '{"activity": {"step": {}}, "wasInformedBy":
               {"_:1": {"prov:informed": "step", "prov:informant": "current_job"}}}' ;;
  bad) echo '{"activity": 7}' ;;
esac > internal_provenance.json
if [ "$how" = link ]; then ln -sf /etc/passwd internal_provenance.json; fi
if [ "$how" = pipe ]; then rm internal_provenance.json; mkfifo internal_provenance.json; fi
if [ "$how" = none ]; then rm internal_provenance.json; fi
)";

Service open_service(const TempFolder& folder) {
  Service service = Service::open({.data_dir = folder / "data"}).value();
  service.add_executor(make_local_executor()).value();
  JobDescription description;
  description.name = "tell";
  description.script = k_script;
  description.parameters = {{.name = "how", .required = true}};
  description.results = {{.name = "out", .path = "out.txt"}};
  service.define(description).value();
  return service;
}

}  // namespace

TEST_CASE("internal_provenance.json is part of the job's provenance, at once and later") {
  const TempFolder folder;
  std::string text;
  JobId id;
  {
    Service service = open_service(folder);
    for (const char* how : {"good", "bad", "link", "pipe", "none"}) {
      const Job made =
          service.create({.description = "tell", .parameters = {{"how", how}}, .run = true})
              .value();
      const Job job = service.wait(made.id, 60s).value();
      INFO(how << (job.error ? job.error->message : std::string{}));
      REQUIRE(job.phase == Phase::completed);
      const ProvenanceGraph graph = service.provenance(job.id).value();
      const std::string own = "id:in-" + job.id.value;
      CHECK((graph.find(own + ".step") != nullptr) == (how == std::string{"good"}));
      CHECK((graph.find(own + ".invalid") != nullptr) == (how == std::string{"bad"}));
      if (how == std::string{"good"}) {
        text = to_prov_n(graph);
        id = job.id;
      }
    }
  }
  // The work folder has gone by now.
  const Service service = open_service(folder);
  CHECK(to_prov_n(service.provenance(id).value()) == text);
}

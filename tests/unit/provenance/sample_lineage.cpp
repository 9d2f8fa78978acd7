#include "tests/unit/provenance/sample_lineage.hpp"

using namespace std::chrono_literals;

namespace opus_test {

opus::TimePoint at(int seconds) {
  return opus::parse_iso8601("2026-03-01T12:00:00Z").value() + std::chrono::seconds{seconds};
}

std::string stack_hash() { return std::string(60, '0') + "cafe"; }

opus::Entity upload(const std::string& id, int second) {
  opus::Entity entity;
  entity.id.value = id;
  entity.name = id + ".fits";
  entity.media_type = "application/fits";
  entity.size = 2880;
  entity.sha256 = std::string(64, 'e');
  entity.location = "uploads/" + id;
  entity.created = at(second);
  entity.owner = "alice";
  return entity;
}

opus::Job job(const std::string& id, int second, const std::vector<std::string>& inputs) {
  opus::Job job;
  job.id.value = id;
  job.description = "stack";
  job.description_version = "1.2";
  job.description_hash = stack_hash();
  job.owner = "alice";
  job.phase = opus::Phase::completed;
  job.created = at(second - 2);
  job.queued = at(second - 1);
  job.started = at(second);
  job.ended = at(second + 8);
  job.parameters = {{.name = "sigma", .value = "3.5"},
                    {.name = "method", .value = "median", .by_default = true}};
  for (const std::string& input : inputs)
    job.inputs.push_back(
        {.name = "raw", .entity = {input}, .file_name = input + ".fits", .used = at(second - 1)});
  opus::Entity out = upload(id + ".out", second + 7);
  out.generated_by = job.id;
  out.role = "stacked";
  job.results = {{.id = "stacked", .name = "stacked", .entity = out}};
  job.executor = "local";
  job.native_id.value = "4711";
  job.facts = {.host = "node7",
               .exit_code = 0,
               .user_time = 1500ms,
               .system_time = 20ms,
               .max_rss_bytes = 7'000'000'000};
  job.software = "opus-uws 0.1.0";
  job.command = {"stack", "--sigma", "3.5", "inputs/raw 1.fits"};
  return job;
}

opus::JobDescription stack_description() {
  opus::JobDescription description;
  description.name = "stack";
  description.annotation = "Stacks images";
  description.version = "1.2";
  description.type = "Reduction";
  description.subtype = "stacking";
  description.doc_url = "https://example.org/stack.html";
  description.contact = {.name = "Bob B.", .email = "bob@example.org"};
  description.command = {"stack", "--sigma", "${sigma}"};
  description.environment = {{"OMP_NUM_THREADS", "4"}, {"API_TOKEN", "hunter2"}};
  description.parameters = {{.name = "sigma", .datatype = opus::Datatype::double_number},
                            {.name = "method", .default_value = "median"}};
  description.inputs = {{.name = "raw", .role = "science image", .multiplicity = {1, {}}}};
  description.results = {{.name = "stacked", .path = "stacked.fits"}};
  return description;
}

opus::store::SavedDescription saved_stack() {
  return {.hash = stack_hash(),
          .name = "stack",
          .version = "1.2",
          .json = opus::to_json(stack_description())};
}

MemoryReader chain() {
  MemoryReader reader;
  reader.put(saved_stack());
  reader.put(upload("raw"));
  reader.put(job("a", 10, {"raw"}));
  reader.put(job("b", 20, {"a.out"}));
  reader.put(job("c", 30, {"b.out"}));
  return reader;
}

MemoryReader diamond() {
  MemoryReader reader;
  reader.put(saved_stack());
  reader.put(upload("raw"));
  reader.put(job("a", 10, {"raw"}));
  reader.put(job("b", 20, {"a.out"}));
  reader.put(job("c", 21, {"a.out"}));
  reader.put(job("d", 40, {"b.out", "c.out"}));
  return reader;
}

}  // namespace opus_test

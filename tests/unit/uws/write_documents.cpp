// Writes one UWS document of every kind and phase into a folder, for tests by other readers.
//
//   uws-documents <folder>

#include <opus/uws.hpp>

#include "tests/unit/uws/sample_jobs.hpp"

#include <filesystem>
#include <fstream>
#include <iostream>

namespace {

class Folder {
 public:
  explicit Folder(std::filesystem::path path) : path_(std::move(path)) {}
  void write(const std::string& name, const std::string& content) {
    std::ofstream file(path_ / name, std::ios::binary);
    file << content;
    file.close();
    ok_ = ok_ && !file.fail();
  }
  bool ok() const { return ok_; }

 private:
  std::filesystem::path path_;
  bool ok_ = true;
};

void write_phases(Folder& folder) {
  std::vector<opus::JobSummary> list;
  for (const opus::Phase phase : opus::k_phases) {
    const std::string name{to_string(phase)};
    opus::Job job = sample::job(phase);
    folder.write("job-" + name + ".xml", opus::to_uws_xml(job, sample::links()));
    folder.write("parameters-" + name + ".xml", opus::parameters_to_uws_xml(job, sample::links()));
    folder.write("results-" + name + ".xml", opus::results_to_uws_xml(job, sample::links()));
    job.owner.reset();
    job.run_id.clear();
    job.destruction.reset();
    job.quote = sample::at(90);
    folder.write("job-anonymous-" + name + ".xml", opus::to_uws_xml(job, sample::links()));
    list.push_back(sample::summary(phase));
  }
  list.back().owner.reset();
  list.back().run_id.clear();
  folder.write("jobs.xml", opus::to_uws_xml(list, sample::links()));
  folder.write("jobs-empty.xml", opus::to_uws_xml(std::vector<opus::JobSummary>{}, {}));
  opus::Job job = sample::job(opus::Phase::aborted);
  job.started.reset();
  job.error = {.message = "execution duration exceeded"};
  folder.write("job-aborted-before-start.xml", opus::to_uws_xml(job, sample::links()));
  folder.write("job-waiting.xml",
               opus::to_uws_xml(sample::job(opus::Phase::queued), sample::links(), 3));
  folder.write("job-bare.xml", opus::to_uws_xml(opus::Job{}, {}));
  job = sample::job(opus::Phase::completed);
  folder.write("parameters.xml", opus::parameters_to_uws_xml(job, sample::links()));
  folder.write("results.xml", opus::results_to_uws_xml(job, sample::links()));
  folder.write("parameters-empty.xml", opus::parameters_to_uws_xml(opus::Job{}, {}));
  folder.write("results-empty.xml", opus::results_to_uws_xml(opus::Job{}, {}));
}

/// nasty.xml has one parameter per text, named by its number; nasty-<number>.bin has the text.
void write_nasty(Folder& folder) {
  std::vector<std::string> texts = sample::nasty_texts();
  for (std::uint32_t seed = 0; seed < 100; ++seed) texts.push_back(sample::random_text(seed));
  opus::Job job = sample::job(opus::Phase::error);
  job.parameters.clear();
  job.inputs.clear();
  for (std::size_t i = 0; i < texts.size(); ++i) {
    job.parameters.push_back({.name = "p" + std::to_string(i), .value = texts[i]});
    folder.write("nasty-" + std::to_string(i) + ".bin", texts[i]);
    opus::JobResult result{.id = texts[i]};
    result.entity.media_type = texts[i];
    job.results.push_back(result);
    job.progress_text += texts[i];
  }
  job.owner = job.run_id = job.error->message = job.progress_text;
  folder.write("nasty.xml", opus::to_uws_xml(job, sample::links()));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: uws-documents <folder>\n";
    return 2;
  }
  Folder folder{argv[1]};
  write_phases(folder);
  write_nasty(folder);
  return folder.ok() ? 0 : 1;
}

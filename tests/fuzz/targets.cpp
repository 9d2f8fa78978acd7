#include "tests/fuzz/targets.hpp"

#include <opus/description.hpp>
#include <opus/provenance_formats.hpp>
#include <opus/time.hpp>

#include <algorithm>

#include "libopus/core/json.hpp"
#include "libopus/core/strings.hpp"
#include "libopus/core/xml.hpp"
#include "libopus/entity/content_disposition.hpp"
#include "libopus/entity/glob.hpp"
#include "libopus/executor/job_files.hpp"
#include "libopus/executor/pbs/pbs.hpp"
#include "libopus/executor/slurm/slurm.hpp"
#include "libopus/provenance/archive.hpp"
#include "libopus/provenance/internal.hpp"
#include "tests/fuzz/promise.hpp"

namespace opus_fuzz {

namespace {

/// Words of a scheduler reach people: they must be printable, and a state must be decided.
void check_listed(const opus::batch::Listed& listed) {
  promise(opus::is_utf8(listed.word));
  promise(opus::is_utf8(listed.reason));
  promise(listed.state >= opus::batch::State::queued &&
          listed.state <= opus::batch::State::unknown);
}

}  // namespace

void read_squeue(std::string_view text) {
  const auto all = opus::slurm::parse_squeue(text);
  if (!all) return;
  promise(text.empty() || text.back() == '\n');  // half a list would be missing jobs
  for (const auto& listed : *all) check_listed(listed);
}

void read_sacct(std::string_view text) {
  for (const char* native : {"12", "12_3"})
    if (const auto listed = opus::slurm::parse_sacct(text, native)) check_listed(*listed);
}

void read_sbatch(std::string_view text) {
  const auto id = opus::slurm::parse_submitted(text);
  promise(!id || opus::parse_integer(*id) || id->size() > 18);
}

void read_qstat_json(std::string_view text) {
  if (const auto all = opus::pbs::parse_qstat_json(text))
    for (const auto& listed : *all) check_listed(listed);
}

void read_qstat_text(std::string_view text) {
  for (const auto dialect : {opus::pbs::Dialect::torque, opus::pbs::Dialect::openpbs})
    if (const auto all = opus::pbs::parse_qstat_text(text, dialect))
      for (const auto& listed : *all) check_listed(listed);
}

void read_qsub(std::string_view text) {
  const auto id = opus::pbs::parse_id(text);
  promise(!id || (id->front() >= '0' && id->front() <= '9'));
}

void read_exit_record(std::string_view text) {
  (void)opus::parse_exit_record(text, "exit.json").has_value();
}

void read_json(std::string_view text) { (void)opus::Json::parse(text).has_value(); }

void read_xml(std::string_view text) { (void)opus::XmlDocument::parse(text).has_value(); }

/// What is accepted can be written, and read again as the same.
void read_description(std::string_view text) {
  const auto description = opus::parse_description(text, "fuzz");
  if (!description) return;
  const auto again = opus::parse_description(opus::to_json(*description), "again");
  promise(again && *again == *description);
}

void read_date(std::string_view text) {
  const auto time = opus::parse_iso8601(text);
  if (!time) return;
  const auto again = opus::parse_iso8601(opus::to_iso8601(*time));
  promise(again && *again == *time);
}

void read_percent(std::string_view text) {
  const auto decoded = opus::percent_decoded(text);
  promise(!decoded || decoded->size() <= text.size());
}

/// What a job's code tells becomes part of documents that others read.
void read_prov_json(std::string_view text) {
  opus::Job job;
  job.id = opus::JobId{"job-1"};
  opus::ProvenanceGraph graph;
  opus::ProvNode self;
  self.id = "id:job-job-1";
  self.kind = opus::ProvKind::activity;
  graph.add(self);
  const std::size_t before = graph.nodes().size();
  if (!opus::provenance::add_internal(graph, job, text)) {
    promise(graph.nodes().size() == before);  // all or none
    return;
  }
  promise(opus::Json::parse(opus::to_text(graph, opus::ProvFormat::prov_json)).has_value());
  promise(opus::XmlDocument::parse(opus::to_text(graph, opus::ProvFormat::prov_xml)).has_value());
}

void read_archive_line(std::string_view text) {
  namespace provenance = opus::provenance;
  const auto record = provenance::parse_archive_line(text);
  if (!record) return;
  const std::string line = provenance::to_archive_line(*record);
  const auto again = provenance::parse_archive_line(line);
  promise(again && provenance::to_archive_line(*again) == line);
}

void read_content_disposition(std::string_view text) {
  promise(opus::entity::content_disposition_name(text).size() <= 4 * text.size());
}

/// The first line is a pattern, the rest a name.
void read_glob(std::string_view text) {
  const auto line = text.substr(0, text.find('\n'));
  const auto name = text.substr(std::min(line.size() + 1, text.size()));
  const bool matches = opus::entity::glob_matches(line, name);
  if (!opus::entity::is_glob(line)) promise(matches == (line == name));
}

}  // namespace opus_fuzz

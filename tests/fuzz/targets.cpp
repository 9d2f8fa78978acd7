#include "tests/fuzz/targets.hpp"

#include <opus/description.hpp>
#include <opus/time.hpp>

#include <cstdlib>

#include "libopus/core/json.hpp"
#include "libopus/core/strings.hpp"
#include "libopus/core/xml.hpp"
#include "libopus/executor/job_files.hpp"
#include "libopus/executor/pbs/pbs.hpp"
#include "libopus/executor/slurm/slurm.hpp"

namespace opus_fuzz {

namespace {

void promise(bool kept) {
  if (!kept) std::abort();
}

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
  if (const auto all = opus::pbs::parse_qstat_text(text))
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

}  // namespace opus_fuzz

#include "tests/unit/uws/sample_jobs.hpp"

#include <algorithm>
#include <array>
#include <random>

namespace sample {

using namespace std::chrono_literals;

opus::TimePoint at(int seconds) {
  return opus::parse_iso8601("2026-03-01T12:00:00Z").value() + std::chrono::seconds{seconds};
}

opus::UwsLinks links() { return {.base = "https://example.org/uws"}; }

opus::Job job(opus::Phase phase) {
  opus::Job job;
  job.id.value = "0198c0de-0000-7000-8000-00000000000" + std::to_string(static_cast<int>(phase));
  job.description = "stack";
  job.description_version = "1.2";
  job.description_hash = std::string(64, 'd');
  job.run_id = "night-42";
  job.owner = "alice";
  job.phase = phase;
  job.created = at(0);
  job.execution_duration = 3600s;
  job.destruction = at(7 * 86400);
  job.parameters = {{.name = "sigma", .value = "3.5"},
                    {.name = "method", .value = "a < b & c", .by_default = true},
                    {.name = "raw", .value = "raw.fits"}};
  job.inputs = {{.name = "raw",
                 .entity = {"0198c0de-0000-7000-8000-0000000000e1"},
                 .file_name = "raw.fits",
                 .used = at(4)}};
  job.executor = "local";
  if (phase == opus::Phase::pending) return job;
  job.queued = at(2);
  if (phase == opus::Phase::queued || phase == opus::Phase::held) return job;
  job.started = at(5);
  job.native_id.value = "4711";
  job.facts.host = "node7";
  job.software = "opus-uws 0.1.0";
  job.progress = 0.5;
  job.progress_text = "tile 42 of 84";
  if (!opus::is_final(phase)) return job;
  job.ended = at(605);
  job.facts.user_time = 1234ms;
  job.facts.system_time = 56ms;
  job.facts.max_rss_bytes = 7'000'000'000;
  if (phase == opus::Phase::aborted) {
    job.facts.signal = 15;
    return job;
  }
  job.facts.exit_code = phase == opus::Phase::error ? 3 : 0;
  if (phase == opus::Phase::error) {
    job.error = {.kind = opus::ErrorKind::fatal,
                 .message = "worker exited with status 3: <input> is truncated",
                 .detail = "Traceback ..."};
    return job;
  }
  opus::Entity stacked{.id = {"0198c0de-0000-7000-8000-0000000000e2"},
                       .name = "stacked.fits",
                       .media_type = "application/fits",
                       .size = 3'000'960,
                       .sha256 = std::string(64, 'a'),
                       .location = "jobs/01/x/results/stacked.fits",
                       .created = at(604),
                       .generated_by = job.id,
                       .role = "stacked"};
  opus::Entity log{.id = {"0198c0de-0000-7000-8000-0000000000e3"},
                   .name = "log.txt",
                   .media_type = "text/plain",
                   .size = 5'000'000'000,
                   .location = "jobs/01/x/results/log.txt",
                   .created = at(605),
                   .generated_by = job.id,
                   .role = "log"};
  job.results = {{.id = "stacked", .name = "stacked", .entity = stacked},
                 {.id = "log", .name = "log", .entity = log}};
  if (phase == opus::Phase::archived)
    for (opus::JobResult& result : job.results) {
      result.entity.invalidated = at(7 * 86400);
      result.entity.location.clear();
    }
  return job;
}

opus::JobSummary summary(opus::Phase phase) {
  const opus::Job whole = job(phase);
  return {.id = whole.id,
          .description = whole.description,
          .phase = phase,
          .run_id = whole.run_id,
          .owner = whole.owner,
          .created = whole.created};
}

std::vector<std::string> nasty_texts() {
  using namespace std::string_literals;
  return {"",
          " leading and trailing ",
          "tab\there",
          "line\nbreak",
          "carriage\r\nreturn",
          "]]>",
          "<![CDATA[x]]>",
          "<!-- -- -->",
          "<?xml?>",
          "&amp;&lt;&#1;",
          "\"double\" and 'single'",
          "\xF0\x9F\x94\xAD telescope and \xF0\x90\x80\x80",
          "caf\xC3\xA9 \xE2\x89\xA5 3\xCF\x83",
          "\x7F\xC2\x85",
          "\xEF\xBB\xBF"
          "bom",
          "nul\0inside"s,
          "\x01\x02\x1B[31m",
          "\xEF\xBF\xBE",
          "\xEF\xBF\xBF",
          "latin1 \xE9t\xE9",
          "overlong \xC0\xAF",
          "surrogate \xED\xA0\x80",
          "cut \xF0\x9F\x94",
          "beyond \xF4\x90\x80\x80",
          std::string(100'000, '&')};
}

std::string random_text(std::uint32_t seed) {
  static const std::array<std::string, 24> pieces{
      "a",    "Z",        "<",    ">",    "&",    "\"",   "'",        "]]>",
      "\r",   "\n",       "\t",   " ",    "\xC3", "\xA9", "\xC3\xA9", "\xF0\x9F\x94\xAD",
      "\x01", "\xEF\xBF", "\xBE", "\xBF", "\xED", "\xF4", "\x7F",     std::string(1, '\0')};
  std::mt19937 random{seed};
  // Half of the texts are without the pieces that XML cannot carry.
  const std::size_t choices = seed % 2 == 0 ? pieces.size() : 12;
  std::string text;
  for (unsigned left = random() % 12; left > 0; --left) text += pieces[random() % choices];
  return text;
}

}  // namespace sample

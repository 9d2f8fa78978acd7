#include <opus/uws.hpp>

#include "libopus/job/chain.hpp"
#include "libopus/uws/by_reference.hpp"
#include "libopus/uws/xml_writer.hpp"

#include <algorithm>
#include <limits>

namespace opus { inline namespace uws0 {
namespace {

using uws::XmlWriter;

constexpr std::string_view k_jobs_tail = "</uws:jobs>\n";
constexpr std::string_view k_unexplained = "The job failed; no reason was recorded.";

void add_reference(XmlWriter& xml, const Job& job, std::string_view name, const UwsLinks& links) {
  xml.add("    <uws:parameter").attribute("id", name).add(" byReference=\"true\">");
  xml.text(links.parameter_url(job, name)).add("</uws:parameter>\n");
}

void add_parameters(XmlWriter& xml, const Job& job, const UwsLinks& links) {
  for (const Parameter& parameter : job.parameters) {
    if (uws::is_by_reference(job, parameter)) {
      add_reference(xml, job, parameter.name, links);
    } else {
      xml.add("    <uws:parameter").attribute("id", parameter.name).add(">");
      xml.text(parameter.value).add("</uws:parameter>\n");
    }
  }
  for (const std::string_view name : uws::unnamed_inputs(job)) add_reference(xml, job, name, links);
}

void add_results(XmlWriter& xml, const Job& job, const UwsLinks& links) {
  constexpr std::uint64_t largest = std::numeric_limits<std::int64_t>::max();  // size is xs:long
  for (const JobResult& result : job.results) {
    if (result.entity.invalidated) continue;  // its content is gone
    xml.add("    <uws:result").attribute("id", result.id).add(" xlink:type=\"simple\"");
    xml.attribute("xlink:href", links.result_url(job, result.id));
    xml.attribute("size", std::min(result.entity.size, largest));
    if (!result.entity.media_type.empty()) xml.attribute("mime-type", result.entity.media_type);
    xml.add("/>\n");
  }
}

/// An ERROR always tells why (UWS 1.1 §2.2.2.5); an ABORTED only where a limit did it.
void add_error(XmlWriter& xml, const Job& job) {
  if (!is_final(job.phase) || job.phase == Phase::completed) return;
  if (!job.error && job.phase != Phase::error) return;
  const bool transient = job.error && job.error->kind == ErrorKind::transient;
  const bool has_detail = job.error && !job.error->detail.empty();
  const bool has_message = job.error && !job.error->message.empty();
  xml.add("  <uws:errorSummary");
  xml.attribute("type", std::string_view{transient ? "transient" : "fatal"});
  xml.attribute("hasDetail", std::string_view{has_detail ? "true" : "false"}).add(">\n    ");
  xml.add("<uws:message>").text(has_message ? std::string_view{job.error->message} : k_unexplained);
  xml.add("</uws:message>\n  </uws:errorSummary>\n");
}

/// Elements of one level with distinct names: pyVO shows them by local name.
class JobInfo {
 public:
  explicit JobInfo(XmlWriter& xml) : xml_(xml) { xml_.add("  <uws:jobInfo>\n"); }
  ~JobInfo() { xml_.add("  </uws:jobInfo>\n"); }
  JobInfo(const JobInfo&) = delete;
  JobInfo& operator=(const JobInfo&) = delete;

  void text(std::string_view name, std::string_view value) {
    if (!value.empty()) xml_.add("  ").element(name, value);
  }
  template <class Number> void number(std::string_view name, const std::optional<Number>& value) {
    if (value) xml_.add("  ").element(name, *value);
  }
  void milliseconds(std::string_view name, const std::optional<std::chrono::milliseconds>& value) {
    if (value) xml_.add("  ").element(name, value->count());
  }
  void time(std::string_view name, const std::optional<TimePoint>& value) {
    if (value) xml_.add("  ").time(name, value);
  }

 private:
  XmlWriter& xml_;
};

void add_job_info(XmlWriter& xml, const Job& job, std::optional<std::size_t> queue_position) {
  JobInfo info(xml);
  info.text("description", job.description);
  info.text("descriptionVersion", job.description_version);
  info.text("descriptionHash", job.description_hash);
  info.time("queuedTime", job.queued);
  info.number("queuePosition", queue_position);
  if (job.progress) {
    char digits[32];
    const auto end = std::to_chars(digits, digits + sizeof digits, *job.progress).ptr;
    info.text("progress", {digits, static_cast<std::size_t>(end - digits)});
  }
  info.text("progressText", job.progress_text);
  info.text("waitingFor", job::waiting_for(job));
  info.text("executor", job.executor);
  info.text("nativeId", job.native_id.value);
  info.text("host", job.facts.host);
  info.text("os", job.facts.os);
  info.text("kernel", job.facts.kernel);
  info.number("exitCode", job.facts.exit_code);
  info.number("signal", job.facts.signal);
  info.milliseconds("userTimeMs", job.facts.user_time);
  info.milliseconds("systemTimeMs", job.facts.system_time);
  info.number("maxRssBytes", job.facts.max_rss_bytes);
  info.text("isolation", job.facts.isolation);
  info.text("software", job.software);
  info.text("provenanceFault", job.record_fault);
  info.text("reuseOf", job.reuse_of.value);
}

/// About as long as the document will be, so that it is allocated once.
std::size_t expected_size(const Job& job, const UwsLinks& links) {
  constexpr std::size_t fixed = 2400, per_item = 128;
  const std::size_t url = links.base.size() + job.description.size() + 80;
  std::size_t size = fixed + (job.results.size() + job.inputs.size()) * (per_item + url);
  for (const Parameter& parameter : job.parameters)
    size += per_item + parameter.name.size() * 2 + std::max(parameter.value.size(), url);
  if (job.error) size += job.error->message.size() + job.error->message.size() / 8;
  return size;
}

}  // namespace

std::string to_uws_xml(const Job& job, const UwsLinks& links,
                       std::optional<std::size_t> queue_position) {
  constexpr std::int64_t longest = std::numeric_limits<std::int32_t>::max();  // it is xs:int
  XmlWriter xml("uws:job", true, expected_size(job, links));
  xml.element("uws:jobId", job.id.value);
  if (!job.run_id.empty()) xml.element("uws:runId", job.run_id);
  job.owner ? xml.element("uws:ownerId", *job.owner) : xml.nil("uws:ownerId");
  xml.element("uws:phase", to_string(job.phase));
  xml.time("uws:quote", job.quote);
  xml.time("uws:creationTime", job.created);
  xml.time("uws:startTime", job.started);
  xml.time("uws:endTime", job.ended);
  xml.element("uws:executionDuration",
              std::clamp<std::int64_t>(job.execution_duration.count(), 0, longest));
  xml.time("uws:destruction", job.destruction);
  xml.add("  <uws:parameters>\n");
  add_parameters(xml, job, links);
  xml.add("  </uws:parameters>\n  <uws:results>\n");
  add_results(xml, job, links);
  xml.add("  </uws:results>\n");
  add_error(xml, job);
  add_job_info(xml, job, queue_position);
  return xml.finish();
}

std::string parameters_to_uws_xml(const Job& job, const UwsLinks& links) {
  XmlWriter xml("uws:parameters", false, expected_size(job, links));
  add_parameters(xml, job, links);
  return xml.finish();
}

std::string results_to_uws_xml(const Job& job, const UwsLinks& links) {
  XmlWriter xml("uws:results", false, expected_size(job, links));
  add_results(xml, job, links);
  return xml.finish();
}

std::string_view uws_jobs_head() noexcept {
  static const std::string head = [] {
    std::string text = XmlWriter("uws:jobs", true, 320).finish();
    text.resize(text.size() - k_jobs_tail.size());
    return text;
  }();
  return head;
}

std::string_view uws_jobs_tail() noexcept { return k_jobs_tail; }

void append_uws_jobref(std::string& out, const JobSummary& job, const UwsLinks& links) {
  const auto add = [&out](std::string_view markup) { out.append(markup); };
  add("  <uws:jobref id=\"");
  append_xml(out, job.id.value);
  add("\" xlink:type=\"simple\" xlink:href=\"");
  append_xml(out, links.job_url(job));
  add("\">\n    <uws:phase>");
  add(to_string(job.phase));
  add("</uws:phase>\n");
  if (!job.run_id.empty()) {
    add("    <uws:runId>");
    append_xml(out, job.run_id);
    add("</uws:runId>\n");
  }
  if (job.owner) {
    add("    <uws:ownerId>");
    append_xml(out, *job.owner);
    add("</uws:ownerId>\n");
  } else {
    add("    <uws:ownerId xsi:nil=\"true\"/>\n");
  }
  add("    <uws:creationTime>");
  add(to_iso8601(job.created));
  add("</uws:creationTime>\n  </uws:jobref>\n");
}

std::string to_uws_xml(const std::vector<JobSummary>& jobs, const UwsLinks& links) {
  constexpr std::size_t fixed = 320, per_job = 480;
  std::string out;
  out.reserve(fixed + jobs.size() * (per_job + links.base.size()));
  out += uws_jobs_head();
  for (const JobSummary& job : jobs) append_uws_jobref(out, job, links);
  out += uws_jobs_tail();
  return out;
}

}}  // namespace opus::uws0

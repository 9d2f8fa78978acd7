#include <opus/uws.hpp>

#include "libopus/core/json.hpp"
#include "libopus/job/chain.hpp"
#include "libopus/uws/by_reference.hpp"

namespace opus { inline namespace uws0 {
namespace {

/// Keys and values where the unknown is null, not absent.
class Fields {
 public:
  explicit Fields(JsonWriter& json) : json_(json) {}

  template <class Number> Fields& number(std::string_view name, const std::optional<Number>& what) {
    what ? json_.field(name, *what) : json_.key(name).null();
    return *this;
  }
  Fields& text(std::string_view name, std::string_view what) {
    what.empty() ? json_.key(name).null() : json_.field(name, what);
    return *this;
  }
  Fields& owner(const std::optional<std::string>& what) {
    what ? json_.field("ownerId", std::string_view{*what}) : json_.key("ownerId").null();
    return *this;
  }
  Fields& time(std::string_view name, const std::optional<TimePoint>& what) {
    what ? json_.field(name, std::string_view{to_iso8601(*what)}) : json_.key(name).null();
    return *this;
  }
  Fields& milliseconds(std::string_view name, std::optional<std::chrono::milliseconds> what) {
    what ? json_.field(name, std::int64_t{what->count()}) : json_.key(name).null();
    return *this;
  }

 private:
  JsonWriter& json_;
};

void add_reference(JsonWriter& json, const Job& job, std::string_view name, bool by_default,
                   const UwsLinks& links) {
  json.begin_object().field("id", name).key("value").null();
  json.field("href", std::string_view{links.parameter_url(job, name)});
  json.field("byDefault", by_default).end_object();
}

void add_parameters(JsonWriter& json, const Job& job, const UwsLinks& links) {
  json.key("parameters").begin_array();
  for (const Parameter& parameter : job.parameters) {
    if (uws::is_by_reference(job, parameter)) {
      add_reference(json, job, parameter.name, parameter.by_default, links);
    } else {
      json.begin_object().field("id", std::string_view{parameter.name});
      json.field("value", std::string_view{parameter.value}).key("href").null();
      json.field("byDefault", parameter.by_default).end_object();
    }
  }
  for (const std::string_view name : uws::unnamed_inputs(job))
    add_reference(json, job, name, false, links);
  json.end_array();
}

void add_inputs(JsonWriter& json, const Job& job) {
  json.key("inputs").begin_array();
  for (const JobInput& input : job.inputs) {
    json.begin_object().field("id", std::string_view{input.name});
    Fields{json}
        .text("entity", input.entity.value)
        .text("url", input.url)
        .text("fileName", input.file_name)
        .time("usedTime", input.used);
    json.end_object();
  }
  json.end_array();
}

void add_results(JsonWriter& json, const Job& job, const UwsLinks& links) {
  json.key("results").begin_array();
  for (const JobResult& result : job.results) {
    const Entity& entity = result.entity;
    json.begin_object().field("id", std::string_view{result.id});
    Fields{json}
        .text("name", result.name)
        .text("href", entity.invalidated ? std::string{} : links.result_url(job, result.id))
        .text("entity", entity.id.value)
        .text("fileName", entity.name)
        .text("mimeType", entity.media_type);
    json.field("size", entity.size);
    Fields{json}
        .text("sha256", entity.sha256)
        .time("creationTime", entity.created)
        .time("invalidatedTime", entity.invalidated);
    json.end_object();
  }
  json.end_array();
}

void add_error(JsonWriter& json, const Job& job) {
  json.key("error");
  if (!job.error) {
    json.null();
    return;
  }
  const bool transient = job.error->kind == ErrorKind::transient;
  json.begin_object().field("type", std::string_view{transient ? "transient" : "fatal"});
  json.field("message", std::string_view{job.error->message});
  Fields{json}.text("detail", job.error->detail);
  json.end_object();
}

void add_run(JsonWriter& json, const RunFacts& facts) {
  json.key("run").begin_object();
  Fields{json}
      .text("host", facts.host)
      .text("os", facts.os)
      .text("kernel", facts.kernel)
      .number("exitCode", facts.exit_code)
      .number("signal", facts.signal)
      .milliseconds("userTimeMs", facts.user_time)
      .milliseconds("systemTimeMs", facts.system_time)
      .number("maxRssBytes", facts.max_rss_bytes)
      .text("isolation", facts.isolation);
  json.end_object();
}

void add_summary(JsonWriter& json, const JobSummary& job, const UwsLinks& links) {
  json.begin_object().field("jobId", std::string_view{job.id.value});
  json.field("href", std::string_view{links.job_url(job)});
  Fields{json}
      .text("description", job.description)
      .text("phase", to_string(job.phase))
      .text("runId", job.run_id)
      .owner(job.owner)
      .time("creationTime", job.created);
  json.end_object();
}

}  // namespace

std::string to_json(const Job& job, const UwsLinks& links,
                    std::optional<std::size_t> queue_position) {
  JsonWriter json;
  json.begin_object().field("jobId", std::string_view{job.id.value});
  json.field("href", std::string_view{links.job_url(job)});
  Fields{json}
      .text("description", job.description)
      .text("descriptionVersion", job.description_version)
      .text("descriptionHash", job.description_hash)
      .text("runId", job.run_id)
      .owner(job.owner)
      .text("phase", to_string(job.phase))
      .time("quote", job.quote)
      .time("creationTime", job.created)
      .time("queuedTime", job.queued)
      .number("queuePosition", queue_position)
      .time("startTime", job.started)
      .time("endTime", job.ended);
  json.field("executionDuration", std::int64_t{job.execution_duration.count()});
  Fields{json}.time("destruction", job.destruction);
  add_parameters(json, job, links);
  add_inputs(json, job);
  add_results(json, job, links);
  add_error(json, job);
  Fields{json}
      .number("progress", job.progress)
      .text("progressText", job.progress_text)
      .text("waitingFor", job::waiting_for(job))
      .text("executor", job.executor)
      .text("nativeId", job.native_id.value)
      .text("software", job.software)
      .text("provenanceFault", job.record_fault)
      .text("reuseOf", job.reuse_of.value);
  add_run(json, job.facts);
  json.field("version", job.version).end_object();
  return json.take();
}

std::string to_json(const Job& job, const UwsLinks& links, JobMember member) {
  JsonWriter json;
  json.begin_object();
  switch (member) {
    case JobMember::owner: Fields{json}.owner(job.owner); break;
    case JobMember::phase: json.field("phase", to_string(job.phase)); break;
    case JobMember::quote: Fields{json}.time("quote", job.quote); break;
    case JobMember::execution_duration:
      json.field("executionDuration", std::int64_t{job.execution_duration.count()});
      break;
    case JobMember::destruction: Fields{json}.time("destruction", job.destruction); break;
    case JobMember::parameters: add_parameters(json, job, links); break;
    case JobMember::results: add_results(json, job, links); break;
    case JobMember::error: add_error(json, job); break;
  }
  json.end_object();
  return json.take();
}

std::string to_json(const JobSummary& job, const UwsLinks& links) {
  JsonWriter json;
  add_summary(json, job, links);
  return json.take();
}

std::string to_json(const std::vector<JobSummary>& jobs, const UwsLinks& links) {
  JsonWriter json;
  json.begin_object().key("jobs").begin_array();
  for (const JobSummary& job : jobs) add_summary(json, job, links);
  json.end_array().end_object();
  return json.take();
}

}}  // namespace opus::uws0

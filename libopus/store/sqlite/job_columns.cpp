#include "libopus/store/sqlite/job_columns.hpp"

#include <array>

#include "libopus/core/json.hpp"

namespace opus { inline namespace uws0 { namespace store { namespace sqlite {
namespace {

/// A column that keeps one member as it is. `member` names it in a const and a mutable Job alike.
template <class Member> constexpr JobColumn column(std::string_view name, Member) {
  return {
      name,
      [](Query& query, int index, const Job& job) { query.bind(index, Member{}(job)); },
      [](const Query& query, int at, Job& job) { query.read(at, Member{}(job)); },
      [](const Job& a, const Job& b) { return Member{}(a) == Member{}(b); },
  };
}

constexpr std::string_view k_no_members = "{}", k_no_items = "[]";

std::string to_json(const std::vector<std::string>& texts) {
  JsonWriter writer;
  writer.begin_array();
  for (const std::string& text : texts) writer.value(text);
  writer.end_array();
  return writer.take();
}

std::vector<std::string> texts_of(const std::string& json) {
  std::vector<std::string> texts;
  if (json == k_no_items) return texts;
  if (const auto array = Json::parse(json)) {
    texts.reserve(array->size());
    for (std::size_t i = 0; i < array->size(); ++i) texts.emplace_back(array->at(i).as_string());
  }
  return texts;
}

constexpr std::string_view word(ErrorKind kind) {
  return kind == ErrorKind::transient ? "transient" : "fatal";
}

constexpr JobColumn k_error_kind{
    "error_kind",
    [](Query& query, int index, const Job& job) {
      job.error ? query.bind(index, word(job.error->kind)) : query.bind_null(index);
    },
    [](const Query& query, int at, Job& job) {
      job.error.reset();
      if (query.is_null(at)) return;
      const bool transient = query.get<std::string>(at) == word(ErrorKind::transient);
      job.error.emplace().kind = transient ? ErrorKind::transient : ErrorKind::fatal;
    },
    [](const Job& a, const Job& b) { return a.error == b.error; },
};

/// A text of Job::error; read after `error_kind`, which says whether there is an error.
template <class Member> constexpr JobColumn error_column(std::string_view name, Member) {
  return {
      name,
      [](Query& query, int index, const Job& job) {
        job.error ? query.bind(index, Member{}(*job.error)) : query.bind_null(index);
      },
      [](const Query& query, int at, Job& job) {
        if (job.error) query.read(at, Member{}(*job.error));
      },
      [](const Job& a, const Job& b) { return a.error == b.error; },
  };
}

constexpr JobColumn k_command{
    "command",
    [](Query& query, int index, const Job& job) { query.bind_copy(index, to_json(job.command)); },
    [](const Query& query, int at, Job& job) {
      job.command = texts_of(query.get<std::string>(at));
    },
    [](const Job& a, const Job& b) { return a.command == b.command; },
};

constexpr JobColumn k_allocation{
    "allocation",
    [](Query& query, int index, const Job& job) {
      if (job.facts.allocation.empty()) return query.bind(index, k_no_members);
      JsonWriter writer;
      writer.begin_object();
      for (const auto& [name, value] : job.facts.allocation) writer.field(name, value);
      query.bind_copy(index, writer.end_object().take());
    },
    [](const Query& query, int at, Job& job) {
      const auto text = query.get<std::string>(at);
      if (text == k_no_members) return;
      const auto object = Json::parse(text);
      if (!object) return;
      for (const std::string& name : object->keys())
        job.facts.allocation.emplace(name, object->find(name)->as_string());
    },
    [](const Job& a, const Job& b) { return a.facts.allocation == b.facts.allocation; },
};

constexpr JobColumn k_logs{
    "logs",
    [](Query& query, int index, const Job& job) {
      if (job.logs.empty()) return query.bind(index, k_no_items);
      JsonWriter writer;
      writer.begin_array();
      for (const LogFile& log : job.logs) {
        writer.begin_object().field("stream", log.stream).field("size", log.size);
        writer.field("sha256", log.sha256).end_object();
      }
      query.bind_copy(index, writer.end_array().take());
    },
    [](const Query& query, int at, Job& job) {
      const auto text = query.get<std::string>(at);
      if (text == k_no_items) return;
      const auto array = Json::parse(text);
      if (!array) return;
      for (std::size_t i = 0; i < array->size(); ++i) {
        const Json item = array->at(i);
        LogFile& log = job.logs.emplace_back();
        if (const auto stream = item.find("stream")) log.stream = stream->as_string();
        if (const auto hash = item.find("sha256")) log.sha256 = hash->as_string();
        if (const auto size = item.find("size"))
          log.size = static_cast<std::uint64_t>(size->as_integer().value_or(0));
      }
    },
    [](const Job& a, const Job& b) { return a.logs == b.logs; },
};

constexpr std::array k_columns{
    column(
        "run_id", [](auto& job) -> auto& { return job.run_id; }),
    column(
        "phase", [](auto& job) -> auto& { return job.phase; }),
    column(
        "quote", [](auto& job) -> auto& { return job.quote; }),
    column(
        "queued", [](auto& job) -> auto& { return job.queued; }),
    column(
        "started", [](auto& job) -> auto& { return job.started; }),
    column(
        "ended", [](auto& job) -> auto& { return job.ended; }),
    column(
        "execution_duration_s", [](auto& job) -> auto& { return job.execution_duration; }),
    column(
        "destruction", [](auto& job) -> auto& { return job.destruction; }),
    k_error_kind,
    error_column(
        "error_message", [](auto& error) -> auto& { return error.message; }),
    error_column(
        "error_detail", [](auto& error) -> auto& { return error.detail; }),
    column(
        "progress", [](auto& job) -> auto& { return job.progress; }),
    column(
        "progress_text", [](auto& job) -> auto& { return job.progress_text; }),
    column(
        "executor", [](auto& job) -> auto& { return job.executor; }),
    column(
        "native_id", [](auto& job) -> auto& { return job.native_id; }),
    column(
        "host", [](auto& job) -> auto& { return job.facts.host; }),
    column(
        "exit_code", [](auto& job) -> auto& { return job.facts.exit_code; }),
    column(
        "signal", [](auto& job) -> auto& { return job.facts.signal; }),
    column(
        "user_time_ms", [](auto& job) -> auto& { return job.facts.user_time; }),
    column(
        "system_time_ms", [](auto& job) -> auto& { return job.facts.system_time; }),
    column(
        "max_rss_bytes", [](auto& job) -> auto& { return job.facts.max_rss_bytes; }),
    column(
        "isolation", [](auto& job) -> auto& { return job.facts.isolation; }),
    column(
        "software", [](auto& job) -> auto& { return job.software; }),
    k_command,
    column(
        "rerun_of", [](auto& job) -> auto& { return job.rerun_of; }),
    column(
        "reuse_of", [](auto& job) -> auto& { return job.reuse_of; }),
    column(
        "run_anew", [](auto& job) -> auto& { return job.run_anew; }),
    column(
        "request_hash", [](auto& job) -> auto& { return job.request_hash; }),
    column(
        "os", [](auto& job) -> auto& { return job.facts.os; }),
    column(
        "kernel", [](auto& job) -> auto& { return job.facts.kernel; }),
    k_allocation,
    column(
        "container_image", [](auto& job) -> auto& { return job.facts.container_image; }),
    column(
        "container_digest", [](auto& job) -> auto& { return job.facts.container_digest; }),
    k_logs,
    column(
        "aborted", [](auto& job) -> auto& { return job.aborted; }),
    column(
        "aborted_by", [](auto& job) -> auto& { return job.aborted_by; }),
    column(
        "abort_reason", [](auto& job) -> auto& { return job.abort_reason; }),
    column(
        "has_record", [](auto& job) -> auto& { return job.has_record; }),
    column(
        "record_fault", [](auto& job) -> auto& { return job.record_fault; }),
    column(
        "stopping", [](auto& job) -> auto& { return job.stopping; }),
    column(
        "on_hold", [](auto& job) -> auto& { return job.on_hold; }),
    column(
        "releasing", [](auto& job) -> auto& { return job.releasing; }),
    column(
        "destroyed", [](auto& job) -> auto& { return job.destroyed; }),
    column(
        "deleted", [](auto& job) -> auto& { return job.deleted; }),
};

}  // namespace

std::span<const JobColumn> job_columns() noexcept { return k_columns; }

}}}}  // namespace opus::uws0::store::sqlite

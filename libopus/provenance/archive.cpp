#include "libopus/provenance/archive.hpp"

#include <opus/description.hpp>
#include <opus/version.hpp>

#include "libopus/core/hash.hpp"
#include "libopus/core/json.hpp"
#include "libopus/core/strings.hpp"
#include "libopus/provenance/secrets.hpp"

#include <chrono>
#include <limits>
#include <optional>
#include <utility>

namespace opus { inline namespace uws0 { namespace provenance {
namespace {

constexpr std::string_view k_format = "opus-provenance-1";

// --- writing

/// Members of one object; what is empty or absent is left out.
class LineWriter {
 public:
  explicit LineWriter(std::string_view kind) { json_.begin_object().field("kind", kind); }

  void text(std::string_view name, std::string_view value) {
    if (!value.empty()) json_.field(name, value);
  }
  void nullable(std::string_view name, const std::optional<std::string>& value) {
    if (value) json_.field(name, std::string_view{*value});  // "" is not nobody
  }
  void time(std::string_view name, const std::optional<TimePoint>& at) {
    if (at) json_.field(name, std::string_view{to_iso8601(*at)});
  }
  template <class Number> void number(std::string_view name, const std::optional<Number>& value) {
    if (!value) return;
    if constexpr (std::is_same_v<Number, std::chrono::milliseconds>)
      json_.field(name, static_cast<std::int64_t>(value->count()));
    else
      json_.field(name, *value);
  }
  void flag(std::string_view name, bool value) {
    if (value) json_.field(name, true);
  }
  JsonWriter& json() { return json_; }
  std::string take() { return json_.end_object().take(); }

 private:
  JsonWriter json_{};
};

/// A description whose environment holds secrets goes without those; its hash stays what it was.
std::string line_of(const store::SavedDescription& saved) {
  LineWriter line{"description"};
  line.text("hash", saved.hash);
  line.text("name", saved.name);
  line.text("version", saved.version);
  std::string json = saved.json;
  bool withheld = sha256_hex(json) != saved.hash;  // it came here without its secrets
  if (auto description = parse_description(saved.json, saved.name)) {
    const bool has_secrets = std::erase_if(description->environment, [](const auto& variable) {
                               return is_secret_name(variable.first);
                             }) > 0;
    if (has_secrets) json = to_json(*description);
    withheld = withheld || has_secrets;
  }
  line.text("json", json);
  line.flag("withheld", withheld);
  return line.take();
}

void add_parameters(JsonWriter& json, const Job& job) {
  json.key("parameters").begin_array();
  for (const Parameter& parameter : job.parameters) {
    json.begin_object().field("name", parameter.name);
    if (!is_secret_parameter(parameter.name))
      json.field("value", std::string_view{public_url(parameter.value)});
    if (parameter.by_default) json.field("byDefault", true);
    json.end_object();
  }
  json.end_array();
}

void add_surroundings(LineWriter& line, const Job& job) {
  line.text("reuseOf", job.reuse_of.value);
  line.text("os", job.facts.os);
  line.text("kernel", job.facts.kernel);
  line.text("containerImage", job.facts.container_image);
  line.text("containerDigest", job.facts.container_digest);
  line.flag("aborted", job.aborted);
  line.text("abortedBy", job.aborted_by);
  line.text("abortReason", job.abort_reason);
  if (!job.facts.allocation.empty()) {
    line.json().key("allocation").begin_array();
    for (const auto& [name, value] : job.facts.allocation)
      line.json().begin_object().field("name", name).field("value", value).end_object();
    line.json().end_array();
  }
  if (!job.logs.empty()) {
    line.json().key("logs").begin_array();
    for (const LogFile& log : job.logs) {
      line.json().begin_object().field("stream", log.stream).field("size", log.size);
      line.json().field("sha256", log.sha256).end_object();
    }
    line.json().end_array();
  }
}

std::string line_of(const Job& job) {
  LineWriter line{"job"};
  line.text("id", job.id.value);
  line.text("description", job.description);
  line.text("version", job.description_version);
  line.text("hash", job.description_hash);
  line.text("rerunOf", job.rerun_of.value);
  line.text("runId", job.run_id);
  line.nullable("owner", job.owner);
  line.text("phase", to_string(job.phase));
  line.time("created", job.created);
  line.time("queued", job.queued);
  line.time("started", job.started);
  line.time("ended", job.ended);
  line.time("deleted", job.deleted);
  add_parameters(line.json(), job);
  if (job.error) {
    line.nullable("error", job.error->message);
    line.flag("transient", job.error->kind == ErrorKind::transient);
  }
  line.text("executor", job.executor);
  line.text("nativeId", job.native_id.value);
  line.text("host", job.facts.host);
  add_surroundings(line, job);
  line.number("exitCode", job.facts.exit_code);
  line.number("signal", job.facts.signal);
  line.number("userTimeMs", job.facts.user_time);
  line.number("systemTimeMs", job.facts.system_time);
  line.number("maxRssBytes", job.facts.max_rss_bytes);
  line.text("isolation", job.facts.isolation);
  line.text("software", job.software);
  line.json().key("command").begin_array();
  for (const std::string& word : public_argv(job)) line.json().value(std::string_view{word});
  line.json().end_array();
  line.text("recordFault", job.record_fault);
  return line.take();
}

std::string line_of(const ArchivedTelling& told) {
  LineWriter line{"record"};
  line.text("job", told.job.value);
  line.text("json", told.json);
  return line.take();
}

std::string line_of(const store::ArchivedEntity& archived) {
  const Entity& entity = archived.entity;
  LineWriter line{"entity"};
  line.text("id", entity.id.value);
  line.text("name", entity.name);
  line.text("mediaType", entity.media_type);
  line.number("size", std::optional{entity.size});
  line.text("sha256", entity.sha256);
  line.text("sourceUrl", public_url(entity.source_url));
  line.time("created", entity.created);
  line.time("invalidated", entity.invalidated);
  line.nullable("owner", entity.owner);
  line.text("generatedBy", entity.generated_by.value);
  line.text("role", entity.role);
  line.text("resultName", archived.result_name);
  line.number("place", archived.ordinal);
  return line.take();
}

std::string line_of(const ArchivedInputs& used) {
  LineWriter line{"inputs"};
  line.text("job", used.job.value);
  JsonWriter& json = line.json();
  json.key("inputs").begin_array();
  for (const JobInput& input : used.inputs) {
    json.begin_object().field("name", input.name);
    if (!input.entity.empty()) json.field("entity", input.entity.value);
    if (!input.url.empty()) json.field("url", std::string_view{public_url(input.url)});
    if (!input.file_name.empty()) json.field("fileName", input.file_name);
    if (input.used) json.field("used", std::string_view{to_iso8601(*input.used)});
    json.end_object();
  }
  json.end_array();
  return line.take();
}

std::string line_of(const ArchiveHead&) {
  LineWriter line{"head"};
  line.text("format", k_format);
  line.text("software", "opus-uws " OPUS_UWS_VERSION);
  return line.take();
}

// --- reading

/// Reads members and keeps the first fault. Unknown members are passed over: newer ones may come.
class LineReader {
 public:
  LineReader(Json object, std::string where)
      : object_(std::move(object)), where_(std::move(where)) {}

  bool has(std::string_view name) { return object_.find(name).has_value(); }
  std::string text(std::string_view name, bool required = false) {
    const auto member = find(name, required);
    if (member && !member->is_string()) fail(name, "a string", *member);
    return member ? std::string{member->as_string()} : std::string{};
  }
  std::optional<std::string> optional_text(std::string_view name) {
    if (!object_.find(name)) return std::nullopt;
    return text(name);
  }
  std::optional<TimePoint> time(std::string_view name, bool required = false) {
    const std::string written = text(name, required);
    if (written.empty()) return std::nullopt;
    const auto at = parse_iso8601(written);
    if (at) return *at;
    fault(name, at.error().message);
    return std::nullopt;
  }
  template <class Number> std::optional<Number> number(std::string_view name) {
    const auto member = find(name, false);
    if (!member) return std::nullopt;
    const auto value = member->as_integer();
    if (!value || *value < least<Number>()) {
      fail(name, least<Number>() == 0 ? "an integer from 0" : "an integer", *member);
      return std::nullopt;
    }
    return Number(*value);
  }
  bool flag(std::string_view name) {
    const auto member = find(name, false);
    if (member && !member->is_bool()) fail(name, "true or false", *member);
    return member && member->as_bool();
  }
  Phase phase(std::string_view name) {
    const std::string word = text(name, true);
    const auto phase = parse_phase(word);
    if (phase && is_final(*phase)) return *phase;
    fault(name, "expected the phase of a job that has ended, got '" + printable(word) + "'");
    return Phase::unknown;
  }
  /// Calls read(LineReader&) for each object of an array.
  template <class Read> void objects(std::string_view name, Read read) {
    const auto array = find(name, true);
    if (!array) return;
    if (!array->is_array()) return fail(name, "an array", *array);
    for (std::size_t i = 0; i < array->size(); ++i) {
      const std::string where = where_ + std::string{name} + '[' + std::to_string(i) + "].";
      if (!array->at(i).is_object())
        return fail(std::string{name} + '[' + std::to_string(i) + ']', "an object", array->at(i));
      LineReader item{array->at(i), where};
      read(item);
      if (item.fault_ && !fault_) fault_ = std::move(item.fault_);
    }
  }
  std::vector<std::string> words(std::string_view name) {
    std::vector<std::string> words;
    const auto array = find(name, true);
    if (!array) return words;
    if (!array->is_array()) return fail(name, "an array of strings", *array), words;
    for (std::size_t i = 0; i < array->size(); ++i) {
      if (!array->at(i).is_string()) return fail(name, "an array of strings", array->at(i)), words;
      words.emplace_back(array->at(i).as_string());
    }
    return words;
  }
  void fault(std::string_view name, std::string_view what) {
    if (!fault_)
      fault_ = Error{Errc::invalid_argument, where_ + std::string{name} + ": " + std::string{what}};
  }

  template <class Value> Result<ArchiveRecord> finish(Value value) {
    if (fault_) return *std::move(fault_);
    return ArchiveRecord{std::move(value)};
  }

 private:
  template <class Number> static constexpr std::int64_t least() {
    if constexpr (std::is_unsigned_v<Number>) return 0;
    return std::numeric_limits<std::int32_t>::min();
  }
  std::optional<Json> find(std::string_view name, bool required) {
    auto member = object_.find(name);
    if (!member && required) fault(name, "expected it, got nothing");
    return member;
  }
  void fail(std::string_view name, std::string_view expected, const Json& got) {
    fault(name, "expected " + std::string{expected} + ", got " + std::string{got.type_name()});
  }

  Json object_;
  std::string where_;
  std::optional<Error> fault_{};
};

/// Ids become names of files and nodes: no blanks, no slashes, not longer than a file name.
template <class AnyId> AnyId read_id(LineReader& line, std::string_view name, bool required) {
  std::string id = line.text(name, required);
  if (required && id.empty()) line.fault(name, "expected an id, got ''");
  if (id.size() > 128 || id.find_first_of("/ \t\r\n") != std::string::npos || !is_utf8(id))
    line.fault(name, "expected an id, got '" + printable(id) + "'");
  return AnyId{std::move(id)};
}

Result<ArchiveRecord> read_description(LineReader line) {
  store::SavedDescription saved;
  saved.hash = line.text("hash", true);
  saved.name = line.text("name", true);
  saved.version = line.text("version");
  saved.json = line.text("json", true);
  if (!line.flag("withheld") && sha256_hex(saved.json) != saved.hash)
    line.fault("json", "expected a text with the SHA-256 '" + printable(saved.hash) +
                           "', got one with " + sha256_hex(saved.json));
  return line.finish(std::move(saved));
}

void read_surroundings(LineReader& line, Job& job) {
  job.reuse_of = read_id<JobId>(line, "reuseOf", false);
  job.facts.os = line.text("os");
  job.facts.kernel = line.text("kernel");
  job.facts.container_image = line.text("containerImage");
  job.facts.container_digest = line.text("containerDigest");
  job.aborted = line.flag("aborted");
  job.aborted_by = line.text("abortedBy");
  job.abort_reason = line.text("abortReason");
  if (line.has("allocation"))
    line.objects("allocation", [&](LineReader& item) {
      std::string name = item.text("name", true);
      job.facts.allocation.emplace(std::move(name), item.text("value"));
    });
  if (line.has("logs"))
    line.objects("logs", [&](LineReader& item) {
      LogFile& log = job.logs.emplace_back();
      log.stream = item.text("stream", true);
      log.size = item.number<std::uint64_t>("size").value_or(0);
      log.sha256 = item.text("sha256");
    });
}

Result<ArchiveRecord> read_job(LineReader line) {
  Job job;
  job.id = read_id<JobId>(line, "id", true);
  job.description = line.text("description");
  job.description_version = line.text("version");
  job.description_hash = line.text("hash");
  job.rerun_of = read_id<JobId>(line, "rerunOf", false);
  job.run_id = line.text("runId");
  job.owner = line.optional_text("owner");
  job.phase = line.phase("phase");
  job.created = line.time("created", true).value_or(TimePoint{});
  job.queued = line.time("queued");
  job.started = line.time("started");
  job.ended = line.time("ended");
  job.deleted = line.time("deleted");
  line.objects("parameters", [&](LineReader& item) {
    job.parameters.push_back({item.text("name", true), item.text("value"), item.flag("byDefault")});
  });
  if (auto message = line.optional_text("error"))
    job.error =
        JobError{line.flag("transient") ? ErrorKind::transient : ErrorKind::fatal, *message, {}};
  job.executor = line.text("executor");
  job.native_id.value = line.text("nativeId");
  job.facts.host = line.text("host");
  read_surroundings(line, job);
  job.facts.exit_code = line.number<int>("exitCode");
  job.facts.signal = line.number<int>("signal");
  const auto milliseconds = [&](std::string_view name) -> std::optional<std::chrono::milliseconds> {
    const auto count = line.number<std::uint64_t>(name);
    if (!count) return std::nullopt;
    return std::chrono::milliseconds{static_cast<std::int64_t>(*count)};
  };
  job.facts.user_time = milliseconds("userTimeMs");
  job.facts.system_time = milliseconds("systemTimeMs");
  job.facts.max_rss_bytes = line.number<std::uint64_t>("maxRssBytes");
  job.facts.isolation = line.text("isolation");
  job.software = line.text("software");
  job.command = line.words("command");
  job.record_fault = line.text("recordFault");
  return line.finish(std::move(job));
}

Result<ArchiveRecord> read_telling(LineReader line) {
  ArchivedTelling told;
  told.job = read_id<JobId>(line, "job", true);
  told.json = line.text("json", true);
  return line.finish(std::move(told));
}

Result<ArchiveRecord> read_entity(LineReader line) {
  store::ArchivedEntity archived;
  Entity& entity = archived.entity;
  entity.id = read_id<EntityId>(line, "id", true);
  entity.name = line.text("name");
  entity.media_type = line.text("mediaType");
  entity.size = line.number<std::uint64_t>("size").value_or(0);
  entity.sha256 = line.text("sha256");
  entity.source_url = line.text("sourceUrl");
  entity.created = line.time("created", true).value_or(TimePoint{});
  entity.invalidated = line.time("invalidated");
  entity.owner = line.optional_text("owner");
  entity.generated_by = read_id<JobId>(line, "generatedBy", false);
  entity.role = line.text("role");
  archived.result_name = line.text("resultName");
  if (const auto place = line.number<std::uint64_t>("place"))
    archived.ordinal = static_cast<std::int64_t>(*place);
  return line.finish(std::move(archived));
}

Result<ArchiveRecord> read_inputs(LineReader line) {
  ArchivedInputs used;
  used.job = read_id<JobId>(line, "job", true);
  line.objects("inputs", [&](LineReader& item) {
    JobInput& input = used.inputs.emplace_back();
    input.name = item.text("name", true);
    input.entity = read_id<EntityId>(item, "entity", false);
    input.url = item.text("url");
    input.file_name = item.text("fileName");
    input.used = item.time("used");
  });
  return line.finish(std::move(used));
}

Result<ArchiveRecord> read_head(LineReader line) {
  const std::string format = line.text("format", true);
  if (format != k_format)
    line.fault("format",
               "expected '" + std::string{k_format} + "', got '" + printable(format) + "'");
  return line.finish(ArchiveHead{});
}

}  // namespace

std::string to_archive_line(const ArchiveRecord& record) {
  return std::visit([](const auto& what) { return line_of(what); }, record);
}

Result<ArchiveRecord> parse_archive_line(std::string_view line) {
  OPUS_UWS_TRY(const Json json, Json::parse(line, "record"));
  if (!json.is_object())
    return Error{Errc::invalid_argument,
                 "expected a JSON object, got " + std::string{json.type_name()}};
  const auto kind = json.find("kind");
  const std::string_view word = kind ? kind->as_string() : std::string_view{};
  LineReader reader{json, word.empty() ? "" : std::string{word} + ": "};
  if (word == "head") return read_head(std::move(reader));
  if (word == "description") return read_description(std::move(reader));
  if (word == "job") return read_job(std::move(reader));
  if (word == "record") return read_telling(std::move(reader));
  if (word == "entity") return read_entity(std::move(reader));
  if (word == "inputs") return read_inputs(std::move(reader));
  return Error{Errc::invalid_argument,
               "kind: expected head, description, job, record, entity or inputs, got '" +
                   printable(word) + "'"};
}

}}}  // namespace opus::uws0::provenance

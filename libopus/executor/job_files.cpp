#include "libopus/executor/job_files.hpp"

#include <chrono>
#include <limits>

#include "libopus/core/files.hpp"
#include "libopus/core/json.hpp"
#include "libopus/executor/ending_words.hpp"

namespace opus { inline namespace uws0 {

namespace {

constexpr std::uint64_t k_max_size = 64u << 10;

/// Fields of a flat object; the first fault is kept.
class Fields {
 public:
  Fields(const Json& json, std::string_view origin) : json_(json), origin_(origin) {
    if (!json.is_object()) fail("", "an object", json);
  }

  std::string text(std::string_view name) {
    const auto value = json_.find(name);
    if (value && !value->is_string()) fail(name, "a string", *value);
    return value ? std::string{value->as_string()} : std::string{};
  }

  std::optional<std::int64_t> integer(std::string_view name, std::int64_t least) {
    const auto value = json_.find(name);
    if (!value) return std::nullopt;
    const auto number = value->as_integer();
    if (!number || *number < least) fail(name, "an integer from " + std::to_string(least), *value);
    return number;
  }

  std::map<std::string, std::string> texts(std::string_view name) {
    std::map<std::string, std::string> texts;
    const auto value = json_.find(name);
    if (value && !value->is_object()) fail(name, "an object", *value);
    if (!value || !value->is_object()) return texts;
    for (const std::string& key : value->keys()) {
      const auto text = value->find(key);
      if (!text->is_string()) fail(std::string{name} + '.' + key, "a string", *text);
      texts.emplace(key, text->as_string());
    }
    return texts;
  }

  std::optional<TimePoint> time(std::string_view name) {
    const std::string value = text(name);
    if (value.empty()) return std::nullopt;
    const auto at = parse_iso8601(value);
    if (!at) fault(std::string{name} + ": " + at.error().message);
    return at ? std::optional{*at} : std::nullopt;
  }

  void fault(const std::string& what) {
    if (error_.empty()) error_ = std::string{origin_} + ": " + what;
  }

  bool ok() const noexcept { return error_.empty(); }
  Error error() const { return Error{Errc::corrupt, error_}; }

 private:
  void fail(std::string_view name, const std::string& expected, const Json& got) {
    fault(std::string{name.empty() ? "content" : name} + ": expected " + expected + ", got " +
          std::string{got.type_name()});
  }

  const Json& json_;
  std::string_view origin_;
  std::string error_{};
};

Result<Json> parse(std::string_view text, std::string_view origin) {
  auto json = Json::parse(text, origin);
  if (!json) return Error{Errc::corrupt, json.error().message};
  return json;
}

std::optional<int> as_int(const std::optional<std::int64_t>& number) {
  if (!number || *number > std::numeric_limits<int>::max()) return std::nullopt;
  return static_cast<int>(*number);
}

std::optional<std::chrono::milliseconds> as_ms(const std::optional<std::int64_t>& number) {
  return number ? std::optional{std::chrono::milliseconds{*number}} : std::nullopt;
}

}  // namespace

Result<Claim> read_claim(const std::filesystem::path& file) {
  OPUS_UWS_TRY(const std::string text, read_file(file, k_max_size));
  OPUS_UWS_TRY(const Json json, parse(text, file.string()));
  Fields fields{json, file.native()};
  Claim claim;
  claim.pid = as_int(fields.integer("pid", 1)).value_or(0);
  claim.start_ticks = static_cast<std::uint64_t>(fields.integer("start_ticks", 0).value_or(0));
  claim.boot_id = fields.text("boot_id");
  claim.host = fields.text("host");
  claim.native = fields.text("native");
  claim.at = fields.time("claimed").value_or(TimePoint{});
  if (!fields.ok()) return fields.error();
  return claim;
}

Result<Outcome> read_exit_record(const std::filesystem::path& file) {
  OPUS_UWS_TRY(const std::string text, read_file(file, k_max_size));
  return parse_exit_record(text, file.native());
}

Result<Outcome> parse_exit_record(std::string_view text, std::string_view origin) {
  OPUS_UWS_TRY(const Json json, parse(text, origin));
  Fields fields{json, origin};
  Outcome outcome;
  const std::string word = fields.text("ending");
  const auto ending = ending_of_word(word);
  if (!ending) fields.fault("ending: '" + word + "' is not the word for an ending");
  outcome.ending = ending.value_or(Ending::lost);
  outcome.facts.exit_code = as_int(fields.integer("exit_code", 0));
  outcome.facts.signal = as_int(fields.integer("signal", 1));
  outcome.facts.user_time = as_ms(fields.integer("user_ms", 0));
  outcome.facts.system_time = as_ms(fields.integer("system_ms", 0));
  if (const auto bytes = fields.integer("max_rss_bytes", 0))
    outcome.facts.max_rss_bytes = static_cast<std::uint64_t>(*bytes);
  outcome.facts.host = fields.text("host");
  outcome.facts.isolation = fields.text("isolation");
  outcome.facts.os = fields.text("os");
  outcome.facts.kernel = fields.text("kernel");
  outcome.facts.allocation = fields.texts("allocation");
  outcome.started = fields.time("started");
  outcome.ended = fields.time("ended");
  outcome.message = fields.text("message");
  const auto transient = json.find("transient");
  outcome.transient = transient && transient->as_bool();
  if (outcome.ending == Ending::exited && !outcome.facts.exit_code)
    fields.fault("exit_code: expected an integer, because the code exited");
  if (!fields.ok()) return fields.error();
  return outcome;
}

}}  // namespace opus::uws0

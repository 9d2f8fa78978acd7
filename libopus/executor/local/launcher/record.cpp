#include "libopus/executor/local/launcher/record.hpp"

#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstdio>

#include "libopus/core/process.hpp"
#include "libopus/core/utf8.hpp"
#include "libopus/executor/ending_words.hpp"
#include "libopus/executor/local/protocol.hpp"

namespace opus { inline namespace uws0 { namespace local {

namespace {

constexpr const char* k_new_record_name = "exit.json.new";
constexpr off_t k_reserved_bytes = 4096;
// What leaves room for the other fields of a record.
constexpr std::size_t k_max_message = 900;
constexpr std::size_t k_max_name = 100;

std::int64_t clock_ms(clockid_t clock) {
  timespec now{};
  clock_gettime(clock, &now);
  return now.tv_sec * 1000 + now.tv_nsec / 1'000'000;
}

/// As opus::to_iso8601, which the launcher does not link.
std::string iso8601(std::int64_t ms) {
  namespace chrono = std::chrono;
  const chrono::sys_time<chrono::milliseconds> at{chrono::milliseconds{ms}};
  const auto day = chrono::floor<chrono::days>(at);
  const chrono::year_month_day date{day};
  const chrono::hh_mm_ss time{at - day};
  std::array<char, 64> text;
  std::snprintf(text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ",
                static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                static_cast<unsigned>(date.day()), static_cast<int>(time.hours().count()),
                static_cast<int>(time.minutes().count()), static_cast<int>(time.seconds().count()),
                static_cast<int>(time.subseconds().count()));
  return text.data();
}

/// A JSON string of at most `max` bytes; what is not UTF-8 (paths need not be) is replaced.
std::string quoted(std::string_view text, std::size_t max) {
  std::string out = "\"";
  for (std::size_t at = 0; at < text.size();) {
    const auto [code_point, length] = decode_utf8(text, at);
    std::string_view piece = length == 0 ? k_replacement_character : text.substr(at, length);
    std::array<char, 16> escape;
    if (length == 1 && (is_control(code_point) || code_point == '"' || code_point == '\\')) {
      std::snprintf(escape.data(), escape.size(), "\\u%04x", static_cast<unsigned>(code_point));
      piece = {escape.data(), 6};
    }
    if (out.size() + piece.size() + 1 > max) break;
    out += piece;
    at += length == 0 ? 1 : length;
  }
  return out += '"';
}

/// Fields of one flat JSON object.
class Object {
 public:
  Object& field(std::string_view name, std::string_view text, std::size_t max = 500) {
    return raw(name, quoted(text, max));
  }
  Object& field(std::string_view name, std::int64_t number) {
    return raw(name, std::to_string(number));
  }
  Object& raw(std::string_view name, std::string_view json) {
    text_ += text_.empty() ? "{\"" : ",\"";
    text_.append(name).append("\":").append(json);
    return *this;
  }
  template <class Number>
  Object& maybe(std::string_view name, const std::optional<Number>& number) {
    return number ? field(name, static_cast<std::int64_t>(*number)) : *this;
  }
  Object& maybe_time(std::string_view name, const std::optional<std::int64_t>& ms) {
    return ms ? field(name, iso8601(*ms)) : *this;
  }
  std::string take() { return take_object() + '\n'; }
  std::string take_object() { return text_ + '}'; }

 private:
  std::string text_{};
};

bool write_whole(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

/// rename(2) that fails with EEXIST instead of replacing.
bool rename_if_absent(int folder, const char* from, const char* to) {
  if (renameat2(folder, from, folder, to, RENAME_NOREPLACE) == 0) return true;
  if (errno != EINVAL && errno != ENOSYS) return false;
  // A file system without that flag (NFS): a hard link is exclusive as well.
  if (linkat(folder, from, folder, to, 0) != 0) return false;
  unlinkat(folder, from, 0);
  return true;
}

}  // namespace

std::int64_t wall_clock_ms() { return clock_ms(CLOCK_REALTIME); }
std::int64_t steady_clock_ms() { return clock_ms(CLOCK_MONOTONIC); }

std::string to_json(const ExitRecord& record) {
  Object json;
  json.field("version", 1).field("job", record.job).field("ending", to_word(record.ending));
  json.maybe("exit_code", record.exit_code).maybe("signal", record.signal);
  json.maybe_time("started", record.started_ms).maybe_time("ended", record.ended_ms);
  json.maybe("user_ms", record.user_ms).maybe("system_ms", record.system_ms);
  json.maybe("max_rss_bytes", record.max_rss_bytes).field("host", host_name());
  if (!record.isolation.empty()) json.field("isolation", record.isolation, 300);
  json.field("os", os_name(), k_max_name).field("kernel", kernel_name(), k_max_name);
  if (!record.allocation.empty()) {
    Object allocation;
    for (const auto& [name, value] : record.allocation) allocation.field(name, value, k_max_name);
    json.raw("allocation", allocation.take_object());
  }
  if (!record.message.empty()) json.field("message", record.message, k_max_message);
  if (record.transient) json.raw("transient", "true");
  return json.take();
}

JobFolder::JobFolder(const std::string& path)
    : folder_(::open(path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)) {}

JobFolder::Claim JobFolder::claim(std::string_view job, std::uint64_t start_ticks,
                                  std::string_view native) {
  Object json;
  json.field("version", 1).field("job", job).field("pid", getpid());
  json.field("start_ticks", static_cast<std::int64_t>(start_ticks)).field("boot_id", boot_id());
  json.field("host", host_name()).field("claimed", iso8601(wall_clock_ms()));
  if (!native.empty()) json.field("native", native);
  const std::string text = json.take();
  // Unique among the nodes of a cluster that may have been given the same job.
  std::string own = std::string{k_claim_name} + "." + std::to_string(getpid());
  if (!native.empty()) own += "." + host_name();
  const int folder = folder_.get();
  const Descriptor file{
      openat(folder, own.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)};
  if (file && write_whole(file.get(), text) && rename_if_absent(folder, own.c_str(), k_claim_name))
    return Claim::mine;
  const int reason = errno;
  if (file) unlinkat(folder, own.c_str(), 0);
  errno = reason;
  return reason == EEXIST ? Claim::taken : Claim::failed;
}

std::optional<std::uint32_t> JobFolder::read_number(const char* name) const {
  const Descriptor file{openat(folder_.get(), name, O_RDONLY | O_CLOEXEC)};
  std::array<char, 16> text;
  const ssize_t size = file ? read(file.get(), text.data(), text.size()) : 0;
  std::uint32_t number = 0;
  if (size <= 0) return std::nullopt;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + size, number);
  return fault == std::errc{} ? std::optional{number} : std::nullopt;
}

bool JobFolder::reserve_record() {
  record_ =
      Descriptor{openat(folder_.get(), k_new_record_name, O_WRONLY | O_CREAT | O_CLOEXEC, 0600)};
  if (!record_) return false;
  if (fallocate(record_.get(), FALLOC_FL_KEEP_SIZE, 0, k_reserved_bytes) == 0) return true;
  return errno == EOPNOTSUPP;  // then the space is taken when it is written
}

bool JobFolder::write_record(const std::string& json) {
  if (!record_ && !reserve_record() && !record_) return false;
  if (!write_whole(record_.get(), json)) return false;
  // A supervisor that was killed may have left a longer one.
  const auto size = static_cast<off_t>(json.size());
  if (lseek(record_.get(), 0, SEEK_END) > size && ftruncate(record_.get(), size) != 0) return false;
  return renameat(folder_.get(), k_new_record_name, folder_.get(), k_record_name) == 0;
}

}}}  // namespace opus::uws0::local

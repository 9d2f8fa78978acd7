#include <opus/time.hpp>

#include "libopus/core/strings.hpp"

#include <algorithm>
#include <optional>

namespace opus { inline namespace uws0 {

namespace {

using std::chrono::milliseconds;
using std::chrono::sys_days;

constexpr TimePoint k_first{sys_days{std::chrono::year{1} / 1 / 1}};
constexpr TimePoint k_last{sys_days{std::chrono::year{9999} / 12 / 31} + std::chrono::days{1} -
                           milliseconds{1}};

void append_digits(std::string& out, unsigned value, int width) {
  char digits[8];
  for (int i = width - 1; i >= 0; --i, value /= 10) digits[i] = static_cast<char>('0' + value % 10);
  out.append(digits, static_cast<std::size_t>(width));
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Eats the text from the left; every step is false or nullopt if something else stands there.
struct Scanner {
  std::string_view rest;

  bool eat(char c) {
    if (rest.empty() || rest.front() != c) return false;
    rest.remove_prefix(1);
    return true;
  }
  std::optional<unsigned> number(std::size_t width) {
    if (rest.size() < width) return std::nullopt;
    unsigned value = 0;
    for (const char c : rest.substr(0, width)) {
      if (!is_digit(c)) return std::nullopt;
      value = value * 10 + static_cast<unsigned>(c - '0');
    }
    rest.remove_prefix(width);
    return value;
  }
  // ".5" = 500; digits beyond the third are dropped.
  std::optional<unsigned> fraction() {
    unsigned value = 0, scale = 100;
    std::size_t count = 0;
    for (; !rest.empty() && is_digit(rest.front()); rest.remove_prefix(1), ++count, scale /= 10)
      value += static_cast<unsigned>(rest.front() - '0') * scale;
    if (count == 0) return std::nullopt;
    return value;
  }
};

std::optional<sys_days> to_day(unsigned year, unsigned month, unsigned day) {
  const std::chrono::year_month_day date{std::chrono::year{static_cast<int>(year)},
                                         std::chrono::month{month}, std::chrono::day{day}};
  if (year == 0 || !date.ok()) return std::nullopt;
  return sys_days{date};
}

std::optional<milliseconds> scan_time_of_day(Scanner& in) {
  const auto hour = in.number(2);
  if (!hour || *hour > 23 || !in.eat(':')) return std::nullopt;
  const auto minute = in.number(2);
  if (!minute || *minute > 59) return std::nullopt;
  milliseconds time = std::chrono::hours{*hour} + std::chrono::minutes{*minute};
  if (!in.eat(':')) return time;
  const auto second = in.number(2);
  if (!second || *second > 59) return std::nullopt;
  time += std::chrono::seconds{*second};
  if (!in.eat('.')) return time;
  const auto fraction = in.fraction();
  if (!fraction) return std::nullopt;
  return time + milliseconds{*fraction};
}

std::optional<TimePoint> scan_instant(std::string_view text) {
  Scanner in{text};
  const auto year = in.number(4);
  if (!year) return std::nullopt;
  if (in.rest.empty()) return to_day(*year, 1, 1);
  const bool dashed = in.eat('-');
  const auto month = in.number(2);
  if (!month || (dashed && !in.eat('-'))) return std::nullopt;
  const auto day_of_month = in.number(2);
  if (!day_of_month) return std::nullopt;
  const auto day = to_day(*year, *month, *day_of_month);
  if (!day || in.rest.empty()) return day;
  if (!dashed || (!in.eat('T') && !in.eat(' '))) return std::nullopt;
  const auto time = scan_time_of_day(in);
  if (!time) return std::nullopt;
  in.eat('Z');
  if (!in.rest.empty()) return std::nullopt;
  return *day + *time;
}

class SystemClock final : public Clock {
 public:
  TimePoint now() const override {
    return std::chrono::floor<milliseconds>(std::chrono::system_clock::now());
  }
  void wait_until(std::unique_lock<std::mutex>& lock, std::condition_variable& wake,
                  TimePoint deadline) override {
    // TimePoint reaches further than the system clock's own type: wait in steps of an hour.
    const TimePoint at = now();
    if (at >= deadline) return;
    wake.wait_until(lock, std::chrono::system_clock::time_point{
                              std::min(deadline, at + std::chrono::hours{1})});
  }
};

}  // namespace

std::string to_iso8601(TimePoint at) {
  at = std::clamp(at, k_first, k_last);
  const auto day = std::chrono::floor<std::chrono::days>(at);
  const std::chrono::year_month_day date{day};
  const auto time = static_cast<unsigned>((at - day).count());
  std::string out;
  out.reserve(24);
  append_digits(out, static_cast<unsigned>(static_cast<int>(date.year())), 4);
  out += '-';
  append_digits(out, static_cast<unsigned>(date.month()), 2);
  out += '-';
  append_digits(out, static_cast<unsigned>(date.day()), 2);
  out += 'T';
  append_digits(out, time / 3'600'000, 2);
  out += ':';
  append_digits(out, time / 60'000 % 60, 2);
  out += ':';
  append_digits(out, time / 1000 % 60, 2);
  out += '.';
  append_digits(out, time % 1000, 3);
  out += 'Z';
  return out;
}

Result<TimePoint> parse_iso8601(std::string_view text) {
  if (const auto at = scan_instant(text)) return *at;
  return Error{Errc::invalid_argument,
               "'" + printable(text) +
                   "' is not a time: expected UTC as YYYY-MM-DDThh:mm:ss[.sss][Z], YYYY-MM-DD, "
                   "YYYYMMDD or YYYY, without a zone offset"};
}

Clock::~Clock() = default;

std::shared_ptr<Clock> system_clock() {
  static const std::shared_ptr<Clock> clock = std::make_shared<SystemClock>();
  return clock;
}

}}  // namespace opus::uws0

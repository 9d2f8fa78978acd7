#include "server/rest/http_date.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace opus { inline namespace uws0 { namespace rest {
namespace {

constexpr std::array<std::string_view, 7> k_days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
constexpr std::array<std::string_view, 12> k_months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                    "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
constexpr std::string_view k_form = "ddd, 00 mmm 0000 00:00:00 GMT";

void put_number(std::string& text, std::size_t at, std::size_t width, unsigned value) {
  for (; width-- > 0; value /= 10) text[at + width] = static_cast<char>('0' + value % 10);
}

std::optional<unsigned> number(std::string_view text) noexcept {
  unsigned value = 0;
  const auto [stop, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (fault != std::errc{} || stop != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

std::string to_http_date(TimePoint at) {
  using namespace std::chrono;
  const auto day = floor<days>(at);
  const year_month_day date{day};
  const hh_mm_ss time{floor<seconds>(at - day)};
  std::string text(k_form);
  text.replace(0, 3, k_days[weekday{day}.c_encoding()]);
  put_number(text, 5, 2, static_cast<unsigned>(date.day()));
  text.replace(8, 3, k_months[static_cast<unsigned>(date.month()) - 1]);
  put_number(text, 12, 4, static_cast<unsigned>(static_cast<int>(date.year())));
  put_number(text, 17, 2, static_cast<unsigned>(time.hours().count()));
  put_number(text, 20, 2, static_cast<unsigned>(time.minutes().count()));
  put_number(text, 23, 2, static_cast<unsigned>(time.seconds().count()));
  return text;
}

std::optional<TimePoint> parse_http_date(std::string_view text) noexcept {
  using namespace std::chrono;
  if (text.size() != k_form.size() || text.substr(3, 2) != ", " || text[7] != ' ' ||
      text[11] != ' ' || text[16] != ' ' || text[19] != ':' || text[22] != ':' ||
      text.substr(25) != " GMT")
    return std::nullopt;
  const auto month_word = std::find(k_months.begin(), k_months.end(), text.substr(8, 3));
  const auto day = number(text.substr(5, 2)), y = number(text.substr(12, 4));
  const auto h = number(text.substr(17, 2)), m = number(text.substr(20, 2));
  const auto s = number(text.substr(23, 2));
  if (month_word == k_months.end() || !day || !y || !h || !m || !s || *h > 23 || *m > 59 || *s > 60)
    return std::nullopt;
  const year_month_day date{year(static_cast<int>(*y)),
                            month(static_cast<unsigned>(month_word - k_months.begin()) + 1),
                            std::chrono::day(*day)};
  if (!date.ok()) return std::nullopt;
  return TimePoint{sys_days{date} + hours(*h) + minutes(*m) + seconds(*s)};
}

}}}  // namespace opus::uws0::rest

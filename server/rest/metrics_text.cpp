#include "server/rest/metrics_text.hpp"

#include <charconv>

namespace opus { inline namespace uws0 { namespace rest {
namespace {

void add_line(std::string& out, std::string_view name, std::string_view labels,
              std::string_view value) {
  out += name;
  if (!labels.empty()) {
    out += '{';
    out += labels;
    out += '}';
  }
  out += ' ';
  out += value;
  out += '\n';
}

}  // namespace

void begin_metric(std::string& out, std::string_view name, std::string_view type,
                  std::string_view help) {
  add_line(out, "# HELP " + std::string(name), {}, help);
  add_line(out, "# TYPE " + std::string(name), {}, type);
}

std::string label(std::string_view name, std::string_view value) {
  std::string out(name);
  out += "=\"";
  for (const char c : value) {
    if (c == '\n') {
      out += "\\n";
      continue;
    }
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  out += '"';
  return out;
}

std::string number(double value) {
  char digits[32];
  const auto [end, fault] = std::to_chars(std::begin(digits), std::end(digits), value);
  (void)fault;  // 32 characters hold every double
  return std::string(digits, end);
}

void add_sample(std::string& out, std::string_view name, std::string_view labels,
                std::uint64_t value) {
  add_line(out, name, labels, std::to_string(value));
}

void add_sample(std::string& out, std::string_view name, std::string_view labels, double value) {
  add_line(out, name, labels, number(value));
}

}}}  // namespace opus::uws0::rest

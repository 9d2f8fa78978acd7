#include <opus/error.hpp>

namespace opus { inline namespace uws0 {

std::string_view to_string(Errc code) noexcept {
  switch (code) {
    case Errc::invalid_argument: return "invalid_argument";
    case Errc::not_found: return "not_found";
    case Errc::conflict: return "conflict";
    case Errc::forbidden: return "forbidden";
    case Errc::unauthenticated: return "unauthenticated";
    case Errc::too_large: return "too_large";
    case Errc::limit_exceeded: return "limit_exceeded";
    case Errc::unsupported: return "unsupported";
    case Errc::timed_out: return "timed_out";
    case Errc::unavailable: return "unavailable";
    case Errc::corrupt: return "corrupt";
    case Errc::internal: return "internal";
  }
  return "internal";
}

namespace {

// A value is quoted; what is a quotation already, or nothing at all, needs no quotes.
void append_got(std::string& out, const std::string& got) {
  if (got.empty())
    out += "nothing";
  else if (got.front() == '\'' || got.front() == '"')
    out += got;
  else
    out.append("'").append(got).append("'");
}

}  // namespace

Error faults_error(std::string_view subject, std::vector<Fault> faults) {
  std::string message{subject};
  if (!subject.empty()) message += ": ";
  bool first = true;
  for (const Fault& fault : faults) {
    if (!first) message += "; ";
    first = false;
    if (!fault.field.empty()) message.append(fault.field).append(": ");
    message.append("expected ").append(fault.expected).append(", got ");
    append_got(message, fault.got);
  }
  return Error{Errc::invalid_argument, std::move(message), std::move(faults)};
}

Exception::~Exception() = default;

namespace detail {
void throw_error(const Error& error) { throw Exception(error); }
}  // namespace detail

}}  // namespace opus::uws0

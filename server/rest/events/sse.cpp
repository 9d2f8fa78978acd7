#include "server/rest/events/sse.hpp"

namespace opus { inline namespace uws0 { namespace rest {

void append_event(std::string& out, std::string_view name, std::string_view id,
                  std::string_view data) {
  out += "event: ";
  out += name;
  out += "\nid: ";
  out += id;
  out += "\ndata: ";
  out += data;
  out += "\n\n";
}

void append_comment(std::string& out, std::string_view text) {
  out += ": ";
  out += text;
  out += "\n\n";
}

void append_retry(std::string& out) { out += "retry: 2000\n\n"; }

}}}  // namespace opus::uws0::rest

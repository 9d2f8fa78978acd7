#pragma once
// Server-sent events as text (HTML standard, section 9.2).

#include <string>
#include <string_view>

namespace opus { inline namespace uws0 { namespace rest {

inline constexpr std::string_view k_event_stream = "text/event-stream";

/// Appends one event. None of the texts has a line end: data is JSON.
void append_event(std::string& out, std::string_view name, std::string_view id,
                  std::string_view data);

/// A line that clients skip: a sign of life.
void append_comment(std::string& out, std::string_view text);

/// How long a client that has lost the connection waits before it comes back.
void append_retry(std::string& out);

}}}  // namespace opus::uws0::rest

#pragma once
// A response as a value. The host adds Date, Content-Length and what the connection needs.

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include <opus/error.hpp>

#include "server/rest/body_stream.hpp"
#include "server/rest/files.hpp"
#include "server/rest/headers.hpp"

namespace opus { inline namespace uws0 { namespace rest {

inline constexpr std::string_view k_xml = "text/xml;charset=UTF-8";
inline constexpr std::string_view k_text = "text/plain;charset=UTF-8";
inline constexpr std::string_view k_json = "application/json";
inline constexpr std::string_view k_problem_json = "application/problem+json";

/// Text of its own, text shared with a cache, bytes of a file, or what comes with time.
using Body =
    std::variant<std::string, std::shared_ptr<const std::string>, FileSlice, BodyStreamPtr>;

struct Response {
  int status = 200;
  Headers headers{};
  Body body{};
};

/// nullopt: a stream, whose size nobody knows yet.
std::optional<std::uint64_t> size(const Body& body) noexcept;
/// The bytes, of a stream those that it has by now; for tests.
std::string to_string(const Body& body);

std::string_view reason(int status) noexcept;  ///< "Not Found" ...

/// 200 with a document that changes with the job: not to be kept without asking again.
Response document(std::string_view content_type, std::string text);
Response document(std::string_view content_type, std::shared_ptr<const std::string> text);
/// 200, text/plain, exactly these bytes (UWS-HTTP-01, UWS-HTTP-14).
Response text(std::string value);
/// 303 with an absolute URL and no body (UWS-HTTP-07, UWS-HTTP-11).
Response see_other(std::string_view url);

}}}  // namespace opus::uws0::rest

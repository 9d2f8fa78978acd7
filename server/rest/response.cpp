#include "server/rest/response.hpp"

namespace opus { inline namespace uws0 { namespace rest {
namespace {

template <class Text> Response make_document(std::string_view content_type, Text text) {
  Response response;
  response.headers.add("Content-Type", content_type);
  response.headers.add("Cache-Control", "no-cache");
  response.body = std::move(text);
  return response;
}

}  // namespace

std::optional<std::uint64_t> size(const Body& body) noexcept {
  if (const auto* own = std::get_if<std::string>(&body)) return own->size();
  if (const auto* shared = std::get_if<std::shared_ptr<const std::string>>(&body))
    return (*shared)->size();
  if (const auto* slice = std::get_if<FileSlice>(&body)) return slice->length;
  return std::nullopt;
}

std::string to_string(const Body& body) {
  if (const auto* own = std::get_if<std::string>(&body)) return *own;
  if (const auto* shared = std::get_if<std::shared_ptr<const std::string>>(&body)) return **shared;
  if (const auto* slice = std::get_if<FileSlice>(&body)) return read(*slice).value();
  std::string text;
  BodyStream& stream = **std::get_if<BodyStreamPtr>(&body);
  while (stream.pull(text) == BodyStream::State::more) {
  }
  return text;
}

std::string_view reason(int status) noexcept {
  switch (status) {
    case 100: return "Continue";
    case 200: return "OK";
    case 201: return "Created";
    case 204: return "No Content";
    case 206: return "Partial Content";
    case 303: return "See Other";
    case 304: return "Not Modified";
    case 308: return "Permanent Redirect";
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 406: return "Not Acceptable";
    case 408: return "Request Timeout";
    case 412: return "Precondition Failed";
    case 413: return "Payload Too Large";
    case 415: return "Unsupported Media Type";
    case 416: return "Range Not Satisfiable";
    case 417: return "Expectation Failed";
    case 429: return "Too Many Requests";
    case 431: return "Request Header Fields Too Large";
    case 500: return "Internal Server Error";
    case 501: return "Not Implemented";
    case 503: return "Service Unavailable";
    case 505: return "HTTP Version Not Supported";
    default: return "Unknown";
  }
}

Response document(std::string_view content_type, std::string text) {
  return make_document(content_type, std::move(text));
}

Response document(std::string_view content_type, std::shared_ptr<const std::string> text) {
  return make_document(content_type, std::move(text));
}

Response text(std::string value) { return document(k_text, std::move(value)); }

Response see_other(std::string_view url) {
  Response response;
  response.status = 303;
  response.headers.add("Location", url);
  return response;
}

}}}  // namespace opus::uws0::rest

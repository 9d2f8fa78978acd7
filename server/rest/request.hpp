#pragma once
// A request as the handlers see it: decoded, complete, without sockets.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <opus/access.hpp>
#include <opus/error.hpp>

#include "server/rest/files.hpp"
#include "server/rest/headers.hpp"
#include "server/rest/text.hpp"

namespace opus { inline namespace uws0 { namespace rest {

enum class Method : std::uint8_t { get, head, post, put, delete_, options, other };

std::string_view to_string(Method method) noexcept;  ///< "GET" ...
Method parse_method(std::string_view word) noexcept;

/// The percent-decoded segments of a path. "/rest/" and "/rest" are the same; "/" has none.
class Path {
 public:
  static constexpr std::size_t k_deepest = 8;

  /// invalid_argument: no leading slash, a broken escape, a control character.
  static Result<Path> parse(std::string_view path);

  /// k_deepest + 1 if there are more.
  std::size_t size() const noexcept { return size_; }
  std::string_view operator[](std::size_t i) const noexcept {
    return std::string_view(text_).substr(spans_[i].begin, spans_[i].size);
  }

 private:
  struct Span {
    std::uint32_t begin = 0, size = 0;
  };
  std::string text_;
  std::array<Span, k_deepest + 1> spans_{};
  std::size_t size_ = 0;
};

struct Request {
  Method method = Method::get;
  std::string target{};  ///< as sent: "/rest/x?PHASE=RUN"
  Path path{};
  Pairs query{};
  Headers headers{};
  std::string remote{};    ///< the client's address
  Identity identity{};     ///< who asks; set by Api::begin()
  std::string base_url{};  ///< of this service as the client sees it, no trailing slash

  // From the body, once it has been read.
  Pairs form{};                       ///< urlencoded or multipart fields
  std::vector<UploadedFile> files{};  ///< multipart files, or the body itself
  std::string body{};                 ///< where the resource takes a plain value

  /// Fills path and query. invalid_argument: see Path::parse and parse_urlencoded.
  Result<void> set_target(std::string_view target);

  /// All values of a parameter, query first, then form. Names without regard to case
  /// (DALI 1.2 §4.1).
  std::vector<std::string_view> values(std::string_view name) const;
  /// The one value; nullopt if there is none. invalid_argument: it is given twice with different
  /// values (DALI 1.2 §4.2).
  Result<std::optional<std::string_view>> value(std::string_view name) const;
};

}}}  // namespace opus::uws0::rest

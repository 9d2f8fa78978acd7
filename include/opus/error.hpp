#pragma once
// Errors as values. Nothing in libopus throws across its border; `.value()` is the one exception.

#include <exception>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <opus/export.hpp>

namespace opus { inline namespace uws0 {

/// What went wrong, as far as a caller can act on it. Few and stable; the text is in
/// Error::message.
enum class Errc {
  invalid_argument,  ///< a value is malformed or not allowed; the same call will never succeed
  not_found,         ///< no such job, entity, description, result ...
  conflict,          ///< not allowed in the job's present phase, or somebody changed it first
  forbidden,         ///< the caller may not do this
  unauthenticated,   ///< it is not known who the caller is, and that matters
  too_large,         ///< a size limit was exceeded
  limit_exceeded,    ///< a count or rate limit was exceeded; later it may work
  unsupported,       ///< valid, but nothing here can do it (unknown executor, scheme, format ...)
  timed_out,         ///< the time given for the call was over
  unavailable,       ///< a passing fault (disk full, scheduler down, closing); a retry is safe
  corrupt,           ///< data on disk is not what it should be; needs an operator
  internal,          ///< a bug of ours
};

/// The code as a lower-case word, for logs and JSON: "invalid_argument" ...
OPUS_UWS_API std::string_view to_string(Errc code) noexcept;

/// One thing wrong with one field of a request or document.
struct Fault {
  std::string field{};     ///< where: a parameter name, a JSON path, "file:line", ...
  std::string expected{};  ///< what would have been right, e.g. "an integer from 1 to 10"
  std::string got{};       ///< what came, shortened if long
  bool operator==(const Fault&) const = default;
};

/// A failure with a sentence for people and, where several fields are wrong, each of them.
struct Error {
  Errc code = Errc::internal;
  std::string message{};
  std::vector<Fault> faults{};
  bool operator==(const Error&) const = default;
};

/// invalid_argument whose message names every fault: "sigma: expected a number, got 'abc'; ...".
OPUS_UWS_API Error faults_error(std::string_view subject, std::vector<Fault> faults);

/// Thrown only by Result::value() on a failed Result.
class OPUS_UWS_API Exception : public std::exception {
 public:
  explicit Exception(Error error) : error_(std::move(error)) {}
  ~Exception() override;
  const char* what() const noexcept override { return error_.message.c_str(); }
  const Error& error() const noexcept { return error_; }

 private:
  Error error_;
};

namespace detail {
[[noreturn]] OPUS_UWS_API void throw_error(const Error& error);
}

/// Either a T or an Error. `if (result)`, `*result`, `result.error()`; `result.value()` throws
/// opus::Exception on failure. Dereferencing a failed Result is undefined, as with std::optional.
template <class T> class [[nodiscard]] Result {
 public:
  using value_type = T;

  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}

  bool has_value() const noexcept { return state_.index() == 0; }
  explicit operator bool() const noexcept { return has_value(); }

  T& operator*() & noexcept { return *std::get_if<0>(&state_); }
  const T& operator*() const& noexcept { return *std::get_if<0>(&state_); }
  T&& operator*() && noexcept { return std::move(*std::get_if<0>(&state_)); }
  T* operator->() noexcept { return std::get_if<0>(&state_); }
  const T* operator->() const noexcept { return std::get_if<0>(&state_); }

  const T& value() const& { return check(), **this; }
  T& value() & { return check(), **this; }
  T value() && { return check(), std::move(**this); }
  T value_or(T other) && { return has_value() ? std::move(**this) : std::move(other); }

  const Error& error() const& noexcept { return *std::get_if<1>(&state_); }
  Error error() && noexcept { return std::move(*std::get_if<1>(&state_)); }

 private:
  void check() const {
    if (!has_value()) detail::throw_error(error());
  }
  std::variant<T, Error> state_;
};

/// Success without a value, or an Error.
template <> class [[nodiscard]] Result<void> {
 public:
  using value_type = void;

  Result() = default;
  Result(Error error) : error_(std::move(error)) {}

  bool has_value() const noexcept { return !error_.has_value(); }
  explicit operator bool() const noexcept { return has_value(); }
  void value() const {
    if (error_) detail::throw_error(*error_);
  }
  const Error& error() const& noexcept { return *error_; }
  Error error() && noexcept { return std::move(*error_); }

 private:
  std::optional<Error> error_{};
};

}}  // namespace opus::uws0

#define OPUS_UWS_CONCAT_(a, b) a##b
#define OPUS_UWS_CONCAT(a, b) OPUS_UWS_CONCAT_(a, b)
#define OPUS_UWS_TRY_(temporary, declaration, expression) \
  auto temporary = (expression);                          \
  if (!temporary) return std::move(temporary).error();    \
  declaration = *std::move(temporary)

/// OPUS_UWS_TRY(const Job job, service.get(id)); returns the error from the calling function.
#define OPUS_UWS_TRY(declaration, expression) \
  OPUS_UWS_TRY_(OPUS_UWS_CONCAT(opus_uws_try_, __LINE__), declaration, expression)

/// The same for a Result<void>.
#define OPUS_UWS_CHECK(expression)                           \
  do {                                                       \
    if (auto opus_uws_check = (expression); !opus_uws_check) \
      return std::move(opus_uws_check).error();              \
  } while (false)

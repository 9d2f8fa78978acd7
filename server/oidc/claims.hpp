#pragma once
// JSON objects of strangers: what a token claims, its header, documents of an issuer. The only
// place of the server that knows Jansson. Threads: const functions any.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <opus/error.hpp>

struct json_t;

namespace opus { inline namespace uws0 { namespace oidc {

class Claims {
 public:
  /// invalid_argument: no JSON object, or one in which a name comes twice.
  static Result<Claims> parse(std::string_view json);

  bool has(const std::string& name) const { return find(name) != nullptr; }
  /// Of the member of this name; where there is none, dots lead into inner objects:
  /// "realm_access.roles".
  std::optional<std::string> text(const std::string& name) const;
  /// Seconds; a fraction is cut off.
  std::optional<std::int64_t> number(const std::string& name) const;
  bool is_true(const std::string& name) const;  ///< true, or "true" as some issuers have it
  /// The texts of an array, or one text.
  std::vector<std::string> texts(const std::string& name) const;
  /// The same; of one text its words, as those of "scope".
  std::vector<std::string> words(const std::string& name) const;
  /// Those of an array.
  std::vector<Claims> objects(const std::string& name) const;

 private:
  struct ReleaseJson {
    void operator()(json_t* json) const noexcept;
  };
  using JsonPtr = std::unique_ptr<json_t, ReleaseJson>;

  explicit Claims(JsonPtr object) : object_(std::move(object)) {}
  const json_t* find(const std::string& name) const;

  JsonPtr object_;
};

}}}  // namespace opus::uws0::oidc

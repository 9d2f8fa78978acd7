#pragma once
// The header fields of a request or response: names without regard to case, order kept.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace opus { inline namespace uws0 { namespace rest {

/// All names and values lie in one text, so that a message costs two allocations however many
/// fields it has. Views returned are valid until the next add().
class Headers {
 public:
  void add(std::string_view name, std::string_view value);

  /// The value of the first field of that name.
  std::optional<std::string_view> get(std::string_view name) const noexcept;
  std::size_t count(std::string_view name) const noexcept;
  bool has(std::string_view name) const noexcept { return get(name).has_value(); }

  std::size_t size() const noexcept { return fields_.size(); }
  std::string_view name(std::size_t i) const noexcept;
  std::string_view value(std::size_t i) const noexcept;

  /// Gives the memory back.
  void clear() noexcept;

 private:
  struct Field {
    std::uint32_t begin, name_size, value_size;
  };
  std::string text_;
  std::vector<Field> fields_;
};

}}}  // namespace opus::uws0::rest

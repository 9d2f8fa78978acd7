#include "server/rest/headers.hpp"

#include "server/rest/text.hpp"

namespace opus { inline namespace uws0 { namespace rest {

void Headers::add(std::string_view name, std::string_view value) {
  if (fields_.empty()) {
    fields_.reserve(12);
    text_.reserve(256);
  }
  fields_.push_back({static_cast<std::uint32_t>(text_.size()),
                     static_cast<std::uint32_t>(name.size()),
                     static_cast<std::uint32_t>(value.size())});
  text_ += name;
  text_ += value;
}

std::string_view Headers::name(std::size_t i) const noexcept {
  return std::string_view(text_).substr(fields_[i].begin, fields_[i].name_size);
}

std::string_view Headers::value(std::size_t i) const noexcept {
  return std::string_view(text_).substr(fields_[i].begin + fields_[i].name_size,
                                        fields_[i].value_size);
}

std::optional<std::string_view> Headers::get(std::string_view wanted) const noexcept {
  for (std::size_t i = 0; i < fields_.size(); ++i)
    if (iequals(name(i), wanted)) return value(i);
  return std::nullopt;
}

std::size_t Headers::count(std::string_view wanted) const noexcept {
  std::size_t n = 0;
  for (std::size_t i = 0; i < fields_.size(); ++i) n += iequals(name(i), wanted);
  return n;
}

void Headers::clear() noexcept {
  std::string().swap(text_);
  std::vector<Field>().swap(fields_);
}

}}}  // namespace opus::uws0::rest

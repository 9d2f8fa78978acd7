#pragma once
// The endings as words, as they stand in exit.json.

#include <array>
#include <optional>
#include <string_view>
#include <utility>

#include <opus/executor.hpp>

namespace opus { inline namespace uws0 {

inline constexpr std::array<std::pair<Ending, std::string_view>, 7> k_ending_words{{
    {Ending::exited, "exited"},
    {Ending::signalled, "signalled"},
    {Ending::cancelled, "cancelled"},
    {Ending::time_limit, "time_limit"},
    {Ending::out_of_memory, "out_of_memory"},
    {Ending::not_started, "not_started"},
    {Ending::lost, "lost"},
}};

constexpr std::string_view to_word(Ending ending) noexcept {
  for (const auto& [each, word] : k_ending_words)
    if (each == ending) return word;
  return {};
}

constexpr std::optional<Ending> ending_of_word(std::string_view word) noexcept {
  for (const auto& [ending, each] : k_ending_words)
    if (each == word) return ending;
  return std::nullopt;
}

}}  // namespace opus::uws0

#pragma once
// The two file forms. Both readers report every fault they find, then those of check().

#include <optional>
#include <string>
#include <string_view>

#include <opus/description.hpp>
#include <opus/error.hpp>

namespace opus { inline namespace uws0 { namespace description {

Result<JobDescription> read_json(std::string_view text, std::string_view origin);
Result<JobDescription> read_votable(std::string_view text, std::string_view origin);

/// As both forms write it.
constexpr std::string_view word_of(Reuse reuse) noexcept {
  switch (reuse) {
    case Reuse::quick: return "quick";
    case Reuse::verified: return "verified";
    case Reuse::never: break;
  }
  return "never";
}
constexpr std::optional<Reuse> reuse_from(std::string_view word) noexcept {
  for (const Reuse reuse : {Reuse::never, Reuse::quick, Reuse::verified})
    if (word == word_of(reuse)) return reuse;
  return std::nullopt;
}
inline constexpr std::string_view k_reuse_expected = "never, quick or verified";

/// Scripts have lines ended by LF: forms and editors of other systems add CR.
std::string without_carriage_returns(std::string_view script);

}}}  // namespace opus::uws0::description

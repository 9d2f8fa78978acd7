#include "libopus/job/nearest.hpp"

#include <algorithm>
#include <cstddef>
#include <numeric>

#include "libopus/core/strings.hpp"

namespace opus { inline namespace uws0 {

namespace {

// Damerau-Levenshtein with adjacent swaps, three rows at a time. Long words are never compared.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
  std::iota(last.begin(), last.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t changed = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, changed});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        row[j] = std::min(row[j], before[j - 2] + 1);
    }
    before.swap(last);
    last.swap(row);
  }
  return last[b.size()];
}

constexpr std::size_t k_longest_word = 64;
constexpr std::size_t k_longest_list = 12;

}  // namespace

std::string nearest(std::string_view word, const std::vector<std::string>& known) {
  if (word.empty() || word.size() > k_longest_word) return {};
  const std::string lower = ascii_lower(word);
  std::string best;
  std::size_t best_distance = std::max<std::size_t>(1, word.size() / 3) + 1;
  for (const std::string& candidate : known) {
    if (candidate.size() > k_longest_word) continue;
    const std::size_t d = distance(lower, ascii_lower(candidate));
    if (d >= best_distance) continue;
    best_distance = d;
    best = candidate;
  }
  return best;
}

std::string expected_one_of(std::string_view what, std::string_view word,
                            const std::vector<std::string>& known) {
  std::string out{what};
  if (const std::string near = nearest(word, known); !near.empty())
    return out.append(" (did you mean '").append(near).append("'?)");
  if (known.empty()) return out.append(" (there is none)");
  if (known.size() > k_longest_list) return out;
  return out.append(" (one of ").append(join(known, ", ")).append(")");
}

}}  // namespace opus::uws0

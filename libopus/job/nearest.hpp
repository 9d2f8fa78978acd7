#pragma once
// Which known word did somebody mean? For messages about unknown names.

#include <string>
#include <string_view>
#include <vector>

namespace opus { inline namespace uws0 {

/// The known word that `word` is most likely a misspelling of (case aside); empty if none is near.
std::string nearest(std::string_view word, const std::vector<std::string>& known);

/// For Fault::expected: "a parameter (did you mean 'sigma'?)", else "a parameter (one of a, b)", or
/// "a parameter (there is none)".
std::string expected_one_of(std::string_view what, std::string_view word,
                            const std::vector<std::string>& known);

}}  // namespace opus::uws0

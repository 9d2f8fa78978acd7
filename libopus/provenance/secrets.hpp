#pragma once
// Provenance is made to be passed on: passwords and tokens stay out of it.

#include <string>
#include <string_view>
#include <vector>

#include <opus/job.hpp>

namespace opus { inline namespace uws0 { namespace provenance {

/// Does an environment variable or URL query of this name usually hold a secret (TOKEN, KEY ...)?
bool is_secret_name(std::string_view name);
/// The same for a parameter, where "key" and "author" are ordinary words.
bool is_secret_parameter(std::string_view name);

/// An http(s) URL without user, password and secret query values; other text unchanged.
std::string public_url(std::string_view url);

/// The argv with the values of secret parameters and the secrets in URLs replaced.
std::vector<std::string> public_argv(const Job& job);
/// The same as a shell would read it, for people.
std::string public_command(const Job& job);

}}}  // namespace opus::uws0::provenance

#pragma once
// Secrets of tokens: their text, and the key with which they are kept.

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include <opus/error.hpp>

namespace opus { inline namespace uws0 { namespace access {

/// "opus-<id>-<secret>": 64 bits that name the token, 256 bits that prove it.
struct TokenText {
  std::string id{};
  std::string text{};
};
Result<std::string> make_token_id();
Result<TokenText> make_token_text(std::string id);
/// Its id, if the text has the form of a token. Case matters.
std::optional<std::string_view> token_id_of(std::string_view text) noexcept;

/// The key of the data folder: access.key, 32 random bytes, for its owner's eyes only; made if it
/// is not there. corrupt: it has another size, or others may read it.
Result<std::string> load_key(const std::filesystem::path& data_dir);

}}}  // namespace opus::uws0::access

#include "libopus/access/secrets.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "libopus/core/descriptor.hpp"
#include "libopus/core/files.hpp"
#include "libopus/core/hash.hpp"
#include "libopus/core/random.hpp"

namespace opus { inline namespace uws0 { namespace access {
namespace {

constexpr std::string_view k_token_prefix = "opus-";
constexpr std::size_t k_id_bytes = 8;
constexpr std::size_t k_secret_bytes = 32;
constexpr std::size_t k_key_bytes = 32;

bool is_hex(std::string_view text) noexcept {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

/// Whole under its name, or not there: two processes that start at once get one key.
Result<void> make_key(const std::filesystem::path& file) {
  OPUS_UWS_TRY(const std::string key, random_bytes(k_key_bytes));
  OPUS_UWS_TRY(const std::string mark, random_bytes(k_id_bytes));
  const std::filesystem::path beside = file.string() + '.' + to_hex(mark);
  OPUS_UWS_CHECK(write_file_atomically(beside, key, 0600));
  // A command that root runs must not take the key away from the server's user.
  struct stat folder {};
  int fault = 0;
  if (::geteuid() == 0 && ::stat(file.parent_path().c_str(), &folder) == 0 &&
      ::chown(beside.c_str(), folder.st_uid, folder.st_gid) != 0)
    fault = errno;
  if (fault == 0 && ::link(beside.c_str(), file.c_str()) != 0 && errno != EEXIST) fault = errno;
  ::unlink(beside.c_str());
  if (fault != 0) return system_error("cannot create", file, fault);
  return sync_to_disk(file.parent_path());
}

}  // namespace

Result<std::string> make_token_id() {
  OPUS_UWS_TRY(const std::string bytes, random_bytes(k_id_bytes));
  return to_hex(bytes);
}

Result<TokenText> make_token_text(std::string id) {
  OPUS_UWS_TRY(const std::string bytes, random_bytes(k_secret_bytes));
  TokenText token;
  token.text = std::string(k_token_prefix) + id + '-' + to_hex(bytes);
  token.id = std::move(id);
  return token;
}

std::optional<std::string_view> token_id_of(std::string_view text) noexcept {
  constexpr std::size_t k_id = 2 * k_id_bytes;
  constexpr std::size_t k_secret_at = k_token_prefix.size() + k_id + 1;
  if (text.size() != k_secret_at + 2 * k_secret_bytes) return std::nullopt;
  if (text.substr(0, k_token_prefix.size()) != k_token_prefix || text[k_secret_at - 1] != '-')
    return std::nullopt;
  const std::string_view id = text.substr(k_token_prefix.size(), k_id);
  if (!is_hex(id) || !is_hex(text.substr(k_secret_at))) return std::nullopt;
  return id;
}

Result<std::string> load_key(const std::filesystem::path& data_dir) {
  const std::filesystem::path file = data_dir / "access.key";
  if (::access(file.c_str(), F_OK) != 0) OPUS_UWS_CHECK(make_key(file));
  struct stat facts {};
  if (::stat(file.c_str(), &facts) != 0) return system_error("cannot read", file, errno);
  if ((facts.st_mode & 077) != 0)
    return Error{Errc::corrupt, "'" + file.string() +
                                    "' can be read by others: expected mode 0600. Whoever has it "
                                    "and the database can try tokens; if that may be, delete the "
                                    "file, which makes all tokens invalid"};
  OPUS_UWS_TRY(std::string key, read_file(file, 4096));
  if (key.size() != k_key_bytes)
    return Error{Errc::corrupt, "'" + file.string() + "' is no key: expected 32 bytes, got " +
                                    std::to_string(key.size())};
  return key;
}

}}}  // namespace opus::uws0::access

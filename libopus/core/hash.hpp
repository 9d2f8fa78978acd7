#pragma once
// SHA-256 and what secrets need of it; OpenSSL stays in hash.cpp.

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include <opus/error.hpp>
#include <opus/export.hpp>

namespace opus { inline namespace uws0 {

/// Fed piece by piece; digest() once at the end.
class OPUS_UWS_API Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;
  void update(std::string_view bytes);
  std::string hex_digest();  ///< 64 lower-case hex digits

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

OPUS_UWS_API std::string sha256_hex(std::string_view bytes);

OPUS_UWS_API std::string to_hex(std::string_view bytes);  ///< lower case

/// HMAC-SHA-256 (RFC 2104) in hexadecimal digits. `key`: 1 to 64 bytes.
OPUS_UWS_API std::string hmac_sha256_hex(std::string_view key, std::string_view text);

/// Takes as long for every guess of one length.
OPUS_UWS_API bool equal_in_constant_time(std::string_view a, std::string_view b) noexcept;

struct FileDigest {
  std::string sha256{};
  std::uint64_t size = 0;
};
/// Reads the file once, in pieces.
OPUS_UWS_API Result<FileDigest> sha256_file(const std::filesystem::path& file);

}}  // namespace opus::uws0

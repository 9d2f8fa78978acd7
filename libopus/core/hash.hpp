#pragma once
// SHA-256; OpenSSL stays in hash.cpp.

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

struct FileDigest {
  std::string sha256{};
  std::uint64_t size = 0;
};
/// Reads the file once, in pieces.
OPUS_UWS_API Result<FileDigest> sha256_file(const std::filesystem::path& file);

}}  // namespace opus::uws0

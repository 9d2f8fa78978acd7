// What reads and hashes the files of jobs, replaced at the link (ld --wrap): that is all of
// recording which is not a column of a row that the job needs anyway. The product does not know.
#include <atomic>
#include <filesystem>
#include <string>
#include <system_error>

#include "libopus/core/hash.hpp"

/// The name that the linker gives to calls of opus::sha256_file.
opus::Result<opus::FileDigest> size_alone(const std::filesystem::path& file) asm(
    "__wrap__ZN4opus4uws011sha256_fileERKNSt10filesystem7__cxx114pathE");

opus::Result<opus::FileDigest> size_alone(const std::filesystem::path& file) {
  std::error_code error;
  const auto size = std::filesystem::file_size(file, error);
  if (error) return opus::Error{opus::Errc::unavailable, file.string() + ": " + error.message()};
  static std::atomic<int> count = 0;  // contents differ, so must their hashes
  const std::string number = std::to_string(++count);
  return opus::FileDigest{std::string(64 - number.size(), '0') + number, size};
}

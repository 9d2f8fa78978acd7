#include "libopus/core/hash.hpp"

#include "libopus/core/descriptor.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <stdexcept>
#include <vector>

namespace opus { inline namespace uws0 {

namespace {

void require(bool done) {
  if (!done) throw std::runtime_error("OpenSSL cannot compute SHA-256");
}

// Fetched once, because OpenSSL 3 otherwise looks the algorithm up for every digest; from a library
// context of our own, so that the host's OpenSSL configuration cannot take it away. Never freed: a
// digest may still be computed while the process exits.
const EVP_MD* sha256() {
  static const EVP_MD* const algorithm =
      EVP_MD_fetch(OSSL_LIB_CTX_new(), "SHA256", "provider=default");
  require(algorithm != nullptr);
  return algorithm;
}

}  // namespace

struct Sha256::Impl {
  Impl() : context(EVP_MD_CTX_new()) {
    require(context && EVP_DigestInit_ex2(context.get(), sha256(), nullptr) == 1);
  }
  struct Free {
    void operator()(EVP_MD_CTX* c) const { EVP_MD_CTX_free(c); }
  };
  std::unique_ptr<EVP_MD_CTX, Free> context;
};

Sha256::Sha256() : impl_(std::make_unique<Impl>()) {}
Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;

void Sha256::update(std::string_view bytes) {
  require(EVP_DigestUpdate(impl_->context.get(), bytes.data(), bytes.size()) == 1);
}

std::string Sha256::hex_digest() {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  require(EVP_DigestFinal_ex(impl_->context.get(), digest, &size) == 1);
  return to_hex({reinterpret_cast<const char*>(digest), size});
}

std::string sha256_hex(std::string_view bytes) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  require(EVP_Digest(bytes.data(), bytes.size(), digest, &size, sha256(), nullptr) == 1);
  return to_hex({reinterpret_cast<const char*>(digest), size});
}

std::string to_hex(std::string_view bytes) {
  constexpr char k_digits[] = "0123456789abcdef";
  std::string out;
  out.reserve(bytes.size() * 2);
  for (const char byte : bytes) {
    const auto value = static_cast<unsigned char>(byte);
    out += k_digits[value >> 4];
    out += k_digits[value & 0xF];
  }
  return out;
}

std::string hmac_sha256_hex(std::string_view key, std::string_view text) {
  constexpr std::size_t k_block = 64;
  std::string inner(k_block, '\x36');
  std::string outer(k_block, '\x5c');
  for (std::size_t i = 0; i < key.size() && i < k_block; ++i) {
    inner[i] = static_cast<char>(inner[i] ^ key[i]);
    outer[i] = static_cast<char>(outer[i] ^ key[i]);
  }
  const auto digest_of = [](std::string_view first, std::string_view second) {
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    std::string both(first);
    both += second;
    require(EVP_Digest(both.data(), both.size(), digest, &size, sha256(), nullptr) == 1);
    return std::string(reinterpret_cast<const char*>(digest), size);
  };
  return to_hex(digest_of(outer, digest_of(inner, text)));
}

bool equal_in_constant_time(std::string_view a, std::string_view b) noexcept {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

Result<FileDigest> sha256_file(const std::filesystem::path& file) {
  OPUS_UWS_TRY(const Descriptor fd, open_regular_file(file));
  Sha256 hash;
  FileDigest digest;
  std::vector<char> buffer(std::size_t{256} << 10);
  for (;;) {
    OPUS_UWS_TRY(const std::size_t got, read_some(fd.get(), buffer.data(), buffer.size(), file));
    if (got == 0) break;
    hash.update({buffer.data(), got});
    digest.size += got;
  }
  digest.sha256 = hash.hex_digest();
  return digest;
}

}}  // namespace opus::uws0

#include "libopus/core/hash.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/temp_folder.hpp"

#include <sys/stat.h>

#include <random>
#include <string>
#include <thread>
#include <vector>

using namespace opus;

TEST_CASE("SHA-256 gives the digests of the standard's examples") {
  // FIPS 180-4 examples of NIST.
  CHECK(sha256_hex("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(sha256_hex("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(sha256_hex("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq") ==
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  CHECK(sha256_hex(std::string(1'000'000, 'a')) ==
        "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST_CASE("a text hashed in pieces of any size has the digest of the whole") {
  std::mt19937 random{3};
  for (int round = 0; round < 50; ++round) {
    std::string text(random() % 5'000, '\0');
    for (char& c : text) c = static_cast<char>(random());
    Sha256 hash;
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t piece = std::min<std::size_t>(random() % 700, text.size() - at);
      hash.update({text.data() + at, piece});
      at += piece;
    }
    Sha256 moved = std::move(hash);
    REQUIRE(moved.hex_digest() == sha256_hex(text));
  }
}

TEST_CASE("a file is hashed and measured in one reading") {
  const opus_test::TempFolder folder;
  std::string content(700'000, 'x');
  content[600'000] = '\0';
  const auto digest = sha256_file(folder.write("data", content));
  REQUIRE(digest);
  CHECK(digest->size == content.size());
  CHECK(digest->sha256 == sha256_hex(content));
  CHECK(sha256_file(folder.write("empty", ""))->sha256 == sha256_hex(""));
}

TEST_CASE("what cannot be hashed says why and never blocks") {
  const opus_test::TempFolder folder;
  const auto missing = sha256_file(folder / "none");
  CHECK(missing.error().code == Errc::not_found);
  CHECK(missing.error().message.find("none") != std::string::npos);
  REQUIRE(mkfifo((folder / "fifo").c_str(), 0600) == 0);
  CHECK(sha256_file(folder / "fifo").error().code == Errc::invalid_argument);
  CHECK(sha256_file(folder.path()).error().code == Errc::invalid_argument);
  CHECK(sha256_file("/dev/zero").error().code == Errc::invalid_argument);
}

TEST_CASE("threads hash side by side") {
  std::vector<std::thread> threads;
  std::vector<std::string> digests(4);
  for (auto& digest : digests)
    threads.emplace_back([&digest] {
      for (int i = 0; i < 500; ++i) digest = sha256_hex("abc");
    });
  for (auto& thread : threads) thread.join();
  for (const auto& digest : digests) CHECK(digest == sha256_hex("abc"));
}

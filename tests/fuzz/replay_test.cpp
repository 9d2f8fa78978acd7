// The corpus of each parser, whole, cut and damaged, without libFuzzer.
#include <algorithm>
#include <filesystem>
#include <random>
#include <vector>

#include "tests/fuzz/server_targets.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temp_folder.hpp"

using opus_test::TempFolder;

namespace {

constexpr std::size_t k_cuts = 200;
constexpr int k_damages = 300;

std::vector<std::string> corpus_of(std::string_view name) {
  std::vector<std::string> texts;
  const auto folder = std::filesystem::path{OPUS_UWS_TEST_CORPUS} / name;
  for (const auto& file : std::filesystem::directory_iterator{folder})
    texts.push_back(TempFolder::read(file.path()));
  std::sort(texts.begin(), texts.end());
  return texts;
}

void damage(std::string& text, std::mt19937& random) {
  const auto at = [&] { return random() % (text.size() + 1); };
  switch (random() % 4) {
    case 0:
      text.insert(text.begin() + static_cast<std::ptrdiff_t>(at()), static_cast<char>(random()));
      break;
    case 1: text.erase(at(), random() % 8); break;
    case 2: text.insert(at(), text.substr(at(), random() % 64)); break;
    default:
      if (!text.empty()) text[random() % text.size()] = static_cast<char>(random());
  }
}

template <class Targets> void replay(const Targets& targets) {
  for (const auto& target : targets) {
    const auto texts = corpus_of(target.name);
    INFO(target.name);
    REQUIRE_FALSE(texts.empty());
    std::mt19937 random{1};
    for (const auto& text : texts) {
      target.read(text);
      for (std::size_t i = 0; i < k_cuts; ++i)
        target.read(text.substr(0, i * text.size() / k_cuts));
      for (int i = 0; i < k_damages; ++i) {
        std::string damaged = text;
        for (auto times = random() % 4 + 1; times > 0; --times) damage(damaged, random);
        target.read(damaged);
      }
    }
  }
}

}  // namespace

TEST_CASE("every parser takes its corpus, whole, cut and damaged, and keeps its promises") {
  replay(opus_fuzz::k_targets);
  replay(opus_fuzz::k_server_targets);
}

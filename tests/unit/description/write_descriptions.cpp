// write_descriptions <folder> <count> <file>...: the files and `count` random descriptions in both
// forms, as <folder>/<n>.json and <n>.xml, for check_descriptions.py.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <random>
#include <string>

#include <opus/description.hpp>

#include "tests/unit/description/random_description.hpp"

namespace {

void write(const std::filesystem::path& folder, int n, const opus::JobDescription& description) {
  const auto stem = folder / std::to_string(n);
  std::ofstream{stem.string() + ".json", std::ios::binary} << opus::to_json(description);
  std::ofstream{stem.string() + ".xml", std::ios::binary} << opus::to_votable(description);
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc < 3) return EXIT_FAILURE;
  const std::filesystem::path folder{argv[1]};
  std::mt19937 random{42};
  int n = 0;
  for (; n < std::atoi(argv[2]); ++n) write(folder, n, opus::test::random_description(random));
  for (int i = 3; i < argc; ++i, ++n) write(folder, n, opus::load_description(argv[i]).value());
  return EXIT_SUCCESS;
} catch (const std::exception& error) {
  std::cerr << error.what() << '\n';
  return EXIT_FAILURE;
}

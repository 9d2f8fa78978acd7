// The main function of every test program, compiled once.
#define CATCH_CONFIG_RUNNER
#include "tests/support/catch.hpp"
#include "tests/support/launcher.hpp"

int main(int argc, char* argv[]) {
  opus_tests::use_launcher_of_this_build();
  return Catch::Session().run(argc, argv);
}

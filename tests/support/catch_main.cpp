// The main function of every test program, compiled once.
#define CATCH_CONFIG_RUNNER
#include "tests/support/catch.hpp"

#include <cstdlib>

int main(int argc, char* argv[]) {
#ifdef OPUS_UWS_TEST_LAUNCHER
  // By hand or under ctest alike, jobs run with the launcher of this build tree.
  setenv("OPUS_UWS_LAUNCHER", OPUS_UWS_TEST_LAUNCHER, /*overwrite=*/0);
#endif
  return Catch::Session().run(argc, argv);
}

#include "tests/support/launcher.hpp"

#include <cstdlib>

namespace opus_tests {

void use_launcher_of_this_build() {
#ifdef OPUS_UWS_TEST_LAUNCHER
  setenv("OPUS_UWS_LAUNCHER", OPUS_UWS_TEST_LAUNCHER, /*overwrite=*/0);
#endif
}

}  // namespace opus_tests

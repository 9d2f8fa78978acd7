#pragma once

namespace opus_tests {

/// Jobs run with the opus-uws-launcher of this build tree, by hand as under ctest, unless the
/// environment names another.
void use_launcher_of_this_build();

}  // namespace opus_tests

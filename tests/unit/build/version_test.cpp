#include <opus/version.hpp>
#include <string_view>

#include "tests/support/catch.hpp"

TEST_CASE("the version in the headers is the version of the project") {
  CHECK(OPUS_UWS_VERSION_MAJOR == PROJECT_VERSION_MAJOR);
  CHECK(OPUS_UWS_VERSION_MINOR == PROJECT_VERSION_MINOR);
  CHECK(OPUS_UWS_VERSION_PATCH == PROJECT_VERSION_PATCH);
  CHECK(std::string_view(OPUS_UWS_VERSION) == PROJECT_VERSION);
}

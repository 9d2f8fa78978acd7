#pragma once
// Random valid job descriptions that use everything a description can have.

#include <random>

#include <opus/description.hpp>

namespace opus { inline namespace uws0 { namespace test {

JobDescription random_description(std::mt19937& random);

}}}  // namespace opus::uws0::test

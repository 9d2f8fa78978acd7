#pragma once
// Reading JSON in tests of any part, with the library's own strict reader.

#include "libopus/core/json.hpp"

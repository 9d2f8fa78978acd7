// Looks for a part of a text, in checks that then print both.
#pragma once

#include <string>

namespace opus_test {

inline bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace opus_test

// What a parser must keep to, whatever it reads.
#pragma once

#include <cstdlib>

namespace opus_fuzz {

inline void promise(bool kept) {
  if (!kept) std::abort();
}

}  // namespace opus_fuzz

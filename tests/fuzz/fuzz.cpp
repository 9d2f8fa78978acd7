// One libFuzzer program for the parser that OPUS_UWS_FUZZ_TARGET names.
#include <cstddef>
#include <cstdint>

#include "tests/fuzz/targets.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  for (const auto& target : opus_fuzz::k_targets)
    if (target.name == OPUS_UWS_FUZZ_TARGET)
      target.read({reinterpret_cast<const char*>(data), size});
  return 0;
}

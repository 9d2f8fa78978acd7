// One libFuzzer program for the parser that OPUS_UWS_FUZZ_TARGET names.
#include <cstddef>
#include <cstdint>

#include "tests/fuzz/server_targets.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  for (const auto& target : opus_fuzz::k_targets)
    if (target.name == OPUS_UWS_FUZZ_TARGET) target.read(text);
  for (const auto& target : opus_fuzz::k_server_targets)
    if (target.name == OPUS_UWS_FUZZ_TARGET) target.read(text);
  return 0;
}

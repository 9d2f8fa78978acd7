#pragma once
// Jobs as the tests of the UWS documents need them: one per phase, and texts that hurt writers.

#include <opus/job.hpp>
#include <opus/service.hpp>
#include <opus/uws.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace sample {

/// "2026-03-01T12:00:00.000Z" + seconds.
opus::TimePoint at(int seconds);

opus::UwsLinks links();  ///< https://example.org/uws

/// With what a job of this phase has: two parameters and a file input, from COMPLETED on results.
opus::Job job(opus::Phase phase);
opus::JobSummary summary(opus::Phase phase);

/// Control characters, markup, quotes, CR, the astral plane, non-characters, invalid UTF-8.
std::vector<std::string> nasty_texts();
/// Bytes that are often special or UTF-8, the same for the same seed.
std::string random_text(std::uint32_t seed);

}  // namespace sample

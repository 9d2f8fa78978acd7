#pragma once
// Small worlds of jobs and entities, with short ids: job "b" generates the entity "b.out".

#include <string>
#include <vector>

#include <opus/description.hpp>
#include <opus/job.hpp>

#include "tests/unit/provenance/memory_reader.hpp"

namespace opus_test {

/// "2026-03-01T12:00:00.000Z" + seconds.
opus::TimePoint at(int seconds);

/// An upload of alice's, made at `second`.
opus::Entity upload(const std::string& id, int second = 0);

/// A job "stack" of alice's that ran from `second` to `second` + 8, is completed and generated
/// "<id>.out"; its inputs are called "raw".
opus::Job job(const std::string& id, int second, const std::vector<std::string>& inputs);

/// The description of all these jobs, its hash already in them.
opus::JobDescription stack_description();
opus::store::SavedDescription saved_stack();
std::string stack_hash();

/// raw -> a -> a.out -> b -> b.out -> c -> c.out
MemoryReader chain();
/// raw -> a -> a.out -> {b, c} -> {b.out, c.out} -> d -> d.out
MemoryReader diamond();

}  // namespace opus_test

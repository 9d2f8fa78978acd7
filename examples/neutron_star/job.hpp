#pragma once
// The simulation as a job: its description and the function that runs it in this process.

#include <opus/opus.hpp>

namespace neutron_star {

/// Defines the job "neutron-star": parameters in, progress on the way, a CSV and an SVG out.
opus::Result<void> define_job(opus::Service& service);

}  // namespace neutron_star

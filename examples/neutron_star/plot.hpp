#pragma once
// The mass-radius diagram as SVG.

#include <string>

#include "star.hpp"

namespace neutron_star {

/// A whole SVG document. `curve` must have at least one star.
std::string plot_svg(const Curve& curve, const EosParameters& parameters);

}  // namespace neutron_star

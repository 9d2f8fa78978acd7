#pragma once
// Stars in hydrostatic equilibrium: the equations of Tolman, Oppenheimer and Volkoff.

#include <functional>
#include <optional>
#include <vector>

#include "eos.hpp"

namespace neutron_star {

struct Star {
  double central_density = 0;  ///< rest mass, g/cm3
  double mass = 0;             ///< gravitational, solar masses
  double radius = 0;           ///< circumferential, km
  double sound_speed = 0;      ///< at the centre, in units of c; above 1 the matter is acausal
};

/// The star with this central density. `steps` in each polytrope; with 100 of them the mass is good
/// to about 1e-7.
Star solve_star(const Eos& eos, double central_density, int steps = 100);

/// Stars from thin to dense, their central densities evenly spaced in the logarithm.
struct Curve {
  std::vector<Star> stars{};
  std::optional<Star> heaviest{};   ///< nullopt: the mass still grows at the end
  std::optional<Star> canonical{};  ///< of 1.4 solar masses, if a stable one is among them

  /// Denser than the heaviest star: it would collapse.
  bool is_stable(const Star& star) const {
    return !heaviest || star.central_density <= heaviest->central_density;
  }
};

/// `go_on` hears how many stars are done; false ends the computation with what there is.
Curve solve_curve(const Eos& eos, double least_density, double largest_density, int points,
                  const std::function<bool(int)>& go_on);

}  // namespace neutron_star

#pragma once
// Cold matter as a piecewise polytrope: Read, Lackey, Owen & Friedman 2009, Phys. Rev. D 79,
// 124032. Densities in g/cm3; pressures and energy densities divided by c2, so in g/cm3 too.

#include <string>
#include <variant>
#include <vector>

namespace neutron_star {

/// The core above the crust; the defaults are the paper's fit of SLy (its Table III).
struct EosParameters {
  double log10_p1 = 34.384;  ///< pressure at 10^14.7 g/cm3, in dyn/cm2
  double gamma1 = 3.005;     ///< below 10^14.7 g/cm3
  double gamma2 = 2.988;     ///< from there to 10^15 g/cm3
  double gamma3 = 2.851;     ///< above
};

/// Matter at one density.
struct Matter {
  double density = 0;              ///< rest mass
  double pressure = 0;             ///< p / c2
  double energy = 0;               ///< energy density / c2
  double enthalpy = 0;             ///< ln((energy + pressure) / density)
  double sound_speed_squared = 0;  ///< in units of c2
};

class Eos {
 public:
  /// The equation of state, or one sentence on why there is none with these parameters.
  static std::variant<Eos, std::string> make(const EosParameters& parameters);

  Matter at_density(double density) const;
  Matter at_enthalpy(double enthalpy) const;

  /// Enthalpies where one polytrope gives way to the next, rising, the first is 0.
  const std::vector<double>& joints() const { return joints_; }

 private:
  /// p = k density^gamma, energy = (1 + a) density + p / (gamma - 1), from `density` upwards.
  struct Piece {
    double density = 0, k = 0, gamma = 0, a = 0;
    Matter at(double density) const;
  };
  const Piece& piece_of(double joint_value, const std::vector<double>& joints) const;

  std::vector<Piece> pieces_;
  std::vector<double> joints_;     // enthalpy at the beginning of each piece
  std::vector<double> densities_;  // density there
};

}  // namespace neutron_star

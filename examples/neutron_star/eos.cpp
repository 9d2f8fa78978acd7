#include "eos.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <sstream>

namespace neutron_star {
namespace {

constexpr double k_c2 = 2.99792458e10 * 2.99792458e10;  // cm2/s2

struct CrustPiece {
  double density, k, gamma;
};

// The paper's Table II: the crust of SLy (Douchin & Haensel 2001), the same below every core.
constexpr std::array<CrustPiece, 4> k_crust{{
    {0, 6.80110e-9, 1.58425},
    {2.44034e7, 1.06186e-6, 1.28733},
    {3.78358e11, 5.32697e1, 0.62223},
    {2.62780e12, 3.99874e-8, 1.35692},
}};

const double k_density1 = std::pow(10, 14.7);
const double k_density2 = 1e15;

}  // namespace

Matter Eos::Piece::at(double at_density) const {
  if (at_density <= 0) return {};
  Matter matter;
  matter.density = at_density;
  matter.pressure = k * std::pow(at_density, gamma);
  matter.energy = (1 + a) * at_density + matter.pressure / (gamma - 1);
  const double sum = matter.energy + matter.pressure;
  matter.enthalpy = std::log(sum / at_density);
  matter.sound_speed_squared = gamma * matter.pressure / sum;
  return matter;
}

std::variant<Eos, std::string> Eos::make(const EosParameters& parameters) {
  const double k1 =
      std::pow(10, parameters.log10_p1) / k_c2 / std::pow(k_density1, parameters.gamma1);
  const CrustPiece& top = k_crust.back();
  // Where the crust's pressure equals the core's.
  const double joint = std::pow(top.k / k1, 1 / (parameters.gamma1 - top.gamma));
  if (!(joint > top.density && joint < k_density1)) {
    std::ostringstream why;
    why << "log10_p1 = " << parameters.log10_p1 << " and gamma1 = " << parameters.gamma1
        << ": the core has to meet the crust between " << top.density << " and " << k_density1
        << " g/cm3, but it would at " << joint;
    return why.str();
  }

  std::vector<CrustPiece> laws(k_crust.begin(), k_crust.end());
  const auto continue_with = [&](double density, double gamma) {
    const double pressure = laws.back().k * std::pow(density, laws.back().gamma);
    laws.push_back({density, pressure / std::pow(density, gamma), gamma});
  };
  laws.push_back({joint, k1, parameters.gamma1});
  continue_with(k_density1, parameters.gamma2);
  continue_with(k_density2, parameters.gamma3);

  Eos eos;
  for (const CrustPiece& law : laws) {
    Piece piece{law.density, law.k, law.gamma, 0};
    if (!eos.pieces_.empty()) {
      // Energy is continuous: the first law of thermodynamics fixes a.
      const Matter below = eos.pieces_.back().at(law.density);
      const Matter bare = piece.at(law.density);
      piece.a = (below.energy - bare.energy) / law.density;
    }
    eos.joints_.push_back(piece.at(law.density).enthalpy);
    eos.densities_.push_back(law.density);
    eos.pieces_.push_back(piece);
  }
  return eos;
}

const Eos::Piece& Eos::piece_of(double value, const std::vector<double>& joints) const {
  const auto after = std::upper_bound(joints.begin() + 1, joints.end(), value);
  return pieces_[static_cast<std::size_t>(after - joints.begin()) - 1];
}

Matter Eos::at_density(double density) const { return piece_of(density, densities_).at(density); }

Matter Eos::at_enthalpy(double enthalpy) const {
  const Piece& piece = piece_of(enthalpy, joints_);
  // exp(enthalpy) = 1 + a + gamma / (gamma - 1) k density^(gamma - 1)
  const double power =
      (std::expm1(enthalpy) - piece.a) * (piece.gamma - 1) / (piece.gamma * piece.k);
  if (power <= 0) return {};
  return piece.at(std::pow(power, 1 / (piece.gamma - 1)));
}

}  // namespace neutron_star

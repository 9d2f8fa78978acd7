#include "star.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

namespace neutron_star {
namespace {

constexpr double k_pi = std::numbers::pi;
constexpr double k_per_density = 7.42565e-29 * 1e10;  // G/c2 in cm/g: g/cm3 to 1/km2
constexpr double k_solar_mass = 1.476625;             // G Msun / c2 in km

// With the enthalpy as coordinate the surface is at exactly 0, and u = radius^2, v = mass / radius
// are smooth down to the centre (Lindblom & Indik 2012, Phys. Rev. D 86, 084003). Units of km.
struct Layer {
  double u = 0, v = 0;
};

Layer operator+(Layer a, Layer b) { return {a.u + b.u, a.v + b.v}; }
Layer operator*(double factor, Layer a) { return {factor * a.u, factor * a.v}; }

Layer slope(const Eos& eos, double enthalpy, Layer at) {
  const Matter matter = eos.at_enthalpy(enthalpy);
  const double pull = at.v + 4 * k_pi * k_per_density * matter.pressure * at.u;
  const double metric = 1 - 2 * at.v;
  return {-2 * at.u * metric / pull,
          -(4 * k_pi * k_per_density * matter.energy * at.u - at.v) * metric / pull};
}

Layer runge_kutta_step(const Eos& eos, double enthalpy, Layer at, double step) {
  const Layer k1 = slope(eos, enthalpy, at);
  const Layer k2 = slope(eos, enthalpy + step / 2, at + step / 2 * k1);
  const Layer k3 = slope(eos, enthalpy + step / 2, at + step / 2 * k2);
  const Layer k4 = slope(eos, enthalpy + step, at + step * k3);
  return at + step / 6 * (k1 + 2 * k2 + 2 * k3 + k4);
}

/// The point between where f changes from false to true.
template <class F> double bisect(double low, double high, F f) {
  for (int i = 0; i < 50; ++i) {
    const double middle = (low + high) / 2;
    (f(middle) ? high : low) = middle;
  }
  return (low + high) / 2;
}

double mass_at(const Eos& eos, double log_density) {
  return solve_star(eos, std::exp(log_density)).mass;
}

/// Golden section search for the heaviest star.
double heaviest_between(const Eos& eos, double low, double high) {
  constexpr double part = 1 / std::numbers::phi;
  double a = high - part * (high - low), b = low + part * (high - low);
  double mass_a = mass_at(eos, a), mass_b = mass_at(eos, b);
  while (high - low > 1e-6) {
    if (mass_a > mass_b) {
      high = std::exchange(b, a);
      mass_b = std::exchange(mass_a, mass_at(eos, a = high - part * (high - low)));
    } else {
      low = std::exchange(a, b);
      mass_a = std::exchange(mass_b, mass_at(eos, b = low + part * (high - low)));
    }
  }
  return (low + high) / 2;
}

}  // namespace

Star solve_star(const Eos& eos, double central_density, int steps) {
  const Matter centre = eos.at_density(central_density);
  // The equations are 0/0 at the centre: begin one millionth off with the series.
  const double off = centre.enthalpy * 1e-6;
  const double sum = centre.energy + 3 * centre.pressure;
  Layer layer{3 * off / (2 * k_pi * k_per_density * sum), 2 * off * centre.energy / sum};
  double enthalpy = centre.enthalpy - off;
  // No step may cross a joint, where the derivatives jump.
  for (auto joint = eos.joints().rbegin(); joint != eos.joints().rend(); ++joint) {
    const double from = enthalpy;
    if (*joint >= from) continue;
    for (int i = 0; i < steps; ++i)
      layer =
          runge_kutta_step(eos, from + (*joint - from) * i / steps, layer, (*joint - from) / steps);
    enthalpy = *joint;
  }
  const double radius = std::sqrt(layer.u);
  return {central_density, layer.v * radius / k_solar_mass, radius,
          std::sqrt(centre.sound_speed_squared)};
}

Curve solve_curve(const Eos& eos, double least_density, double largest_density, int points,
                  const std::function<bool(int)>& go_on) {
  Curve curve;
  const double low = std::log(least_density), high = std::log(largest_density);
  const auto log_density = [&](std::size_t i) {
    return low + (high - low) * static_cast<double>(i) / (points - 1);
  };
  for (int i = 0; i < points; ++i) {
    if (!go_on(i)) return curve;
    curve.stars.push_back(solve_star(eos, std::exp(log_density(static_cast<std::size_t>(i)))));
  }
  // The first maximum: what follows is unstable, and no star of nature is beyond it.
  const auto falls =
      std::adjacent_find(curve.stars.begin(), curve.stars.end(),
                         [](const Star& a, const Star& b) { return b.mass < a.mass; });
  const auto top = static_cast<std::size_t>(falls - curve.stars.begin());
  if (falls != curve.stars.end() && top > 0)
    curve.heaviest = solve_star(
        eos, std::exp(heaviest_between(eos, log_density(top - 1), log_density(top + 1))));

  const auto canonical =
      std::find_if(curve.stars.begin(), falls, [](const Star& star) { return star.mass > 1.4; });
  if (canonical != curve.stars.begin() && canonical != curve.stars.end()) {
    const auto i = static_cast<std::size_t>(canonical - curve.stars.begin());
    curve.canonical =
        solve_star(eos, std::exp(bisect(log_density(i - 1), log_density(i),
                                        [&](double at) { return mass_at(eos, at) > 1.4; })));
  }
  return curve;
}

}  // namespace neutron_star

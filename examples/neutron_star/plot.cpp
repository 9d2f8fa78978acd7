#include "plot.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <string_view>
#include <vector>

namespace neutron_star {
namespace {

constexpr double k_width = 820, k_height = 600;
constexpr double k_left = 78, k_right = 796, k_top = 72, k_bottom = 532;

std::string number(double value, int digits) {
  char text[32];
  std::snprintf(text, sizeof text, "%.*f", digits, value);
  return text;
}

/// Where a star is on the paper.
struct Axes {
  double least_radius = 8, largest_radius = 16, largest_mass = 2.5;

  double x(double radius) const {
    return k_left + (radius - least_radius) / (largest_radius - least_radius) * (k_right - k_left);
  }
  double y(double mass) const { return k_bottom - mass / largest_mass * (k_bottom - k_top); }
  std::string at(double radius, double mass) const {
    return number(x(radius), 1) + ',' + number(y(mass), 1);
  }
};

Axes axes_of(const Curve& curve) {
  Axes axes;
  double least = 1e9, largest = 0, mass = 0;
  for (const Star& star : curve.stars) mass = std::max(mass, star.mass);
  for (const Star& star : curve.stars) {
    least = std::min(least, star.radius);
    // Light stars are huge: a third of the largest mass is where the interesting part begins.
    if (star.mass >= mass / 3) largest = std::max(largest, star.radius);
  }
  axes.least_radius = std::max(0.0, std::floor(least - 0.5));
  axes.largest_radius = std::ceil(std::max(largest, least) + 1.5);
  axes.largest_mass = std::max(2.5, std::ceil(mass * 2 + 0.5) / 2);
  return axes;
}

std::string text(double x, double y, std::string_view attributes, std::string_view words) {
  return "<text x=\"" + number(x, 1) + "\" y=\"" + number(y, 1) + "\" " + std::string(attributes) +
         ">" + std::string(words) + "</text>\n";
}

std::string line(double x1, double y1, double x2, double y2) {
  return "<line x1=\"" + number(x1, 1) + "\" y1=\"" + number(y1, 1) + "\" x2=\"" + number(x2, 1) +
         "\" y2=\"" + number(y2, 1) + "\"/>\n";
}

std::string grid(const Axes& axes) {
  std::string lines = "<g stroke=\"#e3e6ea\">\n", labels = "<g fill=\"#3c4043\">\n";
  const double span = axes.largest_radius - axes.least_radius;
  const double step = span > 24 ? 5 : span > 12 ? 2 : 1;
  for (double r = std::ceil(axes.least_radius / step) * step; r <= axes.largest_radius; r += step) {
    lines += line(axes.x(r), k_top, axes.x(r), k_bottom);
    labels += text(axes.x(r), k_bottom + 22, "text-anchor=\"middle\"", number(r, 0));
  }
  for (double m = 0; m <= axes.largest_mass + 1e-9; m += 0.5) {
    lines += line(k_left, axes.y(m), k_right, axes.y(m));
    labels += text(k_left - 10, axes.y(m) + 5, "text-anchor=\"end\"", number(m, 1));
  }
  return lines + "</g>\n" + labels + "</g>\n";
}

/// What is known apart from this equation of state.
std::string constraints(const Axes& axes) {
  constexpr double pulsar = 2.08, pulsar_error = 0.07;  // Fonseca et al. 2021
  // Sound slower than light needs radius > 2.82 G M / c2 (Lattimer & Prakash 2016).
  const auto limit = [](double mass) { return 2.82 * 1.476625 * mass; };
  std::string svg = "<path fill=\"#eceff1\" d=\"M" + axes.at(axes.least_radius, axes.largest_mass) +
                    " L" + axes.at(axes.least_radius, axes.least_radius / limit(1)) + " L" +
                    axes.at(limit(axes.largest_mass), axes.largest_mass) + " Z\"/>\n";
  if (axes.least_radius < 0.9 * limit(axes.largest_mass))
    svg +=
        text(k_left + 12, k_top + 22, "fill=\"#78838c\"", "too compact: sound faster than light");
  svg += "<rect x=\"" + number(k_left, 1) + "\" width=\"" + number(k_right - k_left, 1) +
         "\" y=\"" + number(axes.y(pulsar + pulsar_error), 1) + "\" height=\"" +
         number(axes.y(pulsar - pulsar_error) - axes.y(pulsar + pulsar_error), 1) +
         "\" fill=\"#f4b942\" fill-opacity=\"0.28\"/>\n";
  svg += text(k_right - 12, axes.y(pulsar) + 5, "text-anchor=\"end\" fill=\"#8a5a00\"",
              "PSR J0740+6620: 2.08 ± 0.07 M☉");
  return svg;
}

std::string polyline(const Axes& axes, const std::vector<Star>& stars, std::string_view style) {
  if (stars.size() < 2) return {};
  std::string svg = "<polyline fill=\"none\" stroke=\"#1b4f8f\" " + std::string(style) +
                    " stroke-linejoin=\"round\" points=\"";
  for (const Star& star : stars) svg += axes.at(star.radius, star.mass) + ' ';
  svg.back() = '"';
  return svg + "/>\n";
}

std::string curve_lines(const Axes& axes, const Curve& curve) {
  std::vector<Star> stable, unstable;
  for (const Star& star : curve.stars) (curve.is_stable(star) ? stable : unstable).push_back(star);
  if (curve.heaviest) {
    stable.push_back(*curve.heaviest);
    unstable.insert(unstable.begin(), *curve.heaviest);
  }
  return polyline(axes, stable, "stroke-width=\"3\"") +
         polyline(axes, unstable, "stroke-width=\"2\" stroke-dasharray=\"3 6\"");
}

std::string dot(const Axes& axes, const Star& star) {
  return "<circle cx=\"" + number(axes.x(star.radius), 1) + "\" cy=\"" +
         number(axes.y(star.mass), 1) +
         "\" r=\"5.5\" fill=\"#c0392b\" stroke=\"white\" stroke-width=\"1.5\"/>\n";
}

std::string markers(const Axes& axes, const Curve& curve) {
  std::string svg;
  const std::string style = "fill=\"#c0392b\" font-weight=\"600\" text-anchor=";
  if (const auto& star = curve.heaviest) {
    const double x = axes.x(star->radius), y = axes.y(star->mass);
    svg += dot(axes, *star) + text(x, y + 34, style + "\"middle\"", "heaviest") +
           text(x, y + 53, style + "\"middle\"",
                number(star->mass, 3) + " M☉, " + number(star->radius, 2) + " km");
  }
  if (const auto& star = curve.canonical)
    svg +=
        dot(axes, *star) + text(axes.x(star->radius) + 14, axes.y(star->mass) + 5,
                                style + "\"start\"", "1.4 M☉: " + number(star->radius, 2) + " km");
  return svg;
}

}  // namespace

std::string plot_svg(const Curve& curve, const EosParameters& parameters) {
  const Axes axes = axes_of(curve);
  const std::string size = number(k_width, 0) + ' ' + number(k_height, 0);
  std::string svg =
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 " +
      size + "\" width=\"" + number(k_width, 0) + "\" height=\"" + number(k_height, 0) +
      "\" font-family=\"Helvetica, Arial, DejaVu Sans, sans-serif\" font-size=\"15\">\n"
      "<title>Mass and radius of neutron stars</title>\n"
      "<clipPath id=\"paper\"><rect x=\"" +
      number(k_left, 0) + "\" y=\"" + number(k_top, 0) + "\" width=\"" +
      number(k_right - k_left, 0) + "\" height=\"" + number(k_bottom - k_top, 0) +
      "\"/></clipPath>\n<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n";
  svg += text(k_left, 32, "font-size=\"20\" font-weight=\"600\" fill=\"#202124\"",
              "Neutron stars: mass and radius");
  svg += text(k_left, 56, "fill=\"#5f6368\"",
              "piecewise polytrope with log p₁ = " + number(parameters.log10_p1, 3) +
                  ", Γ = " + number(parameters.gamma1, 3) + ", " + number(parameters.gamma2, 3) +
                  ", " + number(parameters.gamma3, 3));
  svg += grid(axes);
  svg += "<g clip-path=\"url(#paper)\">\n" + constraints(axes) + curve_lines(axes, curve) +
         markers(axes, curve);
  svg += "</g>\n<rect x=\"" + number(k_left, 0) + "\" y=\"" + number(k_top, 0) + "\" width=\"" +
         number(k_right - k_left, 0) + "\" height=\"" + number(k_bottom - k_top, 0) +
         "\" fill=\"none\" stroke=\"#5f6368\"/>\n";
  svg += text((k_left + k_right) / 2, k_bottom + 50, "text-anchor=\"middle\" fill=\"#202124\"",
              "radius (km)");
  const double middle = (k_top + k_bottom) / 2;
  svg += text(26, middle,
              "text-anchor=\"middle\" fill=\"#202124\" transform=\"rotate(-90 26 " +
                  number(middle, 1) + ")\"",
              "gravitational mass (M☉)");
  return svg + "</svg>\n";
}

}  // namespace neutron_star

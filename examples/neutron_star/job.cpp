#include "job.hpp"

#include <cstdio>
#include <string>
#include <utility>
#include <variant>

#include "plot.hpp"
#include "star.hpp"

namespace neutron_star {
namespace {

opus::JobDescription description() {
  using opus::Datatype;
  return {.name = "neutron-star",
          .annotation =
              "Masses and radii of neutron stars for a piecewise polytropic equation of "
              "state on the crust of SLy, from the Tolman-Oppenheimer-Volkoff equations",
          .version = "1.0",
          .type = "Simulation",
          .doc_url = "doi:10.1103/PhysRevD.79.124032",
          .quote = std::chrono::seconds{1},
          .parameters = {{.name = "log10_p1",
                          .annotation = "log10 of the pressure at 10^14.7 g/cm3, in dyn/cm2",
                          .datatype = Datatype::double_number,
                          .default_value = "34.384",
                          .min = "33",
                          .max = "36"},
                         {.name = "gamma1",
                          .annotation = "Adiabatic index below 10^14.7 g/cm3",
                          .datatype = Datatype::double_number,
                          .default_value = "3.005",
                          .min = "1.5",
                          .max = "8"},
                         {.name = "gamma2",
                          .annotation = "Adiabatic index from there to 10^15 g/cm3",
                          .datatype = Datatype::double_number,
                          .default_value = "2.988",
                          .min = "1.1",
                          .max = "8"},
                         {.name = "gamma3",
                          .annotation = "Adiabatic index above",
                          .datatype = Datatype::double_number,
                          .default_value = "2.851",
                          .min = "1.1",
                          .max = "8"},
                         {.name = "density_min",
                          .annotation = "Least central density (of rest mass)",
                          .datatype = Datatype::double_number,
                          .unit = "g.cm**-3",
                          .default_value = "2.5e14",
                          .min = "1e14",
                          .max = "1e16"},
                         {.name = "density_max",
                          .annotation = "Largest central density (of rest mass)",
                          .datatype = Datatype::double_number,
                          .unit = "g.cm**-3",
                          .default_value = "4e15",
                          .min = "1e14",
                          .max = "1e16"},
                         {.name = "points",
                          .annotation = "Number of stars",
                          .datatype = Datatype::integer,
                          .default_value = "200",
                          .min = "2",
                          .max = "100000"}},
          .results = {{.name = "curve",
                       .annotation = "One line for each star",
                       .path = "mass-radius.csv",
                       .content_type = "text/csv"},
                      {.name = "plot",
                       .annotation = "Mass-radius diagram",
                       .path = "mass-radius.svg",
                       .content_type = "image/svg+xml"}}};
}

std::string to_csv(const Curve& curve) {
  std::string csv = "central_density_g_cm3,mass_msun,radius_km,sound_speed_c,stable\n";
  for (const Star& star : curve.stars) {
    char row[128];
    std::snprintf(row, sizeof row, "%.6e,%.6f,%.5f,%.5f,%s\n", star.central_density, star.mass,
                  star.radius, star.sound_speed, curve.is_stable(star) ? "true" : "false");
    csv += row;
  }
  return csv;
}

/// The two stars people ask for, on the job's stdout.
void print_summary(opus::TaskContext& context, const Curve& curve) {
  const auto print = [&](const char* what, const Star& star) {
    char text[160];
    std::snprintf(text, sizeof text, "%s: %.4f Msun, %.3f km, central density %.3e g/cm3", what,
                  star.mass, star.radius, star.central_density);
    context.print(text);
  };
  if (curve.canonical) print("canonical", *curve.canonical);
  if (!curve.heaviest)
    context.print("heaviest: not reached, the mass still grows at density_max");
  else
    print("heaviest", *curve.heaviest);
  if (curve.heaviest && curve.heaviest->sound_speed > 1)
    context.print("warning: in the heaviest star sound is faster than light");
}

opus::Result<void> run(opus::TaskContext& context) {
  OPUS_UWS_TRY(const double log10_p1, context.number("log10_p1"));
  OPUS_UWS_TRY(const double gamma1, context.number("gamma1"));
  OPUS_UWS_TRY(const double gamma2, context.number("gamma2"));
  OPUS_UWS_TRY(const double gamma3, context.number("gamma3"));
  OPUS_UWS_TRY(const double least, context.number("density_min"));
  OPUS_UWS_TRY(const double largest, context.number("density_max"));
  OPUS_UWS_TRY(const double number, context.number("points"));
  const int points = static_cast<int>(number);
  if (least >= largest)
    return opus::Error{opus::Errc::invalid_argument, "density_min must be below density_max"};

  const EosParameters parameters{log10_p1, gamma1, gamma2, gamma3};
  const auto made = Eos::make(parameters);
  if (const auto* why = std::get_if<std::string>(&made))
    return opus::Error{opus::Errc::invalid_argument, *why};

  const Curve curve = solve_curve(std::get<Eos>(made), least, largest, points, [&](int done) {
    context.progress(static_cast<double>(done) / points, std::to_string(done) + " stars");
    return !context.stop_token().stop_requested();
  });
  if (context.stop_token().stop_requested()) return {};  // nobody waits for the results any more
  context.progress(1, std::to_string(points) + " stars");

  print_summary(context, curve);
  OPUS_UWS_CHECK(context.write_result("curve", to_csv(curve)));
  return context.write_result("plot", plot_svg(curve, parameters));
}

}  // namespace

opus::Result<void> define_job(opus::Service& service) { return service.define(description(), run); }

}  // namespace neutron_star

// The physics against the paper, and the job from its parameters to its files.
//
// usage: neutron_star_test <empty data folder>
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>
#include <string>
#include <variant>
#include <vector>

#include <opus/opus.hpp>

#include "job.hpp"
#include "star.hpp"

namespace {

int failures = 0;

void check(bool good, const std::string& what) {
  if (good) return;
  ++failures;
  std::cerr << "FAILED: " << what << '\n';
}

void check_near(double value, double expected, double relative, const std::string& what) {
  std::ostringstream text;
  text << what << ": expected " << expected << " within " << relative * 100 << " %, got " << value;
  check(std::abs(value / expected - 1) < relative, text.str());
}

neutron_star::Eos eos_of(const neutron_star::EosParameters& parameters) {
  return std::get<neutron_star::Eos>(neutron_star::Eos::make(parameters));
}

void test_equation_of_state() {
  const neutron_star::Eos eos = eos_of({});
  // p1 is the parameter's meaning; the crust's constants are rounded to six digits in the paper.
  const double p1 = std::pow(10, 34.384) / (2.99792458e10 * 2.99792458e10);
  check_near(eos.at_density(std::pow(10, 14.7)).pressure, p1, 1e-9, "pressure at 10^14.7 g/cm3");
  for (double density = 1e3; density < 1e16; density *= 1.1) {
    const auto here = eos.at_density(density), above = eos.at_density(density * 1.0001);
    std::ostringstream at;
    at << " at " << density << " g/cm3";
    check_near(eos.at_enthalpy(here.enthalpy).density, density, 1e-4, "inverse" + at.str());
    check(above.pressure > here.pressure, "pressure rises" + at.str());
    // d energy / d density = (energy + pressure) / density, the first law.
    const double slope = (above.energy - here.energy) / (above.density - here.density);
    check_near(slope, (here.energy + here.pressure) / density, 1e-4, "first law" + at.str());
  }
}

void test_stars_of_the_paper() {
  // Table III of Read et al. 2009. Its maximum masses and radii at 1.4 solar masses are those of
  // the tabulated equations of state, which the fits meet within two percent, SLy within one.
  struct Row {
    const char* name;
    neutron_star::EosParameters parameters;
    double mass, radius, within;
  };
  for (const Row& row : {Row{"SLy", {34.384, 3.005, 2.988, 2.851}, 2.049, 11.736, 0.01},
                         Row{"APR4", {34.269, 2.830, 3.445, 3.348}, 2.213, 11.428, 0.02},
                         Row{"H4", {34.669, 2.909, 2.246, 2.144}, 2.032, 13.774, 0.02}}) {
    const auto curve = neutron_star::solve_curve(eos_of(row.parameters), 2.5e14, 5e15, 60,
                                                 [](int) { return true; });
    const std::string name = row.name;
    check(curve.heaviest && curve.canonical, name + " has a heaviest and a canonical star");
    if (!curve.heaviest || !curve.canonical) continue;
    check_near(curve.heaviest->mass, row.mass, row.within, name + ": maximum mass");
    check_near(curve.canonical->radius, row.radius, row.within,
               name + ": radius at 1.4 solar masses");
    check_near(curve.canonical->mass, 1.4, 1e-6, name + ": mass of the canonical star");
  }
}

void test_steps_are_fine_enough() {
  const neutron_star::Eos eos = eos_of({});
  for (const double density : {5e14, 1e15, 2e15}) {
    const auto usual = neutron_star::solve_star(eos, density);
    const auto fine = neutron_star::solve_star(eos, density, 1000);
    check_near(usual.mass, fine.mass, 1e-6, "mass with the usual steps");
    check_near(usual.radius, fine.radius, 1e-6, "radius with the usual steps");
  }
}

void test_curve_without_maximum() {
  const auto curve =
      neutron_star::solve_curve(eos_of({}), 3e14, 9e14, 20, [](int) { return true; });
  check(!curve.heaviest, "no heaviest star while the mass still grows");
  check(curve.is_stable(curve.stars.back()), "then all are stable");
}

void test_impossible_core() {
  const auto none = neutron_star::Eos::make({.log10_p1 = 33});
  check(std::holds_alternative<std::string>(none), "a core that never meets the crust is refused");
}

/// Each line split at commas.
std::vector<std::vector<std::string>> read_csv(const std::filesystem::path& path) {
  std::vector<std::vector<std::string>> rows;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    std::istringstream cells(line);
    auto& row = rows.emplace_back();
    for (std::string cell; std::getline(cells, cell, ',');) row.push_back(cell);
  }
  return rows;
}

opus::Job run(opus::Service& service, std::vector<std::pair<std::string, std::string>> values) {
  const opus::Job job =
      service.create({.description = "neutron-star", .parameters = std::move(values), .run = true})
          .value();
  return service.wait(job.id, std::chrono::seconds{60}).value();
}

void test_job(opus::Service& service) {
  const opus::Job job = run(service, {{"points", "100"}});
  check(job.phase == opus::Phase::completed, "the job completes");
  check(job.progress == 1.0 && job.progress_text == "100 stars", "the job told its progress");
  check(job.results.size() == 2, "the job has two results");
  if (job.results.size() != 2) return;

  const auto rows = read_csv(service.content_path(job.results[0].entity).value());
  check(rows.size() == 101 && rows[0].size() == 5, "one line per star below the head");
  double heaviest = 0;
  for (std::size_t i = 1; i < rows.size(); ++i)
    heaviest = std::max(heaviest, std::stod(rows[i].at(1)));
  check_near(heaviest, 2.049, 0.01, "heaviest star in the CSV");

  std::ifstream file(service.content_path(job.results[1].entity).value());
  std::stringstream svg;
  svg << file.rdbuf();
  check(svg.str().starts_with("<?xml") && svg.str().ends_with("</svg>\n"), "the SVG is whole");
  check(svg.str().find("2.048 M") != std::string::npos, "the plot names the heaviest star");
  check(job.results[1].entity.media_type == "image/svg+xml", "the plot's media type");
}

void test_job_errors(opus::Service& service) {
  const opus::Job reversed = run(service, {{"density_min", "2e15"}, {"density_max", "1e15"}});
  check(reversed.phase == opus::Phase::error && reversed.error &&
            reversed.error->message.find("density_min must be below density_max") !=
                std::string::npos,
        "a reversed range is an error that says so");
  const opus::Job impossible = run(service, {{"log10_p1", "33"}});
  check(impossible.phase == opus::Phase::error && impossible.error &&
            impossible.error->message.find("has to meet the crust") != std::string::npos,
        "an impossible core is an error that says so");
  const auto refused = service.create({.description = "neutron-star",
                                       .parameters = {{"points", "1"}, {"gamma1", "soft"}},
                                       .run = true});
  check(!refused && refused.error().faults.size() == 2, "both bad values are named at once");
}

}  // namespace

int main(int argc, char* argv[]) try {
  if (argc != 2) return 2;
  test_equation_of_state();
  test_stars_of_the_paper();
  test_steps_are_fine_enough();
  test_curve_without_maximum();
  test_impossible_core();
  std::filesystem::remove_all(argv[1]);
  opus::Service service = opus::Service::open({.data_dir = argv[1]}).value();
  neutron_star::define_job(service).value();
  test_job(service);
  test_job_errors(service);
  std::cout << (failures == 0 ? "all passed" : std::to_string(failures) + " failed") << '\n';
  return failures == 0 ? 0 : 1;
} catch (const std::exception& error) {
  std::cerr << "neutron_star_test: " << error.what() << '\n';
  return 1;
}

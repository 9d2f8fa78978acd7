#include "libopus/provenance/formats/layout.hpp"

#include "tests/support/catch.hpp"

#include <cmath>

using opus::provenance::Arrow;
using opus::provenance::Box;
using opus::provenance::lay_out;
using opus::provenance::Layout;

namespace {

bool overlap(const Layout& layout, const std::vector<Box>& boxes) {
  for (std::size_t a = 0; a < boxes.size(); ++a)
    for (std::size_t b = a + 1; b < boxes.size(); ++b) {
      const double along = std::abs(layout.centres[a].along - layout.centres[b].along);
      const double across = std::abs(layout.centres[a].across - layout.centres[b].across);
      if (along < (boxes[a].along + boxes[b].along) / 2 - 0.01 &&
          across < (boxes[a].across + boxes[b].across) / 2 - 0.01)
        return true;
    }
  return false;
}

}  // namespace

TEST_CASE("layout: time grows along the flow, and a long arrow bends in each layer it passes") {
  const std::vector<Box> boxes(4, Box{100, 40});
  const Layout layout = lay_out(boxes, {{1, 0, true}, {2, 1, true}, {3, 2, true}, {3, 0, true}});
  for (std::size_t i = 1; i < 4; ++i)
    CHECK(layout.centres[i].along > layout.centres[i - 1].along + 100);
  CHECK(layout.bends[0].empty());
  REQUIRE(layout.bends[3].size() == 2);
  CHECK(layout.bends[3][0].along == layout.centres[2].along);
  CHECK(layout.along > layout.centres[3].along + 50);
}

TEST_CASE("layout: what is no part of the flow stands before what points to it") {
  const std::vector<Box> boxes(4, Box{100, 40});
  const Layout layout = lay_out(boxes, {{1, 0, true}, {1, 2, false}, {2, 3, false}});
  CHECK(layout.centres[2].along < layout.centres[1].along);
  CHECK(layout.centres[3].along < layout.centres[2].along);
}

TEST_CASE("layout: boxes do not overlap, however many there are") {
  std::vector<Box> boxes;
  std::vector<Arrow> arrows;
  for (std::size_t i = 0; i < 300; ++i) {
    boxes.push_back({60.0 + static_cast<double>(i % 7) * 20, 30.0 + static_cast<double>(i % 5)});
    if (i > 0) arrows.push_back({i, i / 3, true});
    if (i > 10) arrows.push_back({i, i * 7 % 10, i % 2 == 0});
  }
  const Layout layout = lay_out(boxes, arrows);
  CHECK_FALSE(overlap(layout, boxes));
  for (std::size_t i = 0; i < boxes.size(); ++i) {
    CHECK(layout.centres[i].across >= boxes[i].across / 2);
    CHECK(layout.centres[i].across + boxes[i].across / 2 <= layout.across + 0.01);
  }
}

TEST_CASE("layout: cycles, loops and nothing at all have an end") {
  const std::vector<Box> boxes(3, Box{10, 10});
  const Layout layout =
      lay_out(boxes, {{0, 1, true}, {1, 2, true}, {2, 0, true}, {1, 1, true}, {0, 0, false}});
  CHECK_FALSE(overlap(layout, boxes));
  CHECK(lay_out({}, {}).centres.empty());
  std::vector<Arrow> chain;
  for (std::size_t i = 1; i < 20'000; ++i) chain.push_back({i, i - 1, true});
  CHECK(lay_out(std::vector<Box>(20'000, Box{1, 1}), chain).centres.size() == 20'000);
}

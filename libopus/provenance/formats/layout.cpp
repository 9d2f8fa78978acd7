#include "libopus/provenance/formats/layout.hpp"

#include <algorithm>
#include <cstdint>
#include <utility>

namespace opus { inline namespace uws0 { namespace provenance {
namespace {

constexpr double k_layer_gap = 115, k_box_gap = 16, k_bend_gap = 12, k_margin = 20;
constexpr int k_sweeps = 12, k_moves = 8;

using Links = std::vector<std::vector<std::size_t>>;

/// Layers by the longest way from the past. Satellites (no flow arrow) stand one layer before the
/// first thing that points to them.
std::vector<int> layers_of(std::size_t count, const std::vector<Arrow>& arrows) {
  Links past(count);
  std::vector<bool> flows(count, false);
  for (const Arrow& arrow : arrows) {
    if (!arrow.flow) continue;
    past[arrow.from].push_back(arrow.to);
    flows[arrow.from] = flows[arrow.to] = true;
  }
  enum class Mark { fresh, open, done };
  std::vector<Mark> marks(count, Mark::fresh);
  std::vector<int> layer(count, 0);
  std::vector<std::pair<std::size_t, std::size_t>> path;  // node, its next link: no recursion
  for (std::size_t root = 0; root < count; ++root) {
    if (marks[root] != Mark::fresh) continue;
    path.emplace_back(root, 0);
    marks[root] = Mark::open;
    while (!path.empty()) {
      auto& [node, next] = path.back();
      if (next < past[node].size()) {
        const std::size_t earlier = past[node][next++];
        if (marks[earlier] == Mark::fresh) {
          marks[earlier] = Mark::open;
          path.emplace_back(earlier, 0);
        } else if (marks[earlier] == Mark::done) {
          layer[node] = std::max(layer[node], layer[earlier] + 1);
        }  // open: it would close a cycle
      } else {
        const std::size_t done = node;
        marks[done] = Mark::done;
        path.pop_back();
        if (!path.empty())
          layer[path.back().first] = std::max(layer[path.back().first], layer[done] + 1);
      }
    }
  }
  std::vector<bool> placed = flows;
  for (bool changed = true; changed;) {  // satellites of satellites: the contact of a plan
    changed = false;
    std::vector<int> wanted(count, INT32_MAX);
    for (const Arrow& arrow : arrows)
      if (placed[arrow.from] && !placed[arrow.to])
        wanted[arrow.to] = std::min(wanted[arrow.to], layer[arrow.from] - 1);
    for (std::size_t node = 0; node < count; ++node)
      if (wanted[node] != INT32_MAX) {
        layer[node] = wanted[node];
        placed[node] = changed = true;
      }
  }
  const int first = count ? *std::min_element(layer.begin(), layer.end()) : 0;
  for (int& one : layer) one -= first;
  return layer;
}

/// Positions nearest to what each wants (least squares) that keep the order and the distances:
/// pooling adjacent violators.
std::vector<double> spread(const std::vector<double>& wanted, const std::vector<double>& distance) {
  struct Pool {
    double sum;
    std::size_t count;
    double mean() const { return sum / static_cast<double>(count); }
  };
  std::vector<double> offset(wanted.size(), 0);
  std::vector<Pool> pools;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (i > 0) offset[i] = offset[i - 1] + distance[i - 1];
    pools.push_back({wanted[i] - offset[i], 1});
    while (pools.size() > 1 && pools[pools.size() - 2].mean() >= pools.back().mean()) {
      const Pool last = pools.back();
      pools.pop_back();
      pools.back().sum += last.sum;
      pools.back().count += last.count;
    }
  }
  std::vector<double> out;
  out.reserve(wanted.size());
  for (const Pool& pool : pools)
    for (std::size_t i = 0; i < pool.count; ++i) out.push_back(pool.mean() + offset[out.size()]);
  return out;
}

/// Boxes, and the bends of long arrows, in rows.
class Rows {
 public:
  Rows(const std::vector<Box>& boxes, const std::vector<Arrow>& arrows)
      : boxes_(boxes), layer_(layers_of(boxes.size(), arrows)), bends_(arrows.size()) {
    later_.resize(boxes.size());
    earlier_.resize(boxes.size());
    for (std::size_t i = 0; i < arrows.size(); ++i) thread(arrows[i], bends_[i]);
    rows_.resize(layer_.empty()
                     ? 0
                     : static_cast<std::size_t>(*std::max_element(layer_.begin(), layer_.end())) +
                           1);
    for (std::size_t i = 0; i < layer_.size(); ++i)
      rows_[static_cast<std::size_t>(layer_[i])].push_back(i);
    across_.resize(layer_.size());
  }

  Layout place() {
    order();
    move();
    return finish();
  }

 private:
  void link(std::size_t a, std::size_t b) {  // of neighbouring layers
    if (layer_[a] > layer_[b]) std::swap(a, b);
    later_[a].push_back(b);
    earlier_[b].push_back(a);
  }

  /// An arrow over several layers gets a bend in each between.
  void thread(const Arrow& arrow, std::vector<std::size_t>& bends) {
    if (layer_[arrow.from] == layer_[arrow.to]) return;
    const int step = layer_[arrow.to] > layer_[arrow.from] ? 1 : -1;
    std::size_t before = arrow.from;
    for (int at = layer_[arrow.from] + step; at != layer_[arrow.to]; at += step) {
      bends.push_back(layer_.size());
      layer_.push_back(at);
      later_.emplace_back();
      earlier_.emplace_back();
      link(before, bends.back());
      before = bends.back();
    }
    link(before, arrow.to);
  }

  double size_of(std::size_t item) const { return item < boxes_.size() ? boxes_[item].across : 0; }

  double distance(std::size_t a, std::size_t b) const {
    const bool bend = a >= boxes_.size() || b >= boxes_.size();
    return (size_of(a) + size_of(b)) / 2 + (bend ? k_bend_gap : k_box_gap);
  }

  double mean(const std::vector<std::size_t>& items, double otherwise) const {
    if (items.empty()) return otherwise;
    double sum = 0;
    for (const std::size_t item : items) sum += across_[item];
    return sum / static_cast<double>(items.size());
  }

  /// Fewer crossings: each row sorted by where its neighbours in the row before are, to and fro.
  void order() {
    for (const auto& row : rows_) number(row);
    for (int sweep = 0; sweep < k_sweeps; ++sweep) {
      const bool forth = sweep % 2 == 0;
      for (std::size_t i = 0; i < rows_.size(); ++i) {
        auto& row = rows_[forth ? i : rows_.size() - 1 - i];
        std::vector<std::pair<double, std::size_t>> keys;
        keys.reserve(row.size());
        for (const std::size_t item : row)
          keys.emplace_back(mean(forth ? earlier_[item] : later_[item], across_[item]), item);
        std::stable_sort(keys.begin(), keys.end(),
                         [](const auto& a, const auto& b) { return a.first < b.first; });
        std::transform(keys.begin(), keys.end(), row.begin(),
                       [](const auto& key) { return key.second; });
        number(row);
      }
    }
  }

  void number(const std::vector<std::size_t>& row) {
    double at = 0;
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (i > 0) at += distance(row[i - 1], row[i]);
      across_[row[i]] = at;
    }
    for (const std::size_t item : row) across_[item] -= at / 2;
  }

  /// Straight arrows: everything towards the middle of its neighbours.
  void move() {
    for (int round = 0; round < k_moves; ++round)
      for (std::size_t i = 0; i < rows_.size(); ++i) {
        const auto& row = rows_[round % 2 == 0 ? i : rows_.size() - 1 - i];
        std::vector<double> wanted, gaps;
        for (std::size_t place = 0; place < row.size(); ++place) {
          std::vector<std::size_t> all = earlier_[row[place]];
          all.insert(all.end(), later_[row[place]].begin(), later_[row[place]].end());
          wanted.push_back(mean(all, across_[row[place]]));
          if (place > 0) gaps.push_back(distance(row[place - 1], row[place]));
        }
        const std::vector<double> got = spread(wanted, gaps);
        for (std::size_t place = 0; place < row.size(); ++place) across_[row[place]] = got[place];
      }
  }

  Layout finish() const {
    Layout out;
    std::vector<double> along(rows_.size());
    double at = k_margin, least = 0, most = 0;
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      double widest = 0;
      for (const std::size_t item : rows_[i]) {
        if (item < boxes_.size()) widest = std::max(widest, boxes_[item].along);
        least = std::min(least, across_[item] - size_of(item) / 2);
        most = std::max(most, across_[item] + size_of(item) / 2);
      }
      along[i] = at + widest / 2;
      at += widest + k_layer_gap;
    }
    const auto point = [&](std::size_t item) {
      return Point{along[static_cast<std::size_t>(layer_[item])], across_[item] - least + k_margin};
    };
    for (std::size_t i = 0; i < boxes_.size(); ++i) out.centres.push_back(point(i));
    for (const auto& bends : bends_) {
      auto& points = out.bends.emplace_back();
      for (const std::size_t bend : bends) points.push_back(point(bend));
    }
    out.along = std::max(at - k_layer_gap, k_margin) + k_margin;
    out.across = most - least + 2 * k_margin;
    return out;
  }

  const std::vector<Box>& boxes_;
  std::vector<int> layer_;                       // boxes first, then bends
  std::vector<std::vector<std::size_t>> bends_;  // by arrow
  Links later_{}, earlier_{}, rows_{};
  std::vector<double> across_{};
};

}  // namespace

Layout lay_out(const std::vector<Box>& boxes, const std::vector<Arrow>& arrows) {
  return Rows{boxes, arrows}.place();
}

}}}  // namespace opus::uws0::provenance

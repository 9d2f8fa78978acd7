#pragma once
// What a walk reads of the store, many things at a time.

#include <cstddef>
#include <deque>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include <opus/entity.hpp>
#include <opus/error.hpp>
#include <opus/id.hpp>
#include <opus/job.hpp>

namespace opus { inline namespace uws0 {

namespace store {
class Reader;
}

namespace provenance {

/// A job or an entity that was asked for, or read beside one that was.
template <class Thing> struct Known {
  const Thing* thing = nullptr;  ///< null: it is not there
  bool is_met = false;           ///< it belongs to the lineage
  unsigned visited = 0;          ///< the last turn of the walk in which it came by
};

/// All that was read, each thing once. Jobs and entities stay where they are, also when the stock
/// is moved.
class Stock {
 public:
  Stock() = default;
  Stock(Stock&&) = default;
  Stock& operator=(Stock&&) = delete;

  Known<Job>* find(const JobId& id) { return find_in(jobs_, id.value); }
  Known<Entity>* find(const EntityId& id) { return find_in(entities_, id.value); }
  const Known<Job>* find(const JobId& id) const { return find_in(jobs_, id.value); }
  const Known<Entity>* find(const EntityId& id) const { return find_in(entities_, id.value); }

  /// With their results.
  void keep(std::vector<Job> jobs);
  void keep(std::vector<Entity> entities);
  Known<Entity>& keep(Entity entity);
  Known<Job>& keep_absence(const JobId& id);
  Known<Entity>& keep_absence(const EntityId& id);

 private:
  template <class Thing> using Index = std::unordered_map<std::string_view, Known<Thing>>;

  template <class Things>
  static auto find_in(Things& things, std::string_view id) -> decltype(&things.begin()->second) {
    const auto found = things.find(id);
    return found == things.end() ? nullptr : &found->second;
  }

  std::vector<std::vector<Job>> job_portions_{};
  std::vector<std::vector<Entity>> entity_portions_{};
  std::deque<std::string> absent_{};  // ids
  Index<Job> jobs_{};                 // the ids are those in the lists
  Index<Entity> entities_{};
};

/// Reads jobs in portions, each up to twice as large as what the last one brought: a long lineage
/// costs few statements, and a short one reads little that it does not need.
class ReadAhead {
 public:
  /// Adds jobs that are likely to be asked for soon, to at most `most`.
  using Guess = std::function<void(std::vector<JobId>& jobs, std::size_t most)>;

  ReadAhead(store::Reader& reader, Stock& stock, Guess guess)
      : reader_(reader), stock_(stock), guess_(std::move(guess)) {}

  void turn(bool upstream);
  /// `most`: jobs to be read at once.
  Result<Known<Job>*> job(const JobId& id, std::size_t most);
  Result<Known<Entity>*> entity(const EntityId& id);

 private:
  store::Reader& reader_;
  Stock& stock_;
  Guess guess_;
  bool upstream_ = true;
  std::size_t portion_ = 1;
};

}  // namespace provenance

}}  // namespace opus::uws0

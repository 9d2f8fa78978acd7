#pragma once
// Makes committed jobs happen: queue, hand-over, limits, collection, destruction, restart.

#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_map>
#include <vector>

#include <opus/service.hpp>
#include <opus/statistics.hpp>

#include "libopus/service/at_work.hpp"
#include "libopus/service/changes.hpp"
#include "libopus/service/data_folder.hpp"
#include "libopus/service/descriptions.hpp"
#include "libopus/service/fair_queue.hpp"
#include "libopus/service/staging.hpp"
#include "libopus/service/worker.hpp"

namespace opus { inline namespace uws0 { namespace service {

/// One thread decides; everything that blocks happens elsewhere and comes back as a message:
/// executor calls on one thread per executor, files on a small pool, the store on its writer.
/// Decisions follow from committed jobs only (job::actions_for), so a restart that looks at the
/// unfinished jobs goes on where the last process stopped.
class Engine {
 public:
  struct Parts {
    const ServiceConfig& config;
    const DataFolder& folder;
    store::Store& store;
    Descriptions& descriptions;
  };

  explicit Engine(Parts parts);
  ~Engine();

  /// `changes` outlives stop(). Takes up the unfinished jobs of the store.
  Result<void> start(Changes& changes);

  /// Starts it and attaches to its jobs. conflict: the name is taken.
  Result<void> add_executor(std::unique_ptr<Executor> executor);

  /// May a job of this description run? Asked on the engine's thread before it is queued; used for
  /// functions that are not defined (yet).
  void set_gate(std::function<bool(const JobDescription&)> gate);
  /// The gate may answer differently now.
  void gate_changed();

  /// Can a job be held that its executor may have already? Asked before its owner's wish is
  /// committed; jobs that are not there, or not in its hands, can. Threads: any; `answer` is called
  /// on the engine's.
  void ask_hold(const JobId& id, std::function<void(Result<void>)> answer);

  /// Of a job that waits for this executor; see FairQueue::position. Threads: any.
  std::optional<std::size_t> queue_position(std::string_view executor,
                                            const FairQueue::Owner& owner, const JobId& id) const;

  /// Threads: any.
  std::vector<QueueLength> queue_lengths() const;

  /// These jobs were committed together. Threads: any; does not block.
  void on_commit(std::vector<std::shared_ptr<const Job>> jobs);

  /// These paths are garbage in the store and can be deleted now. Threads: any; does not block.
  void on_garbage(Changes::Garbage paths);
  /// An upload is to be deleted then, unless a job uses it. Threads: any; does not block.
  void on_expiry(TimePoint when);

  /// Ends all threads. Running tasks of executors that outlive us go on.
  void stop();

 private:
  class Host;
  struct Live;
  struct Group;
  enum class Stage { none, parked, queued, staging, handing_over, at_backend, collecting };

  // The thread and its mailbox.
  void post(std::function<void()> message);
  void at(TimePoint when, std::function<void()> message);
  void after(std::chrono::milliseconds delay, std::function<void()> message);
  void loop();
  Live* find(const JobId& id);

  // What a job needs now.
  void take_up(const std::shared_ptr<const Job>& job);
  void act(Live& live);
  void run(Live& live);
  /// True if its staging is still under way: what comes next is decided when that has ended.
  bool leave_queue(Live& live);
  /// After a restart the backend of a job may have it. True: that is being asked, or will be.
  bool look_at_backend(Live& live);
  void attach(Live& live, Host& host);
  /// An earlier job may have been asked the same: then its results are this one's.
  void look_for_results(Live& live);
  void on_results_looked_for(const JobId& id, Result<std::optional<job::Reused>> found);
  void on_attached(const JobId& id, const Result<Attach>& answer);
  void stop_code(Live& live);
  void hold_code(Live& live);
  void on_held(const JobId& id, const Result<void>& answer);
  void release_code(Live& live);
  void on_released(const JobId& id, const Result<void>& answer);
  /// Its owner has changed his mind while it was on its way to the backend.
  void turn_back(Live& live);
  void on_cancelled(const JobId& id, const Result<void>& answer);
  /// The backend cannot be asked at present; `sent`: which question.
  void ask_again(const JobId& id, bool Live::*sent, std::string why);
  void remove_files(Live& live);
  void on_removed(const JobId& id, Result<Changes::Garbage> garbage);
  void forget(Live& live);

  // From the queue to the backend.
  void pump();
  void take_turn(Live& live);
  /// With a job that has its turn go those of its sweep that wait too, where the executor takes
  /// many at once. They need no slot, as they leave when it does.
  void take_turn_with_others(Live& live);
  /// The job that comes next gets its files while others run. It keeps its place in the queue, so
  /// that who comes next is decided when a slot is free.
  void stage_ahead();
  void start_staging(Live& live);
  void on_staged(const JobId& id, Result<Staged> staged);
  void record_hand_over(Live& live);
  void hand_over(Live& live);
  /// With its task, or without one: it does not come along. The last one hands over all.
  void leave_group(Live& live, std::shared_ptr<const Task> task);
  void hand_over(Group& group);
  void on_submitted(const JobId& id, const Result<NativeId>& answer);
  void back_off(Host& host);
  /// It counts among what its owner has at executors, until release().
  void count(Live& live);
  void occupy(Live& live);
  void release(Live& live);
  /// Its executor has a queue of its own: others may go to theirs.
  void release_slot(Live& live);
  FairQueue::May may_begin() const;
  /// What is held back by a limit is looked at again when something ends, or by then: it may have
  /// been raised.
  void look_at_limits_later();

  // From the backend to the store.
  void on_finished(const JobId& id, Outcome outcome);
  void on_progress(const JobId& id, std::optional<double> fraction, const std::string& text);
  void record(Live& live, job::Event event);
  void write(const JobId& id, std::vector<job::Event> events);
  void fail(Live& live, const Error& error);

  // Time.
  void watch_duration(Live& live);
  void tell_duration(Live& live);
  void watch_destruction(const Job& job);
  void arm_destruction(std::optional<TimePoint> when);
  void destroy_due();
  void destroy(const Job& job);
  /// With those of its results that others use.
  void archive(const JobId& id, const std::vector<Entity>& candidates);

  // Files that belong to no job (engine_files.cpp).
  void sweep();
  void clear_garbage(const Changes::Garbage& paths);
  void arm_expiry(std::optional<TimePoint> when);
  void expire_due();
  /// Deleted jobs of which provenance need not tell any longer; again and again.
  void forget_retired();

  void log(LogLevel level, std::string message,
           std::vector<std::pair<std::string, std::string>> fields) const;

  static constexpr std::chrono::seconds k_retry{1};        ///< after a store that did not answer
  static constexpr std::chrono::seconds k_look_again{30};  ///< at what could not be deleted

  Parts parts_;
  std::shared_ptr<Clock> clock_;
  Changes* changes_ = nullptr;
  const unsigned max_executing_;

  std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<std::function<void()>> mailbox_;
  bool stopping_ = false;
  std::mutex hosts_mutex_;  // add_executor() against itself and stop()

  mutable std::mutex queues_mutex_;  // queues_ for queue_position()
  std::map<std::string, const FairQueue*, std::less<>> queues_;

  // The engine thread's own.
  std::multimap<TimePoint, std::function<void()>> timers_;
  std::unordered_map<JobId, Live> live_;
  std::map<std::string, std::unique_ptr<Host>, std::less<>> hosts_;
  std::string last_host_;  // for taking turns between executors
  std::function<bool(const JobDescription&)> gate_;
  unsigned executing_ = 0;
  AtWork at_work_;
  bool looks_at_limits_ = false;  // a timer will
  std::optional<TimePoint> destruction_at_;
  std::optional<TimePoint> expiry_at_;  // of the upload that expires next
  bool taking_up_ = false;              // more jobs of one commit: no turns yet
  bool closing_ = false;                // starts nothing more

  Worker files_{2};      // staging and deleting
  Worker results_{2};    // hashing what codes left, which may be large
  Worker downloads_{4};  // inputs by URL, which may take minutes
  std::thread thread_;
};

}}}  // namespace opus::uws0::service

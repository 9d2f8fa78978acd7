#pragma once
// The ten phases of UWS 1.1 §2.1.3 and the one table of moves between them. The store, the engine,
// the documentation and the tests all read this table; no other code decides about a move.

#include <array>
#include <optional>
#include <string_view>

#include <opus/export.hpp>

namespace opus { inline namespace uws0 {

enum class Phase {
  pending,    ///< accepted, not yet committed by the client; parameters may change
  queued,     ///< committed, waits for a place to run
  executing,  ///< runs
  completed,  ///< finished well; results are there
  error,      ///< failed; Job::error says why
  aborted,    ///< stopped by a client or by a limit; results so far are kept
  unknown,    ///< the backend cannot be asked at present
  held,       ///< waits for PHASE=RUN (or, for a chained job, for its inputs)
  suspended,  ///< paused by the backend, which resumes it by itself
  archived,   ///< destruction time is over: results gone, record kept
};

inline constexpr std::array k_phases{
    Phase::pending, Phase::queued,  Phase::executing, Phase::completed, Phase::error,
    Phase::aborted, Phase::unknown, Phase::held,      Phase::suspended, Phase::archived};

/// The UWS word, upper case: "PENDING" ...
constexpr std::string_view to_string(Phase phase) noexcept {
  constexpr std::array<std::string_view, k_phases.size()> words{
      "PENDING", "QUEUED",  "EXECUTING", "COMPLETED", "ERROR",
      "ABORTED", "UNKNOWN", "HELD",      "SUSPENDED", "ARCHIVED"};
  return words[static_cast<std::size_t>(phase)];
}

/// The phase of an exact, upper-case UWS word.
constexpr std::optional<Phase> parse_phase(std::string_view word) noexcept {
  for (const Phase phase : k_phases)
    if (to_string(phase) == word) return phase;
  return std::nullopt;
}

/// Who asks for a move.
enum class Actor : unsigned {
  client = 1,    ///< the job's owner, by RUN, HOLD or ABORT
  service = 2,   ///< this library: limits, restart, destruction
  executor = 4,  ///< news from the backend
};

struct Move {
  Phase from, to;
  unsigned actors;  ///< union of Actor bits
};

namespace detail {
inline constexpr unsigned k_client = static_cast<unsigned>(Actor::client);
inline constexpr unsigned k_service = static_cast<unsigned>(Actor::service);
inline constexpr unsigned k_executor = static_cast<unsigned>(Actor::executor);
}  // namespace detail

/// Every allowed move (UWS 1.1 §2.1.3 text and state diagram). What is not here never happens.
inline constexpr std::array k_moves{
    Move{Phase::pending, Phase::queued, detail::k_client | detail::k_service},
    Move{Phase::pending, Phase::held, detail::k_client | detail::k_service},
    Move{Phase::pending, Phase::aborted, detail::k_client | detail::k_service},
    Move{Phase::pending, Phase::error, detail::k_service},

    Move{Phase::queued, Phase::executing, detail::k_executor},
    Move{Phase::queued, Phase::held, detail::k_client | detail::k_service | detail::k_executor},
    Move{Phase::queued, Phase::unknown, detail::k_service | detail::k_executor},
    Move{Phase::queued, Phase::aborted, detail::k_client | detail::k_service | detail::k_executor},
    Move{Phase::queued, Phase::error, detail::k_service | detail::k_executor},

    Move{Phase::executing, Phase::completed, detail::k_executor},
    Move{Phase::executing, Phase::error, detail::k_service | detail::k_executor},
    Move{Phase::executing, Phase::aborted,
         detail::k_client | detail::k_service | detail::k_executor},
    Move{Phase::executing, Phase::held, detail::k_service | detail::k_executor},
    Move{Phase::executing, Phase::suspended, detail::k_executor},
    Move{Phase::executing, Phase::unknown, detail::k_service | detail::k_executor},

    Move{Phase::held, Phase::queued, detail::k_client | detail::k_service | detail::k_executor},
    Move{Phase::held, Phase::executing, detail::k_executor},
    Move{Phase::held, Phase::unknown, detail::k_service | detail::k_executor},
    Move{Phase::held, Phase::aborted, detail::k_client | detail::k_service | detail::k_executor},
    Move{Phase::held, Phase::error, detail::k_service | detail::k_executor},

    Move{Phase::suspended, Phase::executing, detail::k_executor},
    Move{Phase::suspended, Phase::unknown, detail::k_service | detail::k_executor},
    Move{Phase::suspended, Phase::aborted,
         detail::k_client | detail::k_service | detail::k_executor},
    Move{Phase::suspended, Phase::error, detail::k_service | detail::k_executor},

    Move{Phase::unknown, Phase::queued, detail::k_service | detail::k_executor},
    Move{Phase::unknown, Phase::executing, detail::k_executor},
    Move{Phase::unknown, Phase::held, detail::k_service | detail::k_executor},
    Move{Phase::unknown, Phase::suspended, detail::k_executor},
    Move{Phase::unknown, Phase::aborted, detail::k_client | detail::k_service | detail::k_executor},
    Move{Phase::unknown, Phase::error, detail::k_service | detail::k_executor},

    Move{Phase::completed, Phase::archived, detail::k_service},
    Move{Phase::error, Phase::archived, detail::k_service},
    Move{Phase::aborted, Phase::archived, detail::k_service},
};

constexpr bool may_move(Phase from, Phase to, Actor actor) noexcept {
  for (const Move& move : k_moves)
    if (move.from == from && move.to == to)
      return (move.actors & static_cast<unsigned>(actor)) != 0;
  return false;
}

/// COMPLETED, ERROR, ABORTED, ARCHIVED: the job will never run (again).
constexpr bool is_final(Phase phase) noexcept {
  return phase == Phase::completed || phase == Phase::error || phase == Phase::aborted ||
         phase == Phase::archived;
}

/// PENDING, QUEUED, EXECUTING: the phases in which a WAIT blocks (UWS 1.1 §2.2.1.2).
constexpr bool is_active(Phase phase) noexcept {
  return phase == Phase::pending || phase == Phase::queued || phase == Phase::executing;
}

/// Committed by the client and not final: the engine works on it and restart picks it up.
constexpr bool is_live(Phase phase) noexcept { return !is_final(phase) && phase != Phase::pending; }

static_assert(!may_move(Phase::completed, Phase::executing, Actor::executor));
static_assert(!may_move(Phase::pending, Phase::executing, Actor::executor));
static_assert(!may_move(Phase::aborted, Phase::completed, Actor::executor));

}}  // namespace opus::uws0

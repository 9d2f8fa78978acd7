#pragma once
// The versions of a description: who offered what and when, what became of it, and what changed.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <opus/description.hpp>
#include <opus/error.hpp>
#include <opus/export.hpp>
#include <opus/time.hpp>

namespace opus { inline namespace uws0 {

/// What has become of a version.
enum class VersionState {
  pending,   ///< submitted; waits for an administrator
  offered,   ///< new jobs are created with it
  replaced,  ///< was offered until another version was
  removed,   ///< was offered until the description was taken out of service
  rejected,  ///< was pending; an administrator refused it
};

/// "pending", "offered" ...
OPUS_UWS_API std::string_view to_string(VersionState state) noexcept;
/// The state of this name, in any case.
OPUS_UWS_API std::optional<VersionState> parse_version_state(std::string_view word) noexcept;

/// Where a version came from.
enum class VersionOrigin {
  host,       ///< Service::define() or adopt(): the host program, a server's files
  submitted,  ///< Service::submit()
  restored,   ///< Service::restore() of an earlier version
};

OPUS_UWS_API std::string_view to_string(VersionOrigin origin) noexcept;

/// One line of a description's history.
struct DescriptionVersion {
  std::string name{};     ///< of the description
  unsigned number = 0;    ///< 1, 2, ... in the order they came
  std::string version{};  ///< the description's own version text
  std::string hash{};     ///< SHA-256 of to_json(description), as Job::description_hash
  VersionOrigin origin = VersionOrigin::host;
  VersionState state = VersionState::pending;
  std::optional<std::string> author{};  ///< who submitted or restored it; nullopt = anonymous
  TimePoint submitted{};
  std::optional<TimePoint> decided{};  ///< when it got its present state, unless by coming
  std::string reason{};                ///< of a rejection or restoration, for people
  bool operator==(const DescriptionVersion&) const = default;
};

/// One thing that differs between two descriptions.
struct DescriptionDifference {
  std::string path{};                   ///< "annotation", "parameters.sigma.default" ...
  std::optional<std::string> before{};  ///< as JSON; nullopt = it was not there
  std::optional<std::string> after{};   ///< as JSON; nullopt = it is no longer there
  bool operator==(const DescriptionDifference&) const = default;
};

/// What turns one description into the other, in the order of the JSON form. Parameters, inputs and
/// results are matched by name; one that came or went is one difference.
OPUS_UWS_API std::vector<DescriptionDifference> differences(const JobDescription& before,
                                                            const JobDescription& after);

/// The same for people: a paragraph per difference, texts of several lines line by line with "-"
/// and "+". Empty if there is none.
OPUS_UWS_API std::string to_text(const std::vector<DescriptionDifference>& differences);

}}  // namespace opus::uws0

#include "libopus/service/catalogue.hpp"

#include <algorithm>
#include <future>
#include <utility>

#include "libopus/core/strings.hpp"

namespace opus { inline namespace uws0 { namespace service {
namespace {

using Versions = std::vector<DescriptionVersion>;

constexpr std::size_t k_longest_reason = 2000;
constexpr std::string_view k_function = "function";

Error no_description(std::string_view name) {
  return {Errc::not_found, "no job description named '" + printable(name) + "'"};
}

std::string shown(const DescriptionVersion& version) {
  return "version " + std::to_string(version.number) + " of '" + version.name + "'";
}

Error not_in_state(const DescriptionVersion& version, std::string_view needed) {
  return {Errc::conflict, shown(version) + " is " + std::string{to_string(version.state)} +
                              ", expected one that is " + std::string{needed}};
}

Result<DescriptionVersion> find(const Versions& versions, std::string_view name, unsigned number) {
  if (versions.empty()) return no_description(name);
  for (const DescriptionVersion& version : versions)
    if (version.number == number) return version;
  return Error{Errc::not_found, "'" + printable(name) + "' has no version " +
                                    std::to_string(number) + ", only 1 to " +
                                    std::to_string(versions.back().number)};
}

const DescriptionVersion* offered_of(const Versions& versions) {
  const auto found = std::find_if(
      versions.begin(), versions.end(),
      [](const DescriptionVersion& version) { return version.state == VersionState::offered; });
  return found == versions.end() ? nullptr : &*found;
}

/// The version offered so far is so no longer.
Result<void> retire(store::Writer& writer, const Versions& versions, VersionState to,
                    TimePoint now) {
  const DescriptionVersion* offered = offered_of(versions);
  if (offered == nullptr) return {};
  DescriptionVersion retired = *offered;
  retired.state = to;
  retired.decided = now;
  return writer.update_version(retired);
}

/// The newest version that came from the host.
const DescriptionVersion* host_version(const Versions& versions) {
  const auto found = std::find_if(
      versions.rbegin(), versions.rend(),
      [](const DescriptionVersion& version) { return version.origin == VersionOrigin::host; });
  return found == versions.rend() ? nullptr : &*found;
}

bool was_offered(VersionState state) {
  return state != VersionState::pending && state != VersionState::rejected;
}

}  // namespace

Result<void> Catalogue::load() {
  OPUS_UWS_TRY(const Versions all, store_.definitions().all_versions());
  for (const DescriptionVersion& version : all) {
    if (version.state != VersionState::offered || version.origin == VersionOrigin::host) continue;
    auto defined = descriptions_.by_hash(version.hash, store_.reader());
    if (defined) {
      descriptions_.offer(*defined);
    } else if (config_.log) {  // one that cannot be read must not keep the others away
      config_.log({LogLevel::error,
                   "a description cannot be offered again: " + defined.error().message,
                   {{"description", version.name}, {"hash", version.hash}}});
    }
  }
  return {};
}

Result<DescriptionVersion> Catalogue::change(std::string_view name, DefinedPtr offer,
                                             Decide decide) {
  std::promise<Result<void>> promise;
  auto written = promise.get_future();
  DescriptionVersion told;
  store_.write(
      [&](store::Writer& writer) -> Result<void> {
        OPUS_UWS_TRY(Versions versions, writer.versions_of(name));
        OPUS_UWS_TRY(told, decide(writer, std::move(versions)));
        return {};
      },
      [&](Result<void> result) {
        if (result && offer && told.state == VersionState::offered) descriptions_.offer(offer);
        if (result && told.state == VersionState::removed) descriptions_.withdraw(told.name);
        promise.set_value(std::move(result));
      });
  OPUS_UWS_CHECK(written.get());
  return told;
}

DescriptionVersion Catalogue::new_version(const Defined& defined, VersionOrigin origin,
                                          VersionState state,
                                          std::optional<std::string> author) const {
  DescriptionVersion version;
  version.name = defined.saved.name;
  version.version = defined.saved.version;
  version.hash = defined.saved.hash;
  version.origin = origin;
  version.state = state;
  version.author = std::move(author);
  version.submitted = config_.clock->now();
  return version;
}

Result<DescriptionVersion> Catalogue::define_version(const DefinedPtr& defined) {
  return change(
      defined->saved.name, defined,
      [&](store::Writer& writer, const Versions& versions) -> Result<DescriptionVersion> {
        const DescriptionVersion* offered = offered_of(versions);
        if (offered && offered->origin == VersionOrigin::host &&
            offered->hash == defined->saved.hash)
          return *offered;
        OPUS_UWS_CHECK(retire(writer, versions, VersionState::replaced, config_.clock->now()));
        OPUS_UWS_CHECK(writer.save_description(defined->saved));
        return writer.insert_version(
            new_version(*defined, VersionOrigin::host, VersionState::offered, std::nullopt));
      });
}

Result<void> Catalogue::define(JobDescription description) {
  OPUS_UWS_TRY(const DefinedPtr defined, make_defined(std::move(description)));
  OPUS_UWS_TRY(const Versions versions, store_.definitions().versions_of(defined->saved.name));
  // What is known already costs no commit: hosts define all they have at each start.
  const DescriptionVersion* offered = offered_of(versions);
  if (offered != nullptr && offered->origin == VersionOrigin::host &&
      offered->hash == defined->saved.hash) {
    descriptions_.offer(defined);
    return {};
  }
  OPUS_UWS_CHECK(define_version(defined));
  return {};
}

Result<bool> Catalogue::adopt(JobDescription description) {
  OPUS_UWS_TRY(const DefinedPtr defined, make_defined(std::move(description)));
  OPUS_UWS_TRY(const Versions versions, store_.definitions().versions_of(defined->saved.name));
  const DescriptionVersion* ours = host_version(versions);
  if (ours != nullptr && ours->hash == defined->saved.hash && ours->state != VersionState::offered)
    return false;
  OPUS_UWS_CHECK(define(defined->description));
  return true;
}

Result<void> Catalogue::undefine(std::string_view name) {
  OPUS_UWS_CHECK(descriptions_.find(name));
  const auto removed =
      change(name, nullptr,
             [&](store::Writer& writer, const Versions& versions) -> Result<DescriptionVersion> {
               const DescriptionVersion* offered = offered_of(versions);
               if (offered == nullptr) return no_description(name);
               DescriptionVersion version = *offered;
               version.state = VersionState::removed;
               version.decided = config_.clock->now();
               OPUS_UWS_CHECK(writer.update_version(version));
               return version;
             });
  return removed ? Result<void>() : Result<void>(removed.error());
}

Result<DescriptionVersion> Catalogue::submit(JobDescription description,
                                             std::optional<std::string> author) {
  if (description.executor == k_function)
    return faults_error("description",
                        {{"executor", "an executor that runs a command or a script", "function"}});
  OPUS_UWS_TRY(const DefinedPtr defined, make_defined(std::move(description)));
  return change(
      defined->saved.name, nullptr,
      [&](store::Writer& writer, const Versions& versions) -> Result<DescriptionVersion> {
        for (const DescriptionVersion& known : versions)
          if (known.hash == defined->saved.hash && known.state == VersionState::pending)
            return known;
        OPUS_UWS_TRY(const unsigned pending, writer.count_pending());
        if (pending >= config_.max_pending_descriptions)
          return Error{Errc::limit_exceeded, std::to_string(pending) +
                                                 " descriptions are pending already; the most is " +
                                                 std::to_string(config_.max_pending_descriptions)};
        OPUS_UWS_CHECK(writer.save_description(defined->saved));
        return writer.insert_version(new_version(*defined, VersionOrigin::submitted,
                                                 VersionState::pending, std::move(author)));
      });
}

Result<DefinedPtr> Catalogue::defined_of(std::string_view name, unsigned number) const {
  OPUS_UWS_TRY(const Versions versions, store_.definitions().versions_of(name));
  OPUS_UWS_TRY(const DescriptionVersion version, find(versions, name, number));
  return descriptions_.by_hash(version.hash, store_.reader());
}

Result<DescriptionVersion> Catalogue::validate(std::string_view name, unsigned number) {
  OPUS_UWS_TRY(const DefinedPtr defined, defined_of(name, number));
  return change(name, defined,
                [&](store::Writer& writer, const Versions& versions) -> Result<DescriptionVersion> {
                  OPUS_UWS_TRY(DescriptionVersion version, find(versions, name, number));
                  if (version.state != VersionState::pending)
                    return not_in_state(version, "pending");
                  const TimePoint now = config_.clock->now();
                  OPUS_UWS_CHECK(retire(writer, versions, VersionState::replaced, now));
                  version.state = VersionState::offered;
                  version.decided = now;
                  OPUS_UWS_CHECK(writer.update_version(version));
                  return version;
                });
}

Result<DescriptionVersion> Catalogue::reject(std::string_view name, unsigned number,
                                             std::string reason) {
  if (trim(reason).empty() || reason.size() > k_longest_reason || !is_utf8(reason) ||
      reason.find('\0') != std::string::npos)
    return faults_error("rejection",
                        {{"reason", "a text of 1 to " + std::to_string(k_longest_reason) + " bytes",
                          printable(reason)}});
  return change(name, nullptr,
                [&](store::Writer& writer, const Versions& versions) -> Result<DescriptionVersion> {
                  OPUS_UWS_TRY(DescriptionVersion version, find(versions, name, number));
                  if (version.state != VersionState::pending)
                    return not_in_state(version, "pending");
                  version.state = VersionState::rejected;
                  version.decided = config_.clock->now();
                  version.reason = std::move(reason);
                  OPUS_UWS_CHECK(writer.update_version(version));
                  return version;
                });
}

Result<DescriptionVersion> Catalogue::restore(std::string_view name, unsigned number,
                                              std::optional<std::string> author) {
  OPUS_UWS_TRY(const DefinedPtr defined, defined_of(name, number));
  if (defined->description.executor == k_function)
    return Error{Errc::conflict,
                 "'" + printable(name) + "' version " + std::to_string(number) +
                     " is a function of the host program, which alone can offer it"};
  return change(
      name, defined,
      [&](store::Writer& writer, const Versions& versions) -> Result<DescriptionVersion> {
        OPUS_UWS_TRY(const DescriptionVersion version, find(versions, name, number));
        if (!was_offered(version.state))
          return not_in_state(version, "offered, replaced or removed");
        if (version.state == VersionState::offered && version.origin != VersionOrigin::host)
          return version;  // nothing to do
        OPUS_UWS_CHECK(retire(writer, versions, VersionState::replaced, config_.clock->now()));
        DescriptionVersion restored = new_version(*defined, VersionOrigin::restored,
                                                  VersionState::offered, std::move(author));
        restored.reason = "restores version " + std::to_string(number);
        return writer.insert_version(std::move(restored));
      });
}

void Catalogue::show_as_offered(Versions& versions) const {
  for (DescriptionVersion& version : versions) {
    if (version.state != VersionState::offered) continue;
    const auto offered = descriptions_.find(version.name);
    if (!offered || (*offered)->saved.hash != version.hash) version.state = VersionState::removed;
  }
}

Result<std::vector<DescriptionVersion>> Catalogue::history(std::string_view name) const {
  OPUS_UWS_TRY(Versions versions, store_.definitions().versions_of(name));
  if (versions.empty()) return no_description(name);
  show_as_offered(versions);
  return versions;
}

Result<std::vector<DescriptionVersion>> Catalogue::versions(bool all) const {
  OPUS_UWS_TRY(Versions versions, store_.definitions().all_versions());
  show_as_offered(versions);
  if (!all)
    std::erase_if(versions, [](const DescriptionVersion& version) {
      return version.state != VersionState::offered && version.state != VersionState::pending;
    });
  return versions;
}

Result<JobDescription> Catalogue::description(std::string_view name, std::string_view hash) const {
  auto defined = descriptions_.by_hash(std::string{hash}, store_.reader());
  if (!defined && defined.error().code != Errc::not_found) return std::move(defined).error();
  if (!defined || (*defined)->saved.name != name)
    return Error{Errc::not_found,
                 "'" + printable(name) + "' has no version with hash '" + printable(hash) + "'"};
  return (*defined)->description;
}

Result<DefinedPtr> Catalogue::trial(std::string_view name, const std::string& hash) const {
  OPUS_UWS_TRY(const Versions versions, store_.definitions().versions_of(name));
  if (versions.empty()) return no_description(name);
  const DescriptionVersion* known = nullptr;
  for (const DescriptionVersion& version : versions) {
    if (version.hash != hash) continue;
    if (version.state == VersionState::pending) return descriptions_.by_hash(hash, store_.reader());
    known = &version;
  }
  if (known != nullptr) return not_in_state(*known, "pending");
  return Error{Errc::not_found,
               "'" + printable(name) + "' has no version with hash '" + printable(hash) + "'"};
}

Result<bool> Catalogue::is_trial(std::string_view hash) const {
  OPUS_UWS_TRY(const Versions versions, store_.definitions().versions_with(hash));
  return !versions.empty() &&
         std::none_of(versions.begin(), versions.end(),
                      [](const DescriptionVersion& version) { return was_offered(version.state); });
}

}}}  // namespace opus::uws0::service

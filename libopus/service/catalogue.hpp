#pragma once
// What becomes of descriptions: submitted, validated, rejected, restored, removed. Each change is
// one transaction; what is offered follows the commits, in their order.

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <opus/description_history.hpp>
#include <opus/service.hpp>

#include "libopus/service/descriptions.hpp"
#include "libopus/store/store.hpp"

namespace opus { inline namespace uws0 { namespace service {

/// Threads: any. The members that change something block until the change is on disk. Errors and
/// meanings: as the members of Service with these names.
class Catalogue {
 public:
  Catalogue(const ServiceConfig& config, store::Store& store, Descriptions& descriptions)
      : config_(config), store_(store), descriptions_(descriptions) {}

  /// Offers what was offered from outside when the service was closed. What the host defines it
  /// must define again: it may no longer have it.
  Result<void> load();

  Result<void> define(JobDescription description);
  Result<bool> adopt(JobDescription description);
  Result<void> undefine(std::string_view name);

  Result<DescriptionVersion> submit(JobDescription description, std::optional<std::string> author);
  Result<DescriptionVersion> validate(std::string_view name, unsigned number);
  Result<DescriptionVersion> reject(std::string_view name, unsigned number, std::string reason);
  Result<DescriptionVersion> restore(std::string_view name, unsigned number,
                                     std::optional<std::string> author);

  Result<std::vector<DescriptionVersion>> history(std::string_view name) const;
  Result<std::vector<DescriptionVersion>> versions(bool all) const;
  Result<JobDescription> description(std::string_view name, std::string_view hash) const;

  /// The pending version that a job is to try. not_found; conflict: it is not pending.
  Result<DefinedPtr> trial(std::string_view name, const std::string& hash) const;
  /// Was this version never accepted, so that its jobs run under ServiceConfig::trial_duration_max?
  Result<bool> is_trial(std::string_view hash) const;

 private:
  using Versions = std::vector<DescriptionVersion>;
  /// Works on the versions of the name inside the transaction; returns the version of which the
  /// caller is told.
  using Decide = std::function<Result<DescriptionVersion>(store::Writer&, Versions)>;

  /// After the commit `offer`, if any, takes the place of what is offered under the name.
  Result<DescriptionVersion> change(std::string_view name, DefinedPtr offer, Decide decide);
  Result<DescriptionVersion> define_version(const DefinedPtr& defined);
  Result<DefinedPtr> defined_of(std::string_view name, unsigned number) const;
  DescriptionVersion new_version(const Defined& defined, VersionOrigin origin, VersionState state,
                                 std::optional<std::string> author) const;
  /// What the store says is offered, but the host has not defined again, is not.
  void show_as_offered(Versions& versions) const;

  const ServiceConfig& config_;
  store::Store& store_;
  Descriptions& descriptions_;
};

}}}  // namespace opus::uws0::service

#pragma once
// Who may do what: identities, rules, and the one function that decides. Pure values: who somebody
// is, opus/accounts.hpp or the host finds out. Threads: any, while nobody changes what is passed.

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <opus/export.hpp>
#include <opus/service.hpp>
#include <opus/sharing.hpp>

namespace opus { inline namespace uws0 {

// The roles that mean something here. A service may have others, which its rules can name.
inline constexpr std::string_view k_admin = "admin";        ///< may do everything
inline constexpr std::string_view k_operator = "operator";  ///< all jobs, entities, descriptions
inline constexpr std::string_view k_author = "author";      ///< submits descriptions, as a user too
inline constexpr std::string_view k_user = "user";          ///< creates jobs
inline constexpr std::string_view k_agent = "agent";        ///< may act for named end users

enum class AuthenticatedBy {
  nothing,    ///< anonymous
  token,      ///< a token of an account
  front_end,  ///< a trusted front end said so
  issuer,     ///< a token that an OpenID Connect issuer signed
  host,       ///< the program around the service, by its own means
};
OPUS_UWS_API std::string_view to_string(AuthenticatedBy means) noexcept;

/// Who asks.
struct OPUS_UWS_API Identity {
  std::string account{};              ///< who authenticated; empty = anonymous
  std::string acting_for{};           ///< the end user for whom; empty = for itself
  std::vector<std::string> roles{};   ///< of the one it acts for
  std::vector<std::string> groups{};  ///< the same
  AuthenticatedBy by = AuthenticatedBy::nothing;
  bool read_only = false;  ///< its token is good for looking only

  bool anonymous() const noexcept { return account.empty(); }
  bool has_role(std::string_view role) const noexcept;
  bool in_group(std::string_view group) const noexcept;
  /// Whose the jobs are that it creates: the end user, else the account; nullopt = nobody's.
  std::optional<std::string> owner() const;
  /// Does this belong to it? What belongs to nobody does not.
  bool owns(const std::optional<std::string>& owner) const noexcept;
  bool operator==(const Identity&) const = default;
};

enum class Action : std::uint8_t {
  see_service,         ///< what it is and can do: capabilities, availability, ...
  see_description,     ///< and its versions
  submit_description,  ///< for somebody to decide on
  try_description,     ///< a job of a pending version
  decide_description,  ///< validate, reject, restore, remove
  list_jobs,           ///< of a description; which ones, visible_jobs() tells
  create_job,
  see_job,     ///< and everything below it
  change_job,  ///< run, abort, change, delete
  see_entity,
  add_entity,
  change_entity,
  query_provenance,  ///< of what one may see
  monitor,           ///< numbers of the service as a whole
  administer,        ///< accounts, tokens, the audit log
};
OPUS_UWS_API std::string_view to_string(Action action) noexcept;

/// Does it change something? Not what read-only tokens are for.
OPUS_UWS_API bool is_change(Action action) noexcept;

/// What it is done to.
struct AccessSubject {
  std::string_view description{};      ///< name; empty = no particular one
  std::optional<std::string> owner{};  ///< of the job, entity or pending version; nullopt = nobody
  std::span<const Share> shares{};     ///< of the job: Service::open_shares
};

/// A word for some of those who ask: "anonymous" = everybody, "any" = whoever has authenticated,
/// "group:<name>", "account:<name>", else a role.
OPUS_UWS_API bool fits(const Identity& who, std::string_view word) noexcept;

/// Who may do something with a description: words of which one must fit. Operators and
/// administrators always may. Empty: `see` as the service (AccessPolicy::anonymous), `create` users
/// and authors, and everybody if AccessPolicy::anonymous, `see_jobs` nobody but the owner.
struct DescriptionRules {
  std::vector<std::string> see{};
  std::vector<std::string> create{};
  std::vector<std::string> see_jobs{};  ///< those of others, too
  bool operator==(const DescriptionRules&) const = default;
};

struct OPUS_UWS_API AccessPolicy {
  /// For a service that one person uses on one machine: nobody needs to say who he is, jobs are
  /// nobody's and open to all. Only administration is not. Of the rules of descriptions `see` and
  /// `see_jobs` hold; `create` does not, for everybody may.
  bool open = true;
  /// If not open: may those who do not authenticate do what the rules of descriptions leave to
  /// them?
  bool anonymous = false;
  /// By name; "*" for all others. A description whose `see` names "anonymous" is open to those who
  /// do not authenticate even where `anonymous` is off.
  std::map<std::string, DescriptionRules, std::less<>> descriptions{};

  /// Those of the description or of "*"; empty ones if there are none.
  const DescriptionRules& rules_of(std::string_view description) const noexcept;
};

enum class Decision {
  allowed,
  needs_authentication,  ///< somebody else might, say who you are
  forbidden,             ///< it is there, and not for you
  hidden,                ///< not even that it exists is for you: as if it did not
};
OPUS_UWS_API std::string_view to_string(Decision decision) noexcept;

/// The one place where it is decided. Jobs and entities that are nobody's are open to whoever knows
/// their unguessable id.
OPUS_UWS_API Decision decide(const AccessPolicy& policy, const Identity& who, Action action,
                             const AccessSubject& subject = {}) noexcept;

/// May it see what has this owner, whatever the description?
OPUS_UWS_API bool may_see_owner(const Identity& who,
                                const std::optional<std::string>& owner) noexcept;

/// Which jobs of a list somebody may see there.
class OPUS_UWS_API VisibleJobs {
 public:
  enum class Kind {
    none,
    own,      ///< those with this owner
    unowned,  ///< those that are nobody's
    all,
  };
  VisibleJobs(Kind kind, std::string owner) : kind_(kind), owner_(std::move(owner)) {}

  bool none() const noexcept { return kind_ == Kind::none; }
  bool shows(const std::optional<std::string>& owner) const noexcept;
  /// Lets the store find just these, as far as it can: what it finds must be asked of shows().
  void narrow(JobFilter& filter) const;

 private:
  Kind kind_;
  std::string owner_;
};

/// Whoever has no account sees no list where others have one: that would give away unguessable ids.
OPUS_UWS_API VisibleJobs visible_jobs(const AccessPolicy& policy, const Identity& who,
                                      std::string_view description);

}}  // namespace opus::uws0

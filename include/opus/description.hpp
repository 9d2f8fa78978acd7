#pragma once
// What may be run: the IVOA ActivityDescription with what an executor needs. Two file forms that
// round-trip: VOTable (voprov:ActivityDescription, as OPUS writes it) and JSON.

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <opus/error.hpp>
#include <opus/export.hpp>
#include <opus/job.hpp>

namespace opus { inline namespace uws0 {

/// VOTable datatypes a parameter may have; text is VOTable's char with arraysize="*".
enum class Datatype {
  boolean,
  unsigned_byte,
  short_integer,
  integer,
  long_integer,
  float_number,
  double_number,
  text,
};

/// How many: {1,1} is VOTable/OPUS "1", {0,1} "0..1", {1,nullopt} "1..*".
struct Multiplicity {
  unsigned min = 1;
  std::optional<unsigned> max = 1;  ///< nullopt = unbounded
  bool operator==(const Multiplicity&) const = default;
};

struct ParameterDescription {
  std::string name{};  ///< letter or underscore, then letters, digits, underscore
  std::string annotation{};
  Datatype datatype = Datatype::text;
  std::string arraysize{};  ///< "" = one value; "3" = exactly 3; "*" = any number; "5*" = up to 5.
                            ///< Array values are separated by blanks. For text always "".
  std::string unit{}, ucd{}, utype{}, xtype{};
  bool required = false;  ///< no default and not optional
  std::optional<std::string> default_value{};
  std::optional<std::string> min{}, max{};  ///< inclusive, in the datatype's text form
  std::vector<std::string> options{};       ///< allowed values; empty = any
  bool operator==(const ParameterDescription&) const = default;
};

enum class InputKind { file, value };

/// An entity the job uses (`used`).
struct InputDescription {
  std::string name{};
  std::string annotation{};
  std::string role{};  ///< empty = name
  InputKind kind = InputKind::file;
  std::vector<std::string> content_types{};  ///< what clients may offer; not enforced
                                             ///< (they often send octet-stream)
  Multiplicity multiplicity{};
  std::string url{};  ///< template: "file://$ID" or "http(s)://...$ID..."; empty = none
  std::optional<std::string> default_value{};  ///< a file's: an entity id or an http(s) URL
  bool operator==(const InputDescription&) const = default;
};

/// An entity the job generates.
struct ResultDescription {
  std::string name{};
  std::string annotation{};
  std::string role{};           ///< empty = name
  std::string path{};           ///< below the work folder: "maps/*.fits"; or as in parameter `name`
  std::string content_type{};   ///< empty = by file name
  Multiplicity multiplicity{};  ///< min 0 = optional; a missing required result makes ERROR
  bool operator==(const ResultDescription&) const = default;
};

struct Contact {
  std::string name{}, email{};
  bool operator==(const Contact&) const = default;
};

/// Limits put on every process of the job; nullopt = the service's own limit.
struct ResourceLimits {
  std::optional<std::uint64_t> memory_bytes{};     ///< address space of one process
  std::optional<std::uint64_t> file_size_bytes{};  ///< largest file it may write
  std::optional<std::uint64_t> open_files{};
  std::optional<std::uint64_t> processes{};    ///< of the same user, as RLIMIT_NPROC counts
  std::optional<std::uint64_t> cpu_seconds{};  ///< processor time of one process
  bool operator==(const ResourceLimits&) const = default;
};

/// What the destruction time does: everything goes, or results go and the record stays ARCHIVED.
enum class OnDestruction { remove, archive };

/// May a job be given the results of an earlier one that was asked the same: with the same
/// description, parameters and content of inputs?
enum class Reuse {
  never,
  quick,     ///< if they are there and as large as they were
  verified,  ///< if their content is what it was, too: they are read
};

struct JobDescription {
  std::string name{};  ///< [A-Za-z0-9_][A-Za-z0-9_.-]{0,63}; path element under /rest
  std::string annotation{};
  std::string version = "1";
  std::string type{}, subtype{};  ///< ProvenanceDM §1.4: Simulation, Reduction, Analysis ...
  std::string doc_url{};
  Contact contact{};
  std::string executor = "local";
  std::map<std::string, std::string> executor_options{};  ///< meaning is the executor's
  std::vector<std::string> command{};  ///< argv template; "${name}" is replaced, never split
  std::string script{};  ///< text; run by its #! line, else by bash as OPUS does. Not with command.
  std::map<std::string, std::string> environment{};  ///< set for the job
  std::chrono::seconds execution_duration{3600};     ///< default; 0 = unlimited
  std::chrono::seconds execution_duration_min{0};    ///< 0 = no minimum
  std::chrono::seconds execution_duration_max{0};    ///< 0 = no maximum
  std::optional<std::chrono::seconds> quote{};      ///< expected run time, until runs have shown it
  std::optional<std::chrono::seconds> retention{};  ///< destruction = creation + this; nullopt =
                                                    ///< the service's
  std::chrono::seconds retention_min{0};  ///< soonest destruction a client may set, from then on;
                                          ///< 0 = no minimum
  std::chrono::seconds retention_max{0};  ///< latest, from then on; 0 = no maximum
  OnDestruction on_destruction = OnDestruction::remove;
  Reuse reuse = Reuse::never;  ///< not for code whose results depend on more than what it is given
  ResourceLimits limits{};
  std::vector<ParameterDescription> parameters{};
  std::vector<InputDescription> inputs{};
  std::vector<ResultDescription> results{};
  bool operator==(const JobDescription&) const = default;
};

/// Is it complete and consistent (names, ranges, defaults within them, exactly one of command and
/// script unless the executor is "function")? All faults in one error.
OPUS_UWS_API Result<void> check(const JobDescription& description);

/// Reads either form; `origin` (a file name) begins every error: "x.xml:12: ...". Checks it too.
OPUS_UWS_API Result<JobDescription> parse_description(std::string_view text,
                                                      std::string_view origin);
OPUS_UWS_API Result<JobDescription> load_description(const std::filesystem::path& file);

/// Canonical JSON (UTF-8, indented, stable order): the text whose SHA-256 is the description hash.
OPUS_UWS_API std::string to_json(const JobDescription& description);
OPUS_UWS_API std::string to_votable(const JobDescription& description);

/// The JSON Schema (2020-12) of an object with one member for each parameter and input: what may be
/// given for them, with types, ranges, options and defaults.
OPUS_UWS_API std::string parameters_json_schema(const JobDescription& description);

/// The JSON Schema (2020-12) of the JSON form.
OPUS_UWS_API std::string_view description_json_schema() noexcept;

/// Names are compared without regard to case (DALI 1.2 §4.1).
OPUS_UWS_API const ParameterDescription* find_parameter(const JobDescription& description,
                                                        std::string_view name) noexcept;
OPUS_UWS_API const InputDescription* find_input(const JobDescription& description,
                                                std::string_view name) noexcept;

/// Checks values against type, range, options, `required`; one error lists all faults. Returns the
/// parameters the job runs with: names as the description spells them, defaults added (marked). An
/// input's are only counted; names of neither are kept if `keep_unknown`, else they are faults.
OPUS_UWS_API Result<std::vector<Parameter>> check_parameters(const JobDescription& description,
                                                             std::vector<Parameter> parameters,
                                                             bool keep_unknown = false);

}}  // namespace opus::uws0

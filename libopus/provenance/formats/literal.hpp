#pragma once
// What the serialisations share: the names of PROV's formal arguments, and texts that every format
// can carry, so that all of them say the same.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <opus/provenance.hpp>

namespace opus { inline namespace uws0 { namespace provenance {

/// In the order in which documents tell them.
inline constexpr std::array k_relations{
    ProvRelation::used,
    ProvRelation::was_generated_by,
    ProvRelation::was_derived_from,
    ProvRelation::was_informed_by,
    ProvRelation::was_associated_with,
    ProvRelation::was_attributed_to,
    ProvRelation::acted_on_behalf_of,
    ProvRelation::was_influenced_by,
    ProvRelation::was_invalidated_by,
};

/// The formal arguments of a relation, in PROV-N order, as PROV-JSON names them without "prov:".
struct RelationForm {
  std::string_view from, to;
  std::string_view third;  ///< "time", "plan", "activity", or empty: there is none
};
RelationForm form_of(ProvRelation relation) noexcept;

/// Valid UTF-8 without what XML 1.0 cannot carry: each such character becomes U+FFFD.
std::string legal_text(std::string_view text);
/// With everything percent-encoded that cannot stand (there) in an IRI: blanks, quotes, <>,
/// controls, a % that encodes nothing ... What is encoded already stays as it is.
std::string legal_iri(std::string_view iri);

/// The value of an xsd:int. Larger ones need xsd:integer, which not every reader takes for small
/// ones alike.
std::optional<std::int32_t> small_integer(std::string_view digits) noexcept;

/// The value as the format writes it, and the type with which it is told. A value that is not what
/// its type says (an integer with letters) is told as text.
class Literal {
 public:
  Literal(std::string_view as_it_is, ProvType told) noexcept : type(told), as_it_is_(as_it_is) {}
  Literal(std::string repaired, ProvType told) : type(told), repaired_(std::move(repaired)) {}
  std::string_view text() const noexcept {
    return repaired_ ? std::string_view{*repaired_} : as_it_is_;
  }
  ProvType type;

 private:
  std::string_view as_it_is_{};
  std::optional<std::string> repaired_{};
};
/// Refers to the attribute unless something had to be repaired, which is rare.
Literal literal_of(const ProvAttribute& attribute);

/// In quotes, as PROV-N and Turtle have it: characters stand as they are, but for five.
void append_quoted(std::string& out, std::string_view text);

/// "xsd:anyURI" ... for the types that need one beside the text.
std::string_view datatype_of(ProvType type) noexcept;

}}}  // namespace opus::uws0::provenance

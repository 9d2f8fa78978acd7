"""The mandatory attributes of the IVOA Provenance Data Model 1.0."""
from prov.identifier import QualifiedName

from prov_check.vocabulary import PROV_URI, REC_LABEL, VOPROV_URI

# IVOA ProvenanceDM 1.0: mandatory attributes per class (W3C mapping, prov:type='voprov:...')
IVOA_MANDATORY = {
    "Parameter": ("name", "value"), "ValueEntity": ("value",), "ConfigFile": ("name", "location"),
    "ActivityDescription": ("name",), "EntityDescription": ("name",),
    "DatasetDescription": ("name", "contentType"), "ValueDescription": ("name", "valueType"),
    "UsageDescription": ("role",), "GenerationDescription": ("role",),
    "ParameterDescription": ("name", "valueType"), "ConfigFileDescription": ("name", "contentType"),
}
PROV_EQUIVALENT = {"name": ("label",), "value": ("value",), "location": ("location",)}
AGENT_TYPES = ("Person", "Organization", "SoftwareAgent")


def check_ivoa(rep, everything):
    for b, r in everything:
        label = REC_LABEL.get(r.get_type().uri)
        names = {n.uri for n, v in r.attributes}

        def has(attr):
            return VOPROV_URI + attr in names or any(
                PROV_URI + x in names for x in PROV_EQUIVALENT.get(attr, ()))
        types = {v.uri for n, v in r.attributes
                 if n.uri == PROV_URI + "type" and isinstance(v, QualifiedName)}
        for t in types:
            if t.startswith(VOPROV_URI):
                for attr in IVOA_MANDATORY.get(t[len(VOPROV_URI):], ()):
                    if not has(attr):
                        rep.error("IVOA: %s %s lacks mandatory %s" % (t[len(VOPROV_URI):],
                                                                     r.identifier, attr))
        if label == "agent":
            if not has("name"):
                rep.error("IVOA: agent %s lacks mandatory name" % r.identifier)
            if not any(PROV_URI + a in types or VOPROV_URI + a in types for a in AGENT_TYPES):
                rep.warn("IVOA: agent %s has no type (Person, Organization, SoftwareAgent)"
                         % r.identifier)
        if label in ("used", "wasGeneratedBy") and PROV_URI + "role" not in names:
            rep.warn("IVOA: %s without role" % label)

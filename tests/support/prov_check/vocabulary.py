"""What PROV documents are made of: kinds of records, their arguments, lexical rules."""
import re
from collections import OrderedDict

from prov.constants import PROV_N_MAP

PROV_URI = "http://www.w3.org/ns/prov#"
XSD_URI = "http://www.w3.org/2001/XMLSchema#"
XSI_URI = "http://www.w3.org/2001/XMLSchema-instance"
VOPROV_URI = "http://www.ivoa.net/documents/ProvenanceDM/index.html#"

# vocabulary: record kind -> formal arguments in PROV-N order
#   (attribute, kind of thing it points to, required)
E, A, G, X, T = "entity", "activity", "agent", "any", "time"
RELATIONS = OrderedDict([
    ("wasGeneratedBy",    [("entity", E, 1), ("activity", A, 0), ("time", T, 0)]),
    ("used",              [("activity", A, 1), ("entity", E, 0), ("time", T, 0)]),
    ("wasInformedBy",     [("informed", A, 1), ("informant", A, 1)]),
    ("wasStartedBy",      [("activity", A, 1), ("trigger", E, 0), ("starter", A, 0), ("time", T, 0)]),
    ("wasEndedBy",        [("activity", A, 1), ("trigger", E, 0), ("ender", A, 0), ("time", T, 0)]),
    ("wasInvalidatedBy",  [("entity", E, 1), ("activity", A, 0), ("time", T, 0)]),
    ("wasDerivedFrom",    [("generatedEntity", E, 1), ("usedEntity", E, 1), ("activity", A, 0),
                           ("generation", X, 0), ("usage", X, 0)]),
    ("wasAttributedTo",   [("entity", E, 1), ("agent", G, 1)]),
    ("wasAssociatedWith", [("activity", A, 1), ("agent", G, 0), ("plan", E, 0)]),
    ("actedOnBehalfOf",   [("delegate", G, 1), ("responsible", G, 1), ("activity", A, 0)]),
    ("wasInfluencedBy",   [("influencee", X, 1), ("influencer", X, 1)]),
    ("alternateOf",       [("alternate1", E, 1), ("alternate2", E, 1)]),
    ("specializationOf",  [("specificEntity", E, 1), ("generalEntity", E, 1)]),
    ("hadMember",         [("collection", E, 1), ("entity", E, 1)]),
    ("mentionOf",         [("specificEntity", E, 1), ("generalEntity", E, 1), ("bundle", X, 1)]),
])
NO_ID_NO_ATTR = ("alternateOf", "specializationOf", "hadMember", "mentionOf")
ROLE_OK = ("wasGeneratedBy", "used", "wasStartedBy", "wasEndedBy", "wasInvalidatedBy",
           "wasAssociatedWith")
LOCATION_OK = ("entity", "activity", "agent", "wasGeneratedBy", "used", "wasStartedBy",
               "wasEndedBy", "wasInvalidatedBy")
ELEMENTS = ("entity", "activity", "agent")
# PROV-N (optional argument block): allowed numbers of positional arguments
PROVN_ARITY = {"wasGeneratedBy": (1, 3), "used": (1, 3), "wasInformedBy": (2,),
               "wasStartedBy": (1, 4), "wasEndedBy": (1, 4), "wasInvalidatedBy": (1, 3),
               "wasDerivedFrom": (2, 5), "wasAttributedTo": (2,), "wasAssociatedWith": (1, 3),
               "actedOnBehalfOf": (2, 3), "wasInfluencedBy": (2,), "alternateOf": (2,),
               "specializationOf": (2,), "hadMember": (2,), "mentionOf": (3,)}
REC_TYPE = {label: qn for qn, label in PROV_N_MAP.items()
            if qn.uri.startswith(PROV_URI)}
REC_LABEL = {qn.uri: label for label, qn in REC_TYPE.items()}

BASE = ("A-Za-z\u00C0-\u00D6\u00D8-\u00F6\u00F8-\u02FF\u0370-\u037D\u037F-\u1FFF\u200C-\u200D"
        "\u2070-\u218F\u2C00-\u2FEF\u3001-\uD7FF\uF900-\uFDCF\uFDF0-\uFFFD\U00010000-\U000EFFFF")
CHARS = BASE + "_0-9\u00B7\u0300-\u036F\u203F-\u2040\\-"
NCNAME = re.compile("[%s_][%s.]*\\Z" % (BASE, CHARS))
DATETIME = re.compile(r"-?\d{4,}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T"
                      r"(([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d+)?|24:00:00(\.0+)?)"
                      r"(Z|[+-]\d\d:\d\d)?\Z")
LANG = re.compile(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*\Z")
XML_BAD = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")

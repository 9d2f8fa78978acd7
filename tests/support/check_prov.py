#!/usr/bin/python3
# -*- coding: utf-8 -*-
"""check_prov.py - independent checker for W3C PROV documents.

Runs on a plain Debian 12 machine:

    apt-get install python3-prov                 # 2.0.0-2, brings python3-lxml, python3-rdflib
    apt-get install python3-jsonschema           # optional: PROV-JSON schema check
    apt-get install graphviz python3-pydot       # optional: --dot

Always start it with the *system* interpreter (/usr/bin/python3 check_prov.py ...):
apt packages are not visible to a pyenv/conda python3.

What it reads    PROV-JSON, PROV-XML, PROV-N, and PROV-O as Turtle/TriG (elements and binary
                 relations only, with rdflib).
                 python3-prov has no PROV-N reader (2.0.0 raises NotImplementedError), so
                 the PROV-N reader here is a small parser of its own, written from the
                 W3C PROV-N grammar.
What it prints   counts of entities, activities, agents, relations (per kind), bundles.
What it checks   syntax rules python3-prov does not enforce (it silently drops bad times,
                 undeclared prefixes in references, empty strings in XML ...), the PROV XSD
                 and the PROV-JSON schema when they can be found, a few PROV-CONSTRAINTS,
                 optionally the IVOA ProvenanceDM 1.0 mandatory attributes (--ivoa), and the
                 round trip  file -> model -> JSON -> model -> XML -> model -> JSON -> model.
--same           all files given must carry the same content (JSON == XML == PROV-N).

Exit status      0 everything passed, 1 at least one ERROR, 2 bad usage / missing python3-prov.
"""
import argparse
import datetime
import json
import os
import re
import subprocess
import sys
import warnings
from collections import Counter, OrderedDict

try:
    import prov
    import prov.model as pm
    from prov.constants import PROV, XSD, PROV_N_MAP
    from prov.identifier import Identifier, Namespace, QualifiedName
    from prov.model import Literal, ProvBundle, ProvDocument
except ImportError as exc:  # pragma: no cover
    sys.stderr.write("check_prov.py: python3-prov is missing (%s).\n"
                     "  apt-get install python3-prov ; run with /usr/bin/python3\n" % exc)
    sys.exit(2)

PROV_URI = "http://www.w3.org/ns/prov#"
XSD_URI = "http://www.w3.org/2001/XMLSchema#"
XSI_URI = "http://www.w3.org/2001/XMLSchema-instance"
VOPROV_URI = "http://www.ivoa.net/documents/ProvenanceDM/index.html#"

HERE = os.path.dirname(os.path.abspath(__file__))
XSD_PLACES = [os.environ.get("PROV_XSD", ""), os.path.join(HERE, "prov.xsd"),
              os.path.join(HERE, "prov-schemas", "prov.xsd")]
SCHEMA_PLACES = [os.environ.get("PROV_JSON_SCHEMA", ""),
                 os.path.join(HERE, "prov-json.schema.json"),
                 os.path.join(HERE, "prov-schemas", "prov-json.schema.json")]

# --------------------------------------------------------------------------------------
# vocabulary: record kind -> formal arguments in PROV-N order
#   (attribute, kind of thing it points to, required)
# --------------------------------------------------------------------------------------
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

# --------------------------------------------------------------------------------------
# lexical rules
# --------------------------------------------------------------------------------------
BASE = ("A-Za-z\u00C0-\u00D6\u00D8-\u00F6\u00F8-\u02FF\u0370-\u037D\u037F-\u1FFF\u200C-\u200D"
        "\u2070-\u218F\u2C00-\u2FEF\u3001-\uD7FF\uF900-\uFDCF\uFDF0-\uFFFD\U00010000-\U000EFFFF")
CHARS = BASE + "_0-9\u00B7\u0300-\u036F\u203F-\u2040\\-"
NCNAME = re.compile("[%s_][%s.]*\\Z" % (BASE, CHARS))
DATETIME = re.compile(r"-?\d{4,}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T"
                      r"(([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d+)?|24:00:00(\.0+)?)"
                      r"(Z|[+-]\d\d:\d\d)?\Z")
LANG = re.compile(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*\Z")
XML_BAD = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


class Report(object):
    def __init__(self, name, quiet=False):
        self.name, self.errors, self.warnings, self.quiet = name, 0, 0, quiet
        self._seen = Counter()

    def _say(self, level, msg):
        self._seen[(level, msg)] += 1
        if self._seen[(level, msg)] == 1:
            print("  %-5s %s" % (level, msg))

    def error(self, msg):
        self.errors += 1
        self._say("ERROR", msg)

    def warn(self, msg):
        self.warnings += 1
        if not self.quiet:
            self._say("WARN", msg)

    def info(self, msg):
        if not self.quiet:
            print("        %s" % msg)


# --------------------------------------------------------------------------------------
# PROV-N reader (W3C REC-prov-n-20130430, section 3)
# --------------------------------------------------------------------------------------
class ProvNError(Exception):
    pass


class ProvNReader(object):
    _other = r"/@~&+*?#$!"
    _esc = r"\\[=',\-:;\[\]().]|%[0-9A-Fa-f]{2}"
    _first = "(?:[%s_0-9%s]|%s)" % (BASE, _other, _esc)
    _mid = "(?:[%s.%s]|%s)" % (CHARS, _other, _esc)
    _last = "(?:[%s%s]|%s)" % (CHARS, _other, _esc)
    LOCAL = "%s(?:%s*%s)?" % (_first, _mid, _last)
    PREFIX = "[%s](?:[%s.]*[%s])?" % (BASE, CHARS, CHARS)
    QNAME = re.compile("(?:(%s):(%s)?|(%s))" % (PREFIX, LOCAL, LOCAL))
    SKIP = re.compile(r"(?:[ \t\r\n]+|//[^\r\n]*|/\*.*?\*/)*", re.S)
    IRI = re.compile(r'<([^<>"{}|^`\\\x00-\x20]*)>')
    LONG = re.compile(r'"""((?:"{0,2}(?:[^"\\]|\\[tbnrf\\"\']))*)"""', re.S)
    SHORT = re.compile(r'"((?:[^"\\\r\n]|\\[tbnrf\\"\'])*)"')
    QLIT = re.compile(r"'((?:\\.|[^'\\\r\n])*)'")
    INT = re.compile(r"-?[0-9]+")
    TIME = re.compile(r"-?\d{4,}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)?")
    TAG = re.compile(r"@([A-Za-z]+(?:-[A-Za-z0-9]+)*)")
    UNESC = {"t": "\t", "b": "\b", "n": "\n", "r": "\r", "f": "\f", "\\": "\\", '"': '"', "'": "'"}

    def __init__(self, text, rep):
        self.t, self.p, self.rep = text.lstrip("\ufeff"), 0, rep
        self.scopes = []

    # -- low level
    def fail(self, msg):
        line = self.t.count("\n", 0, self.p) + 1
        col = self.p - (self.t.rfind("\n", 0, self.p) + 1) + 1
        raise ProvNError("PROV-N line %d column %d: %s (near %r)"
                         % (line, col, msg, self.t[self.p:self.p + 30]))

    def ws(self):
        self.p = self.SKIP.match(self.t, self.p).end()

    def lit(self, s):
        self.ws()
        if not self.t.startswith(s, self.p):
            self.fail("expected %r" % s)
        self.p += len(s)

    def opt(self, s):
        self.ws()
        if self.t.startswith(s, self.p):
            self.p += len(s)
            return True
        return False

    def rx(self, r, what):
        self.ws()
        m = r.match(self.t, self.p)
        if not m:
            self.fail("expected %s" % what)
        self.p = m.end()
        return m

    def word(self, w):
        """keyword look-ahead"""
        self.ws()
        m = self.QNAME.match(self.t, self.p)
        if m and m.group(0) == w:
            self.p = m.end()
            return True
        return False

    @staticmethod
    def unescape_local(s):
        return re.sub(r"\\(.)", r"\1", s)

    def qname(self, what="qualified name"):
        m = self.rx(self.QNAME, what)
        if self.p < len(self.t) and self.t[self.p] == ":":
            self.fail("':' inside a local name must be written '\\:'")
        if m.group(1) is not None:
            return m.group(1), self.unescape_local(m.group(2) or "")
        return "", self.unescape_local(m.group(3))

    def resolve(self, pl):
        prefix, local = pl
        for scope in reversed(self.scopes):
            if prefix in scope:
                return Namespace(prefix, scope[prefix])[local]
        self.fail("prefix %r is not declared" % prefix if prefix
                  else "name %r has no prefix and there is no default namespace" % local)

    # -- structure
    def read(self):
        doc = ProvDocument()
        if not self.word("document"):
            self.fail("expected 'document'")
        self.scopes = [{"prov": PROV_URI, "xsd": XSD_URI}]
        self.scopes.append(self.declarations(doc))
        seen_bundle = False
        while not self.word("endDocument"):
            self.ws()
            if self.p >= len(self.t):
                self.fail("missing 'endDocument'")
            if self.word("bundle"):
                seen_bundle = True
                self.bundle(doc)
            else:
                if seen_bundle:
                    self.rep.error("PROV-N: expressions must come before the bundles")
                self.expression(doc)
        self.ws()
        if self.p != len(self.t):
            self.fail("text after 'endDocument'")
        return doc

    def declarations(self, target):
        scope = {}
        while True:
            if self.word("default"):
                if scope:
                    self.rep.error("PROV-N: 'default' must be the first declaration")
                iri = self.rx(self.IRI, "<IRI>").group(1)
                scope[""] = iri
                target.set_default_namespace(iri)
            elif self.word("prefix"):
                name = self.rx(re.compile(self.PREFIX), "prefix name").group(0)
                iri = self.rx(self.IRI, "<IRI>").group(1)
                if name in ("prov", "xsd"):
                    if iri != {"prov": PROV_URI, "xsd": XSD_URI}[name]:
                        self.fail("prefix %r is reserved" % name)
                    self.rep.warn("PROV-N: prefixes prov and xsd are reserved, do not declare them")
                    continue
                if name in scope:
                    self.rep.error("PROV-N: prefix %r declared twice" % name)
                scope[name] = iri
                target.add_namespace(name, iri)
            else:
                return scope

    def bundle(self, doc):
        ident = self.qname("bundle identifier")
        tmp = ProvBundle(document=doc)
        scope = self.declarations(tmp)
        self.scopes.append(scope)
        b = doc.bundle(self.resolve(ident))
        for pfx, iri in scope.items():
            if pfx:
                b.add_namespace(pfx, iri)
            else:
                b.set_default_namespace(iri)
        while not self.word("endBundle"):
            self.ws()
            if self.p >= len(self.t):
                self.fail("missing 'endBundle'")
            self.expression(b)
        self.scopes.pop()

    def expression(self, target):
        start = self.p
        prefix, kw = self.qname("expression keyword")
        if prefix == "prov" and kw == "mentionOf":
            prefix = ""
        if prefix or (kw not in ELEMENTS and kw not in RELATIONS):
            self.p = start
            self.fail("unknown PROV-N expression %r (extension expressions are not readable "
                      "by W3C tools)" % ((prefix + ":" if prefix else "") + kw))
        self.lit("(")
        ident, args = None, []
        if kw in ELEMENTS:
            ident = self.resolve(self.qname("identifier"))
        else:
            first = self.argument()
            if self.opt(";"):
                ident = first if first is None else first[1]
                if kw in NO_ID_NO_ATTR:
                    self.fail("%s takes no identifier" % kw)
                args.append(self.argument())
            else:
                args.append(first)
        attrs = []
        while self.opt(","):
            if self.opt("["):
                attrs = self.attributes()
                if kw in NO_ID_NO_ATTR:
                    self.fail("%s takes no attributes" % kw)
                break
            args.append(self.argument())
        self.lit(")")
        formal = {}
        if kw == "activity":
            if len(args) not in (0, 2):
                self.fail("activity takes an identifier and, if any, both times")
            spec = [("startTime", T, 0), ("endTime", T, 0)]
        elif kw in ELEMENTS:
            if args:
                self.fail("%s takes only an identifier and attributes" % kw)
            spec = []
        else:
            if len(args) not in PROVN_ARITY[kw]:
                self.fail("%s takes %s arguments, found %d"
                          % (kw, " or ".join(map(str, PROVN_ARITY[kw])), len(args)))
            spec = RELATIONS[kw]
        for (name, kind, req), arg in zip(spec, args):
            if arg is None:
                if req:
                    self.fail("%s: argument %s must not be '-'" % (kw, name))
                continue
            if (kind == T) != (arg[0] == "time"):
                self.fail("%s: wrong kind of argument for %s" % (kw, name))
            value = arg[1]
            if kind == T:
                check_time(self.rep, value, "%s %s" % (kw, name))
                value = pm.parse_xsd_datetime(value)
            formal[PROV[name]] = value
        target.new_record(REC_TYPE[kw], ident, formal, attrs)

    def argument(self):
        self.ws()
        m = self.TIME.match(self.t, self.p)
        if m:
            self.p = m.end()
            return ("time", m.group(0))
        if re.match(r"-(?=[\s,;)])", self.t[self.p:self.p + 2]):
            self.p += 1
            return None
        return ("name", self.resolve(self.qname("identifier, time or '-'")))

    def attributes(self):
        out = []
        if self.opt("]"):
            return out
        while True:
            name = self.resolve(self.qname("attribute name"))
            self.lit("=")
            out.append((name, self.literal()))
            if self.opt("]"):
                return out
            self.lit(",")

    def string(self, raw):
        return re.sub(r"\\(.)", lambda m: self.UNESC[m.group(1)], raw, flags=re.S)

    def literal(self):
        self.ws()
        c = self.t[self.p:self.p + 1]
        if c == '"':
            m = self.LONG.match(self.t, self.p) if self.t.startswith('"""', self.p) \
                else self.SHORT.match(self.t, self.p)
            if not m:
                self.fail("bad string literal")
            self.p = m.end()
            s = self.string(m.group(1))
            t = self.TAG.match(self.t, self.p)
            if t:
                self.p = t.end()
                return Literal(s, langtag=t.group(1))
            if self.opt("%%"):
                dt = self.resolve(self.qname("datatype"))
                if dt.uri in (PROV_URI + "QUALIFIED_NAME", XSD_URI + "QName"):
                    m = re.match(self.QNAME.pattern + r"\Z", s)
                    if not m:
                        self.fail("%r is not a qualified name" % s)
                    return self.resolve((m.group(1) or "",
                                         self.unescape_local(m.group(2) or m.group(3) or "")))
                return Literal(s, known_datatype(dt))
            return s
        if c == "'":
            m = self.rx(self.QLIT, "'qualified name'")
            n = re.match(self.QNAME.pattern + r"\Z", m.group(1))
            if not n:
                self.fail("bad qualified name literal %r" % m.group(1))
            return self.resolve((n.group(1) or "",
                                 self.unescape_local(n.group(2) or n.group(3) or "")))
        return int(self.rx(self.INT, "literal").group(0))


def known_datatype(qn):
    """python3-prov compares datatypes with its own XSD[...] names"""
    if qn.uri.startswith(XSD_URI):
        return XSD[qn.uri[len(XSD_URI):]]
    if qn.uri.startswith(PROV_URI):
        return PROV[qn.uri[len(PROV_URI):]]
    return qn


# --------------------------------------------------------------------------------------
# raw checks (things python3-prov accepts silently)
# --------------------------------------------------------------------------------------
def check_time(rep, s, where):
    if not isinstance(s, str) or not DATETIME.match(s):
        rep.error("%s: %r is not an xsd:dateTime" % (where, s))
        return
    if not re.search(r"(Z|[+-]\d\d:\d\d)\Z", s):
        rep.warn("%s: %s has no time zone (write UTC with a trailing Z)" % (where, s))
    m = re.search(r"\.(\d+)", s)
    if m and len(m.group(1)) > 6:
        rep.warn("%s: more than microseconds, readers will truncate" % where)


def check_string(rep, s, where):
    if s == "":
        rep.error("%s: empty string (python3-prov 2.0.0 loses it in PROV-XML)" % where)
    if XML_BAD.search(s):
        rep.error("%s: control character not allowed in XML 1.0" % where)


def split_name(rep, name, prefixes, where, allow_iri=False):
    """check 'prefix:local' against the declared prefixes; returns IRI or None"""
    if name.startswith("_:"):
        return None
    if ":" in name:
        prefix, local = name.split(":", 1)
        if prefix not in prefixes:
            rep.error("%s: prefix %r of %r is not declared" % (where, prefix, name))
            return None
    else:
        prefix, local = "default", name
        if "default" not in prefixes:
            rep.error("%s: %r has no prefix and there is no default namespace" % (where, name))
            return None
    if where.endswith("attribute") and not NCNAME.match(local):
        rep.error("%s: attribute name %r is not an NCName, it cannot be an XML element"
                  % (where, name))
    return prefixes[prefix] + local


def check_json_value(rep, v, prefixes, where, top=True):
    if isinstance(v, list):
        if not top or not v:
            rep.error("%s: empty or nested array" % where)
        for x in v:
            check_json_value(rep, x, prefixes, where, False)
    elif isinstance(v, dict):
        extra = set(v) - {"$", "type", "lang"}
        if "$" not in v or extra:
            rep.error("%s: a typed literal has the keys '$' and 'type' or 'lang', found %s"
                      % (where, sorted(v)))
            return
        if not isinstance(v["$"], str):
            rep.warn("%s: '$' should be a JSON string" % where)
        if "lang" in v:
            if "type" in v and v["type"] != "prov:InternationalizedString":
                rep.error("%s: 'lang' and 'type' exclude each other" % where)
            if not isinstance(v["lang"], str) or not LANG.match(v["lang"]):
                rep.error("%s: bad language tag %r" % (where, v["lang"]))
        t = v.get("type")
        if t is not None:
            split_name(rep, t, prefixes, where + " type")
            s = str(v["$"])
            if t == "xsd:dateTime":
                check_time(rep, s, where)
            elif t in ("xsd:QName", "prov:QUALIFIED_NAME"):
                split_name(rep, s, prefixes, where)
                if t == "xsd:QName":
                    rep.warn("%s: xsd:QName is read as an opaque literal by python3-prov 2.x, "
                             "prefer prov:QUALIFIED_NAME" % where)
            elif t in ("xsd:int", "xsd:long", "xsd:integer", "xsd:short", "xsd:nonNegativeInteger") \
                    and not re.match(r"[+-]?\d+\Z", s):
                rep.error("%s: %r is not an %s" % (where, s, t))
            elif t == "xsd:int" and not -2**31 <= int(s) < 2**31:
                rep.error("%s: %s does not fit xsd:int, use xsd:long or xsd:integer" % (where, s))
            elif t in ("xsd:double", "xsd:float") and not re.match(
                    r"([+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?|-?INF|NaN)\Z", s):
                rep.error("%s: %r is not an %s" % (where, s, t))
            elif t == "xsd:boolean" and s not in ("true", "false", "1", "0", "True", "False"):
                rep.error("%s: %r is not an xsd:boolean" % (where, s))
        if isinstance(v["$"], str):
            check_string(rep, v["$"], where)
    elif isinstance(v, str):
        check_string(rep, v, where)
    elif v is None:
        rep.error("%s: null is not a PROV value, leave the attribute out" % where)
    elif not isinstance(v, (bool, int, float)):
        rep.error("%s: unsupported JSON value" % where)


def check_json(rep, obj, inherited=None, where=""):
    if not isinstance(obj, dict):
        rep.error("a PROV-JSON document is a JSON object")
        return
    prefixes = dict(inherited or {"prov": PROV_URI, "xsd": XSD_URI})
    declared = obj.get("prefix", {})
    for p, uri in declared.items():
        if not isinstance(uri, str) or not re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", uri):
            rep.error("%sprefix %r: %r is not an absolute IRI" % (where, p, uri))
            continue
        if p == "prov" and uri != PROV_URI or p == "xsd" and uri.rstrip("#") != XSD_URI[:-1]:
            rep.error("%sprefix %r is reserved" % (where, p))
        if p == "xsd" and not uri.endswith("#"):
            rep.error("%sprefix xsd must end with '#' in PROV-JSON" % where)
        if p != "default" and not NCNAME.match(p):
            rep.error("%sprefix %r is not an NCName" % (where, p))
        prefixes[p] = uri
    for section, records in obj.items():
        if section in ("prefix",):
            continue
        if section == "bundle":
            if where:
                rep.error("%sa bundle cannot contain a bundle" % where)
                continue
            for bid, content in records.items():
                split_name(rep, bid, dict(prefixes, **content.get("prefix", {})), "bundle id")
                check_json(rep, content, prefixes, "bundle %s: " % bid)
            continue
        if section not in ELEMENTS and section not in RELATIONS:
            rep.error("%sunknown section %r (not W3C PROV-JSON)" % (where, section))
            continue
        if not isinstance(records, dict):
            rep.error("%ssection %r is not an object" % (where, section))
            continue
        for rid, content in records.items():
            w = "%s%s %s" % (where, section, rid)
            if rid.startswith("_:"):
                if section in ELEMENTS:
                    rep.error("%s: elements must have a real identifier" % w)
            else:
                split_name(rep, rid, prefixes, w)
            if isinstance(content, list):
                rep.warn("%s: several records under one identifier (rejected by the "
                         "PROV-JSON schema)" % w)
            for rec in content if isinstance(content, list) else [content]:
                if not isinstance(rec, dict):
                    rep.error("%s: record is not an object" % w)
                    continue
                check_json_record(rep, section, rec, prefixes, w)


def check_json_record(rep, section, rec, prefixes, w):
    spec = RELATIONS.get(section, [("startTime", T, 0), ("endTime", T, 0)]
                         if section == "activity" else [])
    formal = {"prov:" + n: (k, r) for n, k, r in spec}
    for name, (kind, req) in formal.items():
        if name not in rec:
            if req:
                rep.error("%s: %s is missing" % (w, name))
            continue
        v = rec[name]
        if not isinstance(v, str):
            rep.error("%s: %s must be a JSON string" % (w, name))
        elif kind == T:
            check_time(rep, v, "%s %s" % (w, name))
        else:
            split_name(rep, v, prefixes, "%s %s" % (w, name))
    extra = [n for n in rec if n not in formal]
    if section in NO_ID_NO_ATTR and extra:
        rep.error("%s: %s takes no attributes (%s)" % (w, section, ", ".join(extra)))
    for name in extra:
        split_name(rep, name, prefixes, "%s attribute" % w)
        check_reserved(rep, section, name, w)
        check_json_value(rep, rec[name], prefixes, "%s %s" % (w, name))
        if name == "prov:value" and isinstance(rec[name], list):
            rep.error("%s: prov:value occurs at most once" % w)


def check_reserved(rep, section, name, w):
    if not name.startswith("prov:"):
        return
    local = name[5:]
    ok = local in ("label", "type") or (local == "value" and section == "entity") \
        or (local == "role" and section in ROLE_OK) \
        or (local == "location" and section in LOCATION_OK)
    if not ok:
        rep.error("%s: %s is not allowed on %s in W3C PROV" % (w, name, section))


def check_xml(rep, path, args):
    from lxml import etree
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    root = etree.parse(path, parser).getroot()
    if root.tag != "{%s}document" % PROV_URI:
        rep.error("root element is %s, expected prov:document in %s" % (root.tag, PROV_URI))
    for el in root.iter():
        if not isinstance(el.tag, str):
            if not isinstance(el, etree._Comment):
                rep.error("processing instruction inside the document "
                          "(python3-prov 2.0.0 cannot read it)")
            continue
        if el.prefix is None and el.tag.startswith("{" + PROV_URI):
            rep.error("the PROV namespace must not be the default namespace "
                      "(python3-prov 2.0.0 cannot read it); use the prefix prov:")
        for k in ("id", "ref"):
            v = el.get("{%s}%s" % (PROV_URI, k))
            if v is not None:
                check_xml_qname(rep, el, v, "prov:%s of %s" % (k, etree.QName(el).localname))
        t = el.get("{%s}type" % XSI_URI)
        if t is not None:
            check_xml_qname(rep, el, t, "xsi:type")
            if t.endswith(":QName"):
                check_xml_qname(rep, el, (el.text or "").strip(), etree.QName(el).localname)
            if t.endswith(":dateTime"):
                check_time(rep, (el.text or "").strip(), etree.QName(el).localname)
        if el.tag in ["{%s}%s" % (PROV_URI, x) for x in ("time", "startTime", "endTime")]:
            check_time(rep, (el.text or "").strip(), etree.QName(el).localname)
        if len(el) == 0 and not (el.text or "").strip() and el is not root \
                and el.getparent() is not None and el.getparent() is not root \
                and el.get("{%s}ref" % PROV_URI) is None \
                and etree.QName(el.getparent()).localname != "bundleContent":
            rep.error("empty attribute element %s" % el.tag)
    validate_xsd(rep, root, args, "file")


def check_xml_qname(rep, el, v, where):
    if ":" in v:
        p, local = v.split(":", 1)
        if p not in el.nsmap:
            rep.error("%s: prefix %r of %r is not declared" % (where, p, v))
    else:
        local = v
        if None not in el.nsmap:
            rep.error("%s: %r has no prefix and there is no default namespace" % (where, v))
    if not NCNAME.match(local):
        rep.idproblem("%s: %r is not an xsd:QName" % (where, v))


_xsd_cache = {}


def validate_xsd(rep, root, args, what):
    from lxml import etree
    path = args.xsd or next((p for p in XSD_PLACES if p and os.path.exists(p)), None)
    if path in (None, "none"):
        if path is None:
            rep.warn("PROV XSD not found, schema check skipped (--xsd or $PROV_XSD)")
        return
    if path not in _xsd_cache:
        _xsd_cache[path] = etree.XMLSchema(etree.parse(path))
    schema = _xsd_cache[path]
    if schema.validate(root):
        rep.info("XSD valid (%s)" % what)
    else:
        for e in list(schema.error_log)[:8]:
            say = rep.idproblem if "xs:QName" in e.message else rep.error
            say("XSD (%s) line %d: %s" % (what, e.line, e.message))


def validate_json_schema(rep, obj, args):
    path = args.schema or next((p for p in SCHEMA_PLACES if p and os.path.exists(p)), None)
    if path in (None, "none"):
        return
    try:
        import jsonschema
    except ImportError:
        rep.warn("python3-jsonschema not installed, PROV-JSON schema check skipped")
        return
    with open(path) as f:
        schema = json.load(f)
    obj = json.loads(json.dumps(obj))
    # the published schema misspells wasEndedBy and predates mentionOf
    for part in [obj] + list(obj.get("bundle", {}).values()):
        if "wasEndedBy" in part:
            part["wasEndedby"] = part.pop("wasEndedBy")
        part.pop("mentionOf", None)
    errs = list(jsonschema.Draft4Validator(schema).iter_errors(obj))
    for e in errs[:8]:
        rep.error("JSON schema: /%s: %s" % ("/".join(map(str, e.absolute_path)), e.message[:160]))
    if not errs:
        rep.info("PROV-JSON schema valid")


# --------------------------------------------------------------------------------------
# model level
# --------------------------------------------------------------------------------------
def canon_value(bundle, v):
    if isinstance(v, QualifiedName):
        return ("iri", v.uri)
    if isinstance(v, Identifier):
        return ("anyURI", v.uri)
    if isinstance(v, datetime.datetime):
        if v.tzinfo is None:
            return ("local-time", v.isoformat())
        return ("time", v.astimezone(datetime.timezone.utc).isoformat())
    if isinstance(v, bool):
        return ("bool", v)
    if isinstance(v, int):
        return ("number", repr(float(v)) if abs(v) < 2**53 else str(v))
    if isinstance(v, float):
        return ("number", repr(v))
    if isinstance(v, Literal):
        if v.langtag:
            return ("lang", v.value, v.langtag.lower())
        dt = v.datatype.uri if v.datatype is not None else None
        if dt in (XSD_URI + "QName", PROV_URI + "QUALIFIED_NAME"):
            qn = bundle.valid_qualified_name(v.value)
            if qn is not None:
                return ("iri", qn.uri)
        if dt and dt.startswith(XSD_URI) and re.match(r"[+-]?\d+(\.\d+)?\Z", v.value):
            return ("number", repr(float(v.value)))
        return ("literal", v.value, dt)
    return ("string", str(v))


def canonical(doc):
    out = {}
    for b in [doc] + list(doc.bundles):
        key = None if b is doc else b.identifier.uri
        out[key] = Counter(
            (REC_LABEL.get(r.get_type().uri, str(r.get_type())),
             r.identifier.uri if r.identifier is not None else None,
             frozenset((n.uri, canon_value(b, v)) for n, v in r.attributes))
            for r in b.get_records())
    return out


def show_diff(rep, a, b, what):
    same = True
    for key in sorted(set(a) | set(b), key=str):
        x, y = a.get(key, Counter()), b.get(key, Counter())
        for tag, extra in (("only before", x - y), ("only after", y - x)):
            for (kind, ident, attrs), n in list(extra.items())[:4]:
                same = False
                rep.error("%s differs, %s: %s %s %s" % (
                    what, tag, kind, ident or "(anonymous)",
                    sorted((k.rsplit("#", 1)[-1].rsplit("/", 1)[-1],) + v for k, v in attrs)))
    return same


def formal(rec, name):
    for n, v in rec.formal_attributes:
        if n.uri == PROV_URI + name:
            return v
    return None


def aware(t):
    return t if t is None or t.tzinfo else t.replace(tzinfo=datetime.timezone.utc)


def check_model(rep, doc, args):
    kinds, times, gen, deriv = {}, {}, {}, {}
    everything = [(b, r) for b in [doc] + list(doc.bundles) for r in b.get_records()]
    for b, r in everything:
        label = REC_LABEL.get(r.get_type().uri)
        if r.identifier is not None and not NCNAME.match(r.identifier.localpart):
            rep.idproblem("identifier %s: local part is not an NCName (PROV-XML needs xsd:QName)"
                          % r.identifier)
        if label in ELEMENTS:
            kinds.setdefault(r.identifier.uri, set()).add(label)
            if label == "activity":
                s, e = aware(formal(r, "startTime")), aware(formal(r, "endTime"))
                old = times.get(r.identifier.uri, (None, None))
                times[r.identifier.uri] = (s or old[0], e or old[1])
                if s and e and s > e:
                    rep.error("activity %s ends before it starts" % r.identifier)
    for uri, k in kinds.items():
        if "entity" in k and "activity" in k:
            rep.error("%s is declared as entity and as activity (PROV-CONSTRAINTS 55)" % uri)
    relation_ids = {r.identifier.uri for _, r in everything
                    if REC_LABEL.get(r.get_type().uri) in RELATIONS and r.identifier is not None}
    bundle_ids = {b.identifier.uri for b in doc.bundles}
    for b, r in everything:
        label = REC_LABEL.get(r.get_type().uri)
        if label not in RELATIONS:
            continue
        for name, kind, req in RELATIONS[label]:
            v = formal(r, name)
            if v is None:
                if req:
                    rep.error("%s without %s (undeclared prefix or missing reference)" % (label, name))
                continue
            if kind == T:
                continue
            known = kinds.get(v.uri, set())
            if not known and v.uri not in relation_ids and v.uri not in bundle_ids:
                (rep.error if args.strict else rep.warn)(
                    "%s: %s=%s is not described in this document" % (label, name, v))
            if kind == A and known and A not in known:
                rep.error("%s: %s=%s is not an activity" % (label, name, v))
            if kind == E and known == {"activity"}:
                rep.error("%s: %s=%s is not an entity" % (label, name, v))
            if kind == G and known and G not in known:
                rep.warn("%s: %s=%s is not declared as agent" % (label, name, v))
        if label == "wasGeneratedBy":
            e, a, t = (formal(r, n) for n in ("entity", "activity", "time"))
            if e is not None and a is not None:
                gen.setdefault(e.uri, set()).add(a.uri)
                in_interval(rep, times, a, t, "generation of %s" % e)
        elif label == "used":
            a, e, t = (formal(r, n) for n in ("activity", "entity", "time"))
            if a is not None:
                in_interval(rep, times, a, t, "usage of %s" % e)
        elif label == "wasDerivedFrom":
            g, u = formal(r, "generatedEntity"), formal(r, "usedEntity")
            if g is not None and u is not None:
                deriv.setdefault(g.uri, set()).add(u.uri)
    for e, acts in gen.items():
        if len(acts) > 1:
            (rep.error if args.ivoa else rep.warn)(
                "%s was generated by %d activities (IVOA: at most one)" % (e, len(acts)))
    if has_cycle(deriv):
        rep.error("wasDerivedFrom has a cycle (PROV-CONSTRAINTS: derivation is strict)")
    if args.ivoa:
        check_ivoa(rep, everything)


def in_interval(rep, times, act, t, what):
    t = aware(t)
    s, e = times.get(act.uri, (None, None))
    if t and ((s and t < s) or (e and t > e)):
        rep.error("%s at %s lies outside %s [%s, %s]" % (what, t, act, s, e))


def has_cycle(g):
    state = {}

    def visit(n):
        stack = [(n, iter(g.get(n, ())))]
        state[n] = 1
        while stack:
            node, it = stack[-1]
            for m in it:
                if state.get(m) == 1:
                    return True
                if m not in state:
                    state[m] = 1
                    stack.append((m, iter(g.get(m, ()))))
                    break
            else:
                state[node] = 2
                stack.pop()
        return False
    return any(visit(n) for n in list(g) if n not in state)


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


def counts(doc):
    c = Counter()
    for b in [doc] + list(doc.bundles):
        for r in b.get_records():
            c[REC_LABEL.get(r.get_type().uri, str(r.get_type()))] += 1
    return c


# --------------------------------------------------------------------------------------
# PROV-O: read with rdflib directly; the PROV-O reader of python3-prov 2.0.0 stops with
# KeyError on typed prov:Role / prov:Location resources and loses influencers
# --------------------------------------------------------------------------------------
CLASS_OF = {"Entity": E, "Collection": E, "EmptyCollection": E, "Plan": E, "Bundle": E,
            "Activity": A, "Agent": G, "Person": G, "Organization": G, "SoftwareAgent": G}
QUALIFIED = {"qualifiedUsage": ("used", "entity"), "qualifiedGeneration": ("wasGeneratedBy", "activity"),
             "qualifiedAssociation": ("wasAssociatedWith", "agent"),
             "qualifiedAttribution": ("wasAttributedTo", "agent"),
             "qualifiedDerivation": ("wasDerivedFrom", "entity"),
             "qualifiedRevision": ("wasRevisionOf", "entity"),
             "qualifiedCommunication": ("wasInformedBy", "activity"),
             "qualifiedDelegation": ("actedOnBehalfOf", "agent"),
             "qualifiedInvalidation": ("wasInvalidatedBy", "activity"),
             "qualifiedStart": ("wasStartedBy", "entity"), "qualifiedEnd": ("wasEndedBy", "entity"),
             "qualifiedInfluence": ("wasInfluencedBy", None)}
DATE_PROPS = ("startedAtTime", "endedAtTime", "atTime", "generatedAtTime", "invalidatedAtTime")


class RdfDoc(object):
    def __init__(self):
        self.core, self.counts = set(), Counter()


def load_rdf(rep, text, fmt):
    import rdflib
    ns = rdflib.Namespace(PROV_URI)
    ds = rdflib.ConjunctiveGraph()
    ds.parse(data=text, format={"ttl": "turtle", "trig": "trig"}[fmt])
    out = RdfDoc()
    for s, o in ds.subject_objects(rdflib.RDF.type):
        if str(o).startswith(PROV_URI) and str(o)[len(PROV_URI):] in CLASS_OF \
                and isinstance(s, rdflib.URIRef):
            out.core.add((CLASS_OF[str(o)[len(PROV_URI):]], str(s)))
    for rel in RELATIONS:
        for s, o in ds.subject_objects(ns[rel]):
            out.core.add((rel, str(s), str(o)))
    for prop, (rel, target) in QUALIFIED.items():
        for s, node in ds.subject_objects(ns[prop]):
            found = [o for p in (["entity", "activity", "agent", "influencer"] if target is None
                                 else [target, "influencer"]) for o in ds.objects(node, ns[p])]
            if not found:
                rep.error("PROV-O: prov:%s of %s has no influencer" % (prop, s))
            for o in found:
                if (s, ns[rel], o) not in ds:
                    rep.warn("PROV-O: %s prov:%s %s is only stated in qualified form" % (s, rel, o))
                    out.core.add((rel, str(s), str(o)))
    for prop in DATE_PROPS:
        for s, o in ds.subject_objects(ns[prop]):
            if not isinstance(o, rdflib.Literal) or str(o.datatype) != XSD_URI + "dateTime":
                rep.error("PROV-O: prov:%s of %s is not an xsd:dateTime" % (prop, s))
    for prop in ("hadRole", "atLocation"):
        for s, o in ds.subject_objects(ns[prop]):
            if isinstance(o, rdflib.Literal):
                rep.warn("PROV-O: prov:%s is an object property, %r should be a resource"
                         % (prop, str(o)))
    known = {u for k, u in [x for x in out.core if len(x) == 2]}
    for t in out.core:
        out.counts[t[0]] += 1
        for u in t[1:] if len(t) == 3 else ():
            if u not in known:
                rep.warn("PROV-O: %s is used by %s but has no prov class" % (u, t[0]))
    return out


def core(doc):
    """elements and binary relations only: what every PROV form can express"""
    if isinstance(doc, RdfDoc):
        return doc.core
    out = set()
    for b in [doc] + list(doc.bundles):
        for r in b.get_records():
            label = REC_LABEL.get(r.get_type().uri)
            if label in ELEMENTS:
                out.add((label, r.identifier.uri))
            elif label in RELATIONS:
                a = [formal(r, n) for n, k, q in RELATIONS[label][:2]]
                if None not in a:
                    out.add((label, a[0].uri, a[1].uri))
    return out


# --------------------------------------------------------------------------------------
# driver
# --------------------------------------------------------------------------------------
def detect(path, text):
    ext = os.path.splitext(path)[1].lower()
    if ext in (".provn", ".asn"):
        return "provn"
    if ext in (".ttl", ".turtle"):
        return "ttl"
    if ext == ".trig":
        return "trig"
    head = text.lstrip("\ufeff \t\r\n")
    if head.startswith("{"):
        return "json"
    if head.startswith("<?xml") or re.match(r"<[A-Za-z_]", head):
        return "xml"
    if re.match(r"(//.*\n|/\*.*?\*/|\s)*document\b", head, re.S):
        return "provn"
    if "@prefix" in head or "PREFIX" in head[:200]:
        return "ttl"
    raise ValueError("cannot tell the format, use --format")


def reject_duplicates(pairs):
    d = OrderedDict()
    for k, v in pairs:
        if k in d:
            raise ValueError("duplicate JSON key %r" % k)
        d[k] = v
    return d


def load(rep, path, args):
    with open(path, "rb") as f:
        raw = f.read()
    text = raw.decode("utf-8")
    fmt = args.format if args.format != "auto" else detect(path, text)
    print("%s: %s" % (path, {"json": "PROV-JSON", "xml": "PROV-XML", "provn": "PROV-N",
                             "ttl": "PROV-O (Turtle)", "trig": "PROV-O (TriG)"}[fmt]))
    if fmt == "json":
        obj = json.loads(text, object_pairs_hook=reject_duplicates)
        check_json(rep, obj)
        validate_json_schema(rep, obj, args)
        doc = ProvDocument.deserialize(content=text, format="json")
    elif fmt == "xml":
        check_xml(rep, path, args)
        with open(path, "rb") as f:
            doc = ProvDocument.deserialize(source=f, format="xml")
    elif fmt == "provn":
        doc = ProvNReader(text, rep).read()
    else:
        doc = load_rdf(rep, text, fmt)
    return fmt, doc


def round_trip(rep, doc, args):
    from lxml import etree
    steps = [("start", canonical(doc))]
    d = doc
    for name, fmt in (("JSON", "json"), ("XML", "xml"), ("JSON again", "json")):
        data = d.serialize(format=fmt)
        if fmt == "xml":
            root = etree.fromstring(data.encode("utf-8") if isinstance(data, str) else data)
            validate_xsd(rep, root, args, "converted to XML by python3-prov")
        d = ProvDocument.deserialize(content=data, format=fmt)
        steps.append((name, canonical(d)))
    ok = True
    for (n0, c0), (n1, c1) in zip(steps, steps[1:]):
        ok &= show_diff(rep, c0, c1, "round trip %s -> %s" % (n0, n1))
    if ok:
        rep.info("round trip JSON <-> XML: identical")


def check_file(path, args):
    rep = Report(path, args.quiet)
    rep.idproblem = rep.warn if args.any_id else rep.error
    doc = None
    try:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            fmt, doc = load(rep, path, args)
        for w in caught:
            if issubclass(w.category, UserWarning):
                rep.warn("python3-prov: %s" % w.message)
        c = doc.counts if isinstance(doc, RdfDoc) else counts(doc)
        rel = sum(n for k, n in c.items() if k in RELATIONS)
        print("        entities %d  activities %d  agents %d  relations %d  bundles %d"
              % (c["entity"], c["activity"], c["agent"], rel,
                 0 if isinstance(doc, RdfDoc) else len(list(doc.bundles))))
        rep.info("relations: " + (", ".join("%s %d" % (k, c[k]) for k in RELATIONS if c[k]) or "none"))
        if not sum(c.values()):
            rep.error("the document is empty")
        if not isinstance(doc, RdfDoc):
            check_model(rep, doc, args)
            if not args.no_roundtrip:
                round_trip(rep, doc, args)
            if args.dot:
                write_dot(rep, doc, args.dot)
    except Exception as exc:  # every failure to read is a failure of the check
        rep.error("%s: %s" % (type(exc).__name__, exc))
        if args.debug:
            raise
    print("  %s (%d error%s, %d warning%s)" % ("FAIL" if rep.errors else "PASS", rep.errors,
                                              "" if rep.errors == 1 else "s", rep.warnings,
                                              "" if rep.warnings == 1 else "s"))
    return rep, doc


def write_dot(rep, doc, out):
    from prov.dot import prov_to_dot
    dot = prov_to_dot(doc).to_string()
    fmt = os.path.splitext(out)[1][1:] or "svg"
    if fmt == "dot":
        with open(out, "w") as f:
            f.write(dot)
    else:
        subprocess.run(["dot", "-T" + fmt, "-o", out], input=dot.encode("utf-8"), check=True)
    rep.info("graph written to %s (%d bytes)" % (out, os.path.getsize(out)))


def main(argv=None):
    ap = argparse.ArgumentParser(description="Check W3C PROV documents (PROV-JSON, PROV-XML, PROV-N).")
    ap.add_argument("files", nargs="+", metavar="FILE")
    ap.add_argument("--format", default="auto", choices=("auto", "json", "xml", "provn", "ttl", "trig"))
    ap.add_argument("--same", action="store_true", help="all files must have the same content")
    ap.add_argument("--strict", action="store_true", help="references must be described in the document")
    ap.add_argument("--ivoa", action="store_true", help="check IVOA ProvenanceDM mandatory attributes")
    ap.add_argument("--any-id", action="store_true", help="only warn when an id is not an xsd:QName")
    ap.add_argument("--no-roundtrip", action="store_true")
    ap.add_argument("--xsd", help="prov.xsd, or 'none'")
    ap.add_argument("--schema", help="PROV-JSON schema, or 'none'")
    ap.add_argument("--dot", metavar="OUT", help="draw the (last) file with prov.dot and graphviz")
    ap.add_argument("--quiet", action="store_true", help="errors and counts only")
    ap.add_argument("--debug", action="store_true")
    args = ap.parse_args(argv)
    if not args.quiet:
        print("python3-prov %s" % getattr(prov, "__version__", "?"))
    failed, docs = 0, []
    for path in args.files:
        rep, doc = check_file(path, args)
        failed += bool(rep.errors)
        docs.append((path, doc))
    if args.same and len(docs) > 1:
        rep = Report("--same")
        base, first = docs[0]
        for path, doc in docs[1:]:
            if first is None or doc is None:
                rep.error("cannot compare %s with %s" % (base, path))
            elif isinstance(first, RdfDoc) or isinstance(doc, RdfDoc):
                x, y = core(first), core(doc)
                for t in sorted(x ^ y)[:8]:
                    rep.error("only in %s: %s" % (base if t in x else path, " ".join(t)))
                if x == y:
                    print("same elements and relations: %s == %s" % (base, path))
            elif show_diff(rep, canonical(first), canonical(doc), "%s vs %s" % (base, path)):
                print("same content: %s == %s" % (base, path))
        failed += bool(rep.errors)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

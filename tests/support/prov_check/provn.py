"""PROV-N: a reader of its own (W3C REC-prov-n-20130430, section 3)."""
import re

from prov.constants import PROV
from prov.identifier import Namespace
from prov.model import Literal, ProvBundle, ProvDocument
import prov.model as pm

from prov_check.lexical import check_time, known_datatype
from prov_check.model import formal
from prov_check.vocabulary import (BASE, CHARS, ELEMENTS, NO_ID_NO_ATTR, PROVN_ARITY, PROV_URI,
                                   REC_TYPE, RELATIONS, T, XSD_URI)


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

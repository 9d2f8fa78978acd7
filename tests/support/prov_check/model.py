"""Rules of the content, whatever its format: PROV-CONSTRAINTS and comparison."""
import datetime
import re
from collections import Counter

from prov.identifier import Identifier, QualifiedName
from prov.model import Literal

from prov_check.ivoa import check_ivoa
from prov_check.vocabulary import (A, E, ELEMENTS, G, NCNAME, PROV_URI, REC_LABEL, RELATIONS, T,
                                   XSD_URI)


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


def counts(doc):
    c = Counter()
    for b in [doc] + list(doc.bundles):
        for r in b.get_records():
            c[REC_LABEL.get(r.get_type().uri, str(r.get_type()))] += 1
    return c

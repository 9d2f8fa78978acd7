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
import json
import os
import re
import subprocess
import sys
import warnings
from collections import OrderedDict

try:
    import prov
    from prov.model import ProvDocument

    from prov_check.model import canonical, check_model, counts, show_diff
    from prov_check.provjson import check_json, validate_json_schema
    from prov_check.provn import ProvNReader
    from prov_check.provo import RdfDoc, core, load_rdf
    from prov_check.provxml import check_xml, validate_xsd
    from prov_check.report import Report
    from prov_check.vocabulary import RELATIONS
except ImportError as exc:  # pragma: no cover
    sys.stderr.write("check_prov.py: python3-prov is missing (%s).\n"
                     "  apt-get install python3-prov ; run with /usr/bin/python3\n" % exc)
    sys.exit(2)


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

"""PROV-JSON: what python3-prov does not check, and the published schema."""
import json
import os
import re

from prov_check.lexical import check_string, check_time, split_name
from prov_check.model import formal
from prov_check.schemas import SCHEMA_PLACES
from prov_check.vocabulary import (ELEMENTS, LANG, LOCATION_OK, NCNAME, NO_ID_NO_ATTR, PROV_URI,
                                   RELATIONS, ROLE_OK, T, XSD_URI)


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

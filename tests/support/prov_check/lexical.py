"""Rules of values that PROV-JSON and PROV-XML share."""
import re

from prov.constants import PROV, XSD

from prov_check.vocabulary import DATETIME, NCNAME, PROV_URI, XML_BAD, XSD_URI


def known_datatype(qn):
    """python3-prov compares datatypes with its own XSD[...] names"""
    if qn.uri.startswith(XSD_URI):
        return XSD[qn.uri[len(XSD_URI):]]
    if qn.uri.startswith(PROV_URI):
        return PROV[qn.uri[len(PROV_URI):]]
    return qn


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

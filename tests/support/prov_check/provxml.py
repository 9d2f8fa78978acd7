"""PROV-XML: what python3-prov does not check, and the W3C schema."""
import os

from prov_check.lexical import check_time
from prov_check.schemas import XSD_PLACES
from prov_check.vocabulary import NCNAME, PROV_URI, XSI_URI


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

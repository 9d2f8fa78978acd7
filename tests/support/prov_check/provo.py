"""PROV-O: read with rdflib directly; the reader of python3-prov 2.0.0 stops with KeyError on
typed prov:Role / prov:Location resources and loses influencers."""
from collections import Counter

from prov_check.model import formal
from prov_check.vocabulary import A, E, ELEMENTS, G, PROV_URI, REC_LABEL, RELATIONS, XSD_URI

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

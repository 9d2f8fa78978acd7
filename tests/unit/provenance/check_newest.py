"""Provenance documents as the newest readers see them: prov and rdflib from PyPI.

usage: check_newest.py <provenance-samples program>

PROV-N, PROV-JSON and PROV-XML must be the same document for the Python package prov, whose PROV-N
reader is independent of check_prov.py; Turtle and JSON-LD must have the elements of that document.
"""
import subprocess
import sys
import tempfile
from pathlib import Path

import rdflib
from prov.model import ProvActivity, ProvAgent, ProvDocument, ProvEntity

PROV = rdflib.Namespace("http://www.w3.org/ns/prov#")
CLASSES = ((ProvEntity, PROV.Entity), (ProvActivity, PROV.Activity), (ProvAgent, PROV.Agent))


def read(document, ending, form):
    return ProvDocument.deserialize(source=str(document.with_suffix(ending)), format=form)


def elements_of(document):
    return {(str(rdf), record.identifier.uri)
            for kind, rdf in CLASSES for record in document.get_records(kind)}


def elements_of_rdf(graph):
    return {(str(rdf), str(subject))
            for _, rdf in CLASSES for subject in graph.subjects(rdflib.RDF.type, rdf)}


def faults(path):
    document = read(path, ".json", "json")
    if not document.get_records():
        return ["nothing in it"]
    found = []
    for ending, form in ((".provn", "provn"), (".xml", "xml")):
        if read(path, ending, form) != document:
            found.append(f"{form} differs from json")
    for ending, form in ((".ttl", "turtle"), (".jsonld", "json-ld")):
        graph = rdflib.Graph().parse(path.with_suffix(ending), format=form)
        if elements_of_rdf(graph) != elements_of(document):
            found.append(f"{form} has other elements")
    return found


def main():
    failed = 0
    with tempfile.TemporaryDirectory() as name:
        subprocess.run([sys.argv[1], name], check=True)
        documents = sorted(Path(name).glob("*.json"))
        for path in documents:
            for fault in faults(path):
                print(f"{path.stem}: {fault}")
                failed += 1
        # A document that says something else is noticed.
        first = Path(name) / "chain-job-up-1.provn"
        first.write_text(first.read_text(encoding="utf-8").replace('"median"', '"mean"'),
                         encoding="utf-8")
        failed += not faults(first)
    print(f"{len(documents)} lineages, {failed} faults")
    return 1 if failed or len(documents) < 80 else 0


if __name__ == "__main__":
    sys.exit(main())

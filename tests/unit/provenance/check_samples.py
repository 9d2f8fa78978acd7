#!/usr/bin/python3
"""Provenance documents, read by others than their writer.

usage: check_samples.py <provenance-samples program> <folder of check_prov.py>

Each lineage the program writes must be valid PROV-JSON, PROV-N, PROV-XML and PROV-O with the same
content, and keep the mandatory attributes of the IVOA Provenance Data Model: check_prov.py --strict
--ivoa --same. JSON-LD must be the same RDF as Turtle, VOTables must please the validator of STILTS,
pictures must be well-formed and harmless.
"""
import contextlib
import io
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from xml.etree import ElementTree

SVG = "{http://www.w3.org/2000/svg}"
W3C = (".json", ".provn", ".xml", ".ttl")


def verdict(checker, *arguments):
    """Exit status and what was printed."""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        status = checker.main(["--strict", "--ivoa", *map(str, arguments)])
    return status, printed.getvalue()


def w3c_faults(checker, document):
    status, printed = verdict(checker, "--same", *(document.with_suffix(end) for end in W3C))
    if not status and "same content" in printed and "same elements and relations" in printed:
        return 0
    print(printed)
    return 1


def rdf_faults(document):
    import rdflib
    from rdflib.compare import isomorphic

    turtle = rdflib.Graph().parse(document.with_suffix(".ttl"), format="turtle")
    json_ld = rdflib.Graph().parse(document.with_suffix(".jsonld"), format="json-ld")
    if len(turtle) and isomorphic(turtle, json_ld):
        return 0
    print(f"{document.stem}: JSON-LD differs from Turtle")
    return 1


def picture_faults(document):
    faults = []
    for element in ElementTree.parse(document.with_suffix(".svg")).iter():
        if element.tag.startswith(SVG) and element.tag != SVG + "script":
            faults += [name for name in element.keys() if name.lower().startswith("on")]
            link = element.get("href")
            if link and not link.startswith(("http://", "https://")):
                faults.append(link)
        else:
            faults.append(element.tag)
    if faults:
        print(f"{document.stem}.svg: {faults}")
    return len(faults)


def votable_faults(document):
    lint = subprocess.run(["stilts", "votlint", "ucd=true", document.with_suffix(".vot")],
                          capture_output=True, text=True)
    if lint.returncode == 0 and not lint.stdout + lint.stderr:
        return 0
    print(f"{document.stem}.vot: {lint.stdout}{lint.stderr}")
    return 1


def schema_faults(documents, schema):
    """The same as check_prov.py does, by another program."""
    lint = subprocess.run(["xmllint", "--noout", "--nonet", "--schema", schema,
                           *(document.with_suffix(".xml") for document in documents)],
                          capture_output=True, text=True)
    if lint.returncode:
        print(lint.stderr)
    return lint.returncode != 0


def unnoticed_faults(checker, folder):
    """The checker notices a fault: a reference to nothing, a use out of the run's time."""
    text = (folder / "chain-job-up-1.provn").read_text(encoding="utf-8")
    failed = 0
    for fault in (text.replace("entity(id:store-a.2eout", "entity(id:store-elsewhere"),
                  re.sub(r"(used\([^,]*, [^,]*, )[^,]*", r"\g<1>1999-01-01T00:00:00Z", text)):
        bad = folder / "bad.provn"
        bad.write_text(fault, encoding="utf-8")
        if verdict(checker, bad)[0] != 1:
            print("a faulty document was accepted:\n" + fault)
            failed += 1
    return failed


def main():
    program, support = sys.argv[1], sys.argv[2]
    sys.dont_write_bytecode = True
    sys.path.insert(0, support)
    import check_prov  # noqa: E402

    failed = 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        subprocess.run([program, name], check=True)
        documents = sorted(folder.glob("*.json"))
        if len(documents) < 80:
            print(f"only {len(documents)} lineages were written")
            failed += 1
        for document in documents:
            failed += w3c_faults(check_prov, document) + picture_faults(document)
        # The graphs are alike; a few of each kind are enough for slow programs.
        few = [document for document in documents
               if document.stem in ("chain-job-both-all", "large", "nasty", "truncated", "bare",
                                    "plan-only-ERROR", "skewed", "deleted")]
        for document in few:
            failed += votable_faults(document) + rdf_faults(document)
        failed += schema_faults(documents, Path(support) / "prov-schemas" / "prov.xsd")
        failed += len(few) != 8
        failed += unnoticed_faults(check_prov, folder)
    print(f"{len(documents)} lineages, {failed} faults")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
"""Independent readers judge what the library writes, and the JSON Schema agrees with the reader.

usage: check_descriptions.py <write_descriptions> <schema.json> <data folder> <examples folder>

Every JSON form written must fit the schema, every VOTable form must be well-formed for xmllint and
have the layout of the VOTable schema; the examples and data/valid must fit the schema and
data/invalid must not, but for the files whose faults a schema cannot see (beyond-*).
"""
import json
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import jsonschema

VOTABLE = "{http://www.ivoa.net/xml/VOTable/v1.3}"
# Element -> children in the order of VOTable 1.3, and the attributes it must have.
CHILDREN = {
    "VOTABLE": ["RESOURCE"],
    "RESOURCE": ["DESCRIPTION", "PARAM", "GROUP"],
    "GROUP": ["DESCRIPTION", "PARAM", "GROUP"],
    "PARAM": ["DESCRIPTION", "VALUES"],
    "VALUES": ["MIN", "MAX", "OPTION"],
    "DESCRIPTION": [], "MIN": [], "MAX": [], "OPTION": [],
}
REQUIRED = {"PARAM": ["name", "datatype", "value"], "MIN": ["value"], "MAX": ["value"],
            "OPTION": ["value"]}


def votable_faults(element, ids):
    name = element.tag.removeprefix(VOTABLE)
    if name not in CHILDREN:
        yield f"unexpected element {element.tag}"
        return
    for attribute in REQUIRED.get(name, []):
        if attribute not in element.attrib:
            yield f"{name} without {attribute}"
    if element.get("ID") in ids:
        yield f"ID {element.get('ID')} twice"
    ids.add(element.get("ID", object()))
    if "ref" in element.attrib and element.get("ref") not in ids:
        yield f"ref {element.get('ref')} to nothing"
    order = [CHILDREN[name].index(child.tag.removeprefix(VOTABLE))
             if child.tag.removeprefix(VOTABLE) in CHILDREN[name] else -1 for child in element]
    if -1 in order or order != sorted(order):
        yield f"children of {name}: {[child.tag for child in element]}"
    for child in element:
        yield from votable_faults(child, ids)


def main():
    writer, schema_file, data, examples = sys.argv[1], *map(Path, sys.argv[2:])
    schema = json.loads(schema_file.read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    faults = []

    def fits(file):
        return [error.message for error in validator.iter_errors(json.loads(file.read_text()))]

    good = sorted(examples.glob("*.json")) + sorted((data / "valid").glob("*.json"))
    bad = sorted((data / "invalid").glob("*.json"))
    for file in good:
        faults += [f"{file}: {message}" for message in fits(file)]
    for file in bad:
        if bool(fits(file)) == file.name.startswith("beyond-"):
            faults.append(f"{file}: the schema {'refuses' if fits(file) else 'accepts'} it")

    with tempfile.TemporaryDirectory() as folder:
        opus = sorted((data / "opus").glob("*.xml"))
        subprocess.run([writer, folder, "100", *map(str, good + opus)], check=True)
        written = sorted(Path(folder).glob("*.json"))
        votables = sorted(Path(folder).glob("*.xml"))
        for file in written:
            faults += [f"{file}: {message}\n{file.read_text()}" for message in fits(file)]
        lint = subprocess.run(["xmllint", "--noout", *map(str, votables)],
                              capture_output=True, text=True)
        faults += [lint.stderr] if lint.returncode else []
        for file in votables:
            tree = ElementTree.parse(file)
            faults += [f"{file}: {fault}" for fault in votable_faults(tree.getroot(), set())]
        if len(written) != 100 + len(good + opus) or len(votables) != len(written):
            faults.append(f"{len(written)} JSON files and {len(votables)} VOTables were written")
    print("\n".join(faults) or
          f"{len(good)} good and {len(bad)} bad files, {len(written)} written in both forms: as expected")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
"""STILTS taplint on what is no TAP: capabilities and availability against their schemas, examples.

usage: vosi.py --server PROGRAM --launcher PROGRAM

Then every example is run as its document tells, by its RDFa. Checks VOSI-01 to VOSI-05.
"""
import os
import re
import subprocess
import sys
import urllib.parse
import urllib.request
import xml.etree.ElementTree

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from server_process import fail, served  # noqa: E402

DESCRIPTIONS = [
    {"name": "say", "annotation": "Says <it> & \"more\"", "command": ["/bin/echo", "${text}"],
     "parameters": [{"name": "text", "default": "it's 100% & <more>"},
                    {"name": "colour", "required": True, "options": ["red", "green"]},
                    {"name": "count", "datatype": "int", "required": True, "min": "3"}]},
    {"name": "plain", "command": ["/bin/true"]},
]


def taplint(base):
    run = subprocess.run(["stilts", "taplint", "tapurl=" + base, "stages=CPV AVV EXA",
                          "report=EWFI"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                         text=True, timeout=150)
    print(run.stdout)
    for section in ("CPV", "AVV", "EXA"):
        if "Section " + section not in run.stdout:
            fail("the stage %s did not run" % section)
    if "Totals: " not in run.stdout:
        fail("taplint did not come to its end")
    # It looks for ADQL in the examples, which only a TAP service has.
    for code in re.findall(r"^[EWF]-\w+-\w+", run.stdout, re.MULTILINE):
        if code not in ("E-EXA-XPRM", "F-EXA-NOTM"):
            fail("taplint is not content: " + code)


def examples(base):
    """(job list, {name: value}) of each example, as RDFa says it."""
    with urllib.request.urlopen(base + "/examples", timeout=60) as response:
        root = xml.etree.ElementTree.parse(response).getroot()
    for example in root.iter():
        if example.get("typeof") != "example":
            continue
        values = {}
        for pair in example.iter():
            if pair.get("property") == "generic-parameter":
                one = {part.get("property"): part.text or "" for part in pair}
                values[one["key"]] = one["value"]
        yield next(part.get("href") for part in example.iter() if part.get("href")), values


def run_example(url, values):
    body = urllib.parse.urlencode({**values, "PHASE": "RUN"}).encode()
    with urllib.request.urlopen(url, body, timeout=60) as response:  # follows the 303
        job = response.url
    phase = None
    for waited_for in ("QUEUED", "EXECUTING"):
        with urllib.request.urlopen(job + "?WAIT=30&PHASE=" + waited_for, timeout=60) as response:
            phase = re.search(r"<uws:phase>(\w+)<", response.read().decode()).group(1)
    if phase != "COMPLETED":
        fail("the example of %s ended %s" % (url, phase))


def main():
    with served(__doc__, DESCRIPTIONS) as server:
        base = server.base
        taplint(base)
        found = dict(examples(base))
        if sorted(found) != [base + "/rest/plain", base + "/rest/say"]:
            fail("expected an example of each description, got %s" % sorted(found))
        if found[base + "/rest/say"] != {"text": "it's 100% & <more>", "colour": "red",
                                         "count": "3"}:
            fail("the example has the parameters %s" % found[base + "/rest/say"])
        for url, values in found.items():
            run_example(url, values)


if __name__ == "__main__":
    main()

#!/usr/bin/python3
"""UWS documents, read by others than their writer.

usage: check_documents.py <uws-documents program> <folder of UWS-v1.1.xsd and catalog.xml>

Every document the program writes is validated with xmllint against the schema of UWS 1.1, without
network (UWS-XML-11, UWS-HTTP-06), and so are documents spoilt on purpose; job documents and the list are read with pyVO; nasty values are compared with
what lxml reads.
"""
import os
import re
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path

from lxml import etree

warnings.simplefilter("ignore")
from pyvo.io.uws import parse_job, parse_job_list  # noqa: E402

UWS = "{http://www.ivoa.net/xml/UWS/v1.0}"
PHASES = ("PENDING QUEUED EXECUTING COMPLETED ERROR ABORTED UNKNOWN HELD SUSPENDED "
          "ARCHIVED").split()
faults = []


def check(condition, message):
    if not condition:
        faults.append(message)


def validate(folder, schemas):
    documents = sorted(folder.glob("*.xml"))
    check(len(documents) >= 4 * len(PHASES) + 9, f"only {len(documents)} documents")
    run = subprocess.run(
        ["xmllint", "--nonet", "--noout", "--schema", str(schemas / "UWS-v1.1.xsd"),
         *map(str, documents)],
        env={**os.environ, "XML_CATALOG_FILES": str(schemas / "catalog.xml")},
        capture_output=True, text=True, check=False)
    check(run.returncode == 0, "xmllint: " + "\n".join(
        line for line in run.stderr.splitlines() if not line.endswith(" validates")))


# What the schema forbids: item, document, and how to spoil it.
SPOILT = (
    ("UWS-XML-01", "job-PENDING", r"<uws:phase>.*</uws:phase>\n", ""),
    ("UWS-XML-01", "job-PENDING", r"(?s)(  <uws:phase>\S+)(.*)(  <uws:startTime.*?/>\n)", r"\3\1\2"),
    ("UWS-XML-02", "job-PENDING", r'<uws:startTime xsi:nil="true"/>', "<uws:startTime/>"),
    ("UWS-XML-04", "parameters", "<uws:parameters ", '<uws:parameters version="1.1" '),
    ("UWS-XML-04", "results", "<uws:results ", '<uws:results version="1.1" '),
    ("UWS-PHS-02", "job-PENDING", "PENDING", " PENDING "),
    ("UWS-PAR-03", "parameters", r'id="sigma"', 'id="sigma" name="sigma"'),
    ("UWS-PAR-03", "parameters", r'id="sigma"', ""),
    ("UWS-EXD-02", "job-PENDING", ">3600<", ">3600.0<"),
    ("UWS-EXD-02", "job-PENDING", ">3600<", ">2147483648<"),
    ("UWS-QUO-02", "job-PENDING", r'<uws:quote xsi:nil="true"/>', "<uws:quote/>"),
    ("UWS-TIM-03", "job-PENDING", "2026-03-01T12:00:00.000Z", "2026-03-01 12:00:00.000Z"),
    ("UWS-RID-03", "job-PENDING", r"<uws:runId>.*</uws:runId>", '<uws:runId xsi:nil="true"/>'),
    ("UWS-OWN-02", "job-PENDING", r"  <uws:ownerId>.*</uws:ownerId>\n", ""),
    ("UWS-INF-02", "job-PENDING", "<uws:jobInfo>", "<uws:jobInfo>text"),
    ("UWS-ERR-03", "job-ERROR", 'type="fatal"', 'type="FATAL"'),
    ("UWS-ERR-03", "job-ERROR", r' hasDetail="\w+"', ""),
    ("UWS-RES-04", "results", 'xlink:type="simple"', 'xlink:type="fits"'),
    ("UWS-RES-04", "results", r'size="\d+"', 'size="1.5"'),
    ("UWS-LST-02", "jobs", r"(?s)(    <uws:phase>PENDING</uws:phase>\n)(    <uws:runId>.*?\n)", r"\2\1"),
)


def schema_refuses(folder, schemas):
    """The check itself notices every fault that the schema forbids."""
    for item, name, old, new in SPOILT:
        good = (folder / f"{name}.xml").read_text(encoding="utf-8")
        bad = folder / "bad.txt"
        bad.write_text(re.sub(old, new, good, count=1), encoding="utf-8")
        check(bad.read_text(encoding="utf-8") != good, f"{item}: {name}.xml has no {old}")
        run = subprocess.run(
            ["xmllint", "--nonet", "--noout", "--schema", str(schemas / "UWS-v1.1.xsd"), str(bad)],
            env={**os.environ, "XML_CATALOG_FILES": str(schemas / "catalog.xml")},
            capture_output=True, check=False)
        check(run.returncode == 3, f"{item}: xmllint accepts {new!r} for {old!r}: {run.returncode}")


def read_with_pyvo(folder):
    for phase in PHASES:
        job = parse_job(str(folder / f"job-{phase}.xml"))
        check(job.phase == phase, f"{phase}: pyVO reads phase {job.phase}")
        check(job.jobid == f"0198c0de-0000-7000-8000-00000000000{PHASES.index(phase)}",
              f"{phase}: jobId {job.jobid}")
        check(job.version == "1.1", f"{phase}: version {job.version}")
        check(job.ownerid == "alice" and job.runid == "night-42", f"{phase}: owner or runId")
        check(job.executionduration.sec == 3600, f"{phase}: {job.executionduration}")
        check(job.creationtime.isot == "2026-03-01T12:00:00.000", f"{phase}: creationTime")
        parameters = {p.id_: p for p in job.parameters}
        check(list(parameters) == ["sigma", "method", "raw"], f"{phase}: {list(parameters)}")
        check(parameters["method"].content == "a < b & c", f"{phase}: method")
        check(parameters["raw"].byreference is True, f"{phase}: raw not by reference")
        check(parameters["raw"].content.endswith(f"{job.jobid}/parameters/raw"), f"{phase}: raw")
        anonymous = parse_job(str(folder / f"job-anonymous-{phase}.xml"))
        check(not anonymous.ownerid and not anonymous.runid, f"{phase}: anonymous has an owner")
        check(anonymous.quote is not None, f"{phase}: quote")

    job = parse_job(str(folder / "job-COMPLETED.xml"))
    results = {r.id_: r for r in job.results}
    check(list(results) == ["stacked", "log"], f"results {list(results)}")
    check(results["stacked"].href.endswith("/results/stacked"), "href of stacked")
    check(results["stacked"].href.startswith("https://example.org/uws/rest/stack/"), "href")
    check(results["log"].size == 5_000_000_000, f"size {results['log'].size}")
    check(results["stacked"].mimetype == "application/fits", "mime-type")
    job = parse_job(str(folder / "job-ERROR.xml"))
    check(job.errorsummary.type_ == "fatal", "type of the error")
    check(job.message == "worker exited with status 3: <input> is truncated", "error message")

    jobs = list(parse_job_list(str(folder / "jobs.xml")))
    check([job.phase for job in jobs] == PHASES, "phases of the list")
    check(jobs[0].jobid == "0198c0de-0000-7000-8000-000000000000", f"list: id {jobs[0].jobid}")
    check(jobs[0].runid == "night-42" and jobs[0].ownerid == "alice", "list: runId, ownerId")
    check(jobs[0].creationtime.isot == "2026-03-01T12:00:00.000", "list: creationTime")
    check(not jobs[-1].ownerid, "list: anonymous owner")
    check(not list(parse_job_list(str(folder / "jobs-empty.xml"))), "empty list")


def legal_text(data):
    """The text if XML 1.0 can carry it, else None; written from the recommendation's Char."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return None
    legal = all(c in "\t\n\r" or " " <= c <= "\ud7ff" or "\ue000" <= c <= "\ufffd"
                or c >= "\U00010000" for c in text)
    return text if legal else None


def read_nasty(folder):
    parameters = etree.parse(str(folder / "nasty.xml")).findall(f".//{UWS}parameter")
    check(len(parameters) > 100, f"{len(parameters)} nasty parameters")
    for i, parameter in enumerate(parameters):
        text = legal_text((folder / f"nasty-{i}.bin").read_bytes())
        if text is None:
            check(parameter.get("byReference") == "true", f"nasty {i} is not by reference")
        else:
            check((parameter.text or "") == text, f"nasty {i}: {parameter.text!r} != {text!r}")


def main():
    program, schemas = sys.argv[1], Path(sys.argv[2])
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        subprocess.run([program, name], check=True)
        validate(folder, schemas)
        schema_refuses(folder, schemas)
        read_with_pyvo(folder)
        read_nasty(folder)
    print("\n".join(faults) or "every document is valid and says to others what it should")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())

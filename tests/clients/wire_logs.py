#!/usr/bin/env python3
"""What clients and conformance suites of UWS send and expect, from their source and wire logs:
uws-client, astroquery, Firefly, TOPCAT, uws-validator, cadc-test-uws. Spoken with requests.

usage: wire_logs.py --server PROGRAM --launcher PROGRAM
"""
import datetime
import os
import re
import subprocess
import time
import xml.etree.ElementTree as ElementTree

import requests
from table_service import TABLE, expect, fail, table_server

UWS = "{http://www.ivoa.net/xml/UWS/v1.0}"
HREF = "{http://www.w3.org/1999/xlink}href"
PHASES = ["PENDING", "QUEUED", "EXECUTING", "COMPLETED", "ERROR", "ABORTED", "UNKNOWN", "HELD",
          "SUSPENDED", "ARCHIVED"]
AT_ONCE = 10  # seconds, on a busy machine: far below the WAIT of each test
XSD = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support", "xsd")


class Client:
    """A session that keeps its connection and does not follow redirects by itself."""

    def __init__(self, server, **headers):
        self.jobs = server.jobs
        self.session = requests.Session()
        self.session.headers.update(headers)

    def send(self, method, url, wanted, **more):
        answer = self.session.request(method, url, allow_redirects=False, timeout=70, **more)
        expect("%s %s" % (method, url), (answer.status_code, answer.text[:200])[:1], (wanted,))
        return answer

    def get(self, url, wanted=200, **more):
        return self.send("GET", url, wanted, **more)

    def post(self, url, wanted=303, **more):
        return self.send("POST", url, wanted, **more)

    def create(self, **form):
        return self.post(self.jobs, data=form).headers["Location"]

    def run(self, job, phase="COMPLETED"):
        self.post(job + "/phase", data={"PHASE": "RUN"})
        for now in ("PENDING", "QUEUED", "EXECUTING"):
            self.get(job, params={"WAIT": 50, "PHASE": now})
        expect("phase of " + job, self.get(job + "/phase").text, phase)

    def document(self, url, **params):
        return ElementTree.fromstring(self.get(url, params=params).content)

    def phase(self, job):
        return self.document(job).findtext(UWS + "phase")

    def timed(self, job, **params):
        """(seconds, phase) of a WAIT."""
        began = time.monotonic()
        phase = self.document(job, **params).findtext(UWS + "phase")
        return time.monotonic() - began, phase


def uws_client(server):
    """AIP's uws-client: a Content-Type on every request, the base URL cut off Location, all
    settings and the abort POSTed to the job itself (UWS-RUN-06), AFTER without Z (UWS-LST-14)."""
    client = Client(server, **{"Content-Type": "application/x-www-form-urlencoded"})
    location = client.create(QUERY="stars", RUNID="uwsc")
    job_id = location.replace(client.jobs + "/", "").lstrip("htps:/")
    job = client.jobs + "/" + job_id
    expect("the id from Location", job, location)
    root = client.document(job)
    for name in ("jobId", "phase", "startTime", "endTime", "executionDuration", "destruction",
                 "parameters", "results"):
        if root.find(UWS + name) is None:
            fail("the job has no " + name)
    text = client.get(job).text
    start = text[:text.index(">", text.index("<uws:job"))]
    for space in ("xmlns:uws=", "xmlns:xlink="):
        if space not in start:
            fail("the root does not declare %s" % space)  # UWS-XML-06
    client.post(job, data={"destruction": "2031-02-03T04:05:06.000", "executionDuration": "60"})
    root = client.document(job)
    expect("destruction", root.findtext(UWS + "destruction"), "2031-02-03T04:05:06.000Z")
    expect("execution duration", int(root.findtext(UWS + "executionDuration")), 60)
    client.post(job, data={"PHASE": "ABORT"})
    expect("phase", client.phase(job), "ABORTED")
    listed = client.document(client.jobs, PHASE="ABORTED", AFTER="2015-09-10T10:01:02.135000",
                             LAST="1")
    expect("list", [ref.get("id") for ref in listed], [job_id])
    gone = client.send("DELETE", job, 303)
    expect("the list after it", client.get(gone.headers["Location"]).text.count("<uws:jobref "), 0)
    client.get(job, 404)


def astroquery(server):
    """TapPlus: RUN within the creating POST (UWS-CRE-09), then /phase again and again."""
    client = Client(server, **{"Content-Type": "application/x-www-form-urlencoded",
                               "Accept": "text/plain"})
    job = client.create(REQUEST="doQuery", LANG="ADQL", FORMAT="votable", tapclient="ASTROQUERY",
                        PHASE="RUN", QUERY="SELECT 1")
    deadline = time.monotonic() + 60
    while client.get(job + "/phase").text in ("PENDING", "QUEUED", "EXECUTING"):
        if time.monotonic() > deadline:
            fail("the job does not end")
        client.get(job, params={"WAIT": "5"})
    expect("phase", client.get(job + "/phase").text, "COMPLETED")
    result = client.get(job + "/results/result")
    expect("result", result.text, TABLE % "SELECT 1")
    expect("its type", result.headers["Content-Type"].split(";")[0], "application/x-votable+xml")
    slow = client.create(PHASE="RUN", QUERY="wait")
    client.post(slow + "/phase", data={"PHASE": "ABORT"})
    expect("phase", client.get(slow + "/phase").text, "ABORTED")
    failing = client.create(PHASE="RUN", QUERY="fail")
    client.get(failing, params={"WAIT": "50", "PHASE": "QUEUED"})
    client.get(failing, params={"WAIT": "50", "PHASE": "EXECUTING"})
    expect("phase", client.get(failing + "/phase").text, "ERROR")
    if "nothing to look for" not in client.get(failing + "/error").text:
        fail("/error does not tell why")


def firefly(server):
    """IRSA, Rubin: abort by query string (UWS-RUN-06), whole lists imported, results by type."""
    client = Client(server)
    job = client.create(QUERY="wait", PHASE="RUN")
    client.post(job + "/phase?PHASE=ABORT")
    expect("phase", client.phase(job), "ABORTED")
    done = client.create(QUERY="stars")
    client.run(done)
    for reference in client.document(client.jobs):
        expect("creation time", bool(reference.findtext(UWS + "creationTime")), True)
        whole = client.document(reference.get(HREF))
        expect("id", whole.findtext(UWS + "jobId"), reference.get("id"))
        expect("phase", whole.findtext(UWS + "phase"), reference.findtext(UWS + "phase"))
        error = whole.find(UWS + "errorSummary")
        if error is not None and whole.findtext(UWS + "phase") == "COMPLETED":
            fail("an errorSummary on a COMPLETED job")  # UWS-ERR-11
    result = client.document(done).find(UWS + "results")[0]
    expect("type of the result", result.get("mime-type"), "application/x-votable+xml")
    expect("size of the result", int(result.get("size")), len(TABLE % "stars"))


def topcat(server):
    """Uploads as TOPCAT and STILTS send them (UWS-PAR-12, -16): in chunks, a quoted boundary with
    characters of its own, a line end before the first boundary."""
    client = Client(server, Accept="text/html, image/gif, image/jpeg, */*; q=0.2")
    boundary = "<<<--------------MULTIPART-BOUNDARY------->>>"
    fields = {"REQUEST": "doQuery", "LANG": "ADQL", "QUERY": "upload", "UPLOAD": "t1,param:table1"}
    pieces = ["\r\n--%s\r\nContent-Type: text/plain; charset=UTF-8\r\n"
              'Content-Disposition: form-data; name="%s"\r\n\r\n%s' % (boundary, name, value)
              for name, value in fields.items()]
    pieces.append("\r\n--%s\r\nContent-Type: application/x-votable+xml\r\n"
                  'Content-Disposition: form-data; name="table1"; filename="table1"\r\n\r\n%s'
                  % (boundary, TABLE % "mine"))
    body = ("".join(pieces) + "\r\n--%s--\r\n" % boundary).encode()
    headers = {"Content-Type": 'multipart/form-data; boundary="%s"' % boundary}
    for size in (len(body), 61, 7):
        chunks = (body[at:at + size] for at in range(0, len(body), size))
        job = client.post(client.jobs, data=chunks, headers=headers).headers["Location"]
        uploaded = client.document(job).find(UWS + "parameters").find(UWS + "parameter[@id='t1']")
        expect("by reference", uploaded.get("byReference"), "true")  # UWS-PAR-15
        expect("the uploaded table", client.get(job + "/parameters/t1").text, TABLE % "mine")
        client.run(job)
        expect("result", client.get(job + "/results/result").text, TABLE % "mine")
        # UWS-HTTP-04: text/html in Accept changes nothing.
        expect("type", client.get(job).headers["Content-Type"].split(";")[0], "text/xml")
        client.send("DELETE", job, 303)


def uws_validator_lists(server):
    client = Client(server)
    answer = client.get(client.jobs)
    expect("type", "xml" in answer.headers["Content-Type"], True)
    root = ElementTree.fromstring(answer.content)
    expect("root", (root.tag, root.get("version")), (UWS + "jobs", "1.1"))
    for reference in root:
        expect("id and phase", bool(reference.get("id")) and
               reference.findtext(UWS + "phase") in PHASES, True)
        if reference.findtext(UWS + "phase") == "ARCHIVED":
            fail("an ARCHIVED job in the list, unasked")  # UWS-LST-06
    unions = [[phase] for phase in PHASES]
    unions += [["PENDING", "ABORTED"], ["PENDING", "ABORTED", "COMPLETED"]]
    for phases in unions:
        listed = client.document(client.jobs, PHASE=phases)
        if not {job.findtext(UWS + "phase") for job in listed} <= set(phases):
            fail("other phases than %s" % phases)
    every = {job.get("id"): job.findtext(UWS + "creationTime") for job in root}
    for last in (1, 2, 10, 3423):
        listed = [job.get("id") for job in client.document(client.jobs, LAST=last)]
        expect("count", len(listed), min(last, len(every)))
        times = [every[job] for job in listed]
        expect("newest first", times, sorted(every.values(), reverse=True)[:len(times)])
    for after in ("2015", "2015-10-26", "20151026", "2015-10-26 09:00", "2015-10-26T09:15:35",
                  "2015-10-26T09:15:35.123", "2015-10-26T09:15:35Z"):  # UWS-TIM-04
        expect(after, len(client.document(client.jobs, AFTER=after)), len(every))
    middle = sorted(every.values())[len(every) // 2]
    later = {job for job, created in every.items() if created > middle}
    listed = {job.get("id") for job in client.document(client.jobs, AFTER=middle)}
    expect("strictly later", listed, later)
    for query in ("PHASE=NOTAPHASE", "LAST=-1", "LAST=0", "LAST=ten", "AFTER=2015-26-10",
                  "AFTER=yesterday", "AFTER=2015-10-26T09:15:35%2B01:00"):
        client.get(client.jobs + "?" + query, 400)
    for query in ("PHASE=PENDING&LAST=1", "PHASE=PENDING&AFTER=2015-10-26", "LAST=1&AFTER=2015",
                  "phase=PENDING&last=1&after=2015"):
        expect(query, len(client.document(client.jobs + "?" + query)) <= len(every), True)


def uws_validator_jobs(server):
    client = Client(server)
    job = client.create(QUERY="wait")
    expect("root", client.document(job).tag, UWS + "job")
    seconds, phase = client.timed(job, WAIT=2)
    expect("PENDING blocks", (seconds >= 2, phase), (True, "PENDING"))
    for other in ("EXECUTING", "COMPLETED", "HELD"):  # UWS-WAI-05
        seconds, _ = client.timed(job, WAIT=40, PHASE=other)
        expect("WAIT and PHASE=" + other, seconds < AT_ONCE, True)
    try:
        client.session.get(job, params={"WAIT": -1}, timeout=1)
        fail("WAIT=-1 on a PENDING job returned at once")  # UWS-WAI-04
    except requests.Timeout:
        pass
    client.post(job + "/phase", data={"PHASE": "ABORT"})
    seconds, phase = client.timed(job, WAIT=40)
    expect("ABORTED does not block", (seconds < AT_ONCE, phase), (True, "ABORTED"))
    expect("end time", bool(client.document(job).findtext(UWS + "endTime")), True)  # UWS-PHS-10
    running = client.create(QUERY="wait", PHASE="RUN")
    client.get(running, params={"WAIT": 50, "PHASE": "QUEUED"})
    expect("phase", client.phase(running), "EXECUTING")
    client.post(running + "/phase", data={"PHASE": "ABORT"})
    expect("phase", client.phase(running), "ABORTED")
    quick = client.create(QUERY="stars")
    client.run(quick)
    failing = client.create(QUERY="fail")
    client.run(failing, "ERROR")
    root = client.document(failing)
    for name in ("startTime", "endTime"):
        expect(name, bool(root.findtext(UWS + name)), True)
    answer = client.session.delete(failing)  # follows to the list
    expect("root", ElementTree.fromstring(answer.content).tag, UWS + "jobs")
    client.get(failing, 404)
    for text, wanted in (("phase", "COMPLETED"), ("owner", ""), ("executionduration", "3600")):
        expect(text, client.get(quick + "/" + text).text, wanted)  # UWS-HTTP-14


def cadc_test_uws(server):
    """OpenCADC's suite: media types, absolute Locations, documents of every phase against the
    schema (UWS-XML-11), the life of execution duration and destruction."""
    client = Client(server)
    answer = client.post(client.jobs, data={"QUERY": "stars"})
    job = answer.headers["Location"]
    expect("Location", bool(re.fullmatch(re.escape(client.jobs) + "/[^/?]+", job)), True)
    texts = ("phase", "executionduration", "destruction", "quote", "owner")
    for name, wanted in [("", "text/xml"), ("/results", "text/xml"), ("/parameters", "text/xml"),
                         *(("/" + text, "text/plain") for text in texts)]:
        got = client.get(job + name).headers["Content-Type"]
        expect("type of %r" % name, got.split(";")[0], wanted)
        head = client.send("HEAD", job + name, 200)
        expect("type of HEAD", head.headers["Content-Type"], got)
    root = client.document(job)
    expect("quote", root.find(UWS + "quote") is not None, True)
    expect("creation time", root.findtext(UWS + "creationTime")[-1], "Z")
    soon = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=1)
    wanted = soon.strftime("%Y-%m-%dT%H:%M:%S.000Z")
    for name, value in (("executionduration", "120"), ("destruction", wanted)):
        changed = client.post(job + "/" + name, data={name.upper(): value})
        expect("Location", changed.headers["Location"], job)
        expect(name, client.get(job + "/" + name).text, value)
    expect("duration in the job", client.document(job).findtext(UWS + "executionDuration"), "120")
    expect("destruction in the job", client.document(job).findtext(UWS + "destruction"), wanted)
    changed = client.post(job + "/parameters", data={"QUERY": "galaxies"})
    expect("Location", changed.headers["Location"], job)

    others = {phase: client.create(QUERY=query, PHASE="RUN")
              for phase, query in (("ERROR", "fail"), ("EXECUTING", "wait"))}
    others["ABORTED"] = client.create(QUERY="stars")
    client.post(others["ABORTED"] + "/phase", data={"PHASE": "ABORT"})
    validate(server, client.get(job).content)
    client.run(job)
    client.get(others["ERROR"], params={"WAIT": 50, "PHASE": "QUEUED"})
    client.get(others["ERROR"], params={"WAIT": 50, "PHASE": "EXECUTING"})
    client.get(others["EXECUTING"], params={"WAIT": 50, "PHASE": "QUEUED"})
    for phase, url in {"COMPLETED": job, **others}.items():
        expect("phase", client.phase(url), phase)
        for name in ("", "/results", "/parameters"):
            validate(server, client.get(url + name).content)
    validate(server, client.get(client.jobs).content)
    validate(server, client.get(client.jobs, params={"PHASE": "ARCHIVED"}).content)
    gone = client.post(job, data={"ACTION": "DELETE"})
    expect("Location after the deletion", gone.headers["Location"], client.jobs)
    client.get(job, 404)
    client.post(others["EXECUTING"], data={"ACTION": "DELETE"})


def validate(server, document):
    path = os.path.join(server.folder, "document.xml")
    with open(path, "wb") as file:
        file.write(document)
    environment = dict(os.environ, XML_CATALOG_FILES=os.path.join(XSD, "catalog.xml"))
    lint = subprocess.run(
        ["xmllint", "--nonet", "--noout", "--schema", os.path.join(XSD, "UWS-v1.1.xsd"), path],
        env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if lint.returncode != 0:
        fail("%s\n%s" % (lint.stdout, document.decode()))


def main():
    conversations = (uws_client, astroquery, firefly, topcat, uws_validator_lists,
                     uws_validator_jobs, cadc_test_uws)
    with table_server(__doc__) as server:
        for conversation in conversations:
            print(conversation.__name__)
            conversation(server)
    print("%d clients were served as they expect" % len(conversations))


if __name__ == "__main__":
    main()

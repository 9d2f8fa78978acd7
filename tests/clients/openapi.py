#!/usr/bin/env python3
"""Holds /openapi.json against what the server does: schemathesis makes valid requests of each
operation, for XML and for JSON, this script spoils some, and schemathesis checks the status, media
type, headers and JSON of each answer against the document. Always the same requests: hypothesis takes
no chance of its own."""
import logging
import os
import re
import sys

import hypothesis
import schemathesis
import schemathesis.checks
from schemathesis.specs.openapi import checks

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from server_process import fail, served

DESCRIPTION = {
    "name": "add", "annotation": "Adds what it is told",
    "command": ["/bin/sh", "-c", "echo $1 > sum.txt; test $1 != 9", "add", "${a}"],
    "parameters": [
        {"name": "a", "datatype": "int", "min": "0", "max": "9", "default": "1"},
        {"name": "b", "datatype": "double", "required": False},
        {"name": "mode", "options": ["fast", "good"], "default": "fast"}],
    "results": [{"name": "sum", "path": "sum.txt", "contentType": "text/plain"}]}

# Not the checks of "valid data is accepted": a job's phase decides what may be done to it, and a
# DESTRUCTION must not be in the past; JSON Schema can say neither.
CHECKS = [schemathesis.checks.not_a_server_error, checks.status_code_conformance,
          checks.content_type_conformance, checks.response_headers_conformance,
          checks.response_schema_conformance]
# Parameters of which every text is a good one.
ANYTHING = ("RUNID", "PHASE")  # PHASE of a job is ignored without WAIT (UWS-WAI-12)
EXAMPLES = 6  # of each operation and path
ACCEPT = ("*/*", "application/json", "text/html;q=0.9, application/json;q=0.5")


def main():
    logging.disable(logging.CRITICAL)
    with served(__doc__, [DESCRIPTION]) as server:
        check(server)


def new_job(server, form):
    status, headers, _ = server.request("POST", "/rest/add", form)
    if status != 303:
        fail("no job was made: %s" % status)
    return headers["Location"].rsplit("/", 1)[1]


def ended_job(server, form, phase_wanted):
    job = new_job(server, form + "&PHASE=RUN")
    for phase in ("QUEUED", "EXECUTING"):
        server.request("GET", "/rest/add/%s?WAIT=30&PHASE=%s" % (job, phase))
    _, _, phase = server.request("GET", "/rest/add/%s/phase" % job)
    if phase.decode() != phase_wanted:
        fail("a job ended %s, not %s" % (phase.decode(), phase_wanted))
    return job


def check(server):
    schema = schemathesis.openapi.from_url("http://127.0.0.1:%d/openapi.json" % server.port)
    jobs = [ended_job(server, "a=1", "COMPLETED"), ended_job(server, "a=9", "ERROR")]
    statuses, count = {}, 0
    for found in schema.get_all_operations():
        operation = found.ok()
        name = "%s %s" % (operation.method.upper(), operation.path)
        if operation.path.endswith("/events"):
            continue  # it goes on for as long as one listens
        if re.search(r"/prov\.(?!json$)", operation.path):
            continue  # one handler serves all forms: prov and prov.json stand for them
        seen = statuses.setdefault(name, set())
        for path in paths(operation.path, jobs, operation.method, server):
            count += run(operation, path, seen)
    for name, seen in statuses.items():
        print("%-60s %s" % (name, " ".join(map(str, sorted(seen)))))
    if count < 300:
        fail("only %d requests were made" % count)
    missing = [name for name, seen in statuses.items()
               if name not in REFUSED and is_known(name.split()[1]) and not any(s < 400 for s in seen)]
    if missing:
        fail("never answered well: " + ", ".join(missing))
    print("%d requests, each answered as the document says" % count)


KNOWN = {"name": "add", "p": "a", "result": "sum", "run": "r", "n": "1"}

# Wants an administrator's token, or the id of something that was stored or of another job.
REFUSED = {"POST /jdl", "GET /admin/audit", "GET /store", "GET /provsap", "POST /provsap",
           "GET /rest/{name}/{id}/diff"}


def is_known(path):
    """Do we know for what a request of this path will find something?"""
    names = set(re.findall("{(.*?)}", path))
    return names <= set(KNOWN) | {"id"} and (not names or path.startswith("/rest/"))


def paths(path, jobs, method, server):
    """Path parameters to try: of jobs that there are, and what schemathesis makes."""
    if path.startswith("/sync/"):
        jobs = jobs[:1]  # one that failed is a server error there
    elif "{id}" not in path or not path.startswith("/rest/"):
        if "{run}" in path:
            new_job(server, "a=4&RUNID=r")
        given = {key: value for key, value in KNOWN.items() if "{%s}" % key in path}
        return [given, {}] if given else [{}]
    if "{id}" not in path:
        return [{"name": "add"}, {}]
    if method != "get":
        jobs = [jobs[0], new_job(server, "a=3")]
    given = {key: value for key, value in KNOWN.items() if "{%s}" % key in path}
    return [dict(given, id=job) for job in jobs] + [{}]


def run(operation, path, seen):
    count = [0]

    def send(case):
        case.headers = dict(case.headers or {}, Accept=ACCEPT[count[0] % len(ACCEPT)])
        response = case.call(allow_redirects=False)
        seen.add(response.status_code)
        count[0] += 1
        case.validate_response(response, checks=CHECKS)
        return response.status_code

    @hypothesis.settings(max_examples=EXAMPLES, derandomize=True, database=None, deadline=None,
                         phases=[hypothesis.Phase.generate],
                         suppress_health_check=list(hypothesis.HealthCheck))
    @hypothesis.given(case=operation.as_strategy(path_parameters=path or None))
    def valid(case):
        if "WAIT" in (case.query or {}):
            case.query["WAIT"] = 0  # else it waits
        for name in ("DESTRUCTION", "EXPIRES"):
            if isinstance(case.body, dict) and name in case.body and count[0] % 2:
                case.body[name] = "2096-01-02T03:04:05Z"  # not in the past
        send(case)

    valid()
    if path and operation.method == "get":
        for parameter in operation.query:
            case = operation.Case(path_parameters=path, query={parameter.name: "?!"})
            status = send(case)
            if status == 200 and parameter.name not in ANYTHING:
                fail("%s takes %s=?!" % (operation.path, parameter.name))
    return count[0]


if __name__ == "__main__":
    main()

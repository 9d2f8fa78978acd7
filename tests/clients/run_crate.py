#!/usr/bin/env python3
"""Run crates of a server, as the crate validator of the community and the rocrate library read them.

usage: run_crate.py --server PROGRAM --launcher PROGRAM
"""
import http.client
import importlib.resources
import io
import json
import os
import sys
import tempfile
import urllib.parse
import zipfile

import requests
import urllib3

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from server_process import fail, served  # noqa: E402

PROFILE = "process-run-crate-0.5"
TERMS = "https://w3id.org/ro/terms/workflow-run#"
DESCRIPTION = {
    "name": "stack", "annotation": "Stacks an image", "version": "1.2",
    "docUrl": "https://example.org/stack",
    "command": ["/bin/sh", "-c", '[ "$2" -ne 0 ] || cat "$1" "$1" > out.txt; exit "$2"', "sh", "${raw}", "${status}"],
    "parameters": [{"name": "status", "datatype": "int", "default": "0"},
                   {"name": "sigma", "datatype": "double", "default": "3.5"}],
    "inputs": [{"name": "raw"}], "results": [{"name": "stacked", "path": "out.txt"}]}

# What nobody but the operator of the service can say, and what a shape asks of every crate.
LEFT_OUT = {
    "The Root Data Entity SHOULD have a link to a Contextual Entity representing the `author` of the RO-Crate",
    "The `publisher` property of a `Root Data Entity` SHOULD be an `Organization`",
    "The Action SHOULD have an agent that is a Person or Organization",  # of an anonymous client
    "The Application SHOULD have a url",                                 # of the service
    "The SoftwareApplication id SHOULD be an absolute URI",              # of a class, not of ours
}


def serve_contexts():
    """The two contexts that crates name: the one of RO-Crate 1.1 as the rocrate library has it, and
    the terms of workflow runs that we use. No test asks the internet."""
    known = ("sha256", "resourceUsage", "containerImage", "environment")
    contexts = {
        "https://w3id.org/ro/crate/1.1/context":
            (importlib.resources.files("rocrate") / "data" / "ro-crate.jsonld").read_bytes(),
        "https://w3id.org/ro/terms/workflow-run/context":
            json.dumps({"@context": {term: TERMS + term for term in known}}).encode()}

    def send(adapter, request, **_):
        body = contexts.get(request.url)
        response = requests.Response()
        response.request, response.url = request, request.url
        response.status_code = 404 if body is None else 200
        response.headers["Content-Type"] = "application/ld+json"
        response.raw = urllib3.HTTPResponse(io.BytesIO(body or b""), status=response.status_code,
                                            headers=response.headers, preload_content=False)
        return response
    requests.adapters.HTTPAdapter.send = send


def run(server, status):
    """A job with an upload, at its end; its path."""
    boundary = "----crate"
    parts = [('name="raw"; filename="raw.txt"', "an image\n"), ('name="PHASE"', "RUN"),
             ('name="status"', status)]
    body = "".join("--%s\r\nContent-Disposition: form-data; %s\r\n\r\n%s\r\n" % (boundary, head, text)
                   for head, text in parts) + "--%s--\r\n" % boundary
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    connection.request("POST", "/rest/stack", body, {
        "Content-Type": "multipart/form-data; boundary=" + boundary})
    answer = connection.getresponse()
    if answer.status != 303:
        fail("expected 303, got %d: %s" % (answer.status, answer.read()))
    path = urllib.parse.urlsplit(answer.headers["Location"]).path
    connection.close()
    phase = b""
    while phase not in (b"COMPLETED", b"ERROR"):
        server.request("GET", path + "?WAIT=30")
        _, _, phase = server.request("GET", path + "/phase")
    return path


def check_with_validator(crate, what):
    from rocrate_validator import models, services
    settings = services.ValidationSettings(
        rocrate_uri=models.URI(crate), profile_identifier=PROFILE, no_cache=True,
        requirement_severity=models.Severity.RECOMMENDED)
    result = services.validate(settings)
    if not result.executed_checks:
        fail(what + ": nothing was checked")
    issues = [issue for issue in result.get_issues()
              if issue.severity == models.Severity.REQUIRED or issue.message not in LEFT_OUT]
    for issue in issues:
        print(issue.severity.name, issue.check.identifier, issue.message, issue.violatingEntity)
    if issues:
        fail("%s: %d issues" % (what, len(issues)))
    return len(result.executed_checks)


def check_with_rocrate(crate, with_result):
    from rocrate.rocrate import ROCrate
    read = ROCrate(crate)
    actions = [entity for entity in read.contextual_entities
               if entity.type in ("CreateAction", "ActivateAction")]
    if len(actions) != 1 or actions[0]["instrument"]["name"] != "stack":
        fail("rocrate sees the actions %s" % actions)
    names = sorted(os.path.basename(entity.id) for entity in read.data_entities)
    expected = ["out.txt"] * with_result + ["provenance.json", "provenance.provn", "raw.txt"]
    if names != expected:
        fail("rocrate sees the files %s, expected %s" % (names, expected))


def main():
    serve_contexts()
    checks = 0
    with served(__doc__, [DESCRIPTION]) as server, tempfile.TemporaryDirectory() as folder:
        os.environ["XDG_CACHE_HOME"] = os.path.join(folder, "cache")  # the validator's
        for status, what in (("0", "COMPLETED"), ("3", "ERROR")):
            path = run(server, status)
            crate = os.path.join(folder, what)
            _, _, content = server.request("GET", path + "/crate.zip")
            with zipfile.ZipFile(io.BytesIO(content)) as packed:
                packed.extractall(crate)
            checks += check_with_validator(crate, what)
            check_with_rocrate(crate, what == "COMPLETED")
    print("run crates: %d checks of %s hold" % (checks, PROFILE))


if __name__ == "__main__":
    main()

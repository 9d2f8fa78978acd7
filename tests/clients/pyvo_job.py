#!/usr/bin/env python3
"""pyVO's AsyncTAPJob on job URLs of the server.

usage: pyvo_job.py --server PROGRAM --launcher PROGRAM
"""
import argparse
import datetime
import json
import os
import sys
import tempfile
import urllib.request
import warnings

import pyvo
from pyvo.dal.tap import AsyncTAPJob

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from server_process import Server, fail  # noqa: E402


def expect(what, got, wanted):
    if got != wanted:
        fail("%s: expected %r, got %r" % (what, wanted, got))


def create(server, form):
    status, headers, body = server.request("POST", "/rest/async", form)
    expect("creation", status, 303)
    return AsyncTAPJob(headers["Location"])


def a_whole_life(server):
    """UWS-CRE, -RUN, -WAI, -RES, -DEL as pyVO goes through them."""
    job = create(server, "QUERY=stars&RUNID=pyvo-1")
    expect("phase", job.phase, "PENDING")
    expect("run id", job._job.runid, "pyvo-1")
    destruction = datetime.datetime(2030, 1, 2, 3, 4, 5)
    job.destruction = destruction  # sent with six digits of fraction (UWS-DST-03)
    expect("destruction", job.destruction.to_datetime(), destruction)
    job.execution_duration = 77
    expect("execution duration", int(float(job.execution_duration.to_value("sec"))), 77)
    job.query = "galaxies"  # replaces (UWS-PAR-08)
    job.run()
    job.wait(timeout=30)
    expect("phase at the end", job.phase, "COMPLETED")
    job.raise_if_error()
    expect("result ids", [result.id_ for result in job.results], ["result"])
    with urllib.request.urlopen(job.result_uri) as answer:
        expect("result", answer.read(), b"galaxies\n")
    url = job.url
    job.delete()
    status, _, _ = server.request("GET", "/" + url.split("/", 3)[3])
    expect("the job after its deletion", status, 404)


def an_error(server):
    """UWS-ERR-02, -06; what the message says this version of pyVO drops."""
    job = create(server, "QUERY=")
    job.run()
    job.wait(timeout=30)
    expect("phase", job.phase, "ERROR")
    expect("type of the error", job._job.errorsummary.type_, "fatal")
    with urllib.request.urlopen(job.url + "/error") as answer:
        message = answer.read().decode()
    if "nothing to look for" not in message:
        fail("the message does not reach the client: %s" % message)
    try:
        job.raise_if_error()
    except pyvo.DALQueryError:
        return
    fail("pyVO saw no error")


def an_abort(server):
    job = create(server, "QUERY=wait")
    job.run()
    job.abort()
    expect("phase", job.phase, "ABORTED")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--server", required=True)
    parser.add_argument("--launcher", required=True)
    options = parser.parse_args()
    warnings.simplefilter("ignore")  # pyVO 1.2 does not know jobInfo, and tells so
    code = ('[ "$1" ] || { echo "nothing to look for" >&2; exit 1; }; '
            '[ "$1" != wait ] || sleep 600; echo "$1" > result.txt')
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        description = os.path.join(folder, "async.json")
        with open(description, "w") as text:
            json.dump({"name": "async", "command": ["/bin/sh", "-c", code, "sh", "${QUERY}"],
                       "parameters": [{"name": "QUERY", "required": True}],
                       "results": [{"name": "result", "path": "result.txt"}]}, text)
        server = Server(options.server, options.launcher, folder, description)
        server.start()
        for conversation in (a_whole_life, an_error, an_abort):
            conversation(server)
        server.stop()
    print("pyVO %s: three conversations went well" % pyvo.__version__)


if __name__ == "__main__":
    main()

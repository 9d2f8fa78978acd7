#!/usr/bin/env python3
"""A server that is told to stop: it is not ready but serves on, a second signal ends it, and its jobs
go on without it.

usage: draining.py --server PROGRAM --launcher PROGRAM

Only the standard library. Exit status 0 if everything held, 1 with the first violation otherwise.
"""
import os
import signal
import sys
import time
import urllib.parse

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from server_process import fail, served  # noqa: E402

PATIENCE = 60
JOB = {"name": "gate", "command": ["/bin/sh", "-c", "read -r word < \"$gate\"; echo \"$word\" > out"],
       "parameters": [{"name": "gate", "datatype": "char", "required": True}],
       "results": [{"name": "out", "path": "out"}]}


def check(what, holds):
    if not holds:
        fail(what)


def soon(what, holds):
    deadline = time.monotonic() + PATIENCE
    while not holds():
        check(what, time.monotonic() < deadline)


def main():
    with served(__doc__, [JOB], "--http-drain", "10m") as server:
        gate = os.path.join(server.folder, "gate")
        os.mkfifo(gate)
        form = urllib.parse.urlencode({"gate": gate, "PHASE": "RUN"})
        status, headers, body = server.request("POST", "/rest/gate", form)
        check("created: %s %s" % (status, body), status == 303)
        job = urllib.parse.urlsplit(headers["Location"]).path
        writer = os.open(gate, os.O_WRONLY)  # waits until the code reads
        check("ready", server.request("GET", "/readyz")[0] == 200)

        server.process.send_signal(signal.SIGTERM)
        soon("not ready any more", lambda: server.request("GET", "/readyz")[0] == 503)
        check("why", b"about to stop" in server.request("GET", "/readyz")[2])
        check("alive", server.request("GET", "/healthz")[0] == 200)
        soon("serves on", lambda: server.request("GET", job + "/phase")[2] == b"EXECUTING")

        server.process.send_signal(signal.SIGTERM)
        check("a second signal ends it", server.process.wait(timeout=PATIENCE) == -signal.SIGTERM)
        os.write(writer, b"without a server\n")
        os.close(writer)

        server.start()
        soon("the job goes on", lambda: b">COMPLETED<" in server.request("GET", job + "?WAIT=5")[2])
        check("its result", server.request("GET", job + "/results/out")[2] == b"without a server\n")
    print("a server that is told to stop: as documented")


main()

#!/usr/bin/env python3
"""The commands backup, restore and verify, beside a server that runs.

usage: run.py --server PROGRAM --launcher PROGRAM
"""
import json
import os
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "support"))
from server_process import Server, fail, served  # noqa: E402

DESCRIPTION = {"name": "say", "command": ["/bin/sh", "-c", "echo hello > said.txt"],
               "results": [{"name": "said", "path": "said.txt"}]}


def check(what, holds):
    if not holds:
        fail(what)


class Commands:
    def __init__(self, server):
        self.server = server

    def run(self, data, *words, status=0):
        done = subprocess.run([self.server.program, "--data-dir", data, *words],
                              capture_output=True, text=True, timeout=60)
        check("%s: expected to end with %d, got %d: %s" %
              (" ".join(words), status, done.returncode, done.stderr), done.returncode == status)
        return done.stdout if status == 0 else done.stderr + done.stdout


def completed(server):
    status, headers, _ = server.request("POST", "/rest/say", "PHASE=RUN")
    check("creates, got %d" % status, status == 303)
    job = headers["Location"].split(":", 2)[2].split("/", 1)[1]
    phase = b""
    while phase not in (b"COMPLETED", b"ERROR"):
        server.request("GET", "/" + job + "?WAIT=30")
        _, _, phase = server.request("GET", "/" + job + "/phase")
    check("completes", phase == b"COMPLETED")
    return "/" + job


def serves(server, data, job):
    """A server on the folder has the job and its result."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        other = Server(server.program, server.environment["OPUS_UWS_LAUNCHER"], folder,
                       server.descriptions, data)
        other.start()
        _, _, phase = other.request("GET", job + "/phase")
        _, _, said = other.request("GET", job + "/results/said")
        other.stop()
    check("the job is there, COMPLETED", phase == b"COMPLETED")
    check("with its result", said == b"hello\n")


def main():
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder, \
            served(__doc__, [DESCRIPTION]) as server:
        commands = Commands(server)
        copy, new = os.path.join(folder, "copy"), os.path.join(folder, "new")
        job = completed(server)
        said = commands.run(server.data, "backup", copy)
        check("says what it copied: " + said, "of them copied now" in said and copy in said)
        check("the server goes on", completed(server) != job)
        check("nothing wrong here", "2 jobs" in commands.run(server.data, "verify", "contents"))
        check("nothing wrong there", "1 jobs" in commands.run(copy, "verify", "contents"))
        commands.run(new, "restore", copy)
        serves(server, copy, job)
        serves(server, new, job)

        error = commands.run(server.data, "restore", copy, status=1)
        check("a folder in use is not restored over: " + error, "expected an empty folder" in error)
        _, _, listed = server.request("GET", job + "?RESPONSEFORMAT=json")
        check("and it is as before", json.loads(listed)["phase"] == "COMPLETED")
        for words, expected in ((["backup"], "expected backup FOLDER"),
                                (["verify", "everything"], "expected verify or verify contents"),
                                (["backup", "--force"], "expected backup FOLDER"),
                                (["restore", "a", "b"], "expected restore FOLDER")):
            error = commands.run(server.data, *words, status=2)
            check("%s: expected '%s', got: %s" % (words, expected, error), expected in error)

        results = [os.path.join(at, name) for at, _, names in os.walk(copy) for name in names
                   if name == "said.txt" and "results" in at]
        check("there is one result in the copy, got %s" % results, len(results) == 1)
        os.chmod(results[0], 0o600)
        with open(results[0], "w") as out:
            out.write("hullo\n")
        error = commands.run(copy, "verify", "contents", status=1)
        check("what is wrong is named: " + error, "has other content" in error and "1 faults" in error)
        error = commands.run(os.path.join(folder, "never"), "restore", copy, status=1)
        check("and not restored: " + error, "is not whole" in error)
        check("at all", not os.path.exists(os.path.join(folder, "never")))
    print("backup, restore, verify: good")


if __name__ == "__main__":
    main()

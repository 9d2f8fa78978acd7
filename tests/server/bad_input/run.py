#!/usr/bin/env python3
"""Malformed requests to the server, over sockets. Each is answered with the status and the words of
its row, changes no job, and leaves the connection as HTTP demands: closed, so that nothing behind
the fault is taken for a request, or good for the next one.

usage: run.py --server PROGRAM --launcher PROGRAM [--all]
  --all   go on after a fault, and tell each
"""
import argparse
import contextlib
import http.client
import json
import os
import socket
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "support"))
import body_rows  # noqa: E402
import http_rows  # noqa: E402
import job_rows  # noqa: E402
import resource_rows  # noqa: E402
from server_process import Server, fail  # noqa: E402

PATIENCE = 60
LIMITS = ["--limits-body", "200KiB", "--limits-form", "40KiB", "--limits-field", "10KiB",
          "--limits-parts", "20", "--jobs-max-executing", "1"]
DESCRIPTION = {
    "name": "bad",
    "command": ["/bin/sh", "-c",
                'case $1 in slow) sleep 600;; fail) exit 1;; *) echo done > out.txt;; esac',
                "sh", "${mode}"],
    "executionDurationMax": 3600,
    "parameters": [
        {"name": "mode", "options": ["fast", "slow", "fail"], "default": "fast"},
        {"name": "count", "datatype": "int", "min": 1, "max": 9, "default": 1},
        {"name": "tiny", "datatype": "unsignedByte"},
        {"name": "short", "datatype": "short"},
        {"name": "long", "datatype": "long"},
        {"name": "ratio", "datatype": "double", "min": -1, "max": 1},
        {"name": "flag", "datatype": "boolean"},
        {"name": "triple", "datatype": "int", "arraysize": "3"},
        {"name": "word"},
    ],
    "inputs": [{"name": "image", "multiplicity": "0..1"}],
    "results": [{"name": "out", "path": "out.txt", "contentType": "text/plain"}],
}


class Wire:
    """A connection that sends bytes and reads whole answers."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
        self.buffer = b""

    def close(self):
        self.socket.close()

    def send(self, data):
        try:
            self.socket.sendall(data)
        except (BrokenPipeError, ConnectionResetError):
            pass  # the server has heard enough; its answer tells

    def more(self):
        try:
            piece = self.socket.recv(65536)
        except ConnectionResetError:
            piece = b""
        self.buffer += piece
        return bool(piece)

    def answer(self):
        """(status, headers in lower case, body), or None if the connection has ended."""
        while b"\r\n\r\n" not in self.buffer:
            if not self.more():
                return None
        head, self.buffer = self.buffer.split(b"\r\n\r\n", 1)
        lines = head.decode("latin-1").split("\r\n")
        headers = {}
        for field in lines[1:]:
            name, _, value = field.partition(":")
            headers[name.lower()] = value.strip()
        length = int(headers.get("content-length", 0))
        while len(self.buffer) < length and self.more():
            pass
        body, self.buffer = self.buffer[:length], self.buffer[length:]
        return int(lines[0].split(" ")[1]), headers, body


class Jobs:
    """The jobs that bad requests try to change, and what the server says of them."""

    def __init__(self, server):
        self.server = server
        self.ids = {
            "pending": self.create("bad", "count=2&RUNID=pending"),
            "completed": self.ended("PHASE=RUN", "COMPLETED"),
            "failed": self.ended("PHASE=RUN&mode=fail", "ERROR"),
            "aborted": self.create("bad", "mode=slow"),
            "executing": self.create("bad", "PHASE=RUN&mode=slow"),
            "faulty": self.create("bad", "count=ten"),
            "other": self.create("other", ""),
            "deleted": self.create("bad", ""),
        }
        self.expect(303, "POST", "/rest/bad/%s/phase" % self.ids["aborted"], "PHASE=ABORT")
        self.expect(303, "DELETE", "/rest/bad/" + self.ids["deleted"])
        self.wait(self.ids["executing"], "EXECUTING", "PHASE=QUEUED")
        self.connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE)

    def expect(self, wanted, method, path, body=None):
        status, headers, answer = self.server.request(method, path, body)
        if status != wanted:
            fail("%s %s: expected %d, got %d: %s" % (method, path, wanted, status, answer))
        return headers, answer

    def create(self, name, form):
        return self.expect(303, "POST", "/rest/" + name, form)[0]["Location"].rsplit("/", 1)[1]

    def wait(self, job, phase, how=""):
        path = "/rest/bad/%s?WAIT=50&%s" % (job, how)
        for _ in range(5):
            _, document = self.expect(200, "GET", path)
            if ("<uws:phase>%s<" % phase).encode() in document:
                return
        fail("the job does not get %s: %s" % (phase, document))

    def ended(self, form, phase):
        job = self.create("bad", form)
        self.wait(job, "EXECUTING" if phase == "EXECUTING" else phase)
        return job

    def named(self, request):
        for name, job in self.ids.items():
            request = request.replace(b"@" + name.encode(), job.encode())
        return request

    def snapshot(self):
        """Every document that could show a change."""
        paths = ["/rest/bad", "/rest/other", "/rest", "/jdl"]
        paths += ["/rest/bad/" + self.ids[name]
                  for name in ("pending", "completed", "failed", "aborted", "executing", "faulty")]
        documents = {}
        for path in paths:
            self.connection.request("GET", path)
            response = self.connection.getresponse()
            documents[path] = (response.status, response.read())
        return documents


def faults_of(row, closes, port, jobs):
    """What is wrong with the answer to this row: a list of sentences."""
    status, words, request = row[:3]
    closes = closes or len(row) > 3
    wire = Wire(port)
    # What comes behind a fault that closes is not a request, least of all one that creates a job.
    then = b"POST /rest/bad?RUNID=smuggled" if closes else b"GET /rest/other"
    wire.send(jobs.named(request) + then + b" HTTP/1.1\r\nHost: x\r\n\r\n")
    answer = wire.answer()
    if answer is None:
        return ["no answer"]
    got, headers, body = answer
    faults = []
    if got != status:
        faults.append("status %d, not %d" % (got, status))
    text = body.decode("utf-8", "replace")
    if words.lower() not in text.lower():
        faults.append("no %r in the message" % words)
    if not headers.get("content-type", "").startswith("text/plain"):
        faults.append("content type %r" % headers.get("content-type"))
    if any(character < " " and character != "\n" for character in text):
        faults.append("control characters in the message")
    if got == 405 and not headers.get("allow"):
        faults.append("no Allow")
    said = headers.get("connection") == "close"
    following = wire.answer()
    if closes and (not said or following is not None):
        faults.append("the connection is not closed: %s" % (following,))
    if not closes and (said or following is None or following[0] != 200):
        faults.append("the next request is not answered: %s" % (following,))
    wire.close()
    return faults and faults + ["the message: " + text.strip()[:300]]


@contextlib.contextmanager
def bad_server(options):
    """(the server with small limits, jobs in every phase)."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        descriptions = os.path.join(folder, "descriptions")
        os.mkdir(descriptions)
        for description in (DESCRIPTION, {"name": "other", "command": ["/bin/true"]}):
            with open(os.path.join(descriptions, description["name"] + ".json"), "w") as text:
                json.dump(description, text)
        server = Server(options.server, options.launcher, folder, descriptions)
        server.start("--access-mode", "open", *LIMITS)  # called by other names too
        jobs = Jobs(server)
        yield server, jobs
        # A job outlives the server: this one ends first.
        jobs.expect(303, "DELETE", "/rest/bad/" + jobs.ids["executing"])
        server.stop()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--server", required=True)
    parser.add_argument("--launcher", required=True)
    parser.add_argument("--all", action="store_true")
    options = parser.parse_args()
    groups = http_rows.GROUPS + body_rows.GROUPS + job_rows.GROUPS + resource_rows.GROUPS
    bad = 0
    with bad_server(options) as (server, jobs):
        before = jobs.snapshot()
        for group in groups:
            for row in group.rows:
                faults = faults_of(row, group.closes, server.port, jobs)
                after = jobs.snapshot()
                if after != before:
                    changed = [path for path in before if before[path] != after[path]]
                    faults.append("it changed %s" % ", ".join(changed))
                    before = after
                if faults:
                    bad += 1
                    print("%s: %s" % (group.name, row[2][:300]), *faults, sep="\n  ")
                    if not options.all:
                        fail("a bad request is not answered as it should be")
    count = sum(len(group.rows) for group in groups)
    if bad:
        fail("%d of %d bad requests" % (bad, count))
    print("%d bad requests of %d kinds: each refused, none did harm" % (count, len(groups)))


if __name__ == "__main__":
    main()

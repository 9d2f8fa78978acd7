#!/usr/bin/env python3
"""Chains and sweeps over HTTP: a job that waits for another's result, many jobs of one request, and
all their results unpacked with tar. Standard library only.

usage: chains_and_sweeps.py --server PROGRAM --launcher PROGRAM
"""
import hashlib
import json
import os
import subprocess
import sys
import tempfile
import urllib.parse
import urllib.request

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from server_process import fail, served  # noqa: E402

DESCRIPTIONS = [
    {"name": "read", "command": ["/bin/sh", "-c", 'cat "$1" > data.bin', "sh", "${from}"],
     "parameters": [{"name": "from", "required": True}],
     "results": [{"name": "data", "path": "data.bin"}]},
    {"name": "hash", "command": ["/bin/sh", "-c", 'sha256sum < "$1" > sum.txt', "sh", "${source}"],
     "inputs": [{"name": "source"}],
     "results": [{"name": "sum", "path": "sum.txt", "contentType": "text/plain"}]},
    {"name": "make", "command": ["/bin/sh", "-c",
                                 'head -c "$1" /dev/urandom > data.bin; printf %s "$2" > "l\u00e4bel"',
                                 "sh", "${bytes}", "${label}"],
     "parameters": [{"name": "bytes", "datatype": "int"}, {"name": "label"}],
     "results": [{"name": "data", "path": "data.bin"}, {"name": "tag", "path": "l\u00e4bel"}]},
]
# AddressSanitizer keeps what was freed, which would count as the server's memory.
os.environ["ASAN_OPTIONS"] = "quarantine_size_mb=1"
MOST_MEMORY = 24 << 20  # that the server may need more for an archive of 96 MiB


def expect(what, got, wanted):
    if got != wanted:
        fail("%s: expected %r, got %r" % (what, wanted, got))


def post(server, path, form):
    status, headers, body = server.request("POST", path, urllib.parse.urlencode(form))
    expect("POST %s: %r" % (path, body), status, 303)
    return headers["Location"][len(server.base):]


def document(server, path):
    status, _, body = server.request("GET", path, accept="application/json")
    expect("GET %s: %r" % (path, body), status, 200)
    return json.loads(body)


def ended(server, path):
    """The job at its end."""
    job = document(server, path)
    while job["phase"] not in ("COMPLETED", "ERROR", "ABORTED"):
        job = document(server, "%s?WAIT=30&PHASE=%s" % (path, job["phase"]))
    return job


def chains(server):
    fifo = os.path.join(server.folder, "gate")
    os.mkfifo(fifo)
    first = post(server, "/rest/read", {"from": fifo, "PHASE": "RUN"})
    result = server.base + first + "/results/data"
    second = post(server, "/rest/hash", {"source": result, "PHASE": "RUN"})
    third = post(server, "/rest/hash", {"source": "job:%s/sum" % second.rsplit("/", 1)[1],
                                        "PHASE": "RUN"})
    for path, waits_for in ((second, first), (third, second)):
        job = document(server, path)
        expect("phase of " + path, job["phase"], "HELD")
        if waits_for.rsplit("/", 1)[1] not in job["waitingFor"]:
            fail("%s waits for %r" % (path, job["waitingFor"]))
    content = os.urandom(1 << 20)
    with open(fifo, "wb") as gate:
        gate.write(content)
    sums = []
    for path in (second, third):
        job = ended(server, path)
        expect("%s: %r" % (path, job["error"]), job["phase"], "COMPLETED")
        sums.append(server.request("GET", path + "/results/sum")[2])
    expect("what the second job read", sums[0].split()[0].decode(),
           hashlib.sha256(content).hexdigest())
    expect("what the third job read", sums[1].split()[0].decode(),
           hashlib.sha256(sums[0]).hexdigest())

    never = post(server, "/rest/read", {"from": fifo, "PHASE": "RUN"})
    after = post(server, "/rest/hash", {"source": server.base + never + "/results/data",
                                        "PHASE": "RUN"})
    expect("phase of " + after, document(server, after)["phase"], "HELD")
    post(server, never + "/phase", {"PHASE": "ABORT"})
    job = ended(server, after)
    expect("phase of " + after, job["phase"], "ERROR")
    if "ABORTED" not in job["error"]["message"] or "source" not in job["error"]["message"]:
        fail("a chain that cannot go on says %r" % job["error"])


def peak_memory(server):
    with open("/proc/%d/status" % server.process.pid) as status:
        for line in status:
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) << 10
    return fail("no VmHWM")


def sweeps(server):
    form = [("SWEEP", "product"), ("PHASE", "RUN"), ("RUNID", "first/r\u00fcn"),
            ("bytes", "0,8388608..8388619..2"), ("label", "a"), ("label", "b")]
    path = post(server, "/rest/make", form)
    expect("the sweep", path, "/rest/make/sweeps/first%2Fr%C3%BCn")
    sweep = document(server, path + "?WAIT=50&UNTIL=FINAL")
    expect("phases", {k: v for k, v in sweep["phases"].items() if v}, {"COMPLETED": 14})

    before = peak_memory(server)
    folder = os.path.join(server.folder, "unpacked")
    os.mkdir(folder)
    with urllib.request.urlopen(sweep["results"], timeout=60) as response:
        expect("media type", response.headers["Content-Type"], "application/x-tar")
        expect("framing", response.headers["Transfer-Encoding"], "chunked")
        tar = subprocess.Popen(["tar", "-x", "-C", folder], stdin=subprocess.PIPE)
        while piece := response.read(1 << 20):
            tar.stdin.write(piece)
        tar.stdin.close()
        expect("exit status of tar", tar.wait(), 0)
    if peak_memory(server) > before + MOST_MEMORY:
        fail("the archive cost %d bytes of memory" % (peak_memory(server) - before))

    top = os.path.join(folder, "first_r__n")
    expect("jobs in the archive", sorted(os.listdir(top)),
           sorted(job["jobId"] for job in sweep["jobs"]))
    for line in sweep["jobs"]:
        one = os.path.join(top, line["jobId"])
        with open(os.path.join(one, "job.json")) as text:
            job = json.load(text)
        expect("job.json", job, document(server, line["href"][len(server.base):]))
        sizes = {}
        for result in job["results"]:
            with open(os.path.join(one, "results", result["fileName"]), "rb") as file:
                content = file.read()
            expect("hash of " + result["href"], hashlib.sha256(content).hexdigest(), result["sha256"])
            sizes[result["id"]] = len(content)
        expect("sizes", sizes, {"data": int(line["values"]["bytes"]), "tag": 1})


def wait_and_abort(server):
    fifo = os.path.join(server.folder, "shut")
    os.mkfifo(fifo)
    path = post(server, "/rest/read", [("SWEEP", "zip"), ("from", fifo), ("from", fifo)])
    expect("phases", document(server, path)["phases"]["PENDING"], 2)
    post(server, path, {"PHASE": "RUN"})
    sweep = document(server, path)
    while sweep["phases"]["EXECUTING"] == 0:  # the other may have to wait for a processor
        sweep = document(server, path + "?WAIT=30")
    post(server, path, {"PHASE": "ABORT"})
    expect("aborted", document(server, path)["phases"]["ABORTED"], 2)
    expect("list", server.request("DELETE", path)[0], 303)
    expect("sweep", server.request("GET", path)[0], 404)


def main():
    with served(__doc__, DESCRIPTIONS) as server:
        chains(server)
        sweeps(server)
        wait_and_abort(server)
    print("chains and sweeps do over HTTP what the reference says")


if __name__ == "__main__":
    main()

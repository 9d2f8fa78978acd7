#!/usr/bin/env python3
"""Deletions over HTTP while the server is killed: nothing lost that is used, nothing left behind.

usage: delete_and_kill.py --server PROGRAM --launcher PROGRAM [--rounds N] [--seed S]

In each round files are uploaded to /store, jobs use them, and other jobs use the results of those
by entity id. Then half of it is deleted while the server is killed. After the restart what a job
uses is whole; when everything has been deleted the data folder holds no file of a job or upload.
Only the standard library.
"""
import argparse
import hashlib
import json
import os
import random
import shutil
import sys
import tempfile
import threading
import time
import urllib.parse

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from folder_watch import wait_until  # noqa: E402
from server_process import Server, fail  # noqa: E402

PATIENCE = 60
PARTS = ("jobs", "uploads")
SIZE = 256 * 1024
COPY = {
    "name": "copy",
    "command": ["/bin/sh", "-c", 'cat "$1" > out.bin', "sh", "${source}"],
    "inputs": [{"name": "source"}],
    "results": [{"name": "out", "path": "out.bin", "contentType": "application/octet-stream"}],
}


def files(server):
    """Regular files of jobs and uploads: path below the data folder -> bytes."""
    found = {}
    for part in PARTS:
        for folder, _, names in os.walk(os.path.join(server.data, part)):
            for name in names:
                path = os.path.join(folder, name)
                try:
                    found[os.path.relpath(path, server.data)] = os.path.getsize(path)
                except FileNotFoundError:
                    pass
    return found


def upload(server, content):
    status, headers, body = server.request("POST", "/store?NAME=in.bin", content)
    if status != 201:
        fail("the upload was answered %s: %s" % (status, body[:200]))
    return json.loads(body)["id"]


def run_copy(server, entity):
    form = urllib.parse.urlencode({"source": entity, "PHASE": "RUN"})
    status, headers, body = server.request("POST", "/rest/copy", form)
    if status != 303:
        fail("the creation was answered %s: %s" % (status, body[:200]))
    return urllib.parse.urlsplit(headers["Location"]).path


def ended(server, path):
    deadline = time.monotonic() + PATIENCE
    while True:
        _, _, phase = server.request("GET", path + "/phase")
        if phase in (b"COMPLETED", b"ERROR", b"ABORTED"):
            break
        if time.monotonic() > deadline:
            fail("job %s is still %s" % (path, phase))
        server.request("GET", path + "?WAIT=5&PHASE=" + phase.decode())
    status, headers, body = server.request("GET", path + "/results/out")
    if phase != b"COMPLETED" or status != 200:
        fail("job %s ended %s, its result is %s" % (path, phase, status))
    if "has_provenance" not in headers["Link"]:
        fail("the result of %s has no link to its provenance" % path)
    return body


def result_entity(server, path):
    _, _, body = server.request("GET", path, accept="application/json")
    return json.loads(body)["results"][0]["entity"]


def delete(server, path, gone):
    try:
        status, _, _ = server.request("DELETE", path)
        if status in (204, 303, 404):
            gone.append(path)
    except OSError:
        pass  # killed
    except Exception as error:  # an answer cut off in the middle
        if type(error).__module__ != "http.client":
            raise


def one_round(server, chance):
    server.start()
    content = chance.randbytes(SIZE)
    entity = upload(server, content)
    if upload(server, content) != entity:
        fail("the same file is another entity")
    firsts = [run_copy(server, entity) for _ in range(3)]
    results = []
    for path in firsts:
        if ended(server, path) != content:
            fail("job %s copied something else" % path)
        results.append(result_entity(server, path))
    seconds = [run_copy(server, result) for result in results]
    for path in seconds:
        ended(server, path)

    gone = []
    killer = threading.Timer(chance.uniform(0, 0.05), server.kill)  # the moment is the point
    killer.start()
    for path in firsts + seconds[:1] + ["/store/" + entity]:
        delete(server, path, gone)
    killer.join()

    server.start()
    for path in gone:
        if server.request("GET", path)[0] != 404:
            fail("%s was deleted and is there again" % path)
    for path, result in zip(seconds[1:], results[1:]):
        ended(server, path)
        status, headers, body = server.request("GET", "/store/" + result)
        if status != 200 or body != content:
            fail("what job %s used is lost: %s" % (path, status))
        if hashlib.sha256(content).hexdigest() not in headers["ETag"]:
            fail("entity %s does not match its hash" % result)
    for path in firsts + seconds + ["/store/" + entity]:
        server.request("DELETE", path)

    def all_gone():
        # Uploads in use could not be deleted before their jobs were gone.
        server.request("DELETE", "/store/" + entity)
        return not files(server)

    parts = [os.path.join(server.data, part) for part in PARTS]
    if not wait_until(all_gone, parts, PATIENCE):
        left = files(server)
        fail("%d bytes are left: %s" % (sum(left.values()), sorted(left)))
    server.stop()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--server", required=True)
    parser.add_argument("--launcher", required=True)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(2**32))
    options = parser.parse_args()
    print("seed", options.seed)
    chance = random.Random(options.seed)
    folder = tempfile.mkdtemp(prefix="opus-uws-delete-")
    description = os.path.join(folder, "copy.json")
    with open(description, "w") as text:
        json.dump(COPY, text)
    server = Server(options.server, options.launcher, folder, description)
    for number in range(options.rounds):
        one_round(server, chance)
        print("round %d: nothing lost, nothing left" % (number + 1), flush=True)
    shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()

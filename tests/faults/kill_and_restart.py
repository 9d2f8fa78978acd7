#!/usr/bin/env python3
"""kill -9 of the server at random moments while jobs are created, run and finish.

After each round the server is started again on the same data folder and has to bring every job to
an end. Checked: no acknowledged job is lost, none runs twice (each run appends to a file of the
job's own), all end COMPLETED, and each result is what its hash says.

usage: kill_and_restart.py --server PROGRAM --launcher PROGRAM [--rounds 50] [--jobs 200] [--seed N]

Only the standard library. Exit status 0 if everything held, 1 with the first violation otherwise.
"""
import argparse
import hashlib
import http.client
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
from server_process import Server, fail  # noqa: E402

NAME = "mark"
PATIENCE = 120  # seconds for all jobs of a round to end


def create_jobs(server, count, acknowledged, lock):
    """Creates jobs until the server is gone; half of them are run by a second request."""
    for number in range(count):
        try:
            at_once = number % 2 == 0
            status, headers, body = server.request(
                "POST", "/rest/" + NAME, "PHASE=RUN" if at_once else "RUNID=later")
            if status != 303:
                fail("creation was answered %s: %s" % (status, body[:200]))
            path = urllib.parse.urlsplit(headers["Location"]).path
            with lock:
                acknowledged[path] = at_once
            if not at_once:
                status, _, body = server.request("POST", path + "/phase", "PHASE=RUN")
                if status != 303:
                    fail("RUN was answered %s: %s" % (status, body[:200]))
                with lock:
                    acknowledged[path] = True
        except (OSError, http.client.HTTPException):
            return  # killed


def phase_of(server, path):
    status, _, body = server.request("GET", path + "/phase")
    if status != 200:
        fail("acknowledged job %s is lost: %s" % (path, status))
    return body.decode()


def wait_for_end(server, path, deadline):
    while True:
        phase = phase_of(server, path)
        if phase in ("COMPLETED", "ERROR", "ABORTED"):
            return phase
        if time.monotonic() > deadline:
            fail("job %s is still %s" % (path, phase))
        server.request("GET", path + "?WAIT=5&PHASE=" + phase)


def check_job(server, path, marks, deadline):
    phase = wait_for_end(server, path, deadline)
    job = path.rsplit("/", 1)[1]
    if phase != "COMPLETED":
        _, _, error = server.request("GET", path + "/error")
        fail("job %s ended %s: %s" % (job, phase, error.decode()[:300]))
    with open(os.path.join(marks, job)) as text:
        runs = text.read().split()
    if runs != [job]:
        fail("job %s ran %d times" % (job, len(runs)))
    status, headers, body = server.request("GET", path + "/results/out")
    if status != 200 or body != ("result of %s\n" % job).encode():
        fail("result of job %s: %s %r" % (job, status, body[:100]))
    if hashlib.sha256(body).hexdigest() not in headers["ETag"]:
        fail("result of job %s does not match its hash %s" % (job, headers["ETag"]))


def one_round(server, options, marks, checked, chance):
    acknowledged, lock = {}, threading.Lock()
    server.start()
    creators = [threading.Thread(target=create_jobs,
                                 args=(server, options.jobs // 8, acknowledged, lock))
                for _ in range(8)]
    for creator in creators:
        creator.start()
    time.sleep(chance.uniform(0.01, options.longest))  # the moment is the point, not a wait
    server.kill()
    for creator in creators:
        creator.join()
    server.start()
    deadline = time.monotonic() + PATIENCE
    for path, was_run in acknowledged.items():
        # A job whose RUN was cut off may be PENDING: then it has to be runnable.
        if not was_run and phase_of(server, path) == "PENDING":
            server.request("POST", path + "/phase", "PHASE=RUN")
        check_job(server, path, marks, deadline)
    # Jobs whose answer was cut off were promised to nobody, but ran at most once.
    for job in os.listdir(marks):
        with open(os.path.join(marks, job)) as text:
            if len(text.read().split()) != 1:
                fail("job %s ran more than once" % job)
    checked.update(acknowledged)
    server.stop()
    return len(acknowledged)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--server", required=True)
    parser.add_argument("--launcher", required=True)
    parser.add_argument("--rounds", type=int, default=50)
    parser.add_argument("--jobs", type=int, default=200, help="jobs of one round")
    parser.add_argument("--longest", type=float, default=1.0, help="seconds until the kill, at most")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(2**32))
    options = parser.parse_args()
    print("seed", options.seed)
    chance = random.Random(options.seed)

    folder = tempfile.mkdtemp(prefix="opus-uws-kill-")
    marks = os.path.join(folder, "marks")
    os.mkdir(marks)
    with open(os.path.join(folder, NAME + ".json"), "w") as text:
        json.dump({
            "name": NAME,
            "command": ["/bin/sh", "-c",
                        'echo "$1" >> "$MARKS/$1"; echo "result of $1" > out.txt',
                        "sh", "${job_id}"],
            "environment": {"MARKS": marks},
            "results": [{"name": "out", "path": "out.txt", "contentType": "text/plain"}],
        }, text)
    server = Server(options.server, options.launcher, folder,
                    os.path.join(folder, NAME + ".json"))
    checked, total = {}, 0
    for number in range(options.rounds):
        count = one_round(server, options, marks, checked, chance)
        total += count
        print("round %d: %d jobs acknowledged before the kill, all ended well" % (number + 1, count),
              flush=True)
    server.start()
    for path in checked:  # also those of the first rounds are still there
        if phase_of(server, path) != "COMPLETED":
            fail("job %s was COMPLETED once and is not any more" % path)
    server.stop()
    shutil.rmtree(folder, ignore_errors=True)  # the launcher without work ends a moment later
    print("%d jobs in %d rounds: none lost, none run twice, all results as hashed"
          % (total, options.rounds))


if __name__ == "__main__":
    main()

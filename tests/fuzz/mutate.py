#!/usr/bin/env python3
"""Throws requests with random damage at a server, for as long as one likes; not part of CI.

The requests are the tables of tests/server/bad_input and some good ones: bits flip, pieces go, come
twice, swap between requests; what can be said twice is said in pieces as well, and is taken or
refused alike. Whatever comes, the server has to live, to answer in HTTP with none of the statuses
that blame itself, and to end in good order (a sanitizer's complaint is disorder). Best with the
server of build/asan.

usage: mutate.py --server PROGRAM --launcher PROGRAM [--seconds 60] [--seed NUMBER]
"""
import argparse
import os
import random
import socket
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "server", "bad_input"))
import run  # noqa: E402
from rows import FORM, JOB, JOBS, create, get, message  # noqa: E402
from rows import multipart, part, parts, post, put  # noqa: E402
from server_process import fail  # noqa: E402

BLAMES = {500, 502, 504}
ONCE = (b"PHASE", b"DELETE", b"%")  # cannot be said twice with the same answer, or might not
SPICE = [b"\r\n", b"\n", b"\r", b"\x00", b"%", b"%00", b"&", b"=", b";", b":", b" ", b"\t", b"/",
         b"..", b"--b", b"--", b"0\r\n\r\n", b"chunked", b"Content-Length: 5\r\n", b'"', b"\xff",
         b"-1", b"18446744073709551615", b"HTTP/1.1", b"GET ", b"?", b"#", b"{", b"\xc3\xa9"]
FILE = 'form-data; name="image"; filename="i.fits"'
GOOD = [
    get("/"), get("/rest"), get(JOBS), get(JOBS + "?PHASE=PENDING&LAST=3&AFTER=2020"), get(JOB),
    get(JOB + "?WAIT=0"), get(JOB + "/phase"), get(JOB + "/parameters"), get(JOB + "/results"),
    get("/rest/bad/@completed/results/out", "Range: bytes=0-2"), get("/jdl/bad"),
    get("/rest/bad/@completed/prov.json", "Accept: application/json;q=0.5, text/plain"),
    message("OPTIONS * HTTP/1.1", "Host: x"), message("GET / HTTP/1.0"),
    post(JOB + "/parameters", "count=3&word=a%20b"), put(JOB + "/parameters/word", "text"),
    post(JOB + "/destruction", "DESTRUCTION=2031-02-03T04:05:06Z"),
    create("count=1&ratio=0.5&flag=true&RUNID=fuzz&DESTRUCTION=2030-01-01&EXECUTIONDURATION=5"),
    multipart(parts(part('form-data; name="count"', "2"), part(FILE, "x" * 300))),
    multipart(parts(part('form-data; name="UPLOAD"', "image,param:t"),
                    part('form-data; name="t"; filename*=UTF-8\'\'%c3%a9', "x"))),
    message("POST " + JOBS + " HTTP/1.1", "Host: x", "Content-Type: " + FORM,
            "Transfer-Encoding: chunked", body="3;a=b\r\ncou\r\n4\r\nnt=1\r\n0\r\nX: y\r\n\r\n"),
]


def damage(request, others, chance):
    """One to four changes."""
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(request) + 1)
        end = min(len(request), at + chance.choice((1, 1, 2, 8, 64)))
        kind = chance.randrange(6)
        if kind == 0 and at < len(request):
            request = request[:at] + bytes([request[at] ^ 1 << chance.randrange(8)]) + \
                request[at + 1:]
        elif kind == 1:
            request = request[:at] + request[end:]
        elif kind == 2:
            request = request[:at] + request[at:end] * 2 + request[end:]
        elif kind == 3:
            request = request[:at] + chance.choice(SPICE) + request[at:]
        elif kind == 4:
            other = chance.choice(others)
            begin = chance.randrange(len(other))
            request = request[:at] + other[begin:begin + 64] + request[end:]
        else:
            request = request[:at] + chance.choice(SPICE) + request[end:]
    return request[:30000] + b"\r\n\r\n"  # the end of a header, whatever it is


def cut(request, chance):
    """In up to four pieces."""
    ends = sorted(chance.randint(0, len(request)) for _ in range(3)) + [len(request)]
    return [request[begin:end] for begin, end in zip([0] + ends, ends) if end > begin]


def converse(port, pieces):
    """Sends the pieces and ends the sending side; the statuses of all final answers."""
    wire = run.Wire(port)
    try:
        for piece in pieces:
            wire.send(piece)
        try:
            wire.socket.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # the server has closed
        statuses = []
        while wire.buffer or wire.more():
            answer = wire.answer()
            if answer is None:
                fail("half an answer: %r" % wire.buffer[:100])
            if answer[0] != 100:
                statuses.append(answer[0])
        return statuses
    finally:
        wire.close()


def is_refusal(status):
    return status >= 400


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--server", required=True)
    parser.add_argument("--launcher", required=True)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=None)
    options = parser.parse_args()
    seed = options.seed if options.seed is not None else random.SystemRandom().randrange(2 ** 32)
    print("seed", seed)
    chance = random.Random(seed)
    with run.bad_server(options) as (server, jobs):
        groups = run.http_rows.GROUPS + run.body_rows.GROUPS + run.job_rows.GROUPS
        requests = [jobs.named(row[2]) for group in groups for row in group.rows if
                    len(row[2]) < 30000]
        requests += [jobs.named(request) for request in GOOD * 10]
        seen, count, end = {}, 0, time.monotonic() + options.seconds
        while time.monotonic() < end:
            request = damage(chance.choice(requests), requests, chance)
            try:
                statuses = converse(server.port, [request])
                if not any(word in request.upper() for word in ONCE):
                    again = converse(server.port, cut(request, chance))
                    if list(map(is_refusal, again)) != list(map(is_refusal, statuses)):
                        fail("%s in pieces, %s at once: %r" % (again, statuses, request))
            except (OSError, ValueError) as error:
                fail("%s after %r" % (error, request))
            if server.process.poll() is not None:
                fail("the server ended with %s after %r" % (server.process.returncode, request))
            if BLAMES & set(statuses):
                fail("%s to %r" % (statuses, request))
            for status in statuses:
                seen[status] = seen.get(status, 0) + 1
            count += 1
    print("%d damaged requests; answers: %s" % (count, dict(sorted(seen.items()))))


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""The server where it cannot work: a clear line and a non-zero exit, or an error to the client.

usage: bad_places.py --server PROGRAM --launcher PROGRAM

Damaged, foreign and newer databases, unusable folders, a missing launcher, an unreadable
description, a port and a data folder in use; and a disk that fills up while jobs are created.
Only the standard library. The full disk needs the right to mount a tmpfs in a namespace of its own.
"""
import argparse
import json
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from server_process import Server, fail  # noqa: E402

NAME = "echo"
checked = 0


def refused(what, says, command, environment):
    """The program ends by itself, not by a signal, and says why in one line."""
    global checked
    try:
        run = subprocess.run(command, env=environment, stdout=subprocess.PIPE,
                             stderr=subprocess.PIPE, timeout=20, text=True, errors="replace")
    except subprocess.TimeoutExpired:
        fail("%s: the server went on" % what)
    lines = [line for line in run.stderr.splitlines() if " info " not in line]
    if run.returncode <= 0:
        fail("%s: exit status %s, %s" % (what, run.returncode, lines))
    if len(lines) != 1 or not all(word in lines[0] for word in says):
        fail("%s: expected one line with %s, got %s" % (what, says, lines))
    print("%-24s %s" % (what + ":", lines[0]))
    checked += 1


def database(folder, application_id, user_version):
    os.makedirs(folder)
    with sqlite3.connect(os.path.join(folder, "opus.db")) as connection:
        connection.execute("CREATE TABLE other (x)")
        connection.execute("PRAGMA application_id = %d" % application_id)
        connection.execute("PRAGMA user_version = %d" % user_version)
    return folder


def bad_starts(server, folder):
    def command(*flags, data=None, **options):
        server.data = data or os.path.join(folder, "data")
        return server.command(*flags, **options)

    environment = server.environment
    a_file = os.path.join(folder, "a-file")
    open(a_file, "w").close()
    refused("folder below a file", ["a-file"],
            command(data=os.path.join(a_file, "data")), environment)
    refused("folder not writable", ["/proc/"], command(data="/proc/opus-uws"), environment)

    damaged = os.path.join(folder, "damaged")
    os.makedirs(damaged)
    with open(os.path.join(damaged, "opus.db"), "wb") as out:
        out.write(os.urandom(8192))
    before = open(os.path.join(damaged, "opus.db"), "rb").read()
    refused("damaged database", ["opus.db"], command(data=damaged), environment)
    if open(os.path.join(damaged, "opus.db"), "rb").read() != before:
        fail("the damaged database was changed")
    refused("foreign database", ["opus.db"],
            command(data=database(os.path.join(folder, "foreign"), 1, 1)), environment)
    refused("newer database", ["newer"],
            command(data=database(os.path.join(folder, "newer"), 0x4F505557, 999)), environment)

    refused("missing launcher", ["/nowhere/launcher"],
            command("--launcher", "/nowhere/launcher"), environment)
    broken = os.path.join(folder, "broken.json")
    with open(broken, "w") as out:
        out.write('{"name": "x", "comand": ["true"]}')
    refused("unreadable description", ["broken.json", "comand"],
            command("--descriptions", broken), environment)
    refused("no such description", ["absent.json"],
            command("--descriptions", os.path.join(folder, "absent.json")), environment)
    refused("unknown variable", ["OPUS_UWS_LISTN"], command(),
            dict(environment, OPUS_UWS_LISTN="x"))
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = "127.0.0.1:%d" % taken.getsockname()[1]
        refused("port in use", [address], command(listen=address), environment)

    server.data = os.path.join(folder, "data")
    server.start()
    refused("data folder in use", ["in use"], server.command(), environment)
    server.stop()


def full_disk(server, folder):
    """Fills the disk under a running server: what was promised stays, and it recovers."""
    global checked
    disk = os.path.join(folder, "disk")
    os.makedirs(disk)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", disk], check=True)
    server.data = os.path.join(disk, "data")
    server.start()
    status, headers, body = server.request("POST", "/rest/" + NAME, "text=before")
    if status != 303:
        fail("creation before the disk is full: %s %s" % (status, body))
    first = headers["Location"].split("/rest/")[1]
    ballast = os.path.join(disk, "ballast")
    with open(ballast, "wb", buffering=0) as out:
        try:
            while True:
                out.write(b"\0" * 4096)
        except OSError:
            pass
    acknowledged, answers = [first], set()
    form = "text=" + "x" * 20000
    for _ in range(40):
        status, headers, body = server.request("POST", "/rest/" + NAME, form)
        answers.add(status)
        if status == 303:
            acknowledged.append(headers["Location"].split("/rest/")[1])
        elif status != 503 or not body:
            fail("creation on a full disk: %s %r" % (status, body))
    if 503 not in answers:
        fail("40 creations went through on a full disk")
    for job in acknowledged:
        if server.request("GET", "/rest/" + job)[0] != 200:
            fail("job %s is lost on a full disk" % job)
    os.unlink(ballast)
    status, _, body = server.request("POST", "/rest/" + NAME, form)
    if status != 303:
        fail("creation when the disk has room again: %s %s" % (status, body))
    server.kill()
    server.start()
    for job in acknowledged:
        if server.request("GET", "/rest/" + job)[0] != 200:
            fail("job %s is lost after a full disk and a crash" % job)
    server.stop()
    print("full disk:               answered 503, lost nothing, went on when there was room")
    checked += 1


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--server", required=True)
    parser.add_argument("--launcher", required=True)
    parser.add_argument("--in-namespace", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if not options.in_namespace:  # the mount below is nobody else's business, and ends with us
        os.execvp("unshare", ["unshare", "--mount"] + (["--map-root-user"] if os.geteuid() else [])
                  + [sys.executable] + sys.argv + ["--in-namespace"])
    folder = tempfile.mkdtemp(prefix="opus-uws-bad-")
    description = os.path.join(folder, NAME + ".json")
    with open(description, "w") as text:
        json.dump({"name": NAME, "command": ["echo", "${text}"],
                   "parameters": [{"name": "text", "required": True}]}, text)
    server = Server(options.server, options.launcher, folder, description)
    bad_starts(server, folder)
    full_disk(server, folder)
    # Launchers without work end by themselves, a moment later.
    subprocess.run(["umount", "--lazy", os.path.join(folder, "disk")], check=True)
    shutil.rmtree(folder, ignore_errors=True)
    print("%d bad places, each with its answer" % checked)


if __name__ == "__main__":
    main()

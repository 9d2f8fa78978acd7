#!/usr/bin/env python3
"""Accounts of a server that runs: the first administrator, the command line beside it, and what the
server makes of it.

usage: run.py --server PROGRAM --launcher PROGRAM
"""
import argparse
import base64
import http.client
import json
import os
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "support"))
from server_process import Server, fail  # noqa: E402

PATIENCE = 30


def check(what, holds):
    if not holds:
        fail(what)


class Accounts:
    """A server, and the commands on its data folder."""

    def __init__(self, options, folder):
        files = os.path.join(folder, "descriptions")
        os.mkdir(files)
        with open(os.path.join(files, "hello.json"), "w") as text:
            json.dump({"name": "hello", "command": ["/bin/true"]}, text)
        self.server = Server(options.server, options.launcher, folder, files)

    def command(self, *words, status=0):
        done = subprocess.run([self.server.program, "--data-dir", self.server.data, *words],
                              capture_output=True, text=True, timeout=PATIENCE)
        check("%s: expected to end with %d, got %d: %s" %
              (" ".join(words), status, done.returncode, done.stderr), done.returncode == status)
        return done.stdout if status == 0 else done.stderr

    def status(self, token=None, path="/rest/hello", method="GET", account=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=PATIENCE)
        try:
            headers = {}
            if account:
                pair = base64.b64encode(("%s:%s" % (account, token)).encode()).decode()
                headers["Authorization"] = "Basic " + pair
            elif token:
                headers["Authorization"] = "Bearer " + token
            connection.request(method, path, headers=headers)
            response = connection.getresponse()
            self.body = response.read().decode()
            return response.status
        finally:
            connection.close()

    def soon(self, what, status, *arguments, **named):
        """The server has a second to notice; a loaded machine has more."""
        deadline = time.monotonic() + PATIENCE
        while self.status(*arguments, **named) != status:
            check("%s: never answered %d" % (what, status), time.monotonic() < deadline)

    def log(self):
        with open(os.path.join(self.server.folder, "server.log")) as text:
            return text.read()


def last_line(text):
    return text.strip().splitlines()[-1]


def first_start(accounts):
    accounts.server.start("--access-mode", "accounts")
    check("nobody may come in without an account", accounts.status() == 401)
    tokens = [line for line in accounts.log().splitlines() if line.startswith("opus-")]
    check("the first start prints one token, got %d" % len(tokens), len(tokens) == 1)
    check("the token is an administrator's", accounts.status(tokens[0], "/admin/audit") == 200)
    check("the log has no token", tokens[0] not in accounts.body)
    accounts.server.stop()
    accounts.server.start("--access-mode", "accounts")
    check("only the first start prints one", accounts.log().count("\nopus-") <= 1)
    check("it is good after a restart", accounts.status(tokens[0], "/admin/audit") == 200)
    return tokens[0]


def commands(accounts, admin):
    check("adds", "alice\tuser\tteam\tactive" in accounts.command("user", "add", "alice", "--group", "team"))
    token = last_line(accounts.command("token", "create", "alice", "--name", "laptop",
                                       "--expires", "90d"))
    accounts.soon("a new token", 200, token)
    check("Basic", accounts.status(token, account="alice") == 200)
    check("Basic of another", accounts.status(token, account="admin") == 401)
    check("creates", accounts.status(token, method="POST") == 303)
    check("is no administrator", accounts.status(token, "/admin/audit") == 403)
    accounts.command("role", "add", "alice", "admin")
    accounts.soon("a new role", 200, token, "/admin/audit")
    accounts.command("role", "remove", "alice", "admin")
    accounts.soon("a role less", 403, token, "/admin/audit")
    listed = accounts.command("token", "list", "alice")
    check("lists no secret", token not in listed and "laptop" in listed)
    identifier = listed.split("\t")[0]
    rotated = last_line(accounts.command("token", "rotate", identifier))
    accounts.soon("the old secret", 401, token)
    accounts.soon("the new secret", 200, rotated)
    accounts.command("user", "disable", "alice")
    accounts.soon("a disabled account", 401, rotated)
    accounts.command("user", "enable", "alice")
    accounts.soon("an enabled account", 200, rotated)
    accounts.command("token", "revoke", identifier)
    accounts.soon("a revoked token", 401, rotated)
    accounts.command("user", "delete", "alice")
    check("is gone", "alice" not in accounts.command("user", "list"))
    check("the audit log has it all", accounts.status(admin, "/admin/audit") == 200)
    for action in ("account added", "token created", "token rotated", "token revoked", "account removed"):
        check("the audit log has " + action, action in accounts.body)
        check("audit prints " + action, action in accounts.command("audit"))


def faults(accounts):
    for words, said in [(["user", "add", "a:b"], "name: expected"),
                        (["user", "add", "admin"], "there is an account 'admin'"),
                        (["user", "disable", "nobody"], "there is no account 'nobody'"),
                        (["role", "remove", "admin", "none"], "it has no 'none'"),
                        (["token", "create", "admin", "--scope", "half"], "--scope: expected"),
                        (["token", "create", "admin", "--expires", "soon"], "--expires: expected"),
                        (["token", "revoke", "0123"], "there is no token")]:
        message = accounts.command(*words, status=1)
        check("%s says %s, got %s" % (words, said, message), said in message)
    for words in (["user"], ["user", "fly"], ["token", "create"], ["user", "add", "x", "--nope"]):
        accounts.command(*words, status=2)


def open_at_first(accounts):
    accounts.server.data = os.path.join(accounts.server.folder, "local")
    accounts.server.start()
    check("a loopback address is open", accounts.status() == 200)
    accounts.command("user", "add", "alice")
    accounts.soon("until there is an account", 401)
    accounts.server.stop()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--server", required=True)
    parser.add_argument("--launcher", required=True)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        accounts = Accounts(options, folder)
        try:
            admin = first_start(accounts)
            commands(accounts, admin)
            faults(accounts)
            accounts.server.stop()
            open_at_first(accounts)
        except BaseException:
            if accounts.server.process:
                accounts.server.kill()
            raise
    print("accounts: all good")


if __name__ == "__main__":
    main()

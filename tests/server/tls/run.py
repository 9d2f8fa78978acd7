#!/usr/bin/env python3
"""TLS of a server that runs, seen by the clients of Python and by curl.

usage: run.py --server PROGRAM --launcher PROGRAM
"""
import contextlib
import hashlib
import http.client
import os
import random
import socket
import ssl
import subprocess
import sys
import tempfile
import time
import warnings

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "support"))
from server_process import fail, served  # noqa: E402

PATIENCE = 30
BIG = 5 << 20
DESCRIPTIONS = [
    {"name": "big", "command": ["/bin/sh", "-c", "head -c %d /dev/urandom > big.bin" % BIG],
     "results": [{"name": "big", "path": "big.bin"}]},
    {"name": "bad", "command": ["/bin/false"]},
]


def check(what, holds):
    if not holds:
        fail(what)


class Files:
    """The certificate and the key that the server is told of."""

    def __init__(self, folder):
        self.certificate = os.path.join(folder, "server.pem")
        self.key = os.path.join(folder, "server.key")

    def make(self, name, certificate=None, key=None):
        """Puts new files in place, each whole."""
        paths = [certificate or self.certificate, key or self.key]
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                        "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj", "/CN=" + name,
                        "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
                        "-keyout", paths[1] + ".new", "-out", paths[0] + ".new"],
                       check=True, capture_output=True)
        for path in reversed(paths):
            os.rename(path + ".new", path)


class Client:
    def __init__(self, server, files):
        self.server = server
        self.files = files

    def context(self, **settings):
        context = ssl.create_default_context(cafile=self.files.certificate)
        for name, value in settings.items():
            setattr(context, name, value)
        return context

    def connect(self, context=None, port=None):
        plain = socket.create_connection(("127.0.0.1", port or self.server.port), timeout=PATIENCE)
        return (context or self.context()).wrap_socket(plain, server_hostname="localhost")

    def ask(self, method, path, body=None, headers=None):
        connection = http.client.HTTPSConnection("localhost", self.server.port, timeout=PATIENCE,
                                                 context=self.context())
        try:
            connection.request(method, path, body, headers or {})
            response = connection.getresponse()
            return response.status, response.headers, response.read()
        finally:
            connection.close()

    def create(self, name):
        status, headers, _ = self.ask("POST", "/rest/" + name, "PHASE=RUN", {
            "Content-Type": "application/x-www-form-urlencoded"})
        check("creates %s, got %d" % (name, status), status == 303)
        check("the job is at https: " + headers["Location"],
              headers["Location"].startswith("https://localhost:%d/rest/" % self.server.port))
        return headers["Location"].split(str(self.server.port), 1)[1]

    def finished(self, job, phase):
        got = None
        while got not in (b"COMPLETED", b"ERROR", b"ABORTED"):
            status, _, _ = self.ask("GET", job + "?WAIT=30")
            check("WAIT is answered, got %d" % status, status == 200)
            _, _, got = self.ask("GET", job + "/phase")
        check("the job ends %s, got %s" % (phase, got), got == phase)

    def subject(self):
        """Who the server says it is; the files here are not asked."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        with self.connect(context) as tls:
            der = tls.getpeercert(binary_form=True)
        return hashlib.sha256(der).hexdigest()


def refuses(client, context, what, alert):
    """It is the server that says no, and why."""
    try:
        client.connect(context).close()
    except ssl.SSLError as error:
        check("%s: expected %s, got %s" % (what, alert, error), alert in str(error))
        return
    fail(what + " was accepted")


def versions(client):
    for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
        with client.connect(client.context(minimum_version=version, maximum_version=version)) as tls:
            tls.sendall(b"GET /availability HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            check("%s answers" % version.name, tls.recv(15) == b"HTTP/1.1 200 OK")
    warnings.simplefilter("ignore", DeprecationWarning)
    old = client.context(minimum_version=ssl.TLSVersion.TLSv1, maximum_version=ssl.TLSVersion.TLSv1_1)
    old.set_ciphers("ALL:@SECLEVEL=0")
    refuses(client, old, "TLS 1.1", "alert protocol version")
    weak = client.context(maximum_version=ssl.TLSVersion.TLSv1_2)
    weak.set_ciphers("AES128-SHA:AES256-GCM-SHA384:ECDHE-ECDSA-AES128-SHA:@SECLEVEL=0")
    refuses(client, weak, "a cipher without forward secrecy or AEAD", "alert handshake failure")


def protocols(client):
    both = client.context()
    both.set_alpn_protocols(["h2", "http/1.1"])
    with client.connect(both) as tls:
        check("http/1.1 is chosen", tls.selected_alpn_protocol() == "http/1.1")
    other = client.context()
    other.set_alpn_protocols(["h2"])
    refuses(client, other, "a client of h2 alone", "alert no application protocol")


def transfers(client, folder):
    job = client.create("big")
    client.finished(job, b"COMPLETED")
    status, headers, big = client.ask("GET", job + "/results/big")
    check("the result has all its bytes, got %d" % len(big), status == 200 and len(big) == BIG)
    status, _, piece = client.ask("GET", job + "/results/big", headers={"Range": "bytes=100000-299999"})
    check("and a range of them", status == 206 and piece == big[100000:300000])
    fetched = os.path.join(folder, "fetched")
    subprocess.run(["curl", "-sS", "--fail", "--cacert", client.files.certificate, "-o", fetched,
                    "https://localhost:%d%s/results/big" % (client.server.port, job)],
                   check=True, timeout=PATIENCE)
    with open(fetched, "rb") as content:
        check("curl gets the same", content.read() == big)
    status, _, body = client.ask("POST", "/store", big, {"Content-Type": "application/octet-stream"})
    check("an upload of the same is known by its hash, got %d" % status,
          status in (200, 201, 303))
    uploaded = subprocess.run(
        ["curl", "-sS", "--cacert", client.files.certificate, "-H", "Expect: 100-continue",
         "-F", "file=@" + fetched, "-o", "/dev/null", "-w", "%{http_code}",
         "https://localhost:%d/store" % client.server.port],
        check=True, timeout=PATIENCE, capture_output=True, text=True).stdout
    check("curl uploads, got " + uploaded, uploaded in ("200", "201", "303"))


def one_connection(client):
    """Requests that come as one record are answered in order; the client's end is seen."""
    with client.connect() as tls:
        one = b"GET /availability HTTP/1.1\r\nHost: localhost\r\n\r\n"
        last = b"GET /availability HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
        tls.sendall(one * 200 + last)
        got = b""
        while True:
            piece = tls.recv(1 << 16)
            if not piece:
                break
            got += piece
        check("201 answers, got %d" % got.count(b"HTTP/1.1 200 OK"), got.count(b"HTTP/1.1 200 OK") == 201)


def waiting(client):
    """Events come, and who waits is woken."""
    job = client.create("bad")
    with client.connect() as tls:
        tls.sendall(("GET %s/events HTTP/1.1\r\nHost: localhost\r\n\r\n" % job).encode())
        got = b""
        while b"event: phase" not in got and b"data:" not in got:
            piece = tls.recv(1 << 16)
            check("events come", piece)
            got += piece
    client.finished(job, b"ERROR")


def to_https(client, redirect):
    port = client.server.port
    for door, expected in ((port, "localhost:%d" % port), (redirect, "localhost:%d" % port)):
        connection = http.client.HTTPConnection("localhost", door, timeout=PATIENCE)
        connection.request("POST", "/rest/big?a=b", "PHASE=RUN", {
            "Content-Type": "application/x-www-form-urlencoded"})
        response = connection.getresponse()
        check("plain HTTP is sent to TLS, got %d" % response.status, response.status == 308)
        check("there: " + response.headers["Location"],
              response.headers["Location"] == "https://%s/rest/big?a=b" % expected)
        check("no HSTS by plain HTTP", response.headers["Strict-Transport-Security"] is None)
        connection.close()
    _, headers, _ = client.ask("GET", "/availability")
    check("HSTS by TLS", headers["Strict-Transport-Security"] is not None)


def slow_greetings(port):
    """Who opens a connection and says nothing, or half of its greeting, is sent away."""
    hello = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"
    slow = []
    for begin in (b"", hello, b"\x16" + b"garbage" * 100):
        slow.append(socket.create_connection(("127.0.0.1", port), timeout=PATIENCE))
        slow[-1].sendall(begin)
    for plain in slow:
        with plain:
            try:
                while plain.recv(100):
                    pass
            except ConnectionError:
                pass


def soon(what, holds):
    deadline = time.monotonic() + PATIENCE
    while not holds():
        check(what, time.monotonic() < deadline)


def new_files(client):
    files = client.files
    before = client.subject()
    request = b"HEAD /availability HTTP/1.1\r\nHost: localhost\r\n\r\n"
    with client.connect() as old:
        old.sendall(request)
        check("the old certificate serves", old.recv(4096).startswith(b"HTTP/1.1 200 OK"))
        files.make("second")
        soon("the new certificate is never used", lambda: client.subject() != before)
        old.sendall(request)
        check("connections of the old one go on", old.recv(4096).startswith(b"HTTP/1.1 200 OK"))
    client.create("big")
    good = client.subject()
    with open(files.key + ".new", "w") as broken:
        broken.write("not a key\n")
    os.rename(files.key + ".new", files.key)

    def told():
        check("the good one stays", client.subject() == good)
        with open(os.path.join(client.server.folder, "server.log")) as log:
            return "the one before stays in use" in log.read()
    soon("a bad key is not told of", told)


def bad_starts(server, files, folder):
    other = os.path.join(folder, "other.pem")
    Files(folder).make("other", other, os.path.join(folder, "other.key"))
    empty = os.path.join(folder, "empty.pem")
    open(empty, "w").close()
    for flags, words in (
            (["--http-certificate", files.certificate], ["http.key", "expected both or none"]),
            (["--http-redirect", "127.0.0.1:0"], ["http.redirect", "http.certificate"]),
            (["--http-certificate", "/nowhere/a.pem", "--http-key", files.key],
             ["certificate /nowhere/a.pem", "expected a PEM file"]),
            (["--http-certificate", empty, "--http-key", files.key],
             ["certificate " + empty, "expected a PEM file"]),
            (["--http-certificate", other, "--http-key", files.key],
             ["private key " + files.key, "for the certificate in " + other]),
    ):
        done = subprocess.run([server.program, "--listen", "127.0.0.1:0", "--data-dir",
                               os.path.join(folder, "other"), *flags],
                              capture_output=True, text=True, timeout=PATIENCE,
                              env=server.environment)
        check("%s: expected a refusal, got %d" % (flags, done.returncode), done.returncode in (1, 2))
        for word in words:
            check("%s: expected '%s' in: %s" % (flags, word, done.stderr), word in done.stderr)


def free_port():
    """Below those that the kernel gives to clients: none of them takes it before the server does."""
    while True:
        port = random.randrange(12000, 30000)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def main():
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        files = Files(folder)
        files.make("first")
        redirect = free_port()
        tls = ("--http-certificate", files.certificate, "--http-key", files.key)
        with served(__doc__, [], *tls, "--http-header-timeout", "1s") as server:
            slow_greetings(server.port)
        with served(__doc__, DESCRIPTIONS, *tls, "--http-redirect", "127.0.0.1:%d" % redirect,
                    "--http-hsts", "1h") as server:
            client = Client(server, files)
            versions(client)
            protocols(client)
            transfers(client, folder)
            one_connection(client)
            waiting(client)
            to_https(client, redirect)
            bad_starts(server, files, folder)
            new_files(client)
    print("TLS: versions, ciphers, protocols, transfers, redirects, slow greetings, new files: good")


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Tokens of OpenID Connect issuers, signed by PyJWT, at a server that runs.

usage: run.py --server PROGRAM --launcher PROGRAM
"""
import base64
import hashlib
import hmac
import http.client
import http.server
import json
import os
import sys
import tempfile
import threading
import time

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "support"))
from server_process import fail, served  # noqa: E402

PATIENCE = 30
AUDIENCE = "https://jobs.example.org"
JOB = {"name": "hello", "command": ["/bin/true"]}


def check(what, holds):
    if not holds:
        fail(what)


class Key:
    def __init__(self, name, algorithm, private):
        self.name = name
        self.algorithm = algorithm
        self.private = private

    def public(self):
        """As a JWK."""
        makers = {"ES": jwt.algorithms.ECAlgorithm, "Ed": jwt.algorithms.OKPAlgorithm}
        jwk = makers.get(self.algorithm[:2], jwt.algorithms.RSAAlgorithm).to_jwk(self.private.public_key())
        return {**(json.loads(jwk) if isinstance(jwk, str) else jwk), "kid": self.name, "use": "sig"}

    def public_pem(self):
        return self.private.public_key().public_bytes(serialization.Encoding.PEM,
                                                      serialization.PublicFormat.SubjectPublicKeyInfo)


def rsa_key(name, algorithm="RS256", bits=2048):
    return Key(name, algorithm, rsa.generate_private_key(public_exponent=65537, key_size=bits))


def curve_key(name, algorithm, curve):
    return Key(name, algorithm, ec.generate_private_key(curve))


class Issuer:
    """Real HTTP on loopback; `answers` has status and text by path."""

    def __init__(self):
        issuer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                issuer.asked += 1
                status, text = issuer.answers.get(self.path, (404, ""))
                self.send_response(status)
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text.encode())

            def log_message(self, *_):
                pass

        self.asked = 0
        self.answers = {}
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = "http://127.0.0.1:%d/realms/x" % self.server.server_port
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def publish(self, *keys, named=None):
        self.answers["/realms/x/.well-known/openid-configuration"] = (200, json.dumps(
            {"issuer": named or self.url, "jwks_uri": self.url + "/keys"}))
        self.answers["/realms/x/keys"] = (200, json.dumps({"keys": [key.public() for key in keys]}))

    def token(self, key, headers=None, without=(), **claims):
        now = int(time.time())
        all_claims = {"iss": self.url, "sub": "ada", "aud": AUDIENCE, "iat": now, "exp": now + 600, **claims}
        for name in without:
            del all_claims[name]
        return jwt.encode(all_claims, key.private, algorithm=key.algorithm,
                          headers={"kid": key.name, **(headers or {})})


def part(value):
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


class Client:
    def __init__(self, server):
        self.server = server

    def ask(self, token, path="/rest/hello", method="GET", body=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=PATIENCE)
        try:
            headers = {"Authorization": "Bearer " + token} if token else {}
            if body is not None:
                headers["Content-Type"] = "application/x-www-form-urlencoded"
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            self.headers = response.headers
            self.body = response.read().decode()
            return response.status
        finally:
            connection.close()

    def soon(self, what, status, token, **named):
        """Keys are asked for in the background; meanwhile 503 is said."""
        deadline = time.monotonic() + PATIENCE
        while (got := self.ask(token, **named)) != status:
            check("%s: got %d, %s" % (what, got, self.body), got == 503 and self.headers["Retry-After"])
            check("%s: never answered %d" % (what, status), time.monotonic() < deadline)

    def refuses(self, why, token):
        got = self.ask(token)
        check("expected 401 and %r, got %d: %s" % (why, got, self.body), got == 401 and why in self.body)
        challenges = self.headers.get_all("WWW-Authenticate")
        check("the challenge says that the token is bad, got %s" % challenges,
              any("invalid_token" in one for one in challenges))

    def is_named(self, name, token):
        got = self.ask(token)
        check("expected 200 for %s, got %d: %s" % (name, got, self.body), got == 200)
        check("expected the name %s, got %s" % (name, self.headers["X-VO-Authenticated"]),
              self.headers["X-VO-Authenticated"] == name)


def good_tokens(client, issuer, keys):
    for key in keys:
        client.is_named("ada@iam", issuer.token(key))
    key = keys[0]
    client.is_named("ada@iam", issuer.token(key, aud=["somebody", AUDIENCE]))
    client.is_named("auth0|urn%3A1%25@iam", issuer.token(key, sub="auth0|urn:1%"))
    now = int(time.time())
    client.is_named("ada@iam", issuer.token(key, exp=now - 20))  # clocks differ
    client.is_named("ada@iam", issuer.token(key, nbf=now + 20, exp=now + 600.5))
    client.is_named("ada@iam", issuer.token(key, headers={"typ": "at+jwt"}))


def bad_claims(client, issuer, key):
    now = int(time.time())
    client.refuses("has expired at", issuer.token(key, exp=now - 3600))
    client.refuses("until when", issuer.token(key, without=["exp"]))
    client.refuses("until when", issuer.token(key, exp="tomorrow"))
    client.refuses("not good before", issuer.token(key, nbf=now + 3600))
    client.refuses("not for this service", issuer.token(key, aud="https://other.example.org"))
    client.refuses("not for this service", issuer.token(key, without=["aud"]))
    client.refuses("not trusted here", issuer.token(key, iss="https://evil.example.org"))
    client.refuses("not trusted here", issuer.token(key, iss=issuer.url + "/"))
    client.refuses("no claim 'sub'", issuer.token(key, without=["sub"]))
    client.refuses("no claim 'sub'", issuer.token(key, sub=""))
    client.refuses("'sub': expected 1 to 128 bytes", issuer.token(key, sub="a\nb"))
    client.refuses("'sub': expected 1 to 128 bytes", issuer.token(key, sub="a" * 200))


def forged(client, issuer, key):
    good = issuer.token(key)
    head, claims, signature = good.split(".")
    now = int(time.time())
    evil = part({"iss": issuer.url, "sub": "root", "aud": AUDIENCE, "exp": now + 600})
    client.refuses("signature is not valid", ".".join([head, evil, signature]))
    for name in ("none", "nOnE", ""):
        for end in ("", signature):
            client.refuses("not accepted", ".".join([part({"alg": name}), evil, end]))
    # The public key as a shared secret.
    confused = part({"alg": "HS256", "kid": key.name}) + "." + evil
    mac = hmac.new(key.public_pem(), confused.encode(), hashlib.sha256).digest()
    client.refuses("an algorithm that is not accepted",
                   confused + "." + base64.urlsafe_b64encode(mac).rstrip(b"=").decode())
    # A key of one's own, under the issuer's name and with itself in the header.
    stranger = rsa_key(key.name)
    client.refuses("signature is not valid", issuer.token(stranger))
    client.refuses("signature is not valid", issuer.token(stranger, headers={"jwk": stranger.public()}))
    client.refuses("extensions", issuer.token(key, headers={"crit": ["b64"], "b64": True}))
    for text in ("ey..", "a.b.c", "eyJhIjox.e30.x", good + ".", good[:-2], "ey" + "A" * 20000 + ".e30.x",
                 part({"alg": "RS256"}) + "." + base64.urlsafe_b64encode(b"[" * 5000).decode() + ".x",
                 part({"alg": 7}) + ".e30.x", part([]) + ".e30.x", head + "." + claims + ".A", head + "..", "..",
                 head + "." + claims + "." + signature[:-1] + "!"):
        got = client.ask(text)
        check("expected 401 for %r..., got %d" % (text[:30], got), got in (401, 431))


def only_accepted_algorithms(client, issuer, key):
    client.refuses("signed by 'PS512', an algorithm that is not accepted",
                   issuer.token(Key(key.name, "PS512", key.private)))


def by_email(client, issuer, key):
    mail = {"sub": "1", "email": "ada@example.org"}
    client.is_named("ada@example.org", issuer.token(key, email_verified=True, **mail))
    client.refuses("not verified", issuer.token(key, email_verified=False, **mail))
    client.refuses("not verified", issuer.token(key, **mail))
    client.refuses("no claim 'email'", issuer.token(key, email_verified=True))


def groups_become_roles(client, issuer, key):
    plain = issuer.token(key, realm_access={"roles": ["staff", "no word!"]})
    check("a user is no administrator, got %d" % client.ask(plain, "/admin/audit"), client.ask(plain, "/admin/audit") == 403)
    admin = issuer.token(key, realm_access={"roles": ["/opus/admins"]})
    check("an administrator by his group, got %d" % client.ask(admin, "/admin/audit"),
          client.ask(admin, "/admin/audit") == 200)
    # Only of the issuer for which it was said.
    check("a rule names the group of an issuer", client.ask(plain, "/rest/staff-only") == 200)
    check("others do not see it", client.ask(issuer.token(key), "/rest/staff-only") in (403, 404))


def jobs_are_owned(client, issuer, key):
    token = issuer.token(key, sub="grace")
    check("a job is created", client.ask(token, method="POST", body="PHASE=RUN") == 303)
    path = client.headers["Location"].split(str(client.server.port), 1)[1]
    check("its owner sees it", client.ask(token, path) == 200)
    check("it is hers: %s" % client.body, "<uws:ownerId>grace@iam</uws:ownerId>" in client.body)
    check("nobody else sees it", client.ask(issuer.token(key), path) in (403, 404))


def disabled_account(client, issuer, key):
    token = issuer.token(key, sub="mallory")
    client.is_named("mallory@iam", token)
    for words in (["user", "add", "mallory@iam"], ["user", "disable", "mallory@iam"]):
        status = os.spawnv(os.P_WAIT, client.server.program,
                           [client.server.program, "--data-dir", client.server.data, *words])
        check("%s: ended with %d" % (words, status), status == 0)
    deadline = time.monotonic() + PATIENCE
    while client.ask(token) != 403:
        check("a disabled account is refused", time.monotonic() < deadline)


def keys_change(client, issuer, old, others):
    before = issuer.token(old)
    client.is_named("ada@iam", before)
    new = rsa_key("new")
    unknown = issuer.token(new)
    got = client.ask(unknown)
    check("an unknown key is refused, or asked for, got %d" % got, got in (401, 503))
    issuer.publish(new, *others)
    deadline = time.monotonic() + PATIENCE
    while client.ask(unknown) != 200:  # 401 where the issuer was asked a moment ago
        check("the new key is found: %s" % client.body, time.monotonic() < deadline)
    client.soon("the old key is gone", 401, before)
    check("why: " + client.body, "key that its issuer does not have" in client.body)
    asked = issuer.asked
    for _ in range(50):
        client.is_named("ada@iam", unknown)
    check("good tokens are no question to the issuer", issuer.asked <= asked + 2)
    # The issuer goes away, and its keys stay.
    issuer.answers.clear()
    client.is_named("ada@iam", issuer.token(new))


def main():
    keys = [rsa_key("one"), curve_key("two", "ES256", ec.SECP256R1()), curve_key("three", "ES384", ec.SECP384R1()),
            curve_key("four", "ES512", ec.SECP521R1()), Key("five", "EdDSA", ed25519.Ed25519PrivateKey.generate())]
    iam, mail = Issuer(), Issuer()
    mail_key = rsa_key("m", "PS256")
    with tempfile.TemporaryDirectory() as folder:
        config = os.path.join(folder, "config.toml")
        with open(config, "w") as text:
            text.write("""
[access]
mode = "accounts"
see = ["staff-only=group:iam/staff"]
[oidc]
issuers = ["iam=%s", "mail=%s"]
audiences = ["iam=%s", "mail=other", "mail=%s"]
identity = ["mail=email"]
groups = ["iam=realm_access.roles"]
roles = ["iam/opus/admins=admin"]
algorithms = ["RS256", "PS256", "ES256", "ES384", "ES512", "EdDSA"]
refresh = "1s"
""" % (iam.url, mail.url, AUDIENCE, AUDIENCE))
        # Who tells another name than his has another's keys.
        mail.publish(mail_key, named=iam.url)
        with served(__doc__, [JOB, dict(JOB, name="staff-only")], "--config", config) as server:
            client = Client(server)
            got = client.ask(iam.token(keys[0]))
            check("no keys yet: expected 503, got %d" % got, got == 503 and "cannot be verified yet" in client.body)
            iam.publish(*keys)
            client.soon("the keys are there", 200, iam.token(keys[0]))
            got = client.ask(mail.token(mail_key))
            check("keys under another's name are not taken, got %d: %s" % (got, client.body), got == 503)
            mail.publish(mail_key, rsa_key("short", bits=1024))
            client.soon("the right name", 200, mail.token(mail_key, email="a@b.org", email_verified=True))

            good_tokens(client, iam, keys)
            bad_claims(client, iam, keys[0])
            forged(client, iam, keys[0])
            only_accepted_algorithms(client, iam, keys[0])
            by_email(client, mail, mail_key)
            groups_become_roles(client, iam, keys[0])
            jobs_are_owned(client, iam, keys[0])
            disabled_account(client, iam, keys[0])
            check("clients are told of tokens", client.ask(None, "/capabilities") == 200
                  and "ivo://ivoa.net/sso#OAuth" in client.body)
            keys_change(client, iam, keys[0], keys[1:])
            with open(os.path.join(server.folder, "server.log")) as log:
                check("no token is in the log", "eyJ" not in log.read())
    print("tokens of issuers: as documented")


main()

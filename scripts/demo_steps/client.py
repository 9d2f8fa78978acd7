"""A small HTTP client that shows what it does."""

import hashlib
import http.client
import json
import mimetypes
import secrets
import urllib.parse

from failure import Failure

TIMEOUT = 90  # seconds without a byte; longer than any WAIT


def quantity(size):
    """12345 -> "12 KiB"."""
    for unit in ("bytes", "KiB", "MiB"):
        if size < 1024 or unit == "MiB":
            return f"{size:.0f} {unit}"
        size /= 1024


class Answer:
    def __init__(self, response):
        self.status, self.reason, self.headers = response.status, response.reason, response.headers
        self.body = response.read()

    def text(self):
        return self.body.decode("utf-8", "replace")

    def json(self):
        return json.loads(self.body)

    def sha256(self):
        return hashlib.sha256(self.body).hexdigest()


class Client:
    """One request at a time, each printed in one or two lines."""

    def __init__(self, url):
        self.url = urllib.parse.urlsplit(url)
        self.short = ("", "")

    def name_path(self, name, path):
        """From now on `name` is printed for `path`."""
        self.short = (path, name)

    def path_of(self, url):
        return urllib.parse.urlsplit(url).path

    def get(self, path, accept="*/*", show="body"):
        """`show`: what to print of the answer: its body, its type and size, or a JSON member."""
        print(f"   GET  {self._shown(path)}")
        answer = self._send("GET", path, None, {"Accept": accept}, (200,))
        if show == "body":
            said = answer.text().strip()
        elif show == "type":
            said = f"{answer.headers['Content-Type']}, {quantity(len(answer.body))}"
        else:
            said = f"{show} {answer.json()[show]}"
        print(f"        {answer.status} {answer.reason}: {said}")
        return answer

    def post(self, path, values, files=None, expect=(303,)):
        print(f"   POST {self._shown(path)}")
        shown = [f"{name}=@{file.name}" for name, file in (files or {}).items()]
        print("        " + "  ".join(shown + [f"{name}={value}" for name, value in values.items()]))
        if files:
            body, content_type = multipart(values, files)
        else:
            body = urllib.parse.urlencode(values).encode()
            content_type = "application/x-www-form-urlencoded"
        answer = self._send("POST", path, body, {"Content-Type": content_type}, expect)
        where = answer.headers["Location"]
        said = f" -> {self._shown(self.path_of(where))}" if where else ""
        print(f"        {answer.status} {answer.reason}{said}")
        return answer

    def _shown(self, path):
        return path.replace(*self.short) if self.short[0] else path

    def _send(self, method, path, body, headers, expect):
        connection = http.client.HTTPConnection(
            self.url.hostname, self.url.port, timeout=TIMEOUT
        )
        try:
            connection.request(method, path, body, headers)
            answer = Answer(connection.getresponse())
        except (OSError, http.client.HTTPException) as error:
            raise Failure(f"{method} {path}: no answer: {error}") from error
        finally:
            connection.close()
        if answer.status not in expect:
            raise Failure(
                f"{method} {path} answered {answer.status} {answer.reason}: {answer.text().strip()}"
            )
        return answer


def multipart(values, files):
    """multipart/form-data (RFC 7578): the body and its Content-Type."""
    boundary = secrets.token_hex(16)
    body = b""
    for name, value in values.items():
        body += f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'.encode()
        body += value.encode() + b"\r\n"
    for name, file in files.items():
        kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
        body += (
            f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"; '
            f'filename="{file.name}"\r\nContent-Type: {kind}\r\n\r\n'
        ).encode()
        body += file.read_bytes() + b"\r\n"
    return body + f"--{boundary}--\r\n".encode(), f"multipart/form-data; boundary={boundary}"

#!/usr/bin/env python3
"""STILTS taplint, stage UWS, against the server: no error, no warning, no failure.

usage: taplint.py --server PROGRAM --launcher PROGRAM

taplint wants <base>/async and <base>/capabilities, as a TAP service has them. A small front end in
this process serves the capabilities and passes requests for the job list on; jobs themselves are
asked at their own absolute URLs. The conversation is UWS-CRE, -PAR, -ABT, -DEL, -RUN, -HTTP, -XML.
"""
import http.client
import http.server
import os
import re
import subprocess
import sys
import threading

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from server_process import fail, served  # noqa: E402

CAPABILITIES = """<?xml version="1.0" encoding="UTF-8"?>
<vosi:capabilities xmlns:vosi="http://www.ivoa.net/xml/VOSICapabilities/v1.0"
    xmlns:vs="http://www.ivoa.net/xml/VODataService/v1.1"
    xmlns:tr="http://www.ivoa.net/xml/TAPRegExt/v1.0"
    xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
  <capability standardID="ivo://ivoa.net/std/TAP" xsi:type="tr:TableAccess">
    <interface xsi:type="vs:ParamHTTP" role="std" version="1.1">
      <accessURL use="base">%s</accessURL>
    </interface>
    <language><name>ADQL</name><version ivo-id="ivo://ivoa.net/std/ADQL#v2.0">2.0</version></language>
    <outputFormat><mime>application/x-votable+xml</mime><alias>votable</alias></outputFormat>
  </capability>
</vosi:capabilities>
"""


def front_end(port):
    """Serves /capabilities, and passes /async on to the server's job list of that name."""

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            if self.path == "/capabilities":
                base = "http://127.0.0.1:%d" % self.server.server_address[1]
                self.answer(200, {"Content-Type": "text/xml"}, (CAPABILITIES % base).encode())
            else:
                self.forward()

        def do_POST(self):
            self.forward()

        def forward(self):
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            headers = {name: value for name, value in self.headers.items() if name != "Host"}
            connection.request(self.command, "/rest" + self.path, body, headers)
            response = connection.getresponse()
            self.answer(response.status, dict(response.headers), response.read())
            connection.close()

        def answer(self, status, headers, body):
            self.send_response(status)
            for name, value in headers.items():
                if name.lower() not in ("content-length", "connection", "date", "server"):
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    made = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=made.serve_forever, daemon=True).start()
    return made


def main():
    with served(__doc__, [{"name": "async", "command": ["/bin/sh", "-c", "echo done"],
                           "parameters": [{"name": "QUERY", "required": False}]}]) as server:
        front = front_end(server.port)
        run = subprocess.run(
            ["stilts", "taplint", "tapurl=http://127.0.0.1:%d" % front.server_address[1],
             "stages=UWS", "report=EWF"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            text=True, timeout=150)
        front.shutdown()
    print(run.stdout)
    if "Section UWS" not in run.stdout:
        fail("the stage UWS did not run")
    totals = re.search(r"Totals: Errors: (\d+); Warnings: (\d+); Failures: (\d+)", run.stdout)
    if not totals or any(int(count) for count in totals.groups()):
        fail("taplint is not content")


if __name__ == "__main__":
    main()

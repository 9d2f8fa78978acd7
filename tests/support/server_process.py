"""A server process for the scripts of this folder; standard library only."""
import argparse
import contextlib
import http.client
import json
import os
import signal
import subprocess
import sys
import tempfile

from folder_watch import wait_for_file


def fail(message):
    print("FAILED:", message, file=sys.stderr)
    sys.exit(1)


class Server:
    """The program under test on one data folder; start() again after kill()."""

    def __init__(self, program, launcher, folder, descriptions, data=None):
        self.program = program
        self.folder = folder
        self.descriptions = descriptions
        self.data = data or os.path.join(folder, "data")
        self.environment = dict(os.environ, OPUS_UWS_LAUNCHER=launcher)
        self.log = open(os.path.join(folder, "server.log"), "ab")
        self.process = None
        self.port = None

    def command(self, *flags, listen="127.0.0.1:0"):
        return [self.program, "--listen", listen, "--data-dir", self.data,
                "--descriptions", self.descriptions, *flags]

    def start(self, *flags):
        port_file = os.path.join(self.folder, "port")
        if os.path.exists(port_file):
            os.unlink(port_file)
        self.process = subprocess.Popen(self.command("--port-file", port_file, *flags), stdout=self.log,
                                        stderr=self.log, env=self.environment)
        if not wait_for_file(port_file, self.process, 30):
            status = self.process.poll()
            fail("the server did not listen within 30 s" if status is None
                 else "the server ended with %s at start:\n%s" % (status, self.log_text()))
        with open(port_file) as text:
            self.port = int(text.read())

    def log_text(self):
        with open(self.log.name) as text:
            return text.read()

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self):
        self.process.terminate()
        if self.process.wait(timeout=30) != 0:
            fail("the server ended with %s when asked to stop" % self.process.returncode)

    def request(self, method, path, body=None, accept=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=70)
        try:
            headers = {"Content-Type": "application/x-www-form-urlencoded"} if body else {}
            if accept:
                headers["Accept"] = accept
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            return response.status, response.headers, response.read()
        finally:
            connection.close()


@contextlib.contextmanager
def served(doc, descriptions, *flags):
    """A server of these descriptions, with the programs that the command line of the script names;
    `doc` is the script's. Its URL is `base`."""
    parser = argparse.ArgumentParser(description=doc.split("\n")[0])
    parser.add_argument("--server", required=True)
    parser.add_argument("--launcher", required=True)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        files = os.path.join(folder, "descriptions")
        os.mkdir(files)
        for description in descriptions:
            with open(os.path.join(files, description["name"] + ".json"), "w") as text:
                json.dump(description, text)
        server = Server(options.server, options.launcher, folder, files)
        server.start(*flags)
        server.base = "http://127.0.0.1:%d" % server.port
        try:
            yield server
        except BaseException:
            server.kill()
            raise
        server.stop()

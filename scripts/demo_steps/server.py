"""The server of the demo: started on a free port, stopped by its process id."""

import shutil
import subprocess
import sys
import time

from failure import Failure

PATIENCE = 20  # seconds to start, and to stop


class Server:
    """opus-uws-server with a data folder and a log below `folder`, and one job description."""

    def __init__(self, build, folder, description):
        self.program = build / "server" / "opus-uws-server"
        self.launcher = build / "libopus" / "executor" / "local" / "launcher" / "opus-uws-launcher"
        self.folder = folder
        self.description = description
        self.process = None
        self.url = ""

    def start(self):
        port_file = self.folder / "port"
        with open(self.folder / "server.log", "wb") as log:
            self.process = subprocess.Popen(
                [
                    self.program,
                    "--listen=127.0.0.1:0",
                    f"--port-file={port_file}",
                    f"--data-dir={self.folder / 'data'}",
                    f"--descriptions={self.description}",
                    f"--launcher={self.launcher}",
                ],
                env={"PATH": "/usr/bin:/bin"},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C is for us; with --keep it outlives the terminal
            )
        deadline = time.monotonic() + PATIENCE
        while not port_file.exists():  # it appears whole
            if self.process.poll() is not None:
                raise Failure(f"the server ended with status {self.process.returncode}")
            if time.monotonic() > deadline:
                raise Failure(f"the server was not ready after {PATIENCE} s")
            time.sleep(0.02)
        self.url = f"http://127.0.0.1:{int(port_file.read_text())}"

    def stop(self):
        """Ends the server and removes its folder."""
        if self.process and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
                print("demo: the server did not stop when asked, it was killed", file=sys.stderr)
        shutil.rmtree(self.folder, ignore_errors=True)

    def show_log(self):
        log = self.folder / "server.log"
        if log.exists():
            lines = log.read_text(errors="replace").splitlines()[-20:]
            print("the end of the server's log:", *lines, sep="\n  ", file=sys.stderr)

"""The steps of scripts/demo: that they end well, and what they say when something fails.

usage: test_demo.py <scripts/demo_steps> <build folder>
"""

import os
import re
import select
import signal
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

BUILD = Path(sys.argv.pop())
STEPS = Path(sys.argv.pop())
sys.path.insert(0, str(STEPS))

from client import multipart, quantity
from sources import angle_between, read_sources


def demo(build, *arguments, cache=None):
    """Exit status, stdout, stderr, and what it left in its folder for temporary files."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, STEPS, "--build", build, *arguments]
        if cache:
            command += ["--cache", cache]
        done = subprocess.run(
            command, capture_output=True, text=True, env={**os.environ, "TMPDIR": folder}
        )
        return done.returncode, done.stdout, done.stderr, os.listdir(folder)


def fake_build(folder, script):
    """A build folder whose server is a shell script."""
    server = Path(folder, "server", "opus-uws-server")
    server.parent.mkdir()
    server.write_text("#!/bin/sh\n" + script)
    server.chmod(0o755)
    return folder


class Whole(unittest.TestCase):
    def test_finds_ngc_1316_shows_its_provenance_and_cleans_up(self):
        status, out, err, left = demo(BUILD)
        self.assertEqual((status, err, left), (0, "", []), out)
        distance = re.search(r"is ([0-9.]+) arcsec from NGC 1316", out)
        self.assertLess(float(distance[1]), 10)
        self.assertRegex(out, r"used +image: ngc1316o\.fit, sha256 [0-9a-f]{16}")
        self.assertRegex(out, r"generated +catalogue: catalogue\.vot, sha256 [0-9a-f]{16}")
        self.assertRegex(out, r"threshold: expected a number from 0\.1 to 1000, got '-5'")

    def test_keep_leaves_a_server_that_ends_when_told(self):
        with tempfile.TemporaryDirectory() as folder:
            command = [sys.executable, STEPS, "--build", BUILD, "--keep"]
            # That it returns shows that the server does not hold the demo's output open.
            done = subprocess.run(
                command, capture_output=True, text=True, env={**os.environ, "TMPDIR": folder}
            )
            self.assertEqual((done.returncode, done.stderr), (0, ""), done.stdout)
            pid = int(re.search(r"To stop it +kill ([0-9]+)", done.stdout)[1])
            server = os.pidfd_open(pid)  # it runs, although the demo has ended
            url = re.search(r"The server runs at (http\S+)", done.stdout)[1]
            listing = subprocess.run(
                ["curl", "-sf", url + "/rest/source-extraction"], capture_output=True, text=True
            )
            signal.pidfd_send_signal(server, signal.SIGTERM)
            self.assertIn("COMPLETED", listing.stdout)
            self.assertTrue(wait_for_end(server), "the server should end")


def wait_for_end(pidfd):
    ready, _, _ = select.select([pidfd], [], [], 20)
    os.close(pidfd)
    return bool(ready)


class Faults(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.cache = Path(folder.name, "cache")
        self.cache.mkdir()
        (self.cache / "ngc1316o.fit").write_text("this is no image")
        self.build = Path(folder.name, "build")
        self.build.mkdir()

    def failure(self, build):
        status, out, err, left = demo(build, cache=self.cache)
        self.assertEqual((status, left), (1, []), out + err)
        return err

    def test_a_missing_server_is_named(self):
        self.assertIn("server/opus-uws-server", self.failure(self.build))

    def test_a_server_that_ends_at_once_is_told_with_its_log(self):
        err = self.failure(fake_build(self.build, "echo the port is in use >&2\nexit 3\n"))
        self.assertIn("the server ended with status 3", err)
        self.assertIn("the port is in use", err)

    def test_a_server_that_does_not_answer_is_told(self):
        closed = "file=${2#--port-file=}\necho 1 > $file.new\nmv $file.new $file\nexec sleep 60\n"
        self.assertRegex(self.failure(fake_build(self.build, closed)), r"POST .*: no answer: ")

    def test_a_job_that_fails_is_told_with_its_message(self):
        err = self.failure(BUILD)
        self.assertRegex(err, r"the job is ERROR: .*cannot open image\.fits")


class Parts(unittest.TestCase):
    def test_angles_are_true_when_small_and_large_and_across_zero(self):
        self.assertAlmostEqual(angle_between((10, 0), (10, 1e-5)) * 3600, 0.036, 6)
        self.assertAlmostEqual(angle_between((359.5, 60), (0.5, 60)), 0.4999952, 6)
        self.assertAlmostEqual(angle_between((0, 0), (180, 0)), 180)

    def test_multipart_has_a_part_for_each_value_and_file(self):
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder, "a.fits")
            file.write_bytes(b"\r\n--x\r\n\0")
            body, content_type = multipart({"threshold": "3"}, {"image": file})
        boundary = content_type.partition("boundary=")[2].encode()
        parts = body.split(b"--" + boundary)
        self.assertEqual((parts[0], parts[-1]), (b"", b"--\r\n"))
        self.assertTrue(parts[1].endswith(b'name="threshold"\r\n\r\n3\r\n'))
        self.assertIn(b'name="image"; filename="a.fits"\r\n', parts[2])
        self.assertTrue(parts[2].endswith(b"\r\n\r\n\r\n--x\r\n\0\r\n"))

    def test_sources_are_rows_of_numbers(self):
        with tempfile.NamedTemporaryFile("w", suffix=".vot") as file:
            file.write(
                "<VOTABLE><RESOURCE><TABLE><FIELD name='A'/><FIELD name='B'/><DATA><TABLEDATA>"
                "<TR><TD>1</TD><TD>2.5e1</TD></TR><TR><TD>3</TD><TD>-4</TD></TR>"
                "</TABLEDATA></DATA></TABLE></RESOURCE></VOTABLE>"
            )
            file.flush()
            self.assertEqual(read_sources(file.name), [{"A": 1, "B": 25}, {"A": 3, "B": -4}])

    def test_sizes_are_rounded_for_people(self):
        self.assertEqual([quantity(n) for n in (7, 276480, 5 << 20)], ["7 bytes", "270 KiB", "5 MiB"])


if __name__ == "__main__":
    unittest.main()

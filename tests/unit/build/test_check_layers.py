#!/usr/bin/env python3
"""Each arrow of the design, broken once in a small tree: check-layers must name file and line.

usage: test_check_layers.py path/to/check-layers
"""
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

CHECKER = sys.argv.pop(1)


def run(files):
    """Exit status and output of check-layers for a tree with these files."""
    with tempfile.TemporaryDirectory() as root:
        for path, text in files.items():
            file = Path(root, path)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        done = subprocess.run([sys.executable, CHECKER, root], capture_output=True, text=True)
        return done.returncode, done.stdout


class Allowed(unittest.TestCase):
    def test_every_arrow_of_the_design_is_allowed(self):
        status, output = run({
            "include/opus/job.hpp": "#include <vector>\n#include <opus/error.hpp>\n",
            "include/opus/error.hpp": "#include <string>\n",
            "include/opus/headers.cmake": "set(HEADERS\n  error.hpp\n  job.hpp\n)\n",
            "libopus/core/xml.cpp": "#include <tinyxml2.h>\n#include <sys/stat.h>\n",
            "libopus/core/json.hpp": "#include <rapidjson/document.h>\n",
            "libopus/core/hash.cpp": "#include <openssl/evp.h>\n",
            "libopus/store/sqlite/db.cpp": '#include <sqlite3.h>\n#include "libopus/job/a.hpp"\n',
            "libopus/entity/fetch.cpp": '#include <curl/curl.h>\n#include "libopus/store/s.hpp"\n',
            "libopus/executor/slurm/a.cpp": '#include "libopus/executor/batch/b.hpp"\n',
            "libopus/service/a.cpp": '#include "libopus/executor/local/b.hpp"\n',
            "server/http/listener.cpp": '#include <boost/asio.hpp>\n#include "server/rest/a.hpp"\n',
            "server/rest/archive/tar_writer.cpp": "#include <archive.h>\n",
            "server/main.cpp": '#include <CLI/CLI.hpp>\n#include "server/http/a.hpp"\n',
            "tests/unit/job/a.cpp": '#include "libopus/job/b.hpp"\n',
            "examples/embed/main.cpp": "#include <opus/opus.hpp>\n",
        })
        self.assertEqual((status, output.strip()), (0, "layers: every #include follows the arrows"))


class Forbidden(unittest.TestCase):
    def broken(self, path, include, reason):
        status, output = run({path: f"#pragma once\n\n#include {include}\n"})
        self.assertEqual(status, 1, f"{path} may include {include}")
        self.assertIn(f"{path}:3: ", output)
        self.assertIn(reason, output)

    def test_public_headers_include_the_standard_library_only(self):
        for include in ("<boost/asio.hpp>", "<sqlite3.h>", "<unistd.h>", '"job.hpp"', "<ranges>"):
            self.broken("include/opus/job.hpp", include, "only the standard library")

    def test_public_headers_do_not_know_the_implementation(self):
        self.broken("include/opus/job.hpp", '"libopus/job/apply.hpp"', "include may not include")

    def test_the_codec_is_not_included_by_mistake(self):
        self.broken("libopus/core/a.cpp", "<opus/opus.h>", "audio codec")

    def test_the_library_does_not_know_the_server(self):
        self.broken("libopus/uws/a.cpp", '"server/rest/router.hpp"', "libopus may not include")

    def test_server_examples_and_bindings_see_public_headers_only(self):
        for path in ("server/rest/a.cpp", "server/main.cpp", "examples/embed/a.cpp",
                     "bindings/python/a.cpp", "tests/api/a.cpp", "tests/server/a.cpp"):
            self.broken(path, '"libopus/core/log.hpp"', f"{path.split('/')[0]} may not include")

    def test_the_rest_layer_has_no_sockets(self):
        self.broken("server/rest/a.cpp", '"server/http/session.hpp"', "server may not include")
        self.broken("server/rest/a.cpp", "<boost/beast.hpp>", "Boost")

    def test_folders_of_the_library_follow_the_table(self):
        for path, include in (("core/a.cpp", "job/b.hpp"), ("job/a.cpp", "store/b.hpp"),
                              ("store/a.cpp", "entity/b.hpp"), ("executor/a.cpp", "job/b.hpp"),
                              ("uws/a.cpp", "service/b.hpp"), ("service/a.cpp", "testing/b.hpp")):
            folder, other = path.split("/")[0], include.split("/")[0]
            reason = f"not libopus/{other}"
            self.broken(f"libopus/{path}", f'"libopus/{include}"', reason)
            self.assertNotEqual(folder, other)

    def test_folders_nobody_decided_on_are_faults(self):
        self.broken("libopus/misc/a.cpp", '"libopus/core/b.hpp"', "not in the table")
        self.broken("libopus/core/a.cpp", '"libopus/misc/b.hpp"', "no such folder")
        self.broken("libopus/executor/pod/a.cpp", '"libopus/executor/pod/b.hpp"', "not in the table")

    def test_executors_do_not_know_each_other(self):
        self.broken("libopus/executor/slurm/a.cpp", '"libopus/executor/pbs/b.hpp"', "each other")
        self.broken("libopus/executor/local/a.cpp", '"libopus/executor/batch/b.hpp"', "each other")
        self.broken("libopus/executor/a.cpp", '"libopus/executor/local/b.hpp"', "each other")

    def test_third_parties_stay_in_their_folder(self):
        for path, include in (("libopus/store/a.cpp", "<sqlite3.h>"),
                              ("libopus/uws/a.cpp", "<tinyxml2.h>"),
                              ("libopus/job/a.cpp", "<rapidjson/document.h>"),
                              ("libopus/core/http.cpp", "<curl/curl.h>"),
                              ("libopus/entity/a.cpp", "<openssl/sha.h>"),
                              ("libopus/service/a.cpp", "<boost/asio.hpp>"),
                              ("server/http/a.cpp", "<toml++/toml.h>"),
                              ("server/rest/a.cpp", "<CLI/CLI.hpp>"),
                              ("libopus/core/log.cpp", "<spdlog/spdlog.h>"),
                              ("tests/unit/job/a.cpp", "<catch2/catch.hpp>")):
            self.broken(path, include, "belongs to")

    def test_an_unknown_library_is_a_fault(self):
        self.broken("libopus/core/a.cpp", "<fmt/core.h>", "unknown header")

    def test_includes_are_written_from_the_root(self):
        self.broken("libopus/core/a.cpp", '"log.hpp"', "from the repository root")

    def test_public_headers_are_listed(self):
        status, output = run({"include/opus/job.hpp": "",
                              "include/opus/headers.cmake": "set(H\n  phase.hpp\n)\n"})
        self.assertEqual(status, 1)
        self.assertIn("include/opus/job.hpp:1: is not listed", output)
        self.assertIn("lists phase.hpp, which does not exist", output)


if __name__ == "__main__":
    unittest.main()

#!/usr/bin/env python3
"""check_names.py and check_symbols.py notice each kind of clash.

usage: test_checks.py <stage> <source folder> <C++ compiler>
"""
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
STAGE, SOURCE, COMPILER = sys.argv.pop(1), sys.argv.pop(1), sys.argv.pop(1)


def run(script, *arguments):
    command = [sys.executable, HERE / script, *arguments]
    done = subprocess.run(command, capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


class Temporary(unittest.TestCase):
    def setUp(self):
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))

    def enterContext(self, context):  # unittest has it from Python 3.11 on
        value = context.__enter__()
        self.addCleanup(context.__exit__, None, None, None)
        return value


class Names(Temporary):
    def expect(self, path, text, message):
        stage = self.folder / "stage"
        shutil.copytree(STAGE, stage, symlinks=True)
        file = stage / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        status, output = run("check_names.py", stage, SOURCE, COMPILER)
        self.assertEqual(status, 1, output)
        self.assertIn(message, output)

    def test_a_file_of_the_codec(self):
        self.expect("lib/libopus.so.0", "", "lib/libopus.so.0: a file of the codec")

    def test_a_file_of_the_codec_in_a_debian_library_folder(self):
        self.expect("lib/x86_64-linux-gnu/pkgconfig/opus.pc", "", "a file of the codec")

    def test_a_header_in_the_codecs_folder(self):
        self.expect("include/opus/job.hpp", "", "lies in a folder of the codec")

    def test_a_path_without_our_name(self):
        self.expect("bin/server", "", "does not say opus-uws")

    def test_a_header_spelled_like_the_codecs(self):
        self.expect("include/opus-uws/opus/job.h", "", "end in .hpp")

    def test_a_target_outside_our_namespace(self):
        self.expect("lib/cmake/OpusUws/More.cmake", "add_library(opus SHARED IMPORTED)\n",
                    "target opus is not in OpusUws::")

    def test_a_second_pkg_config_module(self):
        self.expect("lib/opus-uws/uws.pc", "", "pkg-config modules")

    def test_a_macro_of_the_codecs_kind(self):
        self.expect("include/opus-uws/opus/more.hpp", "#pragma once\n#define OPUS_MORE 1\n",
                    "macro OPUS_MORE")

    def test_an_upper_case_enumerator(self):
        self.expect("include/opus-uws/opus/more.hpp",
                    "#pragma once\nenum class E { OK, FAILED };\n",
                    "upper-case name FAILED")

    def test_a_name_that_is_a_macro_of_the_codec(self):
        self.expect("include/opus-uws/opus/more.hpp", "#pragma once\n#if OPUS_OK\n#endif\n",
                    "do not compile beside the codec's macros")

    def test_an_option_of_the_codecs_kind(self):
        source = self.folder / "source"
        shutil.copytree(Path(SOURCE, "cmake"), source / "cmake")
        (source / "CMakeLists.txt").write_text(
            'option(OPUS_UWS_TESTS "" ON)\noption(OPUS_BUILD_TESTING "" ON)\n'
            'add_library(opus x.c)\n')
        status, output = run("check_names.py", STAGE, source, COMPILER)
        self.assertEqual(status, 1)
        self.assertIn("cache variable OPUS_BUILD_TESTING", output)
        self.assertIn("target opus does not say", output)

    def test_an_empty_stage(self):
        status, output = run("check_names.py", self.folder, SOURCE, COMPILER)
        self.assertNotEqual(status, 0)


class Symbols(Temporary):
    def library(self, code, soname="libopus-uws.so.0.1"):
        file = self.folder / "library.so"
        subprocess.run([COMPILER, "-std=c++20", "-shared", "-fPIC", f"-Wl,-soname,{soname}",
                        "-x", "c++", "-", "-o", file], input=code, text=True, check=True)
        return file

    def check(self, code, soname="libopus-uws.so.0.1"):
        return run("check_symbols.py", self.library(code, soname), "libopus-uws.so.0.1")

    OURS = ("#include <string>\n"
            "namespace opus { inline namespace uws0 { std::string f() { return {}; } } }\n")

    def test_our_own_are_fine(self):
        status, output = self.check(self.OURS)
        self.assertEqual(status, 0, output)

    def test_a_c_function(self):
        status, output = self.check(self.OURS + 'extern "C" int opus_encode() { return 0; }')
        self.assertEqual(status, 1)
        self.assertIn("strong symbol outside opus::uws0: opus_encode", output)

    def test_opus_without_the_inline_namespace(self):
        status, output = self.check(self.OURS + "namespace opus { int encode() { return 0; } }")
        self.assertEqual(status, 1)
        self.assertIn("opus::encode()", output)

    def test_a_weak_symbol_of_a_dependency(self):
        status, output = self.check(
            self.OURS + "namespace json { template <class T> T get() { return T(); }\n"
                        "template int get<int>(); }")
        self.assertEqual(status, 1)
        self.assertIn("weak symbol outside opus::uws0: int json::get<int>()", output)

    def test_another_soname(self):
        status, output = self.check(self.OURS, "libopus.so.0")
        self.assertEqual(status, 1)
        self.assertIn("soname is libopus.so.0", output)

    def test_a_library_that_exports_nothing_of_ours(self):
        status, output = self.check("int f() { return 0; }")
        self.assertNotEqual(status, 0)
        self.assertIn("exports nothing of opus::uws0", output)


if __name__ == "__main__":
    unittest.main()

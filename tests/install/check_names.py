#!/usr/bin/env python3
"""Nothing we install or declare takes a name of the Opus audio codec.

usage: check_names.py <stage> <source folder> <C++ compiler>

Looks at the paths below <stage>, the CMake targets and variables of the package, the pkg-config
module, the cache options of our CMakeLists.txt, and the macros and constants of the public headers.
"""
import re
import subprocess
import sys
from pathlib import Path

# File lists of Debian's libopus0 and libopus-dev 1.3.1-3, and what xiph/opus installs by CMake,
# relative to the prefix; the library folder is spelled lib, as in a prefix of one's own.
CODEC_FILES = """
    lib/libopus.so lib/libopus.so.0 lib/libopus.so.0.8.0 lib/libopus.a lib/pkgconfig/opus.pc
    include/opus/opus.h include/opus/opus_custom.h include/opus/opus_defines.h
    include/opus/opus_multistream.h include/opus/opus_projection.h include/opus/opus_types.h
    share/aclocal/opus.m4 lib/cmake/Opus/OpusConfig.cmake lib/cmake/Opus/OpusConfigVersion.cmake
    lib/cmake/Opus/OpusTargets.cmake
""".split()
# Folders of the codec no file of ours may lie in.
CODEC_FOLDERS = ("include/opus/", "lib/cmake/Opus/", "lib/cmake/opus/")
# Macros of opus_defines.h, defined before our headers are read: none of ours may trip over them.
CODEC_MACROS = """
    OPUS_OK OPUS_BAD_ARG OPUS_BUFFER_TOO_SMALL OPUS_INTERNAL_ERROR OPUS_INVALID_PACKET
    OPUS_UNIMPLEMENTED OPUS_INVALID_STATE OPUS_ALLOC_FAIL OPUS_EXPORT OPUS_AUTO OPUS_BITRATE_MAX
    OPUS_APPLICATION_VOIP OPUS_APPLICATION_AUDIO OPUS_SIGNAL_VOICE OPUS_SIGNAL_MUSIC
    OPUS_RESET_STATE OPUS_GNUC_PREREQ OPUS_RESTRICT OPUS_INLINE OPUS_WARN_UNUSED_RESULT
    OPUS_ARG_NONNULL OPUS_H OPUS_DEFINES_H OPUS_TYPES_H
""".split()


def path_faults(stage):
    paths = [file.relative_to(stage).as_posix()
             for file in stage.rglob("*") if file.is_file() or file.is_symlink()]
    if not any(path.endswith("include/opus-uws/opus/version.hpp") for path in paths):
        yield f"{stage} does not hold an installation"
    for path in paths:
        # Debian's library folder is lib/<architecture>.
        plain = re.sub(r"^(lib|lib64)/[^/]*-linux-gnu[^/]*/|^lib64/", "lib/", path)
        if plain.lower() in (name.lower() for name in CODEC_FILES):
            yield f"{path}: a file of the codec"
        elif plain.startswith(CODEC_FOLDERS):
            yield f"{path}: lies in a folder of the codec"
        elif "opus-uws" not in path and "OpusUws" not in path and "opus_uws" not in path:
            yield f"{path}: its path does not say opus-uws"
        elif plain.startswith("include/") and not path.endswith(".hpp"):
            yield f"{path}: public headers end in .hpp, the codec's in .h"


def package_faults(stage):
    """Targets and variables that find_package(OpusUws) leaves in the host's scope."""
    for file in stage.rglob("*.cmake"):
        text = re.sub(r"#.*", "", file.read_text())
        for target in re.findall(r"\badd_(?:library|executable)\(\s*([^\s)]+)", text):
            if not target.startswith("OpusUws::"):
                yield f"{file.name}: target {target} is not in OpusUws::"
        if file.name == "OpusUwsConfig.cmake":
            for variable in re.findall(r"\bset(?:_and_check)?\(\s*(\w+)", text):
                # PACKAGE_PREFIX_DIR and the helpers around it come from CMake itself.
                if not re.match(r"OpusUws_|_|\$|PACKAGE_PREFIX_DIR$", variable):
                    yield f"{file.name}: variable {variable} does not start with OpusUws_"
    modules = sorted(file.name for file in stage.rglob("*.pc"))
    if modules != ["opus-uws.pc"]:
        yield f"pkg-config modules are {modules}, expected opus-uws.pc alone"


def option_faults(source):
    """Cache variables and targets of ours, which a super-build shares with the codec's."""
    files = [source / "CMakeLists.txt", *(source / "cmake").glob("*.cmake"),
             *(file for top in ("libopus", "server")
               for file in (source / top).rglob("CMakeLists.txt"))]
    names = []
    for file in files:
        text = re.sub(r"#.*", "", file.read_text())
        names += re.findall(r"\boption\(\s*(\w+)", text)
        names += re.findall(r"\bset\(\s*(\w+)[^)]*\bCACHE\b", text)
        names += re.findall(r"\bfind_(?:path|program|library|file)\(\s*(\w+)", text)
        for target in re.findall(r"\badd_(?:library|executable)\(\s*([\w:.-]+)", text):
            if not re.match(r"opus[_-]uws([_-]|$)|OpusUws::", target):
                yield f"{file.relative_to(source)}: target {target} does not say opus_uws"
    if "OPUS_UWS_TESTS" not in names:
        yield "no options found in CMakeLists.txt"
    for name in names:
        if not name.startswith("OPUS_UWS_"):
            yield f"cache variable {name} does not start with OPUS_UWS_"


def without_text(source):
    """The code without comments, strings and character constants."""
    pattern = r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])+\''
    return re.sub(pattern, " ", source, flags=re.DOTALL)


def header_faults(stage):
    for header in sorted(stage.rglob("include/opus-uws/opus/*.hpp")):
        text = without_text(header.read_text())
        for name in re.findall(r"^\s*#\s*define\s+(\w+)", text, re.MULTILINE):
            if not name.startswith("OPUS_UWS_"):
                yield f"{header.name}: macro {name} does not start with OPUS_UWS_"
        # Upper-case names are macros of somebody: an enumerator OK or ERROR breaks in their host.
        code = re.sub(r"^\s*#.*(\\\n.*)*", "", text, flags=re.MULTILINE)
        for name in sorted(set(re.findall(r"\b[A-Z][A-Z0-9_]{2,}\b", code))):
            if not name.startswith("OPUS_UWS_"):
                yield f"{header.name}: upper-case name {name}"


def clash_faults(stage, compiler):
    """The headers, read by the compiler after the codec's macros."""
    folder = next(stage.rglob("include/opus-uws"))
    headers = sorted((folder / "opus").glob("*.hpp"))
    includes = "".join(f"#include <opus/{header.name}>\n" for header in headers)
    hostile = "".join(f"#define {name} codec macro {name}\n" for name in CODEC_MACROS)
    build = subprocess.run(
        [compiler, "-std=c++20", "-fsyntax-only", f"-I{folder}", "-x", "c++", "-"],
        input=hostile + includes, capture_output=True, text=True)
    if build.returncode:
        yield "the headers do not compile beside the codec's macros:\n" + build.stderr


def main():
    stage, source, compiler = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
    faults = [*path_faults(stage), *package_faults(stage), *option_faults(source),
              *header_faults(stage)]
    faults = faults or [*clash_faults(stage, compiler)]
    print("\n".join(faults) or "names: nothing collides with the Opus audio codec")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())

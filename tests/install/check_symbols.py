#!/usr/bin/env python3
"""What the shared library shows to the dynamic linker.

usage: check_symbols.py path/to/libopus-uws.so.0.1.0 soname

Strong symbols lie in opus::uws0 and nowhere else; weak ones there or in the C++ runtime's
namespaces (templates both sides instantiate). No dependency leaks through us into the host.
"""
import re
import subprocess
import sys

# Mangled names begin with what the symbol is (a vtable, a thunk, a guard ...), then its scope.
WHAT = r"_Z(GVZ?|Z|T[VITS]|T[hv][n\d_]+_|TC)?N?[rVK]*[RO]?"
OURS = re.compile(WHAT + "4opus4uws0")
# std::, its abbreviations, __gnu_cxx::, and the inline operators of <new>.
RUNTIME = re.compile(WHAT + "(S[tabsiod]|9__gnu_cxx)|_Z(nwm|nam|dlPv|daPv)(Pv|S_)")


def exported(library):
    """(kind, mangled, demangled) of each dynamic symbol the library defines."""
    def lines(*options):
        command = ["nm", "--dynamic", "--defined-only", "--no-sort", *options, library]
        return subprocess.check_output(command, text=True).split("\n")

    for plain, readable in zip(lines(), lines("--demangle")):
        if plain:
            _, kind, mangled = plain.split(" ", 2)
            yield kind, mangled, readable.split(" ", 2)[2]


def faults(symbols):
    for kind, mangled, name in symbols:
        weak = kind in "vVwWu"
        if not OURS.match(mangled) and not (weak and RUNTIME.match(mangled)):
            yield f"{'weak' if weak else 'strong'} symbol outside opus::uws0: {name} ({mangled})"


def soname(library):
    text = subprocess.check_output(["objdump", "-p", library], text=True)
    found = re.search(r"^\s*SONAME\s+(\S+)", text, re.MULTILINE)
    return found[1] if found else "none"


def main():
    library, expected = sys.argv[1:]
    symbols = list(exported(library))
    if not any(OURS.match(mangled) for _, mangled, _ in symbols):
        sys.exit(f"{library} exports nothing of opus::uws0")
    found = list(faults(symbols))
    if soname(library) != expected:
        found.append(f"soname is {soname(library)}, expected {expected}")
    print("\n".join(found) or f"symbols: {len(symbols)} exported, all in their place")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
"""Every item of the UWS and DALI check list is tested, decided, or says why it does not apply.

usage: check_items.py <source folder> [--where]

Reads tests/spec/uws_items.txt. Fails for an item that is to be tested and that no test cites, for a
citation of an item that the list does not have, and for a requirement that is neither tested nor
said not to apply. --where prints the tests of each item.
"""
import re
import sys
from pathlib import Path

ITEM = re.compile(r"\b(?:UWS-[A-Z]{3,4}|DALI|VOSI|AMB)-\d\d\b")
REQUIRED = {"MUST", "SHOULD", "SCHEMA", "INTEROP"}
LEVELS = REQUIRED | {"MAY", "choice"}
STATES = {"tested", "decided", "not applicable"}


def read_list(text):
    """The items with level, state and what follows; and the faults of the list itself."""
    items, faults = {}, []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        match = re.fullmatch(r"(\S+)\s+(\S+)\s+(tested|[a-z ]+: \S.*)", line)
        if not match or not ITEM.fullmatch(match[1]) or match[2] not in LEVELS:
            faults.append(f"line {number}: expected 'id level state', got '{line}'")
            continue
        name, level, state = match[1], match[2], match[3].partition(":")[0]
        if state not in STATES:
            faults.append(f"{name}: unknown state '{state}'")
        if name in items:
            faults.append(f"{name}: listed twice")
        if level in REQUIRED and state == "decided":
            faults.append(f"{name}: {level} must be tested or not applicable")
        items[name] = state
    return items, faults


def citations(tests):
    """Item -> files below tests/ that name it."""
    found = {}
    for path in sorted(tests.rglob("*")):
        if path.suffix not in (".cpp", ".hpp", ".py", ".sh") or path.parent == tests / "spec":
            continue
        for item in set(ITEM.findall(path.read_text(encoding="utf-8", errors="replace"))):
            found.setdefault(item, set()).add(path.relative_to(tests).as_posix())
    return found


def check(source):
    """The faults, and each item with the files that cite it."""
    tests = Path(source) / "tests"
    items, faults = read_list((tests / "spec" / "uws_items.txt").read_text(encoding="utf-8"))
    cited = citations(tests)
    for name, state in items.items():
        if state == "tested" and name not in cited:
            faults.append(f"{name}: no test cites it")
    for name in sorted(set(cited) - set(items)):
        faults.append(f"{name}: cited in {', '.join(sorted(cited[name]))}, but not in the list")
    return faults, {name: sorted(cited.get(name, ())) for name in items}


def main():
    faults, items = check(sys.argv[1])
    if "--where" in sys.argv[2:]:
        for name, files in items.items():
            print(f"{name:<12} {' '.join(files) or '-'}")
    print("\n".join(faults) or f"{len(items)} items, each tested, decided or not applicable")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())

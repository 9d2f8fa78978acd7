#!/usr/bin/python3
"""Provenance documents, read by others than their writer.

usage: check_samples.py <provenance-samples program> <folder of check_prov.py>

Each lineage the program writes must be valid PROV-JSON and PROV-N with the same content, and keep
the mandatory attributes of the IVOA Provenance Data Model: check_prov.py --strict --ivoa --same.
"""
import contextlib
import io
import re
import subprocess
import sys
import tempfile
from pathlib import Path


def verdict(checker, *arguments):
    """Exit status and what was printed."""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        status = checker.main(["--strict", "--ivoa", *map(str, arguments)])
    return status, printed.getvalue()


def main():
    program, support = sys.argv[1], sys.argv[2]
    sys.path.insert(0, support)
    import check_prov  # noqa: E402

    failed = 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        subprocess.run([program, name], check=True)
        documents = sorted(folder.glob("*.json"))
        if len(documents) < 80:
            print(f"only {len(documents)} lineages were written")
            failed += 1
        for document in documents:
            status, printed = verdict(check_prov, "--same", document, document.with_suffix(".provn"))
            if status or "same content" not in printed:
                print(printed)
                failed += 1

        # The checker notices a fault: a reference to nothing, and a use out of the run's time.
        text = (folder / "chain-job-up-1.provn").read_text(encoding="utf-8")
        for fault in (text.replace("entity(id:store-a.2eout", "entity(id:store-elsewhere"),
                      re.sub(r"(used\([^,]*, [^,]*, )[^,]*", r"\g<1>1999-01-01T00:00:00Z", text)):
            bad = folder / "bad.provn"
            bad.write_text(fault, encoding="utf-8")
            if verdict(check_prov, bad)[0] != 1:
                print("a faulty document was accepted:\n" + fault)
                failed += 1
    print(f"{len(documents)} lineages, {failed} faults")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

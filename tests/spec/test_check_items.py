#!/usr/bin/env python3
"""check_items.py notices what it is there for. usage: test_check_items.py <check_items.py>"""
import importlib.util
import sys
import tempfile
import unittest
from pathlib import Path

SPEC = importlib.util.spec_from_file_location("check_items", sys.argv.pop())
check_items = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(check_items)

GOOD = """# a comment
UWS-URI-01 MUST   tested
UWS-URI-08 MAY    decided: not offered
DALI-03    MUST   not applicable: no synchronous endpoint
"""


class CheckItems(unittest.TestCase):
    def check(self, items=GOOD, code="// UWS-URI-01", script="# UWS-URI-01"):
        with tempfile.TemporaryDirectory() as name:
            tests = Path(name) / "tests"
            for file, text in (("spec/uws_items.txt", items), ("server/a_test.cpp", code),
                               ("unit/b.py", script)):
                (tests / file).parent.mkdir(parents=True, exist_ok=True)
                (tests / file).write_text(text, encoding="utf-8")
            return check_items.check(name)

    def refuses(self, text, **files):
        faults, _ = self.check(**files)
        self.assertTrue(any(text in fault for fault in faults), faults)

    def test_a_list_that_holds(self):
        faults, items = self.check()
        self.assertEqual(faults, [])
        self.assertEqual(items["UWS-URI-01"], ["server/a_test.cpp", "unit/b.py"])
        self.assertEqual(items["DALI-03"], [])

    def test_an_item_that_no_test_cites(self):
        self.refuses("UWS-URI-01: no test cites it", code="", script="")

    def test_a_citation_of_what_is_no_item(self):
        self.refuses("UWS-URI-99: cited in server/a_test.cpp, but not in the list",
                     code="// UWS-URI-01, UWS-URI-99")

    def test_a_requirement_that_is_only_decided(self):
        self.refuses("DALI-03: MUST must be tested or not applicable",
                     items=GOOD.replace("not applicable", "decided"))

    def test_an_item_without_a_reason_or_with_a_bad_level(self):
        for line in ("UWS-URI-02 MAY decided:", "UWS-URI-02 SOMETIMES decided: so",
                     "UWS-URI-2 MAY decided: so", "UWS-URI-02 MAY"):
            self.refuses("line 5: expected 'id level state'", items=GOOD + line)

    def test_an_item_listed_twice_or_in_an_unknown_state(self):
        self.refuses("DALI-03: listed twice", items=GOOD + "DALI-03 MUST not applicable: again")
        self.refuses("AMB-01: unknown state 'done'", items=GOOD + "AMB-01 choice done: yes")


if __name__ == "__main__":
    unittest.main()

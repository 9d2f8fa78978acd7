"""What the checks of one document found."""
from collections import Counter


class Report(object):
    def __init__(self, name, quiet=False):
        self.name, self.errors, self.warnings, self.quiet = name, 0, 0, quiet
        self._seen = Counter()

    def _say(self, level, msg):
        self._seen[(level, msg)] += 1
        if self._seen[(level, msg)] == 1:
            print("  %-5s %s" % (level, msg))

    def error(self, msg):
        self.errors += 1
        self._say("ERROR", msg)

    def warn(self, msg):
        self.warnings += 1
        if not self.quiet:
            self._say("WARN", msg)

    def info(self, msg):
        if not self.quiet:
            print("        %s" % msg)

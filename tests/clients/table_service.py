"""What the client tests have in common: a server whose job list "async" is one that clients of TAP
can use. Its jobs make a VOTable with one cell, QUERY; or pass the table on that was uploaded as t1.
The query "wait" takes long; "fail", and an empty one, end in an error.
"""
import contextlib
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from server_process import fail, served  # noqa: E402

TABLE = ('<?xml version="1.0"?>\n'
         '<VOTABLE version="1.3" xmlns="http://www.ivoa.net/xml/VOTable/v1.3">'
         '<RESOURCE type="results"><INFO name="QUERY_STATUS" value="OK"/>'
         '<TABLE><FIELD name="word" datatype="char" arraysize="*"/>'
         '<DATA><TABLEDATA><TR><TD>%s</TD></TR></TABLEDATA></DATA></TABLE>'
         '</RESOURCE></VOTABLE>\n')
CODE = ('case $1 in "" | fail) echo "nothing to look for" >&2; exit 1; esac\n'
        '[ "$1" != wait ] || sleep 600\n'
        'if [ -e "$2" ]; then cp "$2" result.xml; else printf %s "$1" > result.xml; fi'
        % ("'" + TABLE + "'"))
DESCRIPTION = {
    "name": "async",
    "executionDuration": 3600,
    "command": ["/bin/sh", "-c", CODE, "sh", "${QUERY}", "${t1}"],
    "parameters": [{"name": "QUERY", "required": True}, {"name": "REQUEST"},
                   {"name": "FORMAT"},
                   {"name": "MAXREC", "datatype": "int"}],
    "inputs": [{"name": "t1", "multiplicity": "0..1"}],
    "results": [{"name": "result", "path": "result.xml",
                 "contentType": "application/x-votable+xml"}]}


def expect(what, got, wanted):
    if got != wanted:
        fail("%s: expected %r, got %r" % (what, wanted, got))


@contextlib.contextmanager
def table_server(description):
    """The server that the command line names; `description` is the caller's doc string."""
    with served(description, [DESCRIPTION]) as server:
        server.base += "/rest"
        server.jobs = server.base + "/async"
        yield server

#!/usr/bin/env python3
"""STILTS tapquery through a job list of the server: create, run, WAIT, result, delete; an uploaded
table, which STILTS sends in chunks with a quoted boundary; a query that fails.

usage: stilts_query.py --server PROGRAM --launcher PROGRAM
"""
import os
import subprocess

from table_service import TABLE, expect, fail, table_server


def query(server, adql, *arguments):
    """(status, output) of a query whose job is deleted when it ends."""
    run = subprocess.run(
        ["stilts", "tapquery", "tapurl=" + server.base, "adql=" + adql, "sync=false", "parse=false",
         "delete=finished", "poll=100", "ofmt=csv-noheader", *arguments],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=150)
    return run.returncode, run.stdout, run.stderr


def count_jobs(server):
    return server.request("GET", "/rest/async")[2].count(b"<uws:jobref ")


def main():
    with table_server(__doc__) as server:
        status, out, err = query(server, "stars")
        expect("query: " + err, (status, out), (0, "stars\n"))
        expect("jobs that are left", count_jobs(server), 0)

        table = os.path.join(server.folder, "table.vot")
        with open(table, "w") as text:
            text.write(TABLE % "mine")
        status, out, err = query(server, "upload", "nupload=1", "upload1=" + table, "upname1=t1")
        expect("upload: " + err, (status, out), (0, "mine\n"))

        status, out, err = query(server, "fail")
        if status == 0 or "nothing to look for" not in err:
            fail("a failing query: status %d, %s" % (status, err))
    print("STILTS: a query, an upload and an error went well")


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""pyVO's TAPService and AsyncTAPJob on a job list of the server.

usage: pyvo_job.py --server PROGRAM --launcher PROGRAM
"""
import datetime
import io
import subprocess
import time
import warnings

import pyvo
import pyvo.auth
import requests
from pyvo.dal.query import DALService
from pyvo.dal.tap import AsyncTAPJob, TAPService
from table_service import TABLE, expect, fail, table_server

# Older releases drop the message of an error, and do not find the query.
IS_NEW = tuple(int(part) for part in pyvo.__version__.split(".")[:2]) >= (1, 5)


def a_whole_life(server):
    """UWS-CRE, -RUN, -WAI, -RES, -DEL as pyVO goes through them."""
    job = TAPService(server.base).submit_job("stars", RUNID="pyvo-1")
    expect("phase", job.phase, "PENDING")
    expect("version", job.uws_version, "1.1")
    expect("run id", job._job.runid, "pyvo-1")
    expect("owner", job.owner, None)
    destruction = datetime.datetime(2030, 1, 2, 3, 4, 5)
    job.destruction = destruction  # sent with six digits of fraction (UWS-DST-03)
    expect("destruction", job.destruction.to_datetime(), destruction)
    job.execution_duration = 77
    expect("execution duration", int(float(job.execution_duration.to_value("sec"))), 77)
    job.query = "galaxies"  # replaces (UWS-PAR-08)
    if IS_NEW:
        expect("query", job.query, "galaxies")
    job.run()
    job.wait(timeout=60)
    expect("phase at the end", job.phase, "COMPLETED")
    job.raise_if_error()
    expect("result ids", [result.id_ for result in job.results], ["result"])
    expect("result url", job.result_uri, job.url + "/results/result")
    expect("result", [row["word"] for row in job.fetch_result()], ["galaxies"])
    url = job.url
    job.delete()
    expect("the job after its deletion", requests.get(url).status_code, 404)


def a_query(server):
    """All in one call, and the job is deleted at its end (UWS-DEL-01)."""
    before = len(TAPService(server.base).get_job_list())
    result = TAPService(server.base).run_async("SELECT 1", maxrec=5)
    expect("result", [row["word"] for row in result], ["SELECT 1"])
    expect("jobs", len(TAPService(server.base).get_job_list()), before)


def a_synchronous_query(server):
    """DALI-03, DALI-05: as pyVO asks services that have no job list."""
    url = server.base[:-len("/rest")] + "/sync/async"
    result = DALService(url).search(QUERY="at once")
    expect("result", [row["word"] for row in result], ["at once"])
    try:
        DALService(url).search(QUERY="fail")
    except (pyvo.DALQueryError, pyvo.DALServiceError) as error:
        if IS_NEW and "nothing to look for" not in str(error):
            fail("the message does not reach the client: %s" % error)
        return
    fail("pyVO saw no error of a synchronous request")


def an_upload(server):
    """UWS-PAR-12, UWS-PAR-16: at creation and later; a hexadecimal boundary, no part's type."""
    service = TAPService(server.base)
    result = service.run_async("upload", uploads={"t1": io.BytesIO((TABLE % "mine").encode())})
    expect("the uploaded table", [row["word"] for row in result], ["mine"])
    job = service.submit_job("upload")
    job.upload(t1=io.BytesIO((TABLE % "later").encode()))
    job.run().wait(timeout=60)
    expect("the table uploaded later", [row["word"] for row in job.fetch_result()], ["later"])


def an_error(server):
    """UWS-ERR-02, -06."""
    job = TAPService(server.base).submit_job("")
    job.run()
    job.wait(timeout=60)
    expect("phase", job.phase, "ERROR")
    expect("type of the error", job._job.errorsummary.type_, "fatal")
    if "nothing to look for" not in requests.get(job.url + "/error").text:
        fail("the message is not in /error")
    try:
        job.raise_if_error()
    except pyvo.DALQueryError as error:
        if IS_NEW and "nothing to look for" not in str(error):
            fail("the message does not reach the client: %s" % error)
        return
    fail("pyVO saw no error")


def an_abort(server):
    job = TAPService(server.base).submit_job("wait")
    job.run()
    job.abort()
    expect("phase", job.phase, "ABORTED")
    again = AsyncTAPJob(job.url)
    expect("phase, as another client sees it", again.phase, "ABORTED")
    try:
        again.run()
    except pyvo.DALServiceError as error:
        expect("status of a second run", error.code, 403)
        return
    fail("an aborted job could be run")


def a_job_list(server):
    """UWS-LST-05, -07, -08 with the filters as pyVO writes them."""
    service = TAPService(server.base)
    ids = [service.submit_job("list", RUNID="list-%d" % number).job_id for number in range(3)]
    listed = service.get_job_list(last=3)
    expect("the newest three", [job.jobid for job in listed], ids[::-1])
    expect("run ids", [job.runid for job in listed], ["list-2", "list-1", "list-0"])
    pending = service.get_job_list(phases=["PENDING"])
    expect("pending jobs", {job.phase for job in pending}, {"PENDING"})
    both = service.get_job_list(phases=["PENDING", "ABORTED"])
    expect("a union", {job.phase for job in both}, {"PENDING", "ABORTED"})
    future = datetime.datetime(2100, 1, 1)
    expect("jobs of the future", len(service.get_job_list(after=future)), 0)
    past = datetime.datetime(2000, 1, 1)
    expect("newest of many", [job.jobid for job in service.get_job_list(
        phases=["PENDING"], after=past, last=1)], ids[2:])
    whole = service.get_job_list(last=1, short_description=False)
    expect("a whole job", whole[0].executionduration is not None, True)
    expect("one job", service.get_job(ids[0]).jobid, ids[0])


def with_an_account(server):
    """UWS-SEC-01, UWS-OWN-01: the service closes with its first account; pyVO brings a token of it
    as a password."""
    def command(*words):
        done = subprocess.run([server.program, "--data-dir", server.data, *words],
                              capture_output=True, text=True, check=True)
        return done.stdout.splitlines()[-1]

    command("user", "add", "alice", "--role", "user")
    token = command("token", "create", "alice", "--name", "pyvo")
    deadline = time.monotonic() + 30
    while requests.get(server.jobs).status_code != 401:  # it notices within a second
        if time.monotonic() > deadline:
            fail("the service did not close")
    session = pyvo.auth.AuthSession()
    session.credentials.set_password("alice", token)
    session.add_security_method_for_url(server.base, "ivo://ivoa.net/sso#BasicAA")
    job = TAPService(server.base, session=session).submit_job("mine")
    expect("owner", job.owner, "alice")
    job.run()
    job.wait(timeout=60)
    expect("result", [row["word"] for row in job.fetch_result()], ["mine"])
    expect("what others see", requests.get(job.url).status_code, 401)


def main():
    warnings.simplefilter("ignore")  # pyVO 1.2 does not know jobInfo, and tells so
    conversations = (a_whole_life, a_query, a_synchronous_query, an_upload, an_error, an_abort,
                     a_job_list, with_an_account)
    with table_server(__doc__) as server:
        for conversation in conversations:
            print(conversation.__name__)
            conversation(server)
    print("pyVO %s: %d conversations went well" % (pyvo.__version__, len(conversations)))


if __name__ == "__main__":
    main()

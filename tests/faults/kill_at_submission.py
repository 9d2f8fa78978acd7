#!/usr/bin/env python3
"""kill -9 of the server around the submission of a job to a real Slurm.

Programs that stand before sbatch, qsub and squeue kill the server at exactly one point. The server
that comes next has to bring the job to its end: found by its tag where Slurm has it, submitted where
it has not. Checked: the job ends COMPLETED, its code ran once, and Slurm was given it once.

usage: kill_at_submission.py --server PROGRAM --launcher PROGRAM --slurm tests/executors/cluster/slurm

Only the standard library. Exit status 0 if everything held, 1 with the first violation otherwise.
"""
import argparse
import fcntl
import http.client
import json
import os
import subprocess
import sys
import tempfile
import urllib.parse

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from server_process import Server, fail  # noqa: E402

PATIENCE = 60  # seconds for a killed server to be gone, and for a job to end

# What the program in place of sbatch or qsub does; `submit` is the real one, counted. The server is
# its parent, as the `env` before it has become it. After `touch ask` the next squeue kills.
POINTS = {
    "before Slurm was asked": "kill -KILL $PPID",
    "after Slurm took it, before it was told": "submit > /dev/null; kill -KILL $PPID",
    "while the answer came": "submit | head -c 1; kill -KILL $PPID",
    "after the answer, before it was recorded": "submit; kill -KILL $PPID",
    "after an answer that was cut": "touch ask; submit | head -c 1",
    "after the command took too long": "touch ask; submit > /dev/null; exec sleep 1000",
    "when it was recorded": "touch ask; submit",
}

def write_program(folder, name, text):
    path = os.path.join(folder, name)
    with open(path, "w") as script:
        script.write(text)
    os.chmod(path, 0o755)


def write_fakes(folder):
    """The programs in the folder; what they do at the point is in its file `point`."""
    for program in ("sbatch", "qsub"):
        write_program(folder, program, """#!/bin/sh
submit() {{ echo {0} >> "{1}/submissions"; /usr/bin/{0} "$@"; }}
point=none
[ ! -e "{1}/point" ] || . "{1}/point"
[ -z "$point" ] || submit "$@"
""".format(program, folder))
    write_program(folder, "squeue", """#!/bin/sh
[ ! -e "{0}/ask" ] || {{ rm "{0}/ask"; kill -KILL $PPID; exit 1; }}
exec /usr/bin/squeue "$@"
""".format(folder))


def arm(folder, action):
    text = action.replace("submit", 'submit "$@"').replace("touch ask", 'touch "%s/ask"' % folder)
    with open(os.path.join(folder, "point"), "w") as point:
        point.write('rm "%s/point"; point=\n%s\n' % (folder, text))


def count_lines(path):
    if not os.path.exists(path):
        return 0
    with open(path) as text:
        return len(text.readlines())


def wait_for_end(server, path):
    phase = "PENDING"
    for _ in range(PATIENCE // 5):
        status, _, body = server.request("GET", path + "/phase")
        if status != 200:
            fail("job %s is lost: %s" % (path, status))
        phase = body.decode()
        if phase in ("COMPLETED", "ERROR", "ABORTED"):
            break
        server.request("GET", path + "?WAIT=5&PHASE=" + phase)
    return phase


def try_point(server, folder, executor, name, action):
    marks, fakes = os.path.join(folder, "marks"), os.path.join(folder, "fakes")
    submissions = os.path.join(fakes, "submissions")
    before = count_lines(submissions)
    server.start("--config", os.path.join(folder, "config.toml"))
    gate = open(os.path.join(marks, "gate"), "w")
    fcntl.flock(gate, fcntl.LOCK_EX)  # the code waits for it, so that it does not end too soon
    status, headers, body = server.request("POST", "/rest/" + executor, "RUNID=kill")
    if status != 303:
        fail("creation was answered %s: %s" % (status, body[:200]))
    path = urllib.parse.urlsplit(headers["Location"]).path
    job = path.rsplit("/", 1)[1]
    arm(fakes, action)
    try:
        server.request("POST", path + "/phase", "PHASE=RUN")
    except (OSError, http.client.HTTPException):
        pass  # killed before it could answer, but not before it had committed
    try:
        server.process.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        fail("%s: the server was not killed" % name)
    gate.close()
    server.start("--config", os.path.join(folder, "config.toml"))
    phase = wait_for_end(server, path)
    if phase != "COMPLETED":
        _, _, error = server.request("GET", path + "/error")
        fail("%s: the job ended %s: %s" % (name, phase, error.decode()[:300]))
    server.stop()
    runs = count_lines(os.path.join(marks, job))
    made = count_lines(submissions) - before
    if runs != 1 or made != 1:
        fail("%s: the job was submitted %d times and ran %d times" % (name, made, runs))
    print("%s, killed %s: submitted once, ran once" % (executor, name), flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--server", required=True)
    parser.add_argument("--launcher", required=True)
    parser.add_argument("--slurm", required=True)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="uws-", ignore_cleanup_errors=True) as folder:
        for name in ("cluster", "fakes", "marks", "descriptions"):
            os.mkdir(os.path.join(folder, name))
        os.chmod(folder, 0o711)  # munged wants its socket to be within everybody's reach
        write_fakes(os.path.join(folder, "fakes"))
        prefix = ["/usr/bin/env", "SLURM_CONF=%s/cluster/slurm.conf" % folder,
                  "PATH=%s/fakes:/usr/local/bin:/usr/bin:/bin" % folder]
        with open(os.path.join(folder, "config.toml"), "w") as config:
            for executor in ("slurm", "pbs"):
                config.write('[%s]\nenabled = true\npoll_interval = "200ms"\n'
                             'command_timeout = "5s"\ncommand_prefix = %s\n'
                             % (executor, json.dumps(prefix)))
        for executor in ("slurm", "pbs"):
            with open(os.path.join(folder, "descriptions", executor + ".json"), "w") as text:
                json.dump({"name": executor, "executor": executor,
                           "command": ["/bin/sh", "-c", 'cd "$MARKS"; flock gate true; echo ran >> "$1"', "sh",
                                       "${job_id}"],
                           "environment": {"MARKS": os.path.join(folder, "marks")}}, text)
        server = None
        cluster = subprocess.Popen([options.slurm, os.path.join(folder, "cluster")],
                                   stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        try:
            said = cluster.stdout.readline().strip()
            if said != "ready":
                fail("no Slurm: " + said)
            server = Server(options.server, options.launcher, folder,
                            os.path.join(folder, "descriptions"))
            for name, action in POINTS.items():
                try_point(server, folder, "slurm", name, action)
            for name in ("before Slurm was asked", "after Slurm took it, before it was told"):
                try_point(server, folder, "pbs", name, POINTS[name])
        except BaseException:
            if server and server.process:
                server.kill()
            raise
        finally:
            cluster.stdin.close()
            cluster.wait()


if __name__ == "__main__":
    main()

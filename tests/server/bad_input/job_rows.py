"""Jobs: values, times, ids, methods, phases."""
from rows import JOB, JOBS, Group, create, get, method, post, put, run

VALUES = Group("values", False, [
    *[(400, "count", run("count=" + value)) for value in
      ["0", "10", "-1", "1.5", "1e0", "0x1", "one", "1,2", "1+2", "%31%00", "99999999999999999999",
       "-99999999999999999999", "%C2%B9", "%EF%BC%91", "inf", "nan", "true", "1%01"]],
    *[(400, "tiny", run("tiny=" + value)) for value in ["-1", "256", "1.0", "byte"]],
    *[(400, "short", run("short=" + value)) for value in ["32768", "-32769", "1e3"]],
    *[(400, "long", run("long=" + value)) for value in
      ["9223372036854775808", "-9223372036854775809", "1e18", "0b1"]],
    *[(400, "ratio", run("ratio=" + value)) for value in
      ["1.1", "-1.1", "1e999", "inf", "-inf", "nan", "0.5.5", "0,5", "half", "1e", "e1", "0x1p0",
       ".", "--1"]],
    *[(400, "flag", run("flag=" + value)) for value in ["maybe", "2", "yes", "-1", "truefalse"]],
    *[(400, "triple", run("triple=" + value)) for value in
      ["1", "1 2", "1 2 3 4", "1 2 x", "1,2,3", "1 2 3.5"]],
    *[(400, "mode", run("mode=" + value)) for value in
      ["", "medium", "FAST", "fast%20", "fast%00", "fast%0A"]],
    (400, "word", run("word=%00")),
    (400, "word", run("word=a%00b")),
    (400, "one value", run("count=1&count=2")),
    (400, "one value", run("count=1&COUNT=2")),
    (400, "one value", post(JOBS + "?PHASE=RUN&count=1", "count=2")),
    (400, "count", post(JOBS + "?PHASE=RUN&count=ten", "")),
    (400, "count", post("/rest/bad/@faulty/phase", "PHASE=RUN")),
    (400, "count", post("/rest/bad/@faulty", "PHASE=RUN")),
])

BAD_TIMES = [
    "", "now", "tomorrow", "2030-01", "2030-13-01", "2030-00-01", "2030-02-30", "2030-01-32",
    "2030-01-00", "2030-1-1", "01.02.2030", "01/02/2030", "2030-01-01T24:00:01Z",
    "2030-01-01T25:00:00Z", "2030-01-01T00:60:00Z", "2030-01-01T00:00:61Z", "2030-01-01T00:00:00x",
    "2030-01-01T00:00:00%2B01:00", "2030-01-01T00:00:00-01:00", "2030-01-01T00:00:00.Z",
    "2030-01-01T00:00:00,5Z", "2030-01-01TZ", "2030-01-01T", "2030-01-01t00:00:00Z",
    "-2030-01-01T00:00:00Z", "12030-01-01T00:00:00Z", "99999999999999999999", "1893456000",
    "2030-01-01T00:00:00Z%00", "2030-01-01T00:00:00Z2030-01-01T00:00:00Z", "2030-W01-1",
    "2030-01-01T00:00:00%0AZ"]

TIMES = Group("times", False, [
    *[(400, "destruction", post(JOB + "/destruction", "DESTRUCTION=" + time))
      for time in BAD_TIMES],
    (400, "destruction", create("DESTRUCTION=soon")),
    (400, "destruction", create("DESTRUCTION=2030-02-30")),
    (400, "destruction", post(JOBS + "?DESTRUCTION=soon", "")),
    (400, "destruction", create("DESTRUCTION=2030-01-01&DESTRUCTION=2031-01-01")),
    (400, "destruction", post(JOB + "/destruction", "")),
    (400, "destruction", post(JOB + "/destruction", "DESTRUCT=2030-01-01")),
    *[(400, "after", get(JOBS + "?AFTER=" + time)) for time in
      ["", "yesterday", "2015-26-10", "2015-10-26T09:00:00%2B01:00", "2015-10-26T09:00:00-01:00",
       "2015-02-29", "26.10.2015", "20151", "2015-10-26T25:00"]],
])

NUMBERS = Group("numbers", False, [
    *[(400, "executionduration", post(JOB + "/executionduration", "EXECUTIONDURATION=" + number))
      for number in ["", "-1", "1.5", "1e3", "0x10", "ten", "60s", "2147483648",
                     "99999999999999999999", "1 000", "%00", "P1D", "inf"]],
    (400, "executionduration", create("EXECUTIONDURATION=long")),
    (400, "executionduration", create("EXECUTIONDURATION=1&EXECUTIONDURATION=2")),
    (400, "executionduration", post(JOB + "/executionduration", "")),
    (400, "executionduration", post(JOB + "/executionduration", "DURATION=1")),
    *[(400, "last", get(JOBS + "?LAST=" + number)) for number in
      ["", "0", "-1", "1.5", "1e1", "ten", "0x1", "99999999999999999999", "1%00"]],
    *[(400, "wait", get(JOB + "?WAIT=" + number)) for number in
      ["", "soon", "1.5", "1e1", "0x1", "1s", "99999999999999999999", "1%00", "--1"]],
    (400, "wait", get(JOB + "?WAIT")),
    (400, "wait", get(JOB + "?WAIT=1&WAIT=2")),
    (400, "wait", get("/rest/bad/@completed?WAIT=soon")),
    (400, "runid", create("RUNID=" + "x" * 65)),
    (400, "runid", create("RUNID=a&RUNID=b")),
    (400, "runid", post(JOBS + "?RUNID=a", "runid=b")),
    (400, "runid", post(JOB + "/parameters", "RUNID=" + "x" * 65)),
])

COMMANDS = Group("commands", False, [
    *[(400, "phase", get(JOBS + "?PHASE=" + word)) for word in
      ["", "RUN", "ABORT", "DONE", "PENDING,QUEUED", "COMPLETED%20", "%00"]],
    (400, "phase", get(JOBS + "?PHASE=PENDING&PHASE=DONE")),
    *[(400, "phase", post(JOB + "/phase", "PHASE=" + word)) for word in
      ["", "GO", "COMPLETED", "PENDING", "RUN%20", "RUN%00", "RUNRUN", "RUN,ABORT"]],
    (400, "phase", post(JOB + "/phase", "")),
    (400, "phase", post(JOB + "/phase", "RUN")),
    (400, "phase", post(JOB + "/phase", "FACE=RUN")),
    (400, "phase", post(JOB + "/phase", "PHASE=RUN&PHASE=ABORT")),
    (400, "phase", post(JOB + "/phase?PHASE=RUN", "PHASE=ABORT")),
    (400, "phase", create("PHASE=GO")),
    (400, "phase", create("PHASE=ABORT")),
    (400, "phase", post(JOBS + "?PHASE=GO", "")),
    (400, "action", post(JOB, "ACTION=DESTROY")),
    (400, "action", post(JOB, "ACTION=")),
    (400, "action", post(JOB, "ACTION=DELETE%00")),
    (400, "action", post(JOB, "ACTION=DELETE&ACTION=KEEP")),
    (400, "action", post(JOB, "")),
    (400, "phase", post(JOB + "/parameters", "PHASE=RUN")),
    (400, "action", post(JOB + "/parameters", "ACTION=DELETE")),
])

ILLEGAL = Group("illegal in the job's phase", False, [
    *[(403, phase, post("/rest/bad/@%s/phase" % phase.lower(), "PHASE=RUN"))
      for phase in ["COMPLETED", "ABORTED", "EXECUTING"]],
    (403, "ERROR", post("/rest/bad/@failed/phase", "PHASE=RUN")),
    (403, "COMPLETED", post("/rest/bad/@completed/phase", "PHASE=ABORT")),
    (403, "ERROR", post("/rest/bad/@failed/phase", "PHASE=ABORT")),
    (403, "COMPLETED", post("/rest/bad/@completed/phase?PHASE=ABORT", "")),
    (403, "COMPLETED", post("/rest/bad/@completed", "PHASE=ABORT")),
    *[(403, phase, post("/rest/bad/@%s/parameters" % phase.lower(), "count=3"))
      for phase in ["COMPLETED", "ABORTED", "EXECUTING"]],
    (403, "EXECUTING", post("/rest/bad/@executing/parameters", "RUNID=new")),
    (403, "ERROR", put("/rest/bad/@failed/parameters/count", "3")),
    (403, "COMPLETED", put("/rest/bad/@completed/parameters/count", "3")),
    (403, "COMPLETED", put("/rest/bad/@completed/parameters/image", "x", "image/fits")),
])

SUB = ["phase", "executionduration", "destruction", "quote", "owner", "error", "parameters",
       "parameters/count", "results", "results/out", "stdout", "stderr", "prov.json", "prov.n"]

# A request without a body, so that there is nothing left to read.
UNKNOWN = Group("what does not exist", False, [
    *[(404, "", get("/rest/bad/@deleted" + sub)) for sub in [""] + ["/" + name for name in SUB]],
    (404, "", get("/rest/bad/@other")),
    (404, "", get("/rest/other/@pending")),
    (404, "", get("/rest/bad/nosuch")),
    (404, "", get("/rest/bad/..")),
    (404, "", get("/rest/bad/%2e%2e")),
    (404, "", get("/rest/bad/..%2f..%2fopus.db")),
    (404, "", get("/rest/bad/%27%20OR%201=1%20--")),
    (404, "", get("/rest/bad/" + "x" * 5000)),
    (404, "", get("/rest/bad/%ff%fe")),
    (404, "nosuch", get("/rest/nosuch")),
    (404, "nosuch", get("/rest/nosuch/@pending")),
    (404, "nosuch", get("/rest/nosuch?PHASE=PENDING")),
    (404, "nosuch", get("/nosuch")),
    (404, "", get("//")),
    (404, "", get("/rest//@pending")),
    (404, "", get("/REST/bad")),
    (404, "", get("/rest/BAD")),
    (404, "", get(JOB + "/PHASE")),
    (404, "", get(JOB + "/nosuch")),
    (404, "", get(JOB + "/phase/deeper")),
    (404, "", get(JOB + "/a/b/c/d/e/f/g/h/i/j")),
    (404, "nosuch", get(JOB + "/parameters/nosuch")),
    (404, "nosuch", get("/rest/bad/@completed/results/nosuch")),
    (404, "", get("/rest/bad/@completed/results/..%2f..%2ftask.json")),
    (404, "", get("/rest/bad/@completed/results/out.txt")),
    (404, "pending", get(JOB + "/error")),
    (404, "completed", get("/rest/bad/@completed/error")),
    (404, "", get(JOB + "/results/out")),
    (404, "nosuch", get("/jdl/nosuch")),
    (404, "", get("/jdl/..%2fopus.db")),
    (404, "no version", get("/jdl/bad/versions/99")),
    (404, "no version", get("/jdl/bad/versions/..%2f1")),
    (404, "nosuch", get("/jdl/nosuch/diff")),
    (404, "nosuch", get("/store/nosuch")),
    (404, "nosuch", get("/store/nosuch/metadata")),
    (404, "opus.db", get("/store?ID=..%2fopus.db")),
    (404, "", get("/../../etc/passwd")),
    (404, "", get("/%2e%2e/%2e%2e/etc/passwd")),
    (404, "", method("DELETE", "/rest/bad/@deleted")),
    (404, "", method("DELETE", "/rest/bad/@other")),
    (404, "", method("POST", "/rest/bad/@deleted/phase?PHASE=RUN")),
    (404, "", method("POST", "/rest/other/@pending?ACTION=DELETE")),
    (404, "nosuch", method("POST", "/rest/nosuch?PHASE=RUN")),
    (404, "", method("DELETE", "/nosuch")),
    (404, "", method("PUT", "/nosuch")),
])

METHODS = Group("methods", False, [
    *[(405, "allowed", method(name, JOBS)) for name in ["PUT", "DELETE", "PATCH", "TRACE"]],
    *[(405, "allowed", method(name, JOB)) for name in ["PUT", "PATCH", "MOVE", "get", "Delete"]],
    *[(405, "allowed", method(name, JOB + "/" + sub))
      for sub in ["phase", "executionduration", "destruction"]
      for name in ["PUT", "DELETE", "PATCH"]],
    *[(405, "allowed", method(name, JOB + "/" + sub))
      for sub in ["quote", "owner", "error", "results", "results/out", "stdout", "stderr",
                  "prov.json"]
      for name in ["POST", "PUT", "DELETE"]],
    *[(405, "allowed", method(name, JOB + "/parameters")) for name in ["PUT", "DELETE", "PATCH"]],
    *[(405, "allowed", method(name, JOB + "/parameters/count")) for name in ["POST", "DELETE"]],
    *[(405, "allowed", method(name, target))
      for target in ["/", "/rest", "/capabilities", "/availability"]
      for name in ["POST", "PUT", "DELETE"]],
])

GROUPS = [VALUES, TIMES, NUMBERS, COMMANDS, ILLEGAL, UNKNOWN, METHODS]

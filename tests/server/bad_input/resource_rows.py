"""Everything beside jobs: lists, sweeps, entities, descriptions, events, examples."""
from rows import JOB, JOBS, Group, create, get, method, post, put, run

SWEEP = JOBS + "/sweeps/pending"  # the run id of a job
ARCHIVE = SWEEP + "/results.tar"

LISTS = Group("lists", False, [
    *[(400, "pagesize", get(JOBS + "?PAGESIZE=" + size))
      for size in ["", "0", "-1", "1001", "1e2", "ten", "%00", "99999999999999999999"]],
    *[(400, "cursor", get(JOBS + "?CURSOR=" + cursor))
      for cursor in ["", "1", "@pendin", "@pending.", "@pending.0", "@pending.x", "..%2f.."]],
    *[(400, "details", get(JOBS + "?DETAILS=" + word)) for word in ["", "yes", "true", "1"]],
    *[(400, "parameter", get(JOBS + "?PARAMETER=" + word)) for word in ["", "count", "=1"]],
    (400, "runid", get(JOBS + "?RUNID=a&RUNID=b")),
    (400, "responseformat", get(JOBS + "?RESPONSEFORMAT=")),
    (400, "responseformat", get(JOBS + "?RESPONSEFORMAT=xml&RESPONSEFORMAT=json")),
    *[(400, "responseformat", get(target + "?RESPONSEFORMAT=pdf"))
      for target in ["/", "/rest", "/capabilities", "/availability", "/jdl/bad", JOBS, JOB,
                     JOB + "/phase", JOB + "/parameters", JOB + "/results", JOB + "/description",
                     SWEEP, "/rest/bad/@failed/error", "/jdl/bad/versions/1"]],
])

SWEEPS = Group("sweeps", False, [
    *[(400, "sweep", create("count=1..2&SWEEP=" + word))
      for word in ["", "all", "zip%00", "product,zip", "true"]],
    (400, "sweep", create("SWEEP=zip&SWEEP=product&count=1..2")),
    *[(400, "count", create("SWEEP=product&count=" + values))
      for values in ["1..", "..9", "9..1..1", "1..9..0", "1..9..-1", "1..x", "1..9..x", "1...9",
                     "1..9..1..1"]],
    *[(400, "count", run("SWEEP=product&count=" + values)) for values in ["1,ten", "8..10", "0..1"]],
    *[(400, "ratio", create("SWEEP=product&ratio=" + values))
      for values in ["0..1..1e-9", "nan..1", "0..inf", "0..1..nan"]],
    (400, "3 of count, 2 of tiny", create("SWEEP=zip&count=1..3&tiny=1,2")),
    (400, "at most", create("SWEEP=product&long=1..100000")),
    (400, "sweep_max", create("SWEEP=product&long=1..1000&short=1..1000")),
    (400, "runid", create("SWEEP=product&count=1..2&RUNID=" + "x" * 65)),
    (400, "destruction", create("SWEEP=product&count=1..2&DESTRUCTION=soon")),
    (400, "phase", create("SWEEP=product&count=1..2&PHASE=ABORT")),
    *[(400, "wait", get(SWEEP + "?WAIT=" + seconds)) for seconds in ["", "soon", "1.5", "1&WAIT=2"]],
    *[(400, "until", get(SWEEP + "?WAIT=9&UNTIL=" + word)) for word in ["", "END", "FINAL%20"]],
    (400, "until", get(SWEEP + "?UNTIL=CHANGE&UNTIL=FINAL")),
    *[(400, "phase", post(SWEEP, form))
      for form in ["", "PHASE=", "PHASE=GO", "PHASE=RUN&PHASE=ABORT", "PHASE=RUN&count=1",
                   "PHASE=RUN&RUNID=x", "PHASE=RUN&ACTION=DELETE", "ACTION=KEEP", "count=1"]],
    *[(404, "run id", get(target)) for target in
      [JOBS + "/sweeps/nosuch", JOBS + "/sweeps/nosuch?WAIT=30", JOBS + "/sweeps/nosuch/results.tar",
       "/rest/other/sweeps/pending", "/rest/nosuch/sweeps/pending", JOBS + "/sweeps/..%2f@pending",
       JOBS + "/sweeps/%ff"]],
    (404, "run id", method("DELETE", JOBS + "/sweeps/nosuch")),
    (404, "run id", post(JOBS + "/sweeps/nosuch", "PHASE=ABORT")),
    *[(404, "", get(target)) for target in
      [JOBS + "/sweeps", SWEEP + "/results.zip", SWEEP + "/results", ARCHIVE + "/job.json"]],
    *[(405, "allowed", method(name, SWEEP)) for name in ["PUT", "PATCH"]],
    *[(405, "allowed", method(name, ARCHIVE)) for name in ["POST", "PUT", "DELETE"]],
])

ENTITIES = Group("entities", False, [
    (400, "id", get("/store")),
    (400, "id", get("/store?ID=")),
    (400, "one value", get("/store?ID=a&ID=b")),
    (400, "name", post("/store?NAME=a&NAME=b", "content")),
    *[(404, "nosuch", get("/store/nosuch/" + form)) for form in ["metadata", "prov.json", "prov.n"]],
    (404, "", get("/store/nosuch/other")),
    (404, "", get("/store/..%2f..%2fopus.db/metadata")),
    (404, "nosuch", method("DELETE", "/store/nosuch")),
    *[(405, "allowed", method(name, "/store")) for name in ["PUT", "DELETE", "PATCH"]],
    *[(405, "allowed", method(name, "/store/nosuch")) for name in ["POST", "PATCH"]],
    *[(405, "allowed", method(name, "/store/nosuch/metadata")) for name in ["POST", "PUT", "DELETE"]],
])

# No administrator is configured here: whoever wants to change a description is told so.
DESCRIPTIONS = Group("descriptions", False, [
    *[(400, "state", get("/jdl?STATE=" + word)) for word in ["", "new", "OFFERED%00"]],
    *[(404, "no version", get("/jdl/bad/diff?" + query)) for query in ["FROM=99", "TO=0", "TO=%00"]],
    *[(404, "nosuch", get("/jdl/nosuch" + sub))
      for sub in ["/votable", "/json", "/schema", "/versions", "/versions/1", "/versions/1/state"]],
    (404, "", get("/jdl/bad/pdf")),
    (404, "", get("/jdl/%2e%2e/versions/1")),
    *[(403, "admin_token", post("/jdl/bad/versions/1/" + decision, "REASON=x"), True)
      for decision in ["validate", "reject", "restore"]],
    (403, "admin_token", method("DELETE", "/jdl/bad")),
    (401, "OPUS-Acting-For", get("/rest/bad", "OPUS-Acting-For: alice")),
    (400, "once", get("/rest/bad", "Authorization: Bearer a", "Authorization: Bearer b")),
    (400, "once", get("/rest/bad", "OPUS-Acting-For: a", "OPUS-Acting-For: b")),
    (403, "admin_token", get("/admin/audit")),
    (404, "", get("/admin")),
    *[(405, "allowed", method(name, target))
      for target in ["/jdl/bad/json", "/jdl/bad/diff", "/jdl/bad/versions", "/jdl/bad/versions/1",
                     JOB + "/description", "/openapi.json", "/schema/job-description.json"]
      for name in ["POST", "PUT", "DELETE"]],
    *[(405, "allowed", method(name, "/jdl")) for name in ["PUT", "DELETE"]],
    *[(405, "allowed", method(name, "/jdl/bad/versions/1/validate")) for name in ["GET", "DELETE"]],
])

# A body that is not worth reading ends the connection.
SUBMISSIONS = Group("submissions", True, [
    (403, "admin_token", post("/jdl", "{}", content_type="application/json")),
    (403, "admin_token", put("/jdl/bad", "<VOTABLE/>", "text/xml")),
])

LIVE = Group("events and examples", False, [
    (404, "", get("/rest/bad/@deleted/events")),
    (404, "", get("/rest/other/@pending/events")),
    (404, "nosuch", get("/rest/nosuch/events")),
    (404, "nosuch", get("/rest/nosuch/examples")),
    *[(405, "allowed", method(name, target))
      for target in [JOB + "/events", JOBS + "/events", JOBS + "/examples", "/examples"]
      for name in ["POST", "PUT", "DELETE"]],
])

GROUPS = [LISTS, SWEEPS, ENTITIES, DESCRIPTIONS, SUBMISSIONS, LIVE]

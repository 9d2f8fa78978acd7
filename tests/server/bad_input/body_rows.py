"""Bodies: escapes, forms, multipart/form-data, limits. The limits are those of run.py."""
from rows import FORM, JOB, JOBS, Group, chunked, create, get, header, message, multipart, part
from rows import parts, post, put, run

CLOSES = True  # the body is refused before its end
FIELD = 'form-data; name="count"'
FILE = 'form-data; name="image"; filename="i.fits"'
FITS = "Content-Type: image/fits"
RUN = JOBS + "?PHASE=RUN"

ESCAPES = Group("percent escapes", False, [
    (400, "'%'", get("/%")),
    (400, "'%'", get("/%4")),
    (400, "'%'", get("/%zz")),
    (400, "'%'", get("/%4g")),
    (400, "'%'", get("/rest/%")),
    (400, "'%'", get(JOB + "/%0")),
    (400, "'%'", get("/rest/bad%%20")),
    (400, "control character", get("/%00")),
    (400, "control character", get("/rest/bad%0a")),
    (400, "control character", get("/rest/bad%0d%0aX:%20y")),
    (400, "control character", get(JOB + "/%1f")),
    (400, "control character", get(JOB + "/phase%00")),
    (400, "control character", get("/%7f")),
    (400, "query string", get("/rest/bad?PHASE=%")),
    (400, "query string", get("/rest/bad?PHASE=%4")),
    (400, "query string", get("/rest/bad?PHASE=%zz")),
    (400, "query string", get("/rest/bad?LAST=1&%=1")),
    (400, "query string", get("/rest/bad?a%0=1")),
    (400, "query string", get("/rest/bad?%u0041=1")),
    (400, "control character", get("/rest/bad?PHA%00SE=RUN")),
    (400, "form", create("count=%")),
    (400, "form", create("count=%1")),
    (400, "form", create("count=%zz")),
    (400, "form", create("count=%%31")),
    (400, "form", create("%=1")),
    (400, "form", create("count=1&%zz=2")),
    (400, "form", create("count=1&mode=fast%u0031")),
    (400, "control character", create("cou%00nt=1")),
    (400, "form", post(JOB + "/phase", "PHASE=%52%5")),
    (400, "form", post(JOB + "/parameters", "count=%3")),
    (400, "query string", post(JOBS + "?count=%", "")),
    (400, "query string", post(JOBS + "?count=%", "mode=fast"), CLOSES),
    (400, "query string", post(JOB + "/phase?PHASE=%zz", "")),
])

# Refused when their header has come: the body is not read.
MEDIA_TYPES = Group("media types", True, [
    (415, "content-type", post(JOBS, "{}", content_type="application/json")),
    (415, "content-type", post(JOBS, "<job/>", content_type="text/xml")),
    (415, "content-type", post(JOBS, "count=1", content_type="text/plain")),
    (415, "content-type", post(JOBS, "count=1", content_type="")),
    (415, "content-type", post(JOBS, "count=1", content_type="application/*")),
    (415, "content-type", post(JOBS, "count=1", content_type=FORM + "x")),
    (415, "content-type", post(JOBS, "count=1", content_type="multipart/mixed; boundary=b")),
    (415, "content-type", message("POST " + JOBS + " HTTP/1.1", "Host: x", "Content-Length: 7",
                                  body="count=1")),
    (415, "content-type", post(JOB + "/phase", "RUN", content_type="text/plain")),
    (415, "content-type", post(JOB + "/parameters", "1", content_type="text/plain")),
    (415, "content-type", post(JOB + "/destruction", "2030-01-01", content_type="text/plain")),
    (400, "boundary", multipart("x", "multipart/form-data")),
    (400, "boundary", multipart("x", "multipart/form-data; charset=utf-8")),
    (400, "boundary", multipart("x", "multipart/form-data; boundary=")),
    (400, "boundary", multipart("x", 'multipart/form-data; boundary=""')),
    (400, "boundary", multipart("x", 'multipart/form-data; boundary="b ')),
    (400, "boundary", multipart("x", 'multipart/form-data; boundary="b "')),
    (400, "boundary", multipart("x", "multipart/form-data; boundary=" + "b" * 71)),
])

SIZES = Group("sizes", True, [
    (413, "at most 40960", header("Content-Length: 40961")),
    (413, "at most 40960", header("Content-Length: 9223372036854775807")),
    (413, "at most 40960", header("Content-Length: 18446744073709551615")),
    (413, "at most 40960", chunked(b"a001\r\n" + b"x" * 0xa001 + b"\r\n0\r\n\r\n")),
    (413, "at most 40960", chunked(b"fffffffffffffff0\r\n" + b"x" * 50000)),
    (413, "at most 204800", message("POST " + JOBS + " HTTP/1.1", "Host: x",
                                    "Content-Type: multipart/form-data; boundary=b",
                                    "Content-Length: 204801")),
    (413, "at most 204800", message("POST " + JOBS + " HTTP/1.1", "Host: x",
                                    "Content-Type: multipart/form-data; boundary=b",
                                    "Transfer-Encoding: chunked", body=b"33000\r\n" +
                                    part(FILE, "x" * 0x33000))),
    (413, "at most 10240", put(JOB + "/parameters/word", "x" * 10241)),
    (413, "at most 204800", put(JOB + "/parameters/image", "x" * 204801, "image/fits")),
    (413, "at most 40960", get("/", "Content-Length: 40961")),
    (413, "'count': at most 10240", multipart(parts(part(FIELD, "1" * 10241)))),
    (413, "together", multipart(parts(*[part('form-data; name="p%d"' % i, "1" * 9000)
                                        for i in range(5)]))),
    (413, "header is longer", multipart(parts(part(FIELD + "; x=" + "y" * 20000)))),
    (413, "more than 20 parts", multipart(parts(*[part(FIELD)] * 21))),
])

FORMS = Group("forms", False, [
    (413, "'count': at most 10240", create("count=" + "1" * 10241)),
    (413, "'mode': at most 10240", create("count=1&mode=" + "1" * 10241)),
    (413, "more than 20 parameters", create("&".join("p%d=1" % i for i in range(21)))),
    (413, "more than 20 parameters", post(JOB + "/parameters", "&count=1" * 21)),
    (400, "count", run("count")),
    (400, "count", run("count=")),
    (400, "count", run("count=1=2")),
    (400, "count", run("count=1;mode=fast")),
    (400, "no name", create("=1")),
    (400, "no name", create("count=1&=")),
    (400, "no name", get("/rest/bad?=1")),
    (400, "control character", create("count%0A=1")),
    (400, "control character", create("%1b[31m=1")),
    (400, "control character", create("count%7F=1")),
    (400, "control character", get("/rest/bad?LAST%0D=1")),
])

MULTIPART = Group("multipart", False, [
    (400, "no part", multipart("x")),
    (400, "no part", multipart("--c\r\n\r\n--c--\r\n")),
    (400, "no part", multipart("-b\r\n\r\n-b--\r\n")),
    (400, "no part", multipart(part(FIELD)[1:])),
    (400, "closing boundary", multipart("--b\r\n")),
    (400, "closing boundary", multipart("--b\r\nContent-Disposition: " + FIELD)),
    (400, "closing boundary", multipart(part(FIELD))),
    (400, "closing boundary", multipart(part(FIELD) + b"--b")),
    (400, "closing boundary", multipart(part(FIELD) + b"--b-")),
    (400, "closing boundary", multipart(part(FIELD) + b"--b\r\n")),
    (400, "closing boundary", multipart(part(FILE, "x" * 5000, FITS))),
])

# Found while the body comes in.
PARTS = Group("parts", True, [
    (400, "followed by", multipart(b"--bad\r\n" + parts(part(FIELD)))),
    (400, "followed by", multipart(part(FIELD) + b"--b*\r\n")),
    (400, "followed by", multipart(part(FIELD).replace(b"\r\n", b"\n") + b"--b--\n")),
    (400, "followed by", multipart(part(FIELD) + b"--b\n\n")),
    (400, "followed by", multipart(part(FIELD) + b"--b-x\r\n")),
    (400, "blanks", multipart(b"--b" + b" " * 300 + b"\r\n")),
    (400, "no content-disposition", multipart("--b\r\n\r\n1\r\n--b--\r\n")),
    (400, "no name", multipart("--b\r\nX: y\r\n\r\n1\r\n--b--\r\n")),
    (400, "no name", multipart(parts(part("form-data")))),
    (400, "no name", multipart(parts(part('form-data; name=""')))),
    (400, "no name", multipart(parts(part('form-data; filename="a"')))),
    (400, "form-data", multipart(parts(part('attachment; name="count"')))),
    (400, "form-data", multipart(parts(part("")))),
    (400, "quote", multipart(parts(part('form-data; name="count')))),
    (400, "control character", multipart(parts(part(b'form-data; name="co\x00unt"')))),
    (400, "control character", multipart(parts(part(FILE.replace("i.fits", "a\x00b"))))),
    (400, "header", multipart(parts(part(FIELD, "1", "nonsense")))),
    (400, "header", multipart(parts(part(FIELD, "1", ": x")))),
    (400, "transfer-encoding", multipart(parts(part(FIELD, "MQ==",
                                                    "Content-Transfer-Encoding: base64")))),
    (400, "transfer-encoding", multipart(parts(part(FIELD, "=31",
                                                    "Content-Transfer-Encoding: quoted-printable"
                                                    )))),
])

FILES = Group("files", False, [
    (400, "image", multipart(parts(part(FILE, "x", FITS), part(FILE, "y", FITS)), target=RUN)),
    (400, "imgae", multipart(parts(part(FILE.replace("image", "imgae"), "x", FITS)), target=RUN)),
    (400, "count", multipart(parts(part(FIELD + '; filename="one"')), target=RUN)),
    (400, "count", multipart(parts(part(FIELD, "ten")), target=RUN)),
    (400, "count", multipart(parts(part(FIELD), part(FIELD, "2")), target=RUN)),
    (400, "phase", multipart(parts(part('form-data; name="PHASE"', "GO")))),
    (400, "upload", create("UPLOAD=image")),
    (400, "upload", create("UPLOAD=image,")),
    (400, "upload", create("UPLOAD=,param:image")),
    (400, "upload", create("UPLOAD=1mage,param:image")),
    (400, "upload", create("UPLOAD=im-age,param:image")),
    (400, "upload", create("UPLOAD=image,param:")),
    (400, "upload", create("UPLOAD=image,param:nothere")),
    (400, "upload", create("UPLOAD=image,file:///etc/passwd")),
    (400, "upload", create("UPLOAD=image,ftp://x/y")),
    (400, "upload", create("UPLOAD=image,/etc/passwd")),
    (400, "upload", create("UPLOAD=image,http://x/1;image,http://x/2")),
    (400, "upload", multipart(parts(part('form-data; name="UPLOAD"', "image,param:t;b,param:t"),
                                    part('form-data; name="t"; filename="t"', "x")))),
    (400, "count", put(JOB + "/parameters/count", "1", "image/fits")),
])

GROUPS = [ESCAPES, MEDIA_TYPES, SIZES, FORMS, MULTIPART, PARTS, FILES]

"""What the tables of bad requests are written with.

A row is (status, words, request), and True as a fourth member when the answer has to end the
connection although the group's others keep it. `words` has to be in the message. Requests are
bytes; @pending, @executing, @completed, @failed, @aborted, @faulty, @deleted and @other in their
target stand for the ids of jobs that are in these phases, are PENDING with values that cannot run,
are gone, or belong to another list.
"""

FORM = "application/x-www-form-urlencoded"
JOBS = "/rest/bad"
JOB = JOBS + "/@pending"


class Group:
    """Rows about one kind of fault. `closes`: what the answers do with the connection."""

    def __init__(self, name, closes, rows):
        self.name = name
        self.closes = closes
        self.rows = rows


def as_bytes(text):
    return text if isinstance(text, bytes) else text.encode()


def message(start, *headers, body=b""):
    """A request as it is given, with nothing added but line ends."""
    return b"\r\n".join([as_bytes(start), *map(as_bytes, headers), b"", as_bytes(body)])


def get(target, *headers):
    return message("GET " + target + " HTTP/1.1", "Host: x", *headers)


def method(name, target):
    return message(name + " " + target + " HTTP/1.1", "Host: x")


def post(target, form, *headers, content_type=FORM):
    """With a Content-Length that is right."""
    form = as_bytes(form)
    return message("POST " + target + " HTTP/1.1", "Host: x", "Content-Type: " + content_type,
                   "Content-Length: %d" % len(form), *headers, body=form)


def put(target, value, content_type="text/plain"):
    return post(target, value, content_type=content_type).replace(b"POST", b"PUT", 1)


def create(form):
    return post(JOBS, form)


def run(form):
    """Values are judged when a job is to run (UWS-CRE-10); then it is not even created."""
    return post(JOBS + "?PHASE=RUN", form)


def header(*lines, body=b""):
    """A creation whose framing is what the lines say."""
    return message("POST " + JOBS + " HTTP/1.1", "Host: x", "Content-Type: " + FORM, *lines,
                   body=body)


def chunked(body):
    return header("Transfer-Encoding: chunked", body=body)


def multipart(body, content_type="multipart/form-data; boundary=b", target=JOBS):
    return post(target, body, content_type=content_type)


def part(disposition, value="1", *headers):
    """One part of boundary b, without what closes it."""
    return b"\r\n".join([b"--b", b"Content-Disposition: " + as_bytes(disposition),
                         *map(as_bytes, headers), b"", as_bytes(value), b""])


def parts(*each):
    """A multipart body of boundary b, closed."""
    return b"".join(each) + b"--b--\r\n"

"""Waits for files to come or go, told by the kernel (inotify); standard library only."""
import ctypes
import os
import select
import time

LIBC = ctypes.CDLL(None, use_errno=True)
CAME = 0x80  # IN_MOVED_TO
GONE = 0x40 | 0x200 | 0x400  # IN_MOVED_FROM, IN_DELETE, IN_DELETE_SELF


def watch_descriptor():
    watch = LIBC.inotify_init1(os.O_CLOEXEC)
    if watch < 0:
        raise OSError(ctypes.get_errno(), "inotify_init1")
    return watch


def wait_for_file(path, process, patience):
    """Until a file that is renamed into its place is there; False if the process (a Popen) ends
    before, or the time is over."""
    watch, ended = watch_descriptor(), os.pidfd_open(process.pid)
    try:
        if LIBC.inotify_add_watch(watch, os.fsencode(os.path.dirname(path)), CAME) < 0:
            raise OSError(ctypes.get_errno(), "inotify_add_watch", path)
        deadline = time.monotonic() + patience
        while not os.path.exists(path):
            left = deadline - time.monotonic()
            ready = select.select([watch, ended], [], [], max(left, 0))[0]
            if ended in ready or not ready:
                return os.path.exists(path)
            os.read(watch, 4096)
        return True
    finally:
        os.close(watch)
        os.close(ended)


def wait_until(done, folders, patience):
    """Calls done() now and after each deletion below the folders, until it is true or the time is
    over; what it said last."""
    deadline = time.monotonic() + patience
    while True:
        watch = watch_descriptor()
        try:
            for top in folders:
                for folder, _, _ in os.walk(top):
                    LIBC.inotify_add_watch(watch, os.fsencode(folder), GONE)  # it may have gone
            said = done()  # after the watches are set: nothing goes unseen
            left = deadline - time.monotonic()
            if said or left <= 0:
                return said
            select.select([watch], [], [], left)
        finally:
            os.close(watch)

"""Waits for files to go, told by the kernel (inotify); standard library only."""
import ctypes
import os
import select
import time

LIBC = ctypes.CDLL(None, use_errno=True)
GONE = 0x40 | 0x200 | 0x400  # IN_MOVED_FROM, IN_DELETE, IN_DELETE_SELF


def wait_until(done, folders, patience):
    """Calls done() now and after each deletion below the folders, until it is true or the time is
    over; what it said last."""
    deadline = time.monotonic() + patience
    while True:
        watch = LIBC.inotify_init1(os.O_CLOEXEC)
        if watch < 0:
            raise OSError(ctypes.get_errno(), "inotify_init1")
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

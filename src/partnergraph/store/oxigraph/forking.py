"""Forks of a program that has a store on disk open: the engine's threads are not in them."""

from __future__ import annotations

import os
from functools import cache


@cache
def fix_exit_of_forks() -> None:
    """Let forks of this program exit as they mean to, where the C library can do so (glibc).

    At exit RocksDB waits for its threads, which a fork does not have, and crashes (SIGSEGV). So in a fork the last that
    Python does, which is to call exit(3), leads to _exit(2) at once; see on_exit(3).
    """
    if not hasattr(os, "register_at_fork"):
        return
    import ctypes

    libc = ctypes.CDLL(None)
    if hasattr(libc, "on_exit"):
        os.register_at_fork(after_in_child=lambda: libc.on_exit(libc._exit, None))

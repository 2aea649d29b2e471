# ruff: noqa: PTH110, PTH115, PTH116, PTH208
"""Takes from Python what Windows lacks: with this folder in PYTHONPATH, every process of Python starts without it.

Modules and functions that only Unix has are gone; links cannot be made; a folder cannot be opened; an open file can be
neither renamed nor removed, nor the folder that it is in; a process inherits only its standard streams. The standard
library itself, which has chosen its ways by `sys.platform`, keeps what it needs of them. (Here stand the functions of
`os` that pathlib calls, so not those of pathlib.)
"""

from __future__ import annotations

import ctypes  # noqa: F401  (before what it uses is gone)
import errno
import os
import selectors  # noqa: F401
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

MODULES = "fcntl grp posix pty pwd readline resource syslog termios tty uvloop".split()
OS = (
    "O_CLOEXEC O_DIRECTORY O_NOFOLLOW O_NONBLOCK O_PATH chown chroot fchmod fchown fork forkpty getegid geteuid "
    "getgid getgroups getpgid getpgrp getpriority getsid getuid getxattr initgroups killpg lchown link listxattr "
    "mkfifo mknod nice pathconf pidfd_open posix_fallocate posix_spawn pread pwrite register_at_fork removexattr "
    "sched_getaffinity sched_setaffinity sched_setscheduler sched_param SCHED_BATCH SCHED_OTHER sendfile "
    "set_blocking setgid setpgid setpriority setsid setuid setxattr statvfs sync symlink sysconf tcgetpgrp "
    "unshare wait wait3 wait4"
).split()
SIGNAL = (
    "SIGALRM SIGBUS SIGCHLD SIGCONT SIGHUP SIGKILL SIGPIPE SIGPROF SIGQUIT SIGSTOP SIGTSTP SIGUSR1 SIGUSR2 SIGVTALRM "
    "SIGXCPU SIGXFSZ alarm getitimer pause pidfd_send_signal pthread_kill pthread_sigmask set_wakeup_fd setitimer "
    "siginterrupt sigpending sigwait"
).split()
SOCKET = "AF_UNIX CMSG_LEN recv_fds send_fds sethostname".split()
POPEN = "extra_groups group pass_fds preexec_fn user".split()  # what Windows refuses; the rest it ignores


def _in_use(path: str | os.PathLike[str]) -> bool:
    """Whether this process has a file open, or one in a folder."""
    target = os.path.realpath(path)
    for entry in os.listdir("/proc/self/fd"):
        try:
            opened = os.readlink(f"/proc/self/fd/{entry}")
        except OSError:
            continue
        if opened == target or opened.startswith(f"{target}/"):
            return True
    return False


def _refusing_open_files(function: Callable[..., Any]) -> Callable[..., Any]:
    def call(path: Any, *arguments: Any, **keywords: Any) -> Any:
        targets = [path, *(a for a in arguments if isinstance(a, str | os.PathLike))]
        if any(not isinstance(each, int) and _in_use(each) for each in targets):
            raise PermissionError(errno.EACCES, "used by another process", os.fspath(path))
        return function(path, *arguments, **keywords)

    return call


def _refusing_folders(function: Callable[..., int]) -> Callable[..., int]:
    def call(path: Any, flags: int, *arguments: Any, **keywords: Any) -> int:
        if stat.S_ISDIR(os.stat(path).st_mode) if os.path.exists(path) else False:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), os.fspath(path))
        return function(path, flags, *arguments, **keywords)

    return call


def _checked_popen(function: Callable[..., None]) -> Callable[..., None]:
    def call(self: Any, *arguments: Any, **keywords: Any) -> None:
        unknown = [name for name in POPEN if keywords.get(name)]
        if unknown:
            raise ValueError(f"{unknown[0]} is not supported on Windows platforms")
        function(self, *arguments, **keywords)

    return call


def take_away() -> None:
    """Take it away."""
    vars(subprocess)["signal"] = SimpleNamespace(**vars(signal))  # which kills by it what Windows ends
    vars(tempfile)["_os"] = SimpleNamespace(**vars(os))  # Windows removes its temporary files itself
    shutil._use_fd_functions = False  # type: ignore[attr-defined]
    shutil._USE_CP_SENDFILE = False  # type: ignore[attr-defined]
    shutil._copyxattr = lambda *_, **__: None  # type: ignore[attr-defined]
    kept = set(os.environ.get("WITHOUT_UNIX_BUT", "").split())  # for the tools of tests: what they cannot do without
    for name in MODULES:
        sys.modules[name] = None  # type: ignore[assignment]
    for module, names in ((os, OS), (signal, SIGNAL), (socket, SOCKET), (time, ["tzset", "pthread_getcpuclockid"])):
        for name in set(names) - kept:
            if hasattr(module, name):
                delattr(module, name)
    for name in ("replace", "rename", "unlink", "remove", "rmdir"):
        setattr(os, name, _refusing_open_files(getattr(os, name)))
    os.open = _refusing_folders(os.open)
    subprocess.Popen.__init__ = _checked_popen(subprocess.Popen.__init__)  # type: ignore[method-assign]


if __name__ == "sitecustomize":  # as Python calls it at its start, and no test does
    take_away()

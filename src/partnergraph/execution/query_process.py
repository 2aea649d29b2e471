"""Processes that answer queries: each ends with the program that started it, however that ends, and not before.

It is bound to the program, not to the thread that started it, by a pipe of which the program alone holds the writing
end: when the program ends, the system closes that end, and the query process is killed, also while the engine is at
work. Where a process inherits nothing but its standard streams (Windows), it watches its standard input for that.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import weakref
from collections.abc import Callable
from contextlib import suppress
from threading import Event, RLock, Timer
from typing import Any

from partnergraph.execution.exit_status import MemoryAdvice, exit_error, start_error
from partnergraph.execution.wire import Response, ResponseParser

MAX_STDERR = 65_536  # bytes of the standard error of a process that are stored
EXIT_TIMEOUT = 1.0  # seconds within which a process that has closed its pipe has ended
MAX_PIECE = 1_048_576  # bytes of an answer that are read at once
PR_SET_PDEATHSIG = 1  # prctl(2)
INHERITS_PIPES = hasattr(os, "fork")  # whether a process can be given more than its standard streams
_BY_STDIN = "-"  # the argument of a process that is bound to the program by its standard input

_started: weakref.WeakSet[QueryProcess] = weakref.WeakSet()
_starting = RLock()  # while a process is started the program is not forked, so that no fork gets hold of its pipe


class QueryProcess(subprocess.Popen[bytes]):
    """A process that runs one of our modules, with the number of the pipe that it is bound to as its argument.

    It is no member of the program's process group: Ctrl-C is for the program, which ends the process if it wants to.
    In a fork of the program it is nobody's: the fork can neither ask nor end it. Raises `StoreError` when the system
    starts no process.
    """

    def __init__(self, module: str, environment: dict[str, str], **streams: Any) -> None:
        # Rust's traces are long and tell a keeper nothing.
        environment = {**os.environ, "RUST_BACKTRACE": "0", **environment}
        self._close_lifeline: Callable[[], object] = _no_lifeline
        with _starting:
            try:
                (self._start_with_pipe if INHERITS_PIPES else self._start_plain)(module, environment, streams)
            except OSError as error:
                raise start_error(error) from None
            _started.add(self)

    def _start_with_pipe(self, module: str, environment: dict[str, str], streams: dict[str, Any]) -> None:
        remote, local = os.pipe()
        self._close_lifeline = weakref.finalize(self, os.close, local)
        try:
            super().__init__(
                _command(module, str(remote)), env=environment, pass_fds=(remote,), process_group=0, **streams
            )
        except BaseException:
            self._close_lifeline()
            raise
        finally:
            os.close(remote)

    def _start_plain(self, module: str, environment: dict[str, str], streams: dict[str, Any]) -> None:
        # Windows: a process group of its own is one that Ctrl-C does not reach.
        flags = getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)
        super().__init__(_command(module, _BY_STDIN), env=environment, creationflags=flags, **streams)

    def end(self) -> None:
        """Kill the process and wait for its end. In a fork of the program, nothing."""
        if self.poll() is None:
            self.kill()
            self.wait()
        self._close_lifeline()

    def disown(self) -> None:
        """In a fork of the program: close the copy of the pipe, and leave the process to the program."""
        self._close_lifeline()
        if self.returncode is None:
            self.returncode = 0  # so that nothing is sent to it, or waited for


def _no_lifeline() -> None:
    """There is no pipe to close: standard input is the one that the process is bound to."""


def _command(module: str, lifeline: str) -> list[str]:
    # -P: a file in the current folder must not stand in for a module.
    return [sys.executable, "-P", "-m", module, lifeline]


class PersistentQueryProcess(QueryProcess):
    """A query process that answers orders (see `execution.worker_main`) over a `pipe`. `answer` is what has come of the
    answer to the last one.
    """

    def __init__(self, module: str, environment: dict[str, str]) -> None:
        with _starting:
            try:
                self._stderr_pipe, stderr = os.pipe()
                try:
                    self.pipe, remote = socket.socketpair()
                except OSError:
                    os.close(self._stderr_pipe)
                    os.close(stderr)
                    raise
            except OSError as error:
                raise start_error(error) from None
            os.set_blocking(self._stderr_pipe, False)
            os.set_blocking(stderr, False)  # what does not fit into the pipe is lost, and nobody waits
            self._stderr = b""
            self.answer = ResponseParser()
            self._close_pipes = weakref.finalize(self, _close, self.pipe, self._stderr_pipe)
            try:
                super().__init__(module, environment, stdin=remote, stdout=remote, stderr=stderr)
            except BaseException:
                self._close_pipes()
                raise
            finally:
                remote.close()
                os.close(stderr)

    def exchange(self, order: bytes, timeout: float) -> Response:
        """Send an order (see `wire.encode_order`) and wait for the whole answer.

        Raises `TimeoutError` after `timeout` seconds, `ConnectionError` when the process ends. After either, and after
        an interruption, it is of no more use.
        """
        self.stderr_tail()  # that there is room for more
        deadline, self.answer, response = time.monotonic() + timeout, ResponseParser(), None
        self.pipe.settimeout(max(0.001, timeout))
        self.pipe.sendall(order)
        while response is None:
            self.pipe.settimeout(max(0.001, deadline - time.monotonic()))
            if not (data := self.pipe.recv(MAX_PIECE)):
                raise ConnectionError
            response = self.answer.feed(data)
        return response

    def explain_end(self, memory: int, more: MemoryAdvice, opening: str = "") -> Exception:
        """Why the process ended without an answer (see `exit_status.exit_error`)."""
        try:
            status = self.wait(EXIT_TIMEOUT)
        except subprocess.TimeoutExpired:
            status = None
        return exit_error(status, self.stderr_tail(), memory, opening=opening, more=more)

    def stderr_tail(self) -> bytes:
        """The end of what it has written to standard error so far."""
        with suppress(BlockingIOError):
            while self._close_pipes.alive and (data := os.read(self._stderr_pipe, MAX_STDERR)):
                self._stderr = (self._stderr + data)[-MAX_STDERR:]
        return self._stderr

    def end(self) -> None:
        """Kill the process, wait for its end and close the pipes."""
        super().end()
        self._close_pipes()

    def disown(self) -> None:
        """In a fork of the program: close the copies of the pipes, and leave the process to the program."""
        super().disown()
        self._close_pipes()


class StdioQueryProcess(PersistentQueryProcess):
    """A query process that answers orders over its standard input and output, where it inherits no other pipe.

    Windows cannot wait for a pipe for some time only: a timer kills the process when an answer takes too long.
    """

    def __init__(self, module: str, environment: dict[str, str]) -> None:
        self.answer = ResponseParser()
        try:
            self._stderr_file = tempfile.TemporaryFile()  # noqa: SIM115  (closed in `end`)
        except OSError as error:
            raise start_error(error) from None
        try:
            QueryProcess.__init__(
                self, module, environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._stderr_file
            )
        except BaseException:
            self._stderr_file.close()
            raise

    def exchange(self, order: bytes, timeout: float) -> Response:
        """See `PersistentQueryProcess`."""
        assert self.stdin is not None
        assert self.stdout is not None
        expired, self.answer, response = Event(), ResponseParser(), None

        def stop() -> None:
            expired.set()
            self.kill()

        timer = Timer(max(0.001, timeout), stop)
        timer.daemon = True
        timer.start()
        try:
            self.stdin.write(order)
            self.stdin.flush()
            while response is None and (data := os.read(self.stdout.fileno(), MAX_PIECE)):
                response = self.answer.feed(data)
        except OSError:  # it has ended
            response = None
        finally:
            timer.cancel()
            timer.join()
        if expired.is_set():
            raise TimeoutError
        if response is None:
            raise ConnectionError
        return response

    def stderr_tail(self) -> bytes:
        """The end of what it has written to standard error, once it has ended."""
        if self.poll() is None or self._stderr_file.closed:
            return b""
        size = self._stderr_file.seek(0, os.SEEK_END)
        self._stderr_file.seek(max(0, size - MAX_STDERR))
        return self._stderr_file.read()

    def end(self) -> None:
        """Kill the process, wait for its end and close its streams."""
        QueryProcess.end(self)
        for stream in (self.stdin, self.stdout, self._stderr_file):
            with suppress(OSError):
                if stream is not None:
                    stream.close()


def start_query_process(module: str, environment: dict[str, str]) -> PersistentQueryProcess:
    """A process that answers orders. Raises `StoreError` when the system starts none."""
    return (PersistentQueryProcess if INHERITS_PIPES else StdioQueryProcess)(module, environment)


def _close(pipe: socket.socket, stderr: int) -> None:
    pipe.close()
    os.close(stderr)


def _disown_all() -> None:
    _starting.release()
    for process in list(_started):
        process.disown()
    _started.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_starting.acquire, after_in_parent=_starting.release, after_in_child=_disown_all)


def end_with_program() -> None:
    """In a query process: be killed when the program that started it ends. Nothing when nobody is bound to."""
    if len(sys.argv) < 2:
        return
    if sys.argv[1] == _BY_STDIN:
        _watch_stdin()
        return
    pipe = int(sys.argv[1])
    if sys.platform != "linux":
        _kill_at_end_of(pipe)
        return
    import fcntl
    import select

    # The system sends the signal when the last writing end is closed (fcntl(2), pipe(7)): no thread has to watch, and
    # nothing in this process has to give way.
    fcntl.fcntl(pipe, fcntl.F_SETOWN, os.getpid())
    fcntl.fcntl(pipe, fcntl.F_SETSIG, signal.SIGKILL)
    fcntl.fcntl(pipe, fcntl.F_SETFL, fcntl.fcntl(pipe, fcntl.F_GETFL) | os.O_ASYNC)
    poller = select.poll()
    poller.register(pipe, 0)
    if poller.poll(0):  # it ended before
        os.kill(os.getpid(), signal.SIGKILL)


def end_with_parent(parent: int) -> None:
    """In a fork of a query process that has one thread: be killed when that process, whose number is given, ends."""
    if sys.platform != "linux":
        if len(sys.argv) > 1:
            _kill_at_end_of(int(sys.argv[1]))
        return
    import ctypes

    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it ended before
        os.kill(os.getpid(), signal.SIGKILL)


def _watch_stdin() -> None:
    """Have a thread read standard input, which ends this process at its end, and hand on what comes."""
    from threading import Thread

    source = os.dup(0)
    remote, local = os.pipe()
    os.dup2(remote, 0)
    os.close(remote)

    def hand_on() -> None:
        while data := os.read(source, MAX_PIECE):
            while data:
                data = data[os.write(local, data) :]
        os._exit(1)

    Thread(target=hand_on, daemon=True).start()


def _kill_at_end_of(pipe: int) -> None:
    """Where the system sends no signal: a thread that waits for the end of the pipe, and runs when the engine works."""
    from threading import Thread

    def wait() -> None:
        while os.read(pipe, 1):
            pass
        os.kill(os.getpid(), signal.SIGKILL)

    Thread(target=wait, daemon=True).start()

"""The process that has opened the graph and forks query processes from itself, in some milliseconds each."""

from __future__ import annotations

import asyncio
import signal
import socket
from contextlib import suppress
from pathlib import Path

from partnergraph.errors import StoreError
from partnergraph.execution.sandbox import start_process
from partnergraph.execution.wire import ERROR, FrameParser, Opening, decode_error, decode_values, encode_order

OPEN_TIMEOUT = 30.0  # seconds that a process may take to open the graph
PRELOAD_TIMEOUT = 600.0  # seconds that it may take to read a large one into memory
MAX_MESSAGE = 65_536  # bytes of a message of a fork server that are read at once


def _socket_pair() -> tuple[socket.socket, socket.socket]:
    try:
        return socket.socketpair()
    except OSError as error:
        raise StoreError(f"A query process cannot be started: {error.strerror}.") from None


class ForkServer:
    """A process that has opened a graph and forks query processes from itself.

    It runs `module`, which calls `execution.worker_main.main`. `whole`: it reads a store of any size into memory first.
    After `drain` it ends with the last of its processes; they end with it.
    """

    def __init__(self, module: str, target: Path, memory: int, *, whole: bool = False) -> None:
        self.module, self.target, self.memory, self.whole = module, target, memory, whole
        self.alive, self.children = False, 0
        self._draining = False
        self._lock = asyncio.Lock()
        self._loop = asyncio.get_running_loop()
        self._frames = FrameParser()

    async def start(self) -> ForkServer:
        """Wait until the graph is open. Raises `StoreError` when it cannot be."""
        self._control, remote = _socket_pair()
        try:
            self._process = start_process(self.module, remote)
        except StoreError:
            self._control.close()
            raise
        finally:
            remote.close()
        self._control.setblocking(False)
        try:
            async with asyncio.timeout(PRELOAD_TIMEOUT if self.whole else OPEN_TIMEOUT):
                opening: Opening = {
                    "targets": [str(self.target)],
                    "memory": self.memory,
                    "forks": True,
                    "whole": self.whole,
                }
                await self._loop.sock_sendall(self._control, encode_order(opening))
                kind, content = await self._receive_frame()
        except TimeoutError:
            self.end()
            limit = PRELOAD_TIMEOUT if self.whole else OPEN_TIMEOUT
            raise StoreError(f"The store {self.target} was not open within {limit:g} seconds.") from None
        except OSError:
            self.end()
            raise StoreError(f"The process that opens the store {self.target} ended; why is not known.") from None
        except asyncio.CancelledError:
            self.end()
            raise
        if kind == ERROR:
            self.end()
            raise decode_error(content)
        self.alive = True
        return self

    async def fork(self) -> tuple[socket.socket, int]:
        """A new query process: the pipe to it and its number. Raises `StoreError` when there is none to be had."""
        local, remote = _socket_pair()
        try:
            async with self._lock, asyncio.timeout(OPEN_TIMEOUT):
                self._process.send_signal(signal.SIGCONT)  # somebody may have stopped it
                socket.send_fds(self._control, [b"F"], [remote.fileno()])
                _, content = await self._receive_frame()
        except (TimeoutError, OSError):
            local.close()
            self.end()
            raise StoreError("The process that starts query processes has ended, or does not answer.") from None
        except asyncio.CancelledError:
            local.close()
            raise
        finally:
            remote.close()
        self.children += 1
        return local, decode_values(content)["pid"]

    def child_ended(self) -> None:
        """One of the processes that it forked has ended."""
        self.children -= 1
        if self._draining and not self.children:
            self.end()

    def drain(self) -> None:
        """End as soon as no process that it forked is left."""
        self._draining = True
        if not self.children:
            self.end()

    def end(self) -> None:
        """End, and with it every process that it forked."""
        if self.alive:
            self._process.send_signal(signal.SIGCONT)  # somebody may have stopped it
        else:  # it may be reading still
            self._process.kill()
        self.alive = False
        self._control.close()  # which it takes for its end
        self._loop.run_in_executor(None, self._process.wait)

    async def wait_ended(self) -> None:
        """Wait until the pipes to the processes that it forked are closed, some milliseconds after it has ended."""
        with suppress(TimeoutError):
            async with asyncio.timeout(1):
                while self.children:
                    await asyncio.sleep(0.005)

    async def _receive_frame(self) -> tuple[bytes, bytes]:
        """The next frame, of which one comes at a time. Raises `ConnectionError` when the process has ended."""
        frames: list[tuple[bytes, bytes]] = []
        while not frames:
            if not (data := await self._loop.sock_recv(self._control, MAX_MESSAGE)):
                raise ConnectionError
            frames = self._frames.feed(data)
        return frames[0]

"""uvicorn's HTTP protocol as a base class: the only module that touches what uvicorn does not document.

uvicorn has no interface for limits on connections or for answers without a task. `HttpToolsProtocol` is therefore
extended. Everything used of it, and of the objects that it holds, is listed in `RELIED_ON`; `tests/server/
test_uvicorn_protocol.py` compares that list with the installed version and with the code of this module, and
`pyproject.toml` has an upper bound on the version. After raising it run the tests of this room. The other modules use
the methods of `UvicornProtocol`, the callbacks of asyncio and httptools, and the names of `INHERITED`.
"""

from __future__ import annotations

import asyncio
from abc import abstractmethod
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

# The class of uvicorn: its attributes and methods that are used here, or overridden (uvicorn calls them then).
RELIED_ON: Mapping[str, frozenset[str]] = {
    "HttpToolsProtocol": frozenset(
        {
            # callbacks of asyncio and httptools, which have to be methods that `super()` reaches
            *("connection_made", "data_received", "pause_writing", "resume_writing", "connection_lost"),
            *("on_message_begin", "on_header", "on_headers_complete", "on_body", "on_message_complete"),
            # uvicorn's own callbacks
            "on_response_complete",  # after each response, whose head was written in one piece by then
            "send_400_response",  # what came is not HTTP
            "shutdown",  # from the server, for each of `connections`
            "timeout_keep_alive_handler",  # when `timeout_keep_alive` seconds have passed after a response
            # attributes
            "app",  # read for each request, in `on_headers_complete`
            *("client", "config", "connections", "cycle", "flow", "headers", "loop", "pipeline", "server_state"),
            *("timeout_keep_alive", "timeout_keep_alive_task", "transport", "url"),
        }
    ),
    "RequestResponseCycle": frozenset({"keep_alive", "more_body", "response_complete", "response_started"}),
    "FlowControl": frozenset({"write_paused"}),
    "ServerState": frozenset({"default_headers", "total_requests"}),
    "Config": frozenset({"app"}),
}
# What subclasses use as uvicorn has it.
INHERITED = frozenset(
    {
        *("client", "connections", "headers", "loop", "transport", "url"),
        *("shutdown", "timeout_keep_alive", "timeout_keep_alive_handler"),
    }
)
MAX_JOINED = 65_536  # bytes of a body up to which it is copied, to leave in one packet with its head


class ResponseTransport(asyncio.Transport):
    """A transport that holds the head of a response back until its body comes: one packet for nearly every response.

    It has the methods of a transport that uvicorn calls.
    """

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport, self._head, self.bytes_written, self._ended = transport, b"", 0, False
        self.is_closing = transport.is_closing  # type: ignore[method-assign]

    def write(self, data: Any) -> None:
        """What uvicorn writes at once: the head of a response, a piece of a body, or a short response whole."""
        if self._head:
            head, self._head = self._head, b""
            self.write_response(head, data)
            return
        if data[:9] == b"HTTP/1.1 " and data[9:10] != b"1" and data[-4:] == b"\r\n\r\n":
            self._head = data
            return
        self.write_response(data)

    def write_response(self, head: bytes, body: bytes = b"") -> None:
        """Send a response, or a part of one."""
        # uvicorn does not notice that a client that pipelined its requests has gone.
        if self._ended or self.is_closing():
            return
        self.bytes_written += len(head) + len(body)
        if len(body) > MAX_JOINED:
            self._transport.writelines((head, body))
        else:
            self._transport.write(head + body if body else head)

    def flush(self) -> None:
        """Send the head that is held back."""
        if self._head:
            self.write(b"")

    def get_write_buffer_size(self) -> int:
        """Bytes that the client has not read."""
        return self._transport.get_write_buffer_size()

    def write_eof(self) -> None:
        """Send what is held back, and the end of the stream."""
        self.flush()
        self._ended = True
        self._transport.write_eof()

    def abort(self) -> None:
        """See `asyncio.WriteTransport.abort`."""
        self._transport.abort()

    def close(self) -> None:
        """Send what is held back, then close."""
        self.flush()
        self._transport.close()

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        """See `asyncio.BaseTransport.get_extra_info`."""
        return self._transport.get_extra_info(name, default)

    def pause_reading(self) -> None:
        """See `asyncio.ReadTransport.pause_reading`."""
        self._transport.pause_reading()

    def resume_reading(self) -> None:
        """See `asyncio.ReadTransport.resume_reading`."""
        self._transport.resume_reading()

    def set_protocol(self, protocol: asyncio.BaseProtocol) -> None:
        """See `asyncio.BaseTransport.set_protocol`."""
        self._transport.set_protocol(protocol)


class UvicornProtocol(HttpToolsProtocol):
    """A connection of a client, with names of our own for what uvicorn knows of it."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """asyncio: a client has connected."""
        self.connection = ResponseTransport(transport)
        self._default_fields: list[tuple[bytes, bytes]] = []
        self._default_lines = b""
        super().connection_made(self.connection)

    @abstractmethod
    def refuse(self, status: int, message: str) -> None:
        """Answer a request that has not arrived whole with an error, and end the connection."""

    @property
    def application(self) -> Any:
        """The ASGI application that the server was started with."""
        return self.config.app

    @property
    def idle(self) -> bool:
        """Whether no response is owed, and a short one would leave at once."""
        return (self.cycle is None or self.cycle.response_complete) and not self.flow.write_paused

    @property
    def owes_response(self) -> bool:
        """Whether a request has been read, at least its head, whose response is not complete."""
        return self.cycle is not None and not self.cycle.response_complete

    @property
    def answering(self) -> bool:
        """Whether a request has arrived whole whose response is not complete."""
        return self.owes_response and not self.cycle.more_body

    @property
    def response_started(self) -> bool:
        """Whether the head of the response that is owed has been written."""
        return self.cycle.response_started

    @property
    def keeps_alive(self) -> bool:
        """Whether the connection stays open after the last request that was read."""
        return self.cycle is not None and self.cycle.keep_alive

    @property
    def pipelined(self) -> int:
        """How many requests wait for the response to an earlier one."""
        return len(self.pipeline)

    @contextmanager
    def answering_with(self, application: Any) -> Iterator[None]:
        """Requests whose head is complete in this context are answered by another application."""
        replaced, self.app = self.app, application
        try:
            yield
        finally:
            self.app = replaced

    def close_after_response(self) -> None:
        """Close the connection after the response to the last request that was read."""
        self.cycle.keep_alive = False

    def response_start(self, status: int) -> bytes:
        """The status line of a response, and the header fields that every response has (its date)."""
        fields = self.server_state.default_headers
        if fields is not self._default_fields:  # uvicorn makes a new list each second
            self._default_fields, self._default_lines = fields, b"".join(b"%b: %b\r\n" % field for field in fields)
        return STATUS_LINE[status] + self._default_lines

    def count_response(self) -> None:
        """Count a response that was not written by uvicorn."""
        self.server_state.total_requests += 1

    def start_keep_alive_timer(self, seconds: float | None = None) -> None:
        """Have `timeout_keep_alive_handler` called in some seconds; without a number after the usual time, if no timer
        runs.
        """
        if seconds is None:
            if self.timeout_keep_alive_task is not None:
                return
            seconds = self.timeout_keep_alive
        self.timeout_keep_alive_task = self.loop.call_later(seconds, self.timeout_keep_alive_handler)

    def send_400_response(self, msg: str) -> None:
        """uvicorn: what came is not HTTP."""
        self.refuse(400, msg)

    def on_response_complete(self) -> None:
        """uvicorn: a response has been written, if only its head."""
        self.connection.flush()
        super().on_response_complete()

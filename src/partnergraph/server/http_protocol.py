"""uvicorn's protocol, with a shortcut for plain queries, and the head of a response and its body in one packet."""

from __future__ import annotations

import asyncio
import re
from typing import Any

from partnergraph.server.connection_limits import LimitedProtocol
from partnergraph.server.fast_path import START, FastRequest

HELD = 65_536  # bytes that a client may send before it has the answer to what it sent first
JOINED = 65_536  # bytes of a body up to which it is copied to leave in one packet with its head


class Connection(asyncio.Transport):
    """A connection that holds the head of a response back until its body comes. It can do what uvicorn asks of it."""

    def __init__(self, of: asyncio.Transport) -> None:
        self._of, self._head, self.written, self._ended = of, b"", 0, False
        self.is_closing = of.is_closing  # type: ignore[method-assign]

    def write(self, data: Any) -> None:
        """Take what uvicorn writes at once: the head of a response, a piece of a body, or a short response whole."""
        if self._head:
            head, self._head = self._head, b""
            self.whole(head, data)
            return
        if data[:9] == b"HTTP/1.1 " and data[9:10] != b"1" and data[-4:] == b"\r\n\r\n":
            self._head = data
            return
        self.whole(data)

    def whole(self, head: bytes, body: bytes = b"") -> None:
        """Send a response, or a part of one."""
        if self._ended or self.is_closing():  # uvicorn does not see that who asked several things at once has gone
            return
        self.written += len(head) + len(body)
        if len(body) > JOINED:
            self._of.writelines((head, body))
        else:
            self._of.write(head + body if body else head)

    def get_write_buffer_size(self) -> int:
        """Bytes that the client has not read."""
        return self._of.get_write_buffer_size()

    def write_eof(self) -> None:
        """Say that nothing more will be sent."""
        self.flush()
        self._ended = True
        self._of.write_eof()

    def abort(self) -> None:
        """End the connection at once."""
        self._of.abort()

    def flush(self) -> None:
        """Send what is held back."""
        if self._head:
            self.write(b"")

    def close(self) -> None:
        """Send what is held back, and then no more."""
        self.flush()
        self._of.close()

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        """As the connection says."""
        return self._of.get_extra_info(name, default)

    def pause_reading(self) -> None:
        """Read no more for a while."""
        self._of.pause_reading()

    def resume_reading(self) -> None:
        """Read on."""
        self._of.resume_reading()

    def set_protocol(self, protocol: asyncio.BaseProtocol) -> None:
        """Hand the connection over."""
        self._of.set_protocol(protocol)


class HttpProtocol(LimitedProtocol):
    """A client. Its requests take the shortcut (`partnergraph.server.fast_path`) where they can, else uvicorn's way.

    On uvicorn's way there is one write for nearly every response: a packet less to send, and the client wakes up once.
    """

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """asyncio: a client is there."""
        self._connection = Connection(transport)
        self._short = self.config.app.shortcut  # type: ignore[union-attr]
        self._request: FastRequest | None = None
        self._asked = b""
        self._later: list[bytes] = []
        self._last = 0.0
        self._ends = False
        super().connection_made(self._connection)

    def data_received(self, data: bytes) -> None:
        """asyncio: the client says something, nearly always a request, and nothing but that."""
        if self._request is not None:
            self._later.append(data)
            if sum(map(len, self._later)) > HELD:
                self._connection.pause_reading()
            return
        plain = data[: len(START)] == START and not self._in_request and self._short is not None
        if plain and (self.cycle is None or self.cycle.response_complete) and not self.flow.write_paused:
            if (known := self._short.known(data)) is not None and not self._discards:
                self._asked, self.unfinished_since = data, None
                self._request = self._short.ask(*known, self.client, self._answered, self._otherwise)
                return
            super().data_received(data)
            if not self._in_request and self.cycle is not None and self.cycle.keep_alive:
                self._short.learn(data, self.headers)
            return
        super().data_received(data)

    @property
    def answering(self) -> bool:
        """Whether a request has arrived whole and its response has not been written."""
        return self._request is not None or super().answering

    @property
    def bytes_written(self) -> int:
        """What was handed to the transport so far."""
        return self._connection.written

    def _answered(self, head: bytes, body: bytes) -> None:
        """From the shortcut: an answer."""
        self._request = None
        self.server_state.total_requests += 1
        if self._connection.is_closing():
            return
        default = b"".join(b"%b: %b\r\n" % field for field in self.server_state.default_headers)
        self._connection.whole(b"".join((b"HTTP/1.1 200 OK\r\n", default, head)), body)
        if self._ends:
            self._connection.close()
            return
        self._last = self.last_active = self.loop.time()
        if self.timeout_keep_alive_task is None:
            self.timeout_keep_alive_task = self.loop.call_later(
                self.timeout_keep_alive, self.timeout_keep_alive_handler
            )
        self._go_on()

    def _otherwise(self, app: Any) -> None:
        """From the shortcut: an application has to answer what was asked."""
        self._request = None
        usual, self.app = self.app, app  # a part of it may have been done
        try:
            super().data_received(self._asked)
        finally:
            self.app = usual
        if self._ends:
            self.shutdown()
        self._go_on()

    def _go_on(self) -> None:
        """Read what was said meanwhile."""
        if self._later:
            data, self._later = b"".join(self._later), []
            self._connection.resume_reading()
            self.data_received(data)

    def on_headers_complete(self) -> None:
        """httptools: the headers of a request are here. An address with a host in it goes before the Host header."""
        scheme, apart, rest = self.url.partition(b"://")
        if apart and self.url[:1] != b"/" and b"?" not in scheme:
            # RFC 9112, 3.2.2. What is no address of the web names no host of ours.
            host = re.split(rb"[/?#]", rest, maxsplit=1)[0] if scheme.lower() == b"http" else b"?"
            self.headers[:] = [(name, host if name == b"host" else value) for name, value in self.headers]
        super().on_headers_complete()

    def on_response_complete(self) -> None:
        """uvicorn: a response has been written, if only its head."""
        self._connection.flush()
        super().on_response_complete()

    def timeout_keep_alive_handler(self) -> None:
        """asyncio: time to close the connection, unless it has been used of late, which sets no new timer each time."""
        left = self._last + self.timeout_keep_alive - self.loop.time()
        if self._request is not None:
            left = self.timeout_keep_alive
        if left <= 0:
            super().timeout_keep_alive_handler()
        else:
            self.timeout_keep_alive_task = self.loop.call_later(left, self.timeout_keep_alive_handler)

    def shutdown(self) -> None:
        """uvicorn: end, as soon as what is under way is answered."""
        if self._request is not None:
            self._ends = True
        else:
            super().shutdown()

    def connection_lost(self, exc: Exception | None) -> None:
        """asyncio: the client has gone."""
        if self._request is not None:
            self._request.leave()
            self._request = None
        super().connection_lost(exc)

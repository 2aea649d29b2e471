"""The HTTP protocol with limits on what one client, and all of them, can occupy.

uvicorn limits the number of connections and how long one may be idle after a response. These limits are added: the size
of a request's head, the time in which a request has to arrive, and the time without progress in which a client reads.
When all connections are in use, idle ones are closed for a new one.
"""

from __future__ import annotations

import asyncio
import math
from collections import Counter
from dataclasses import dataclass
from typing import Any

from partnergraph.endpoint.http_response import problem_json, send_problem
from partnergraph.server.uvicorn_protocol import UvicornProtocol

MAX_FEED = 16_384  # bytes that the parser gets at once: the size of a head is known as exactly as this
EVICTED_SHARE = 0.05  # share of the connections that are closed when there are too many
MIN_PROGRESS = 16_384  # bytes that a client must read in a third of `write_time`
LINGER_TIME = 20.0  # seconds in which a client that still sends can read an error,
DISCARD_PAUSE = 0.05  # and between two reads of what it sends, which is discarded
MIN_CHUNK_FRAME = 9  # bytes of a chunked body for each byte of content that it has at least
MAX_PIPELINED = 100  # requests of one connection that wait for the first to be answered
CONNECTION_SHARE = 0.75  # share of the file descriptors left by the query processes that connections may have
OWN_FILES = 24  # file descriptors of the server itself: standard streams, event loop, listener, record


@dataclass(frozen=True)
class ConnectionLimits:
    """Limits of connections; sizes in bytes, times in seconds."""

    max_url: int = 65_000  # the parser takes no more than 65,535
    max_head: int = 65_536  # request line and header fields
    max_header_fields: int = 100
    request_time: float = 15.0  # for a request to arrive whole
    write_time: float = 15.0  # without progress, while a client reads
    max_unsent: int = 64_000_000  # bytes that all clients together have not read yet
    max_connections: int = 1000


def max_connections(wanted: int = ConnectionLimits.max_connections, processes: int = 0) -> int:
    """How many connections there may be: as many as wanted, if the limit of open files allows that beside two for each
    query process. That limit is raised first, as far as it can be.
    """
    try:
        import resource
    except ImportError:  # Windows has no such limit
        return wanted
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and soft < 2 * wanted:
        raised = 2 * wanted if hard == resource.RLIM_INFINITY else min(hard, 2 * wanted)
        soft = max(soft, raised)
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        except (ValueError, OSError):  # macOS has a lower limit than it tells
            soft = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    return (
        wanted
        if soft == resource.RLIM_INFINITY
        else min(wanted, max(1, int((soft - OWN_FILES - 2 * processes) * CONNECTION_SHARE)))
    )


class LimitedProtocol(UvicornProtocol):
    """A connection with limits: the `ConnectionLimits` that the application has as `limits`."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """asyncio: a client has connected."""
        self.limits: ConnectionLimits = self.application.limits
        self.unfinished_since: float | None = self.loop.time()  # when the request began that has not arrived whole
        self.last_active = self.loop.time()
        self.paused_since = math.inf  # when the client stopped reading
        self._received = self._body_size = 0  # bytes of the request that is arriving
        self._in_head = self._in_request = False
        self._refusal: tuple[int, str] | None = None
        self._discards = False
        self._last_read = 0  # bytes that the client had read at the last check
        self._checks_without_progress = 0
        super().connection_made(transport)
        self._checking = self.loop.call_later(self._interval, self._check)
        if len(self.connections) > self.limits.max_connections:
            self._make_room()

    def data_received(self, data: bytes) -> None:
        """asyncio: the client has sent something."""
        if self._discards:
            self.transport.pause_reading()
            self.loop.call_later(DISCARD_PAUSE, self._read_on)
            return
        self.last_active = self.loop.time()
        if self.unfinished_since is None and not self.answering:
            self.unfinished_since = self.last_active
        for start in range(0, len(data), MAX_FEED):
            piece = data[start : start + MAX_FEED] if len(data) > MAX_FEED else data
            super().data_received(piece)
            if self.transport.is_closing() or self._discards:
                return
            if self._in_request:
                self._received += len(piece)
                # What is no body is head, trailer or the frame of chunks, which may hold a byte each.
                if self._received - MIN_CHUNK_FRAME * self._body_size > self.limits.max_head + MAX_FEED:
                    self._refusal = self._refusal or (self._too_large() if self.headers else self._too_long())
                if self._refusal is not None:
                    self.refuse(*self._refusal)
                    return

    def on_message_begin(self) -> None:
        """httptools: a request begins."""
        self._in_head = self._in_request = True
        self._received = self._body_size = 0
        self.unfinished_since = self.loop.time()
        super().on_message_begin()

    def on_header(self, name: bytes, value: bytes) -> None:
        """httptools: a header field. Those of a trailer, and those above the limit, are dropped."""
        if not self._in_head:
            return
        if len(self.headers) < self.limits.max_header_fields:
            super().on_header(name, value)
        elif self._refusal is None:
            self._refusal = 431, f"A request has at most {self.limits.max_header_fields} header fields."

    def on_headers_complete(self) -> None:
        """httptools: the head of a request is complete."""
        self._in_head = False
        if self.pipelined >= MAX_PIPELINED:
            self.transport.abort()
            return
        refusal, self._refusal = self._refusal or self._oversized(), None
        if refusal is None:
            super().on_headers_complete()
            return
        self.url = b"/"
        self.headers.clear()
        with self.answering_with(_RefusingApplication(*refusal)):
            super().on_headers_complete()
        self.close_after_response()

    def on_body(self, body: bytes) -> None:
        """httptools: a piece of the body."""
        self._body_size += len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        """httptools: a request is complete."""
        self._in_request, self.unfinished_since = False, None
        super().on_message_complete()

    def pause_writing(self) -> None:
        """asyncio: the client reads more slowly than it is written to."""
        super().pause_writing()
        self.paused_since = self.loop.time()
        paused = [other for other in self._others if other.paused_since < math.inf]
        clients: Counter[str] = Counter()
        for other in paused:
            clients[other.peer] += other.transport.get_write_buffer_size()
        while clients.total() > self.limits.max_unsent:
            # Of the client with most unread bytes, the connection that has been paused for longest.
            [(client, _)] = clients.most_common(1)
            ended = min((other for other in paused if other.peer == client), key=lambda other: other.paused_since)
            paused.remove(ended)
            clients[client] -= ended.transport.get_write_buffer_size()
            ended.transport.abort()

    def resume_writing(self) -> None:
        """asyncio: the client has read nearly all."""
        self.paused_since = math.inf
        super().resume_writing()

    def connection_lost(self, exc: Exception | None) -> None:
        """asyncio: the client has gone."""
        self._checking.cancel()
        super().connection_lost(exc)

    def refuse(self, status: int, message: str) -> None:
        """Answer a request that has not arrived whole with an error, and end the connection."""
        self._discards = True
        if self.transport.is_closing():
            return
        # There is no place for an error in the middle of a response, or before that to an earlier request.
        if self.owes_response and (self.pipelined or self._in_head or self.response_started):
            self.transport.abort()
            return
        body = problem_json(status, message)
        fields = (
            (b"content-type", b"application/problem+json"),
            (b"content-length", b"%d" % len(body)),
            (b"connection", b"close"),
        )
        head = b"".join(b"%b: %b\r\n" % field for field in fields)
        self.transport.write(b"%b%b\r\n%b" % (self.response_start(status), head, body))
        self.transport.write_eof()
        # What the client still sends is discarded, slowly: after a close at once the client might lose the response
        # (RFC 9112, 9.6). It ends when the client closes.
        self.loop.call_later(LINGER_TIME, self.transport.abort)

    def _read_on(self) -> None:
        if not self.transport.is_closing():
            self.transport.resume_reading()

    @property
    def _others(self) -> list[LimitedProtocol]:
        return [other for other in self.connections if isinstance(other, LimitedProtocol)]

    @property
    def _interval(self) -> float:
        return min(self.limits.request_time, self.limits.write_time) / 3

    def _oversized(self) -> tuple[int, str] | None:
        if len(self.url) > self.limits.max_url:
            return self._too_long()
        size = len(self.url) + sum(len(name) + len(value) for name, value in self.headers)
        return self._too_large() if size > self.limits.max_head else None

    def _too_long(self) -> tuple[int, str]:
        return 414, f"The address is longer than {self.limits.max_url:,} bytes. Send a long query by POST."

    def _too_large(self) -> tuple[int, str]:
        return 431, f"The head of the request is larger than {self.limits.max_head:,} bytes."

    def _check(self) -> None:
        """Every third of a limit: whether a request takes too long to arrive, or the client does not read."""
        late = self.unfinished_since is not None and (
            self.loop.time() - self.unfinished_since >= self.limits.request_time
        )
        if late and not self.answering:
            if self._in_request:
                self.refuse(408, f"The request did not arrive within {self.limits.request_time:g} seconds.")
            else:
                self.transport.close()
        elif self._stalled():
            self.transport.abort()
            return
        self._checking = self.loop.call_later(self._interval, self._check)

    def _stalled(self) -> bool:
        unsent = self.transport.get_write_buffer_size()
        read = self.connection.bytes_written - unsent
        slow = bool(unsent) and read - self._last_read < MIN_PROGRESS
        self._checks_without_progress = self._checks_without_progress + 1 if slow else 0
        self._last_read = read
        return self._checks_without_progress * self._interval >= self.limits.write_time

    def _make_room(self) -> None:
        """Abort idle connections: of the client that has most, those unused for longest."""
        open_ = [other for other in self._others if not other.transport.is_closing()]
        surplus = len(open_) - self.limits.max_connections
        if surplus <= 0:
            return
        idle = [other for other in open_ if other is not self and not other.answering]
        if not idle:
            self.refuse(503, "Too many requests are being answered. Try again in a moment.")
            return
        number = surplus + int(self.limits.max_connections * EVICTED_SHARE)
        clients = Counter(other.peer for other in idle)
        idle.sort(key=lambda other: (-clients[other.peer], other.last_active))
        for other in idle[:number]:
            other.transport.abort()

    @property
    def peer(self) -> str:
        """The address of the client."""
        return self.client[0] if self.client else ""


class _RefusingApplication:
    """An application that refuses a request."""

    def __init__(self, status: int, message: str) -> None:
        self.status, self.message = status, message

    async def __call__(self, scope: dict[str, Any], _: Any, send: Any) -> None:
        """ASGI."""
        await send_problem(send, self.status, self.message, method=scope["method"], connection="close")

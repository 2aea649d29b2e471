"""The HTTP protocol of the server: plain queries take the fast path (`fast_path`), all else uvicorn's."""

from __future__ import annotations

import asyncio
import re
from typing import Any

from partnergraph.server.connection_limits import LimitedProtocol
from partnergraph.server.fast_path import START, FastPath, FastRequest

MAX_READ_AHEAD = 65_536  # bytes that a client may send before it has the response to what it sent first


class HttpProtocol(LimitedProtocol):
    """A connection of a client."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """asyncio: a client has connected."""
        self._fast_path: FastPath | None = self.application.fast_path
        self._fast_request: FastRequest | None = None
        self._fast_data = b""  # the bytes of that request
        self._read_ahead: list[bytes] = []  # what came after it
        self._last_response = 0.0  # when the fast path wrote one
        self._shutting_down = False
        super().connection_made(transport)

    def data_received(self, data: bytes) -> None:
        """asyncio: the client has sent something, nearly always one request."""
        if self._fast_request is not None:
            self._read_ahead.append(data)
            if sum(map(len, self._read_ahead)) > MAX_READ_AHEAD:
                self.transport.pause_reading()
            return
        fast_path = self._fast_path
        if fast_path is None or data[: len(START)] != START or self._in_request or not self.idle:
            super().data_received(data)
            return
        if (match := fast_path.match(data)) is not None and not self._discards:
            self._fast_data, self.unfinished_since = data, None
            self._fast_request = fast_path.submit(*match, self.client, self._respond, self._fall_back)
            return
        super().data_received(data)
        if not self._in_request and self.keeps_alive:
            fast_path.learn(data, self.headers)

    @property
    def answering(self) -> bool:
        """Whether a request has arrived whole whose response is not complete."""
        return self._fast_request is not None or super().answering

    def _respond(self, head: bytes, body: bytes) -> None:
        """From the fast path: a response with status 200."""
        self._fast_request = None
        self.count_response()
        if self.transport.is_closing():
            return
        self.connection.write_response(self.response_start(200) + head, body)
        if self._shutting_down:
            self.transport.close()
            return
        self._last_response = self.last_active = self.loop.time()
        self.start_keep_alive_timer()
        self._process_read_ahead()

    def _fall_back(self, application: Any) -> None:
        """From the fast path: an application has to answer the request."""
        self._fast_request = None
        with self.answering_with(application):
            super().data_received(self._fast_data)
        if self._shutting_down:
            self.shutdown()
        self._process_read_ahead()

    def _process_read_ahead(self) -> None:
        """Go on with what came before the last response was written."""
        if self._read_ahead:
            data, self._read_ahead = b"".join(self._read_ahead), []
            self.transport.resume_reading()
            self.data_received(data)

    def on_headers_complete(self) -> None:
        """httptools: the head of a request is complete. A host in the request target goes before the Host header."""
        scheme, separator, rest = self.url.partition(b"://")
        if separator and self.url[:1] != b"/" and b"?" not in scheme:
            # RFC 9112, 3.2.2. A target of another scheme names no host of ours.
            host = re.split(rb"[/?#]", rest, maxsplit=1)[0] if scheme.lower() == b"http" else b"?"
            self.headers[:] = [(name, host if name == b"host" else value) for name, value in self.headers]
        super().on_headers_complete()

    def timeout_keep_alive_handler(self) -> None:
        """asyncio: the keep-alive time is over. Responses of the fast path set no new timer, so it may go on."""
        left = self._last_response + self.timeout_keep_alive - self.loop.time()
        if self._fast_request is not None:
            left = self.timeout_keep_alive
        if left <= 0:
            super().timeout_keep_alive_handler()
        else:
            self.start_keep_alive_timer(left)

    def shutdown(self) -> None:
        """uvicorn: close the connection, after the response that is owed."""
        if self._fast_request is not None:
            self._shutting_down = True
        else:
            super().shutdown()

    def connection_lost(self, exc: Exception | None) -> None:
        """asyncio: the client has gone."""
        if self._fast_request is not None:
            self._fast_request.cancel()
            self._fast_request = None
        super().connection_lost(exc)

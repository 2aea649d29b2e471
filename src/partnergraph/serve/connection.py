"""uvicorn's protocol, with the head of a response and its body in one packet."""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol


class Connection(asyncio.Transport):
    """A connection that holds the head of a response back until its body comes. It can do what uvicorn asks of it."""

    def __init__(self, of: asyncio.Transport) -> None:
        self._of, self._write, self._head = of, of.write, b""
        self.is_closing = of.is_closing  # type: ignore[method-assign]

    def write(self, data: Any) -> None:
        """Take what uvicorn writes at once: the head of a response, a piece of a body, or a short response whole."""
        if self._head:
            data, self._head = self._head + data, b""
        elif data[:9] == b"HTTP/1.1 " and data[9:10] != b"1" and data[-4:] == b"\r\n\r\n":
            self._head = data
            return
        self._write(data)

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


class Protocol(HttpToolsProtocol):
    """One write for nearly every response: a packet less to send, and the client wakes up once."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """asyncio: a client is there."""
        self._connection = Connection(transport)
        super().connection_made(self._connection)

    def on_response_complete(self) -> None:
        """uvicorn: a response has been written, if only its head."""
        self._connection.flush()
        super().on_response_complete()

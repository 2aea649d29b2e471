"""The shortest way through the server, for what nearly every request is: a query by GET, asked as others were before.

A request takes the usual way first (uvicorn, then `SparqlEndpoint`). The next one whose bytes are the same but for the
query needs no reading again, and it gets its answer by calls alone, without a task of its own: with short answers those
were a third of the server's own work. Whatever does not go well on this way goes on from there on the usual one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any, TypeAlias

from partnergraph.endpoint.response_cache import CachedResponse
from partnergraph.endpoint.sparql_endpoint import (
    WATCH,
    RequestState,
    SparqlEndpoint,
    cache_key,
    client_address,
    header_fields,
    order_limits,
    query_digest,
    relevant_headers,
)
from partnergraph.endpoint.sparql_request import RefusedError, read_request
from partnergraph.pool.worker import Worker
from partnergraph.pool.worker_pool import BusyError

START = b"GET /sparql?query="
VERSION = b" HTTP/1.1\r\n"
END = b"\r\n\r\n"
MAX_HEADS = 1000
MAX_HEAD_LENGTH = 4000
MAX_QUERY_LENGTH = 8000
# What ends a query, or has another meaning in an address: all but these, which stand in one (RFC 3986, 3.4).
_IN_A_QUERY = bytes(byte for byte in range(0x21, 0x7F) if byte not in b'#&"<>\\^`{|}')
# With one of these there is more to do than to answer.
_MORE = frozenset({b"connection", b"content-length", b"expect", b"origin", b"transfer-encoding", b"upgrade"})
Headers: TypeAlias = "Iterable[tuple[bytes, bytes]]"


class FastPath:
    """The heads of requests that were seen, and how to answer others that begin alike."""

    def __init__(self, endpoint: SparqlEndpoint, admits: Callable[[Headers], bool]) -> None:
        self.endpoint, self.admits = endpoint, admits
        self.heads: dict[bytes, bytes] = {}

    def learn(self, data: bytes, headers: Headers) -> None:
        """Remember how a request was read, if it had no body and nothing to it that others need not have."""
        _, version, rest = data.partition(VERSION)
        plain = version and len(rest) <= MAX_HEAD_LENGTH and rest.find(END) == len(rest) - len(END)
        if plain and not any(name in _MORE for name, _ in headers) and self.admits(headers):
            if len(self.heads) >= MAX_HEADS:
                self.heads.clear()
            self.heads[rest] = relevant_headers(headers)[0]

    def known(self, data: bytes) -> tuple[bytes, bytes] | None:
        """The query string of a request and what it accepts, where all of it but the query was seen before."""
        end = data.find(VERSION, len(START), MAX_QUERY_LENGTH)
        accept = self.heads.get(data[end + len(VERSION) :])
        if end < 0 or accept is None:
            return None
        query_string = data[len(START) - len(b"query=") : end]
        return None if query_string.translate(None, _IN_A_QUERY) else (query_string, accept)

    def ask(
        self,
        query_string: bytes,
        accept: bytes,
        client: Any,
        answered: Callable[[bytes, bytes], None],
        otherwise: Callable[[Any], None],
    ) -> FastRequest | None:
        """Answer a query: `answered` gets the head (but for its first line) and the body; now if the answer was kept,
        else later. `otherwise` gets the application that goes on with what this cannot do.
        """
        endpoint = self.endpoint
        begun = RequestState(key=cache_key(query_string, accept), client=client_address(client))
        if (found := endpoint.kept.get(endpoint.pool.generation, begun.key)) is not None:
            begun.log["outcome"], begun.log["query"] = "kept", found.query
            answered(_head(found), found.body)
            endpoint.recorded(begun, client)
            return None
        try:
            query = read_request("GET", query_string, "", b"").query
            begun.order = order_limits(accept.decode("latin-1")), query
            request = FastRequest(endpoint, begun, client, answered, otherwise)
            endpoint.pool.submit(request)
        except RefusedError:
            otherwise(endpoint)
            return None
        except BusyError as error:
            begun.busy = error
            otherwise(_SlowPathContinuation(endpoint, begun))
            return None
        return request


class FastRequest:
    """A request that takes the shortest way; for the pool, a place in the queue."""

    __slots__ = ("answered", "begun", "client", "endpoint", "gone", "otherwise", "peer")

    def __init__(
        self,
        endpoint: SparqlEndpoint,
        begun: RequestState,
        client: Any,
        answered: Callable[[bytes, bytes], None],
        otherwise: Callable[[Any], None],
    ) -> None:
        self.endpoint, self.begun, self.client, self.peer = endpoint, begun, begun.client, client
        self.answered, self.otherwise, self.gone = answered, otherwise, False

    def done(self) -> bool:
        """For the pool: whether no process is wanted any more."""
        return self.gone

    def set_result(self, worker: Worker) -> None:
        """From the pool: a process, which is asked at once."""
        begun, endpoint = self.begun, self.endpoint
        begun.worker = worker
        values, query = begun.order
        if endpoint.record is not None and query is not None:
            begun.log["query"] = query_digest(query)
        begun.timeout = endpoint.timeout
        begun.reply = worker.ask(values, begun.timeout, query)
        begun.reply.callback = self._come

    def set_exception(self, exception: Exception) -> None:
        """From the pool: there will be no process. The usual way says so."""
        assert isinstance(exception, BusyError)
        self.gone, self.begun.busy = True, exception
        self.otherwise(_SlowPathContinuation(self.endpoint, self.begun))

    def leave(self) -> None:
        """The client has gone."""
        self.gone = True
        if self.begun.reply is not None:
            self.endpoint.pool.timers.call_later(WATCH, self._leave)
        else:
            self._record("gone")

    def _leave(self) -> None:
        reply = self.begun.reply
        assert reply is not None
        if reply.callback is not None:
            reply.callback = None
            assert self.begun.worker is not None
            self.endpoint.pool.release(self.begun.worker)
            self._record("gone")

    def _come(self) -> None:
        """The answer is whole, or has failed."""
        begun = self.begun
        reply, worker = begun.reply, begun.worker
        assert reply is not None
        assert worker is not None
        if reply.error is None and reply.body.in_memory:
            reply.callback = None
            answer = self.endpoint.made(begun, reply, worker.generation)
            self.endpoint.pool.release(worker)
            if not self.gone:
                self.answered(_head(answer), answer.body)
            self._record("answered")
        else:
            reply.callback = None
            if self.gone:
                reply.body.close()
                self.endpoint.pool.release(worker)
                self._record("gone")
            else:
                self.otherwise(_SlowPathContinuation(self.endpoint, begun))

    def _record(self, outcome: str) -> None:
        self.begun.log["outcome"] = outcome
        self.endpoint.recorded(self.begun, self.peer)


class _SlowPathContinuation:
    """The endpoint, as the application that goes on with one request."""

    def __init__(self, endpoint: SparqlEndpoint, begun: RequestState) -> None:
        self.endpoint, self.begun = endpoint, begun

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        """ASGI."""
        await self.endpoint(scope, receive, send, self.begun)


def _head(answer: CachedResponse) -> bytes:
    more = b"".join(b"%b: %b\r\n" % field for field in answer.more) if answer.more else b""
    return b"%b%bcontent-length: %d\r\n\r\n" % (_always(answer.media), more, len(answer.body))


@lru_cache(64)
def _always(media: str) -> bytes:
    return b"".join(b"%b: %b\r\n" % field for field in header_fields(media))

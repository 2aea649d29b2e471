"""The SPARQL endpoint as an ASGI application: asks the pool, caches answers, never sends a 200 that is not whole."""

from __future__ import annotations

import asyncio
import hashlib
import json
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from partnergraph.endpoint.client_address import client_address
from partnergraph.endpoint.content_negotiation import FORMS, accepted_formats, format_by_name
from partnergraph.endpoint.http_response import send_problem, send_response, send_spooled
from partnergraph.endpoint.query_dispatch import busy_refusal, complete_reply
from partnergraph.endpoint.request_body import read_body
from partnergraph.endpoint.response_cache import CachedResponse, ResponseCache
from partnergraph.endpoint.sparql_request import RefusedError, SparqlRequest, header_value, read_request
from partnergraph.pool.timer_wheel import TimerWheel
from partnergraph.pool.worker import Reply, Worker
from partnergraph.pool.worker_pool import BusyError, WorkerPool

WATCH_DELAY = 0.2  # seconds after which it is watched whether the client is still connected
MAX_ROWS = 10_000
MAX_BYTES = 50_000_000  # of an answer
MAX_CACHED_LENGTH = 1_000  # characters of the formats that a request accepts, up to which they are remembered
Scope = dict[str, Any]


class _DisconnectWatch:
    """Cancels the current task when the client disconnects. Watching costs more than most answers, so it starts after
    `WATCH_DELAY` seconds.
    """

    def __init__(self, receive: Any, timers: TimerWheel) -> None:
        self.receive, self.timers, self.disconnected = receive, timers, False
        self._watching: asyncio.Task[None] | None = None

    def __enter__(self) -> _DisconnectWatch:
        self._watched = asyncio.current_task()
        self._timer = self.timers.call_later(WATCH_DELAY, self._start)
        return self

    def __exit__(self, *error: object) -> None:
        self._timer.cancel()
        if self._watching is not None:
            self._watching.cancel()

    def _start(self) -> None:
        self._watching = self.timers.loop.create_task(self._watch())

    async def _watch(self) -> None:
        while (await self.receive())["type"] != "http.disconnect":
            pass
        self.disconnected = True
        if self._watched is not None:
            self._watched.cancel()


@dataclass(slots=True)
class RequestState:
    """How far one request has come: its key in the cache, the order for a query process, that process and its reply."""

    start: float = field(default_factory=time.perf_counter)
    log: dict[str, Any] = field(default_factory=lambda: {"outcome": "failed"})  # its entry in the record
    key: bytes = b""
    order: tuple[bytes, str | None] = (b"", None)  # values as JSON, and the query
    formats: tuple[str, ...] = ()  # see `SparqlRequest`
    ignored: tuple[str, ...] = ()
    timeout: float = 0.0  # seconds
    client: str = ""
    worker: Worker | None = None
    reply: Reply | None = None
    busy: BusyError | None = None  # why it got no process


class SparqlEndpoint:
    """`/sparql`. Without a query it describes itself. `record` gets an entry for each request, when it has ended."""

    def __init__(
        self,
        pool: WorkerPool,
        *,
        timeout: float,
        record: Callable[[dict[str, Any]], None] | None,
    ) -> None:
        self.pool, self.timeout, self.record = pool, timeout, record
        self.cache = ResponseCache()

    async def __call__(self, scope: Scope, receive: Any, send: Any, state: RequestState | None = None) -> None:
        """ASGI: answer one request, which may have come as far as `state`."""
        state = state or RequestState(client=client_address(scope.get("client")))
        log, method = state.log, scope["method"]
        watch = None
        try:
            if state.busy is not None:
                raise busy_refusal(state.busy)
            if state.reply is None and await self._sent_from_cache(state, scope, receive, send):
                return
            with _DisconnectWatch(receive, self.pool.timers) as watch:
                await self._answer(state, method, send)
        except asyncio.CancelledError:
            started = log["outcome"] == "answered"
            log["outcome"] = "gone"
            if watch is None or not watch.disconnected:
                log["outcome"] = "503"
                if started:
                    return  # a part of the answer was sent: the server closes the connection
                await send_problem(send, 503, "The server is stopping.", method=method, connection="close")
        except RefusedError as error:
            log["outcome"] = str(error.status)
            if error.status == 429:
                await self.pool.delay_refusal(state.client)
            await send_problem(send, error.status, str(error), method=method, **error.headers)
        finally:
            self.write_record(state, scope.get("client"))

    async def _sent_from_cache(self, state: RequestState, scope: Scope, receive: Any, send: Any) -> bool:
        """Read a request into its state. True if the answer was cached, and is sent. Raises `RefusedError`."""
        method, query_string = scope["method"], scope["query_string"]
        accept, content_type, host = negotiation_headers(scope["headers"])
        body = b"" if method == "GET" else await read_body(scope, receive)
        state.key = cache_key(query_string, accept, b"", method, content_type, body)
        if await self._send_cached(state, method, send):
            return True
        request = read_request(method, query_string, content_type.decode("latin-1"), body)
        service = ""
        if request.query is None:
            # The description names the address at which it was requested; an answer does not.
            service = f"http://{host.decode('latin-1')}{scope['path']}"
            state.key = cache_key(query_string, accept, host, method)
            if await self._send_cached(state, method, send):
                return True
        elif self.record is not None:
            state.log["query"] = query_digest(request.query)
        state.order = _order(request, accept.decode("latin-1"), service)
        state.formats, state.ignored = request.formats, request.ignored
        state.timeout = request.timeout or self.timeout
        return False

    async def _send_cached(self, state: RequestState, method: str, send: Any) -> bool:
        """Send the answer that is cached, if there is one."""
        if (cached := self.cache.get(self.pool.generation, state.key)) is None:
            return False
        state.log["outcome"], state.log["query"] = "kept", cached.query
        await send_response(send, cached, head_only=method == "HEAD")
        return True

    async def _answer(self, state: RequestState, method: str, send: Any) -> None:
        reply, generation = await complete_reply(
            self.pool,
            *state.order,
            timeout=state.timeout,
            client=state.client,
            worker=state.worker,
            reply=state.reply,
        )
        if reply.body.in_memory:
            await send_response(send, self.response_of(state, reply, generation), head_only=method == "HEAD")
        else:
            state.log["outcome"], state.log["bytes"] = "answered", reply.body.size
            head = CachedResponse(b"", FORMS[reply.form][reply.format], 200, _note_headers(state, reply))
            await send_spooled(send, head, reply.body, head_only=method == "HEAD")

    def response_of(self, state: RequestState, reply: Reply, generation: str) -> CachedResponse:
        """The response with a reply of a generation, which is cached if it would be the same again."""
        media, notes = FORMS[reply.form][reply.format], _note_headers(state, reply)
        response = CachedResponse(bytes(reply.body), media, 200, notes, state.log.get("query"))
        if not reply.changes:
            self.cache.put(generation, state.key, response)
        state.log["outcome"], state.log["bytes"] = "answered", len(response.body)
        return response

    def write_record(self, state: RequestState, client: Any) -> None:
        """Record a request that has ended, where a record is wanted."""
        if self.record is not None:
            milliseconds = round((time.perf_counter() - state.start) * 1000, 2)
            self.record({"client": client_address(client)} | state.log | {"ms": milliseconds})


def _note_headers(state: RequestState, reply: Reply) -> tuple[tuple[bytes, bytes], ...]:
    """Remarks on an answer, as header fields."""
    if not (state.ignored or state.formats or reply.note or reply.hint):
        return ()
    notes = []
    if state.ignored:
        notes.append(f"Parameters that mean nothing here: {', '.join(state.ignored)}.")
    if state.formats and not format_by_name(state.formats, FORMS[reply.form]):
        offered = ", ".join(FORMS[reply.form])
        notes.append(f"There is no form '{state.formats[0][:80]}' of this answer. Its forms: {offered}.")
    notes += [reply.note] if reply.note else []
    headers = (b"x-partnergraph-note", "\n".join(notes)), (b"x-partnergraph-hint", reply.hint or "")
    return tuple((name, header_value(text)) for name, text in headers if text)


def negotiation_headers(headers: Iterable[tuple[bytes, bytes]]) -> tuple[bytes, bytes, bytes]:
    """Accept (RFC 9110, 5.3: several are one list), Content-Type and Host of a request."""
    accept, content_type, host = b"", b"", b"localhost"
    for name, value in headers:
        if name == b"accept":
            accept = value if not accept else accept + b"," + value
        elif name == b"content-type":
            content_type = value
        elif name == b"host":
            host = value
    return accept, content_type, host


def cache_key(
    query_string: bytes,
    accept: bytes,
    host: bytes = b"",
    method: str = "GET",
    content_type: bytes = b"",
    body: bytes = b"",
) -> bytes:
    """What tells the answers to two requests apart, joined by line feeds, which no header and no address holds."""
    return b"\n".join((query_string, accept, host, b"POST" if method == "POST" else b"", content_type, body))


def _order(request: SparqlRequest, accept: str, service: str) -> tuple[bytes, str | None]:
    """The order for a query process; `service` is the address that a description names. Raises `RefusedError`."""
    if request.query is None and accepted_formats(accept, request.formats)["graph"] is None:
        raise RefusedError(406, f"The forms of this answer: {', '.join(FORMS['graph'].values())}.")
    values = order_limits(accept, request.formats)
    if request.query is None or request.default or request.named or request.as_of or request.explain:
        optional = {
            "default": request.default,
            "named": request.named,
            "as_of": request.as_of,
            "explain": request.explain,
        }
        more = json.loads(values) | {name: value for name, value in optional.items() if value}
        values = json.dumps(more if request.query is not None else more | {"describe": service}).encode()
    return values, request.query


def query_digest(query: str) -> str:
    """What the record names a query by: its SHA-256."""
    return hashlib.sha256(query.encode("utf-8", "replace")).hexdigest()


def order_limits(accept: str, formats: tuple[str, ...] = ()) -> bytes:
    """The part of an order that many requests share: the formats that are accepted
    (`content_negotiation.accepted_formats`), and how large the answer may be.
    """
    long = len(accept) + sum(map(len, formats)) > MAX_CACHED_LENGTH
    return (_limits.__wrapped__ if long else _limits)(accept, formats)


@lru_cache(256)
def _limits(accept: str, formats: tuple[str, ...]) -> bytes:
    limits = {"formats": accepted_formats(accept, formats), "max_rows": MAX_ROWS, "max_bytes": MAX_BYTES}
    return json.dumps(limits).encode()

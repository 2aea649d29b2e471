"""The SPARQL endpoint as an ASGI application: asks the pool, keeps answers, never sends a 200 that is not whole."""

from __future__ import annotations

import asyncio
import hashlib
import json
import time
from collections.abc import Callable, Iterable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import lru_cache
from html import escape
from typing import Any

from partnergraph.endpoint.content_negotiation import FORMS, accepted_formats, format_by_name
from partnergraph.endpoint.response_cache import CachedResponse, ResponseCache
from partnergraph.endpoint.sparql_request import MAX_BODY, RefusedError, SparqlRequest, header_value, read_request
from partnergraph.errors import PartnerGraphError, QueryForm, QueryLimit, QueryRefused, StoreError
from partnergraph.pool.memory_budget import MemoryBudget
from partnergraph.pool.spool import Spool
from partnergraph.pool.timer_wheel import TimerWheel
from partnergraph.pool.worker import Reply, Worker
from partnergraph.pool.worker_pool import BusyError, WorkerPool

ALLOWED = "GET, HEAD, POST, OPTIONS"
WATCH = 0.2  # seconds after which it is looked whether the client still waits
MAX_ROWS = 10_000
MAX_DRAINED = 20_000_000
MAX_BODIES = 64_000_000  # bytes of all bodies of requests that are being received
SOON = 1.0  # seconds of a query; if its process has ended until then, it is given to another
MORE_ATTEMPTS = 3  # beside one for each process that stood ready: they may all have been killed at once
PAUSE = 0.03  # seconds in which it becomes known which other processes ended with the one that was lost
MAX_BYTES = 50_000_000
MAX_CACHED_LENGTH = 1_000  # characters of what a request wants that is remembered
SAFE = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
)
Scope = dict[str, Any]


CLIENT: ContextVar[str] = ContextVar("client", default="")  # the address of who sent the request that is answered


def client_address(client: Any) -> str:
    """The address of a client, as ASGI and asyncio give it with its port."""
    return client[0] if client else ""


class _Watch:
    """Ends the work for a client that has gone. Looking costs more than most answers, so it begins a little later."""

    def __init__(self, receive: Any, rounds: TimerWheel) -> None:
        self.receive, self.rounds, self.gone = receive, rounds, False
        self._looking: asyncio.Task[None] | None = None

    def __enter__(self) -> _Watch:
        self._work = asyncio.current_task()
        self._later = self.rounds.call_later(WATCH, self._begin)
        return self

    def __exit__(self, *error: object) -> None:
        self._later.cancel()
        if self._looking is not None:
            self._looking.cancel()

    def _begin(self) -> None:
        self._looking = self.rounds.loop.create_task(self._look())

    async def _look(self) -> None:
        while (await self.receive())["type"] != "http.disconnect":
            pass
        self.gone = True
        if self._work is not None:
            self._work.cancel()


@dataclass(slots=True)
class RequestState:
    """What has been done of the work for one request: its place among the kept answers, the order, whom it was given
    to and the reply.
    """

    start: float = field(default_factory=time.perf_counter)
    log: dict[str, Any] = field(default_factory=lambda: {"outcome": "failed"})
    key: bytes = b""
    order: tuple[bytes, str | None] = (b"", None)
    formats: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()
    timeout: float = 0.0
    client: str = ""
    worker: Worker | None = None
    reply: Reply | None = None
    busy: BusyError | None = None  # why it got no process

    @property
    def describes(self) -> bool:
        """Whether it is answered with the description of the service."""
        return self.order[1] is None


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
        self.kept = ResponseCache()

    async def __call__(self, scope: Scope, receive: Any, send: Any, begun: RequestState | None = None) -> None:
        """Answer one request, of which another may have `begun` the work."""
        begun = begun or RequestState(client=client_address(scope.get("client")))
        log, method = begun.log, scope["method"]
        accept, content, host = relevant_headers(scope["headers"])
        watch = None
        try:
            if begun.busy is not None:
                raise _busy(begun.busy)
            if begun.reply is None:
                sent = b"" if method == "GET" else await read_body(scope, receive)
                begun.key = cache_key(scope["query_string"], accept, b"", method, content, sent)
                if await self._send_kept(begun, method, send):
                    return
                asked = read_request(method, scope["query_string"], content.decode("latin-1"), sent)
                if asked.query is not None and self.record is not None:
                    log["query"] = query_digest(asked.query)
                address = ""
                if asked.query is None:
                    # The description names the address at which it was asked for; an answer does not.
                    address = f"http://{host.decode('latin-1')}{scope['path']}"
                    begun.key = cache_key(scope["query_string"], accept, host, method)
                    if await self._send_kept(begun, method, send):
                        return
                begun.order = _order(asked, accept.decode("latin-1"), address)
                begun.formats, begun.ignored = asked.formats, asked.ignored
                begun.timeout = asked.timeout or self.timeout
            with _Watch(receive, self.pool.timers) as watch:
                await self._answer(begun, method, send)
        except asyncio.CancelledError:
            started = log["outcome"] == "streamed"
            log["outcome"] = "gone"
            if watch is None or not watch.gone:
                log["outcome"] = "503"
                if started:
                    return  # with a part of the answer sent, which breaks the connection off
                await send_problem(send, 503, "The server is stopping.", method=method, connection="close")
        except RefusedError as error:
            log["outcome"] = str(error.status)
            if error.status == 429:
                await self.pool.delay_refusal(begun.client)
            await send_problem(send, error.status, str(error), method=method, **error.headers)
        finally:
            self.recorded(begun, scope.get("client"))

    async def _send_kept(self, begun: RequestState, method: str, send: Any) -> bool:
        """Send the answer that is kept, if there is one."""
        if (found := self.kept.get(self.pool.generation, begun.key)) is None:
            return False
        begun.log["outcome"], begun.log["query"] = "kept", found.query
        await _send(send, found, head_only=method == "HEAD")
        return True

    async def _answer(self, begun: RequestState, method: str, send: Any) -> None:
        reply, generation = await complete_reply(
            self.pool,
            *begun.order,
            timeout=begun.timeout,
            client=begun.client,
            worker=begun.worker,
            reply=begun.reply,
        )
        if reply.body.in_memory:
            await _send(send, self.made(begun, reply, generation), head_only=method == "HEAD")
        else:
            begun.log["outcome"], begun.log["bytes"] = "answered", reply.body.size
            head = CachedResponse(b"", FORMS[reply.form][reply.format], 200, _note_headers(begun, reply))
            await _send_large(send, head, reply.body, head_only=method == "HEAD")

    def made(self, begun: RequestState, reply: Reply, generation: str) -> CachedResponse:
        """The answer that a reply of a generation has brought, which is kept if it would be the same again."""
        media, notes = FORMS[reply.form][reply.format], _note_headers(begun, reply)
        answer = CachedResponse(bytes(reply.body), media, 200, notes, begun.log.get("query"))
        if not reply.changes:
            self.kept.put(generation, begun.key, answer)
        begun.log["outcome"], begun.log["bytes"] = "answered", len(answer.body)
        return answer

    def recorded(self, begun: RequestState, client: Any) -> None:
        """Put a request that has ended on record, where one is kept."""
        if self.record is not None:
            taken = round((time.perf_counter() - begun.start) * 1000, 2)
            self.record({"client": (client or ("",))[0]} | begun.log | {"ms": taken})


def _note_headers(begun: RequestState, reply: Reply) -> tuple[tuple[bytes, bytes], ...]:
    """What is to be said beside an answer, as headers."""
    if not (begun.ignored or begun.formats or reply.note or reply.hint):
        return ()
    notes = []
    if begun.ignored:
        notes.append(f"Parameters that mean nothing here: {', '.join(begun.ignored)}.")
    if begun.formats and not format_by_name(begun.formats, FORMS[reply.form]):
        offered = ", ".join(FORMS[reply.form])
        notes.append(f"There is no form '{begun.formats[0][:80]}' of this answer. Its forms: {offered}.")
    notes += [reply.note] if reply.note else []
    headers = (b"x-partnergraph-note", "\n".join(notes)), (b"x-partnergraph-hint", reply.hint or "")
    return tuple((name, header_value(text)) for name, text in headers if text)


def relevant_headers(headers: Iterable[tuple[bytes, bytes]]) -> tuple[bytes, bytes, bytes]:
    """What a request accepts (RFC 9110, 5.3: of several headers, all), the form of its body, and the host it asks."""
    accept, content, host = b"", b"", b"localhost"
    for name, value in headers:
        if name == b"accept":
            accept = value if not accept else accept + b"," + value
        elif name == b"content-type":
            content = value
        elif name == b"host":
            host = value
    return accept, content, host


def cache_key(
    query_string: bytes,
    accept: bytes,
    where: bytes = b"",
    method: str = "GET",
    content: bytes = b"",
    sent: bytes = b"",
) -> bytes:
    """The place of a request among the kept answers: no header and no address holds the end of a line."""
    return b"\n".join((query_string, accept, where, b"POST" if method == "POST" else b"", content, sent))


def _order(asked: SparqlRequest, accept: str, address: str) -> tuple[bytes, str | None]:
    """What a query process is told. Raises `RefusedError`."""
    if asked.query is None and accepted_formats(accept, asked.formats)["graph"] is None:
        raise RefusedError(406, _acceptable("graph"))
    if asked.query is not None and not (asked.default or asked.named or asked.as_of or asked.explain):
        return order_limits(accept, asked.formats), asked.query
    options = {
        "default": asked.default,
        "named": asked.named,
        "as_of": asked.as_of,
        "explain": asked.explain,
        "describe": address,
    }
    order = _limit_values(accept, asked.formats) | {name: value for name, value in options.items() if value}
    return json.dumps(order).encode(), asked.query


BODIES = MemoryBudget(MAX_BODIES)  # for the bodies that are being received


async def read_body(scope: Mapping[str, Any], receive: Any) -> bytes:
    """The body of a request, empty but for a POST. Raises `RefusedError` for another method, or one too large."""
    method = scope["method"]
    if method not in ("GET", "HEAD", "POST"):
        raise RefusedError(405, "Ask with GET or POST.", allow=ALLOWED)
    if method != "POST":
        return b""
    client = client_address(scope.get("client"))
    pieces, size, held = list[bytes](), 0, 0
    try:
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise RefusedError(400, "The request ended too early.")
            piece = bytes(message.get("body", b""))
            size += len(piece)
            # What is too large is read on for a while and thrown away, so that the client comes to hear of it.
            if size <= MAX_BODY:
                if not BODIES.acquire(client, len(piece)):
                    detail = "Too much is being sent to this server at the moment. Try again later."
                    raise RefusedError(503, detail, retry_after="1", connection="close")
                pieces.append(piece)
                held += len(piece)
            if size > MAX_DRAINED or not message.get("more_body"):
                break
    finally:
        BODIES.release(client, held)
    if size > MAX_BODY:
        raise RefusedError(413, f"The request is larger than {MAX_BODY // 1000} KB.", connection="close")
    return b"".join(pieces)


async def acquire_worker(pool: WorkerPool, client: str | None = None) -> Worker:
    """A free query process, as soon as there is one, for a client (by default that of this request). Raises
    `RefusedError` when there is none for too long.
    """
    try:
        return await pool.acquire(CLIENT.get() if client is None else client)
    except BusyError as error:
        raise _busy(error) from None


async def complete_reply(
    pool: WorkerPool,
    values: Mapping[str, Any] | bytes,
    sparql: str | None = None,
    *,
    timeout: float,
    client: str | None = None,
    worker: Worker | None = None,
    reply: Reply | None = None,
) -> tuple[Reply, str]:
    """What a query process replies to an order, whole, and the generation of which it speaks. A `worker` may be at work
    on it already, with a `reply`. Raises `RefusedError`.

    A process that is killed from outside takes down an order that another can carry out: the graph is only read.
    """
    attempts = pool.size + MORE_ATTEMPTS
    for attempt in range(1, attempts + 1):
        if worker is None or reply is None:
            worker = await acquire_worker(pool, client)
            reply = worker.ask(values, timeout, sparql)
        try:
            await reply.complete()
            break
        except PartnerGraphError as error:
            if reply.lost_after is None or reply.lost_after > SOON or attempt == attempts:
                raise refusal_for(error, reply.hint) from None
            pause = attempt * PAUSE
        finally:
            pool.release(worker)
        await asyncio.sleep(pause)
        reply = None
    assert worker is not None
    assert reply is not None
    return reply, worker.generation


def _busy(error: BusyError) -> RefusedError:
    return RefusedError(error.status, str(error), retry_after="1")


def refusal_for(error: PartnerGraphError, hint: str | None) -> RefusedError:
    """What an error of a query is over HTTP."""
    if isinstance(error, QueryLimit):
        text = f"{error} {hint}" if hint else str(error)
        status = {"time": 504, "size": 422, "busy": 429}.get(error.limit, 503)
        return RefusedError(status, text, **({"retry_after": "1"} if status in (429, 503) else {}))
    if isinstance(error, StoreError):
        # What it says is for whoever runs the server: it names folders of the machine.
        return RefusedError(503, "The graph cannot be read at the moment. Try again in a moment.", retry_after="1")
    if isinstance(error, QueryRefused):
        return RefusedError(403, str(error))
    if isinstance(error, QueryForm):
        return RefusedError(406, str(error))
    return RefusedError(400, str(error))


def _acceptable(form: str) -> str:
    return f"The forms of this answer: {', '.join(FORMS[form].values())}."


def query_digest(query: str) -> str:
    """What a query is known by in the record."""
    return hashlib.sha256(query.encode("utf-8", "replace")).hexdigest()


def order_limits(accept: str, formats: tuple[str, ...] = ()) -> bytes:
    """What every order says: the forms of answer that a request likes best (`content_negotiation.accepted`),
    and how much may be answered.
    """
    long = len(accept) + sum(map(len, formats)) > MAX_CACHED_LENGTH
    return (_limits.__wrapped__ if long else _limits)(accept, formats)


@lru_cache(256)
def _limits(accept: str, formats: tuple[str, ...]) -> bytes:
    return json.dumps(_limit_values(accept, formats)).encode()


def _limit_values(accept: str, formats: tuple[str, ...]) -> dict[str, Any]:
    return {"formats": accepted_formats(accept, formats), "max_rows": MAX_ROWS, "max_bytes": MAX_BYTES}


@lru_cache(64)
def header_fields(media: str) -> tuple[tuple[bytes, bytes], ...]:
    """What every response of one form says of itself."""
    return ((b"content-type", media.encode()), (b"vary", b"accept"), *SAFE)


async def _send_large(send: Any, answer: CachedResponse, body: Spool, *, head_only: bool = False) -> None:
    """Send a body from its file, as fast as the client reads."""
    try:
        fields = (*header_fields(answer.media), *answer.more, (b"content-length", b"%d" % body.size))
        await send({"type": "http.response.start", "status": answer.status, "headers": fields})
        if not head_only:
            for piece in body.pieces():
                await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": b""})
    finally:
        body.close()


async def _send(send: Any, answer: CachedResponse, *, head_only: bool = False) -> None:
    said = (*header_fields(answer.media), *answer.more, (b"content-length", b"%d" % len(answer.body)))
    await send({"type": "http.response.start", "status": answer.status, "headers": said})
    await send({"type": "http.response.body", "body": b"" if head_only else answer.body})


async def send_options(send: Any) -> None:
    """The methods of the endpoint. Other origins are told nothing that would let their scripts read an answer."""
    headers = [(b"allow", ALLOWED.encode()), *SAFE, (b"content-length", b"0")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b""})


async def send_confirmation(send: Any, scope: Scope, message: str) -> None:
    """Refuse what a link of another site asks, with a link of our own that asks the same."""
    address = scope["raw_path"].decode("ascii", "replace")
    if scope["query_string"]:
        address += "?" + scope["query_string"].decode("ascii", "replace")
    page = (
        '<!DOCTYPE html><html lang="en-GB"><meta charset="utf-8"><title>A link of another site</title>'
        f'<p>{message}</p><p><a href="{escape(address)}">Ask it</a></p></html>\n'
    )
    answer = CachedResponse(page.encode(), "text/html; charset=utf-8", 403)
    await _send(send, answer, head_only=scope["method"] == "HEAD")


def problem_json(status: int, message: str) -> bytes:
    """An error as RFC 9457 defines it (application/problem+json)."""
    text = json.dumps({"status": status, "detail": message}, ensure_ascii=False)
    return text.encode("utf-8", "backslashreplace") + b"\n"  # half a character is escaped in JSON as it is in Python


async def send_problem(send: Any, status: int, message: str, *, method: str = "GET", **headers: str) -> None:
    """Send an error; `headers` go with it."""
    more = tuple((name.replace("_", "-").encode(), value.encode()) for name, value in headers.items())
    answer = CachedResponse(problem_json(status, message), "application/problem+json", status, more)
    await _send(send, answer, head_only=method == "HEAD")

"""The SPARQL endpoint as an ASGI application: asks the pool, keeps answers, never sends a 200 that is not whole."""

from __future__ import annotations

import asyncio
import hashlib
import json
import re
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from partnergraph.errors import PartnerGraphError, QueryForm, QueryLimit, QueryRefused
from partnergraph.serve.forms import FORMS, accepted
from partnergraph.serve.pool import BusyError, Pool
from partnergraph.serve.protocol import MOST_BODY, Asked, RefusedError, read
from partnergraph.serve.workers import Worker, pieces

ALLOWED = "GET, HEAD, POST, OPTIONS"
WATCH = 0.2  # seconds after which it is looked whether the client still waits
KEPT_BYTES = 64_000_000
KEPT_ANSWER = 1_000_000
MOST_ROWS = 10_000
MOST_DRAINED = 20_000_000
MOST_BYTES = 50_000_000
_CHANGING = re.compile(r"(?i)now|rand|uuid|bnode")
SAFE = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
)
Scope = dict[str, Any]
Key = tuple[Any, ...]


@dataclass(frozen=True)
class Answer:
    """An answer as it is sent, and the digest of the query that it answers."""

    headers: list[tuple[bytes, bytes]]
    body: bytes
    query: str | None = None
    status: int = 200


class Kept:
    """The answers of one generation, which never change: the last ones asked for, up to a number of bytes."""

    def __init__(self, most: int = KEPT_BYTES) -> None:
        self.most, self.size = most, 0
        self.found: OrderedDict[Key, Answer] = OrderedDict()

    def get(self, key: Key) -> Answer | None:
        """What is kept for a key."""
        if key in self.found:
            self.found.move_to_end(key)
        return self.found.get(key)

    def put(self, key: Key, answer: Answer) -> None:
        """Keep an answer; the ones not asked for longest make room."""
        if len(answer.body) > KEPT_ANSWER or key in self.found:
            return
        self.found[key] = answer
        self.size += _weight(key, answer)
        while self.size > self.most:
            self.size -= _weight(*self.found.popitem(last=False))


def _weight(key: Key, answer: Answer) -> int:
    """About how many bytes an answer takes: a long question may have a short one."""
    return 1000 + len(answer.body) + sum(len(part) for part in key if isinstance(part, (str, bytes)))


class _Watch:
    """Ends the work for a client that has gone. Looking costs more than most answers, so it begins a little later."""

    def __init__(self, receive: Any) -> None:
        self.receive, self.gone = receive, False
        self._looking: asyncio.Task[None] | None = None

    def __enter__(self) -> _Watch:
        loop = asyncio.get_running_loop()
        self._work = asyncio.current_task()
        self._later = loop.call_later(WATCH, self._begin, loop)
        return self

    def __exit__(self, *error: object) -> None:
        self._later.cancel()
        if self._looking is not None:
            self._looking.cancel()

    def _begin(self, loop: asyncio.AbstractEventLoop) -> None:
        self._looking = loop.create_task(self._look())

    async def _look(self) -> None:
        while (await self.receive())["type"] != "http.disconnect":
            pass
        self.gone = True
        if self._work is not None:
            self._work.cancel()


class Endpoint:
    """`/sparql`. Without a query it describes itself. `record` gets an entry for each request, when it has ended."""

    def __init__(
        self,
        pool: Pool,
        *,
        timeout: float,
        record: Callable[[dict[str, Any]], None] | None,
    ) -> None:
        self.pool, self.timeout, self.record = pool, timeout, record
        self.kept = Kept()

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        """Answer one request."""
        start = time.perf_counter()
        log: dict[str, Any] = {"outcome": "failed"}
        method, accept, content, host = scope["method"], b"", b"", b"localhost"
        for name, value in scope["headers"]:
            if name == b"accept":
                accept = value if not accept else accept + b"," + value  # RFC 9110, 5.3
            elif name == b"content-type":
                content = value
            elif name == b"host":
                host = value
        # The description names the address at which it was asked for; an answer does not.
        where = b"" if scope["query_string"] else host
        watch = None
        try:
            sent = await body(scope, receive)
            key: Key = (self.pool.generation, scope["query_string"], accept, where, method == "POST", content, sent)
            if (found := self.kept.get(key)) is not None:
                log["outcome"], log["query"] = "kept", found.query
                await _send(send, found, head_only=method == "HEAD")
                return
            asked = read(method, scope["query_string"], content.decode("latin-1"), sent)
            if asked.query is not None and self.record is not None:
                log["query"] = _digest(asked.query)
            forms = accepted(accept.decode("latin-1"))
            address = "" if asked.query is not None else f"http://{host.decode('latin-1')}{scope['path']}"
            with _Watch(receive) as watch:
                await self._answer(asked, forms, address, key, method, send, log)
        except asyncio.CancelledError:
            log["outcome"] = "gone"
            if watch is None or not watch.gone:
                log["outcome"] = "503"
                await refuse(send, 503, "The server is stopping.", method=method, connection="close")
        except RefusedError as error:
            log["outcome"] = str(error.status)
            await refuse(send, error.status, str(error), method=method, **error.headers)
        finally:
            if self.record is not None:
                client = (scope.get("client") or ("",))[0]
                self.record({"client": client} | log | {"ms": round((time.perf_counter() - start) * 1000, 2)})

    async def _answer(
        self,
        asked: Asked,
        forms: Mapping[str, str | None],
        address: str,
        key: Key,
        method: str,
        send: Any,
        log: dict[str, Any],
    ) -> None:
        if asked.query is None and forms["graph"] is None:
            raise RefusedError(406, _acceptable("graph"))
        values: dict[str, Any] = {"formats": forms, "max_rows": MOST_ROWS, "max_bytes": MOST_BYTES}
        if asked.query is None:
            values["describe"] = address
        else:
            values["sparql"] = asked.query
        given = {"default": asked.default, "named": asked.named, "as_of": asked.as_of, "explain": asked.explain}
        values |= {name: value for name, value in given.items() if value}
        worker = await taken(self.pool)
        try:
            reply = worker.ask(values, asked.timeout or self.timeout)
            try:
                await reply.begun()
                if reply.form == "graph" and asked.query is not None and not reply.done:
                    log["outcome"] = "streamed"
                    return await self._stream(reply, worker, send)
                body = await reply.whole()
            except PartnerGraphError as error:
                raise refused(error, reply.hint) from None
        finally:
            self.pool.give(worker)
        told = _headers(FORMS[reply.form][reply.format], len(body))
        for name, text in ((b"x-partnergraph-note", reply.note), (b"x-partnergraph-hint", reply.hint)):
            if text:
                told.append((name, text.encode("ascii", "backslashreplace").replace(b"\n", b" | ")))
        digest = _digest(asked.query) if asked.query is not None else None
        answer = Answer(told, body, digest)
        if asked.query is None or not _CHANGING.search(asked.query):
            self.kept.put((worker.generation, *key[1:]), answer)
        log["outcome"], log["bytes"] = "answered", len(body)
        await _send(send, answer, head_only=method == "HEAD")

    async def _stream(self, reply: Any, worker: Any, send: Any) -> None:
        """A graph, piece by piece. When it breaks off, the connection does too, so that nobody takes it for whole."""
        await send({"type": "http.response.start", "status": 200, "headers": _headers(FORMS["graph"][reply.format])})
        async for piece in pieces(reply, worker):
            await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": b""})


async def body(scope: Mapping[str, Any], receive: Any) -> bytes:
    """The body of a request, empty but for a POST. Raises `RefusedError` for another method, or one too large."""
    method = scope["method"]
    if method not in ("GET", "HEAD", "POST"):
        raise RefusedError(405, "Ask with GET or POST.", allow=ALLOWED)
    if method != "POST":
        return b""
    pieces, size = list[bytes](), 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise RefusedError(400, "The request ended too early.")
        piece = bytes(message.get("body", b""))
        size += len(piece)
        # What is too large is read on for a while and thrown away, so that the client comes to hear of it.
        if size <= MOST_BODY:
            pieces.append(piece)
        if size > MOST_DRAINED or not message.get("more_body"):
            break
    if size > MOST_BODY:
        raise RefusedError(413, f"The request is larger than {MOST_BODY // 1000} KB.", connection="close")
    return b"".join(pieces)


async def taken(pool: Pool) -> Worker:
    """A free query process, as soon as there is one. Raises `RefusedError` when too many wait already."""
    try:
        return await pool.take()
    except BusyError:
        raise RefusedError(429, "Too many queries are waiting. Try again in a moment.", retry_after="1") from None


def refused(error: PartnerGraphError, hint: str | None) -> RefusedError:
    """What an error of a query is over HTTP."""
    if isinstance(error, QueryLimit):
        text = f"{error} {hint}" if hint else str(error)
        status = {"time": 504, "size": 422, "busy": 429}.get(error.limit, 503)
        return RefusedError(status, text, **({"retry_after": "1"} if status in (429, 503) else {}))
    if isinstance(error, QueryRefused):
        return RefusedError(403, str(error))
    if isinstance(error, QueryForm):
        return RefusedError(406, str(error))
    return RefusedError(400, str(error))


def _acceptable(form: str) -> str:
    return f"The forms of this answer: {', '.join(FORMS[form].values())}."


def _digest(query: str) -> str:
    return hashlib.sha256(query.encode("utf-8", "replace")).hexdigest()


def _headers(media: str, length: int | None = None) -> list[tuple[bytes, bytes]]:
    told = [(b"content-type", media.encode()), (b"vary", b"accept"), *SAFE]
    return told if length is None else [*told, (b"content-length", str(length).encode())]


async def _send(send: Any, answer: Answer, *, head_only: bool = False) -> None:
    await send({"type": "http.response.start", "status": answer.status, "headers": answer.headers})
    await send({"type": "http.response.body", "body": b"" if head_only else answer.body})


async def allow(send: Any) -> None:
    """The methods of the endpoint. Other origins are told nothing that would let their scripts read an answer."""
    await _send(send, Answer([(b"allow", ALLOWED.encode()), *SAFE, (b"content-length", b"0")], b""))


def problem(status: int, message: str) -> bytes:
    """An error as RFC 9457 defines it (application/problem+json)."""
    return json.dumps({"status": status, "detail": message}, ensure_ascii=False).encode() + b"\n"


async def refuse(send: Any, status: int, message: str, *, method: str = "GET", **headers: str) -> None:
    """Send an error; `headers` go with it."""
    body = problem(status, message)
    told = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    told += [(b"content-type", b"application/problem+json"), *SAFE, (b"content-length", str(len(body)).encode())]
    await _send(send, Answer(told, body, status=status), head_only=method == "HEAD")

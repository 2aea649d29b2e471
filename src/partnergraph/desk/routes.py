"""`/desk`: the page and what it sends. A workbook is held in memory, worked on in a process of its own, and dropped."""

from __future__ import annotations

import asyncio
import time
from base64 import b64encode
from contextlib import contextmanager
from pathlib import PurePath
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from partnergraph.desk.upload import MAX_FILE_SIZE, Upload, parse_upload
from partnergraph.endpoint.client_address import CLIENT
from partnergraph.endpoint.query_dispatch import acquire_worker
from partnergraph.endpoint.request_body import read_body
from partnergraph.endpoint.sparql_request import RefusedError
from partnergraph.errors import PartnerGraphError, QueryLimit
from partnergraph.files import sweep_private_folders
from partnergraph.pool.memory_budget import MemoryBudget
from partnergraph.site.view_response import DRAWING_POLICY, PAGE_POLICY, SECURITY_HEADERS, reply_response

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import Route

    from partnergraph.pool.worker import Reply
    from partnergraph.site.view_response import ViewClient

PATH = "/desk"
MAX_FORM_SIZE = 10_000  # bytes of a form beside its file
MAX_PLACES = 16  # workbooks that are being received, wait or are worked on; of one client half of those that are free
MAX_AT_WORK = 2
WORK_FACTOR = 3  # a workbook may take this many times the time of a query
SWEEP_TIMES = (0.0, 0.5, 2.0, 5.0)  # seconds after a process was killed; it ends soon after
# A preview holds a policy of its own with the hashes of its scripts; it has no origin, so it reaches no other page.
PREVIEW_POLICY = f"{DRAWING_POLICY}; sandbox allow-scripts allow-downloads allow-modals allow-popups"

_BUSY = "The desk is busy with other workbooks. Try again in a moment."
_REFUSALS = {
    "time": (
        504,
        "The workbook takes too much work, and was given up. Take out what is no table of the graph, or divide it.",
    ),
    "memory": (
        503,
        "The workbook could not be worked on to the end; perhaps it needs too much memory. Take out what is no table "
        "of the graph, save it anew, and try again.",
    ),
    "size": (422, "What is made of the workbook is too large to be sent. Divide it."),
    "busy": (429, _BUSY),
}
_FAILED = (503, "The desk cannot work at the moment. Try again in a moment.")


def routes(views: ViewClient, *, record: Callable[[dict[str, Any]], None] | None) -> list[Route]:
    """The routes; `record` gets an entry for each workbook."""
    from starlette.routing import Route

    desk = _Desk(views, record)
    return [Route(PATH, desk.answer, methods=["GET", "POST"]), Route(f"{PATH}/workbook", desk.workbook)]


class _Desk:
    """Takes workbooks, a few at a time."""

    def __init__(self, views: ViewClient, record: Callable[[dict[str, Any]], None] | None) -> None:
        self.views, self.record = views, record
        self._places, self._at_work = MemoryBudget(MAX_PLACES), asyncio.Semaphore(MAX_AT_WORK)
        self._sweeps: set[asyncio.Task[None]] = set()
        sweep_private_folders()

    async def answer(self, request: Request) -> Response:
        """The form, or what is made of a workbook. Raises `RefusedError`."""
        if request.method != "POST":
            return await self.views.show("desk", {})
        with self._recorded() as entry, self._place():
            try:
                body = await read_body(request.scope, request.receive, MAX_FILE_SIZE + MAX_FORM_SIZE)
                upload = parse_upload(request.headers.get("content-type", ""), body)
            except RefusedError as error:
                if error.status == 413:
                    size = (
                        f"The workbook is larger than {MAX_FILE_SIZE // 1_000_000} MB, the most that is checked here."
                    )
                    raise RefusedError(
                        413, f"{size} Take out pictures and what is no table.", **error.headers
                    ) from None
                raise
            entry |= {"action": upload.action, "size": len(upload.data)}
            async with self._at_work:
                reply = await self._work(upload)
            entry["status"] = reply.status
            return _response(reply, upload)

    async def workbook(self, _: Request) -> Response:
        """What is published, as a workbook to go on from."""
        response = await self.views.show("desk", {"action": "workbook"})
        if response.status_code == 200:
            response.headers["content-disposition"] = 'attachment; filename="published.xlsx"'
        return response

    async def _work(self, upload: Upload) -> Reply:
        """The answer of a process, which is not used again. Raises `RefusedError`."""
        values = {"action": upload.action, "name": upload.name, "data": b64encode(upload.data).decode()}
        worker = await acquire_worker(self.views.pool)
        reply = worker.ask(self.views.order("desk", values), WORK_FACTOR * self.views.timeout)
        try:
            await reply.complete()
        except PartnerGraphError as error:
            status, message = _REFUSALS[error.limit] if isinstance(error, QueryLimit) else _FAILED
            raise RefusedError(status, message, **({"retry_after": "5"} if status in (429, 503) else {})) from None
        finally:
            self.views.pool.release(worker, reuse=False)
            if not reply.done or reply.error is not None:
                self._sweep_later()
        return reply

    @contextmanager
    def _place(self) -> Iterator[None]:
        client = CLIENT.get()
        if not self._places.acquire(client, 1):
            raise RefusedError(429, _BUSY, retry_after="5", connection="close")
        try:
            yield
        finally:
            self._places.release(client, 1)

    @contextmanager
    def _recorded(self) -> Iterator[dict[str, Any]]:
        """The entry of the record: nothing of the workbook but its size."""
        start = time.perf_counter()
        entry: dict[str, Any] = {"client": CLIENT.get(), "path": PATH}
        try:
            yield entry
        except RefusedError as error:
            entry["status"] = error.status
            raise
        finally:
            status = entry.pop("status", 500)
            outcome = "answered" if status == 200 else str(status)
            if self.record is not None:
                self.record(entry | {"outcome": outcome, "ms": round((time.perf_counter() - start) * 1000, 2)})

    def _sweep_later(self) -> None:
        """Remove the folder of a process that was killed, as soon as it has ended."""

        async def sweep() -> None:
            for seconds in SWEEP_TIMES:
                await asyncio.sleep(seconds)
                await asyncio.to_thread(sweep_private_folders)

        task = asyncio.get_running_loop().create_task(sweep())
        self._sweeps.add(task)
        task.add_done_callback(self._sweeps.discard)


def _response(reply: Reply, upload: Upload) -> Response:
    headers = SECURITY_HEADERS | {"cache-control": "no-store", "content-security-policy": PAGE_POLICY}
    if upload.action == "preview" and reply.status == 200:
        headers["content-security-policy"] = PREVIEW_POLICY
    if not reply.format.startswith("text/html"):
        name = f"{PurePath(upload.name).stem} marked.xlsx"
        headers["content-disposition"] = (
            f"attachment; filename=\"marked.xlsx\"; filename*=UTF-8''{quote(name, safe='')}"
        )
    return reply_response(reply, headers)

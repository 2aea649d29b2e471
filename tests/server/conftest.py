"""A real server in a process of its own, a plain HTTP client, and a browser that asks only this server."""

from __future__ import annotations

import asyncio
import http.client
import json
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, quote, urlencode, urlsplit

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator
    from playwright.sync_api import Page as Tab

PATIENCE = 20_000  # milliseconds for something to come in the browser; the machine may be busy


@dataclass
class Said:
    """A response."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def values(self) -> list[dict[str, str]]:
        """The rows of a result in JSON, plain."""
        return [{name: term["value"] for name, term in row.items()} for row in self.json["results"]["bindings"]]


@dataclass
class Server:
    """A running server."""

    port: int
    process: subprocess.Popen[str]
    folder: Path

    def send(
        self,
        method: str,
        target: str,
        body: bytes | None = None,
        headers: dict[str, str] | None = None,
        *,
        wait: float = 120,
    ) -> Said:
        """One request on a connection of its own."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=wait)
        try:
            connection.request(method, target, body, headers or {})
            response = connection.getresponse()
            return Said(response.status, {k.lower(): v for k, v in response.getheaders()}, response.read())
        finally:
            connection.close()

    def ask(self, query: str, accept: str = "application/sparql-results+json", **parameters: str) -> Said:
        """A query by GET."""
        return self.send(
            "GET", f"/sparql?{urlencode({'query': query} | parameters, quote_via=quote)}", headers={"Accept": accept}
        )


@contextmanager
def serving(graph: Path, *options: str) -> Iterator[Server]:
    """`partnergraph serve` on a free port."""
    process = subprocess.Popen(
        [sys.executable, "-m", "partnergraph", "serve", "--graph", str(graph), "--port", "0", *options],
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    line = process.stderr.readline()
    found = re.search(r":(\d+)/sparql", line)
    rest: list[str] = []
    reader = threading.Thread(target=lambda: rest.extend(process.stderr or ()), daemon=True)
    reader.start()
    try:
        assert found, line
        server = Server(int(found[1]), process, graph)
        server.ask("ASK {}")  # waits until it listens: the socket is there from the start
        yield server
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            process.wait(20)
        reader.join(5)
        process.stderr.close()
        assert not [line for line in rest if "Traceback" in line], "".join(rest)


def run(work: Coroutine[Any, Any, None]) -> None:
    """Run it in a thread of its own: a loop of the browser's may run in this one."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, work).result(120)


async def soon(holds: Callable[[], bool]) -> None:
    """Wait, not for ever, until something holds."""
    async with asyncio.timeout(60):
        while not holds():
            await asyncio.sleep(0.02)


@pytest.fixture(scope="session")
def server(keele: Path) -> Iterator[Server]:
    """The Keele graph, served."""
    with serving(keele, "--workers", "2") as running:
        yield running


@dataclass
class Bench:
    """A tab with the workbench, and everything it said or asked for that it must not."""

    tab: Tab
    address: str
    server: Server
    said: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)
    dialogs: list[str] = field(default_factory=list)
    refusals: int = 0  # answers of the server that are errors, which the browser notes on its console

    def open(self, link: str = "") -> Bench:
        """Open the page, or a link to it."""
        self.tab.goto("about:blank")
        self.tab.goto(f"{self.address}ask{link}")
        self.tab.wait_for_selector("html[data-ready]")
        return self

    @property
    def text(self) -> str:
        """What stands in the editor."""
        lines = self.tab.locator("#editor .cm-line").all_inner_texts()
        return "\n".join(line.replace("\n", "") for line in lines)

    def write(self, query: str) -> None:
        """Put a query into the editor as a paste would."""
        self.tab.click("#editor .cm-content")
        self.tab.keyboard.press("Control+A")
        self.tab.keyboard.insert_text(query)
        self.tab.keyboard.press("Escape")

    def run(self, query: str = "") -> str:
        """Run a query (or what stands there) by the keyboard; returns what the page says of the answer."""
        if query:
            self.write(query)
        else:
            self.tab.click("#editor .cm-content")
        self.tab.keyboard.press("Control+Enter")
        return self.outcome()

    def outcome(self) -> str:
        """What the page says when the answer has come."""
        ended = ("rows in", "row in", "Yes in", "No in", "graph in", "no answer", "Stopped")
        said = self.tab.locator("#outcome")
        until(lambda: any(word in said.inner_text() for word in ended))
        return said.inner_text()

    def rows(self) -> list[list[str]]:
        """The cells of the table that is shown."""
        self.tab.wait_for_selector("#view tbody tr")
        return self.tab.evaluate(
            "[...document.querySelectorAll('#view tbody tr')].map((row) => [...row.cells].map((one) => one.innerText))"
        )

    def complete(self, text: str) -> Locator:
        """Type a beginning and ask what may follow; returns the list."""
        self.write(text)
        self.tab.keyboard.press("End")
        self.tab.keyboard.press("Control+Space")
        found = self.tab.locator("#editor .cm-tooltip-autocomplete li")
        found.first.wait_for()
        time.sleep(0.15)  # so long the list takes no key, lest a line feed that was meant be lost
        return found

    @property
    def link(self) -> dict[str, str]:
        """What the address says after '#'."""
        return {name: values[0] for name, values in parse_qs(urlsplit(self.tab.url).fragment).items()}


def until(found: Callable[[], Any]) -> Any:
    """Wait for something to become true; returns it."""
    for _ in range(PATIENCE // 50):
        if value := found():
            return value
        time.sleep(0.05)
    raise AssertionError("it did not come to that")


def _bench(browser: Browser, server: Server, **options: Any) -> Bench:
    context = browser.new_context(**{"viewport": {"width": 1440, "height": 900}} | options)
    context.set_default_timeout(PATIENCE)
    bench = Bench(context.new_page(), f"http://127.0.0.1:{server.port}/", server)
    bench.tab.on("console", lambda said: bench.said.append(said.text) if said.type in ("error", "warning") else None)
    bench.tab.on("pageerror", lambda error: bench.said.append(str(error)))
    bench.tab.on("request", lambda request: _asked(bench, request.method, request.url))

    def refuse(dialog: Any) -> None:
        bench.dialogs.append(dialog.message)
        dialog.dismiss()

    bench.tab.on("dialog", refuse)
    return bench


def _asked(bench: Bench, method: str, url: str) -> None:
    if not url.startswith((bench.address, "blob:" + bench.address, "about:blank", "data:image/")):
        bench.outside.append(url)
    bench.asked.append(f"{method} {urlsplit(url).path}")


def _clean(bench: Bench) -> None:
    """It said nothing but of the errors that the server was to answer with, and asked nobody else."""
    notes = [said for said in bench.said if "Failed to load resource" in said]
    assert len(notes) == bench.refusals, bench.said
    assert [said for said in bench.said if said not in notes] == []
    assert bench.outside == []
    assert bench.dialogs == []


@pytest.fixture
def fresh(browser: Browser, server: Server) -> Iterator[Callable[..., Bench]]:
    """Opens the workbench in a browser of its own (options as of a context); checks at the end that it was clean."""
    opened: list[Bench] = []

    def make(**options: Any) -> Bench:
        opened.append(_bench(browser, server, **options))
        return opened[-1]

    yield make
    for bench in opened:
        _clean(bench)
        bench.tab.context.close()


@pytest.fixture(scope="session")
def _tab(browser: Browser, server: Server) -> Iterator[Bench]:
    bench = _bench(browser, server)
    yield bench
    bench.tab.context.close()


@pytest.fixture
def bench(_tab: Bench) -> Iterator[Bench]:
    """The workbench, open in a browser that remembers nothing; checks at the end that it was clean."""
    if not _tab.tab.url.startswith("about:"):
        _tab.tab.evaluate("localStorage.clear()")
    for noted in (_tab.said, _tab.asked, _tab.outside, _tab.dialogs):
        noted.clear()
    _tab.refusals = 0
    yield _tab.open()
    _clean(_tab)

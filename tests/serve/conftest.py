"""A real server in a process of its own, and a plain HTTP client."""

from __future__ import annotations

import http.client
import json
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest


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


@pytest.fixture(scope="session")
def server(keele: Path) -> Iterator[Server]:
    """The Keele graph, served."""
    with serving(keele) as running:
        yield running

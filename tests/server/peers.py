"""Other SPARQL servers on loopback ports of their own: the engine's own server, and Virtuoso."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import quote, urlencode
from urllib.request import Request, urlopen

from tests.conftest import need

GRAPH = "urn:everything"
_INI = """[Database]
DatabaseFile = {folder}/virtuoso.db
ErrorLogFile = {folder}/virtuoso.log
LockFile = {folder}/virtuoso.lck
TransactionFile = {folder}/virtuoso.trx
xa_persistent_file = {folder}/virtuoso.pxa
FileExtend = 200
[TempDatabase]
DatabaseFile = {folder}/temporary.db
TransactionFile = {folder}/temporary.trx
[Parameters]
ServerPort = 127.0.0.1:{sql}
DisableUnixSocket = 1
MaxClientConnections = 20
CaseMode = 2
DirsAllowed = {folder}
ServerThreads = 20
NumberOfBuffers = 170000
MaxDirtyBuffers = 130000
MaxQueryMem = 2G
[HTTPServer]
ServerPort = 127.0.0.1:{http}
ServerRoot = {folder}
ServerThreads = 20
MaxClientConnections = 20
KeepAliveTimeout = 60
MaxKeepAlives = 20
[SPARQL]
ResultSetMaxRows = 100000
MaxQueryExecutionTime = 60
"""


@dataclass
class Peer:
    """A running server; `path` is where it is asked, up to the query."""

    name: str
    port: int
    path: str
    process: subprocess.Popen[bytes]

    def ask(self, query: str, accept: str = "application/sparql-results+json", *, wait: float = 60) -> bytes:
        """A query by GET. Raises `OSError` when there is no answer."""
        return self._sent(Request(f"{self._address}query={quote(query)}", headers={"Accept": accept}), wait)

    def post(self, query: str, *, wait: float = 60) -> bytes:
        """A query as the body of a POST. Raises `OSError` when there is no answer."""
        kind = {"Content-Type": "application/sparql-query"}
        return self._sent(Request(self._address.rstrip("?&"), query.encode(), headers=kind), wait)

    @property
    def _address(self) -> str:
        return f"http://127.0.0.1:{self.port}{self.path}"

    def _sent(self, request: Request, wait: float) -> bytes:
        with urlopen(request, timeout=wait) as response:
            return bytes(response.read())


def free_port() -> int:
    """A port nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def _running(name: str, port: int, path: str, command: list[str]) -> Iterator[Peer]:
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    peer = Peer(name, port, path, process)
    try:
        deadline = time.monotonic() + 90
        while True:
            assert process.poll() is None, f"{name} did not start"
            try:
                peer.ask("ASK {}")
                break
            except HTTPError:
                break
            except OSError:
                assert time.monotonic() < deadline, f"{name} does not answer"
                time.sleep(0.2)
        yield peer
    finally:
        process.kill()
        process.wait()


@contextmanager
def oxigraph(store: Path) -> Iterator[Peer]:
    """The engine's own server over a store of ours, read-only."""
    program = Path(sys.executable).with_name("oxigraph")
    need(program.exists(), "the oxigraph server")
    port = free_port()
    command = [str(program), "serve-read-only", "--location", str(store), "--bind", f"127.0.0.1:{port}"]
    with _running("oxigraph", port, "/query?", command) as peer:
        yield peer


@contextmanager
def virtuoso(ntriples: bytes, folder: Path) -> Iterator[Peer]:
    """Virtuoso with some triples in one graph, which is the default one of every question."""
    program, isql = shutil.which("virtuoso-t"), shutil.which("isql-vt")
    need(program is not None and isql is not None, "Virtuoso (Debian: virtuoso-opensource)")
    folder.mkdir()
    (folder / "data.nt").write_bytes(ntriples)
    sql, http = free_port(), free_port()
    ini = folder / "virtuoso.ini"
    ini.write_text(_INI.format(folder=folder, sql=sql, http=http))
    path = f"/sparql?{urlencode({'default-graph-uri': GRAPH})}&"
    with _running("Virtuoso", http, path, [str(program), "+foreground", "+configfile", str(ini)]) as peer:
        load = f"ld_dir('{folder}', 'data.nt', '{GRAPH}'); rdf_loader_run(); checkpoint;"
        command = [str(isql), f"127.0.0.1:{sql}", "dba", "dba", f"exec={load}"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        yield peer

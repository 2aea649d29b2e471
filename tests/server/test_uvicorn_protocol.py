"""What the server relies on in uvicorn is in the installed version, is all that is used, and is used in one module."""

from __future__ import annotations

import ast
import asyncio
import inspect
import tomllib
from collections.abc import Coroutine, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from pathlib import Path
from typing import Any, TypeVar

import pytest
import uvicorn
from packaging.requirements import Requirement
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from partnergraph.server.uvicorn_protocol import INHERITED, RELIED_ON, UvicornProtocol
from tests.conftest import ROOT

_T = TypeVar("_T")
ROOM = ROOT / "src" / "partnergraph" / "server"
ADAPTER = ROOM / "uvicorn_protocol.py"
# The attributes by which the objects of uvicorn hang together.
HOLDERS = {
    "cycle": "RequestResponseCycle",
    "flow": "FlowControl",
    "server_state": "ServerState",
    "config": "Config",
}
CALLBACKS = {name for name in dir(asyncio.Protocol) if not name.startswith("_")} | {
    *("on_message_begin", "on_url", "on_header", "on_headers_complete", "on_body", "on_message_complete"),
}


class _Transport(asyncio.Transport):
    """A client that sends nothing by itself; what it gets."""

    def __init__(self) -> None:
        super().__init__()
        self.writes: list[bytes] = []

    def write(self, data: Any) -> None:
        self.writes.append(bytes(data))

    def is_closing(self) -> bool:
        return False

    def pause_reading(self) -> None:
        pass

    def resume_reading(self) -> None:
        pass

    def close(self) -> None:
        pass


async def _application(scope: Any, receive: Any, send: Any) -> None:
    assert scope["type"] == "http"
    await receive()
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"{}"})


def _run(work: Coroutine[Any, Any, _T]) -> _T:
    """In a thread: where pages were opened before, a loop of the browser's runs in this one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, asyncio.wait_for(work, 20)).result()


async def _answered(protocol_class: type[HttpToolsProtocol]) -> tuple[HttpToolsProtocol, _Transport]:
    """A protocol of uvicorn that has answered a request."""
    state, transport = ServerState(), _Transport()
    state.default_headers = [(b"date", b"today")]
    protocol = protocol_class(uvicorn.Config(_application, ws="none"), state, {}, asyncio.get_running_loop())
    protocol.connection_made(transport)
    protocol.data_received(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    while not protocol.cycle.response_complete:
        await asyncio.sleep(0)
    return protocol, transport


def answered(protocol_class: type[HttpToolsProtocol] = HttpToolsProtocol) -> tuple[HttpToolsProtocol, _Transport]:
    return _run(_answered(protocol_class))


def missing(relied_on: Mapping[str, frozenset[str]], protocol: HttpToolsProtocol) -> list[str]:
    """The names of the list that the objects of uvicorn do not have."""
    objects = {"HttpToolsProtocol": protocol} | {of: getattr(protocol, name, None) for name, of in HOLDERS.items()}
    assert objects.keys() == relied_on.keys()
    for name, value in objects.items():
        assert type(value).__name__ == name
    return [f"{name}.{part}" for name, parts in relied_on.items() for part in parts if not hasattr(objects[name], part)]


def uses(source: str, protocol: HttpToolsProtocol) -> Iterator[tuple[str, str]]:
    """The names of uvicorn's classes that a source uses: ``self.x`` and ``super().x`` of the protocol,
    ``self.cycle.x``, and the methods that it overrides.
    """
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef) and node.name in vars(HttpToolsProtocol) and node.name[0] != "_":
            yield "HttpToolsProtocol", node.name
        if not isinstance(node, ast.Attribute):
            continue
        owner = ast.unparse(node.value)
        if owner in ("self", "super()") and hasattr(protocol, node.attr):
            yield "HttpToolsProtocol", node.attr
        elif owner.removeprefix("self.") in HOLDERS and owner.startswith("self."):
            yield HOLDERS[owner.removeprefix("self.")], node.attr


def test_the_installed_version_has_every_name() -> None:
    protocol, _ = answered()
    assert not missing(RELIED_ON, protocol)
    assert sum(map(len, RELIED_ON.values())) > 30


@pytest.mark.parametrize("name", RELIED_ON)
def test_a_name_that_is_missing_is_seen(name: str) -> None:
    protocol, _ = answered()
    assert missing({**RELIED_ON, name: RELIED_ON[name] | {"no_such_name"}}, protocol) == [f"{name}.no_such_name"]


def test_an_attribute_that_uvicorn_drops_is_seen() -> None:
    protocol, _ = answered()
    del protocol.pipeline
    del protocol.cycle.keep_alive
    assert sorted(missing(RELIED_ON, protocol)) == ["HttpToolsProtocol.pipeline", "RequestResponseCycle.keep_alive"]


def test_the_list_is_what_the_module_uses() -> None:
    protocol, _ = answered()
    found: dict[str, set[str]] = {name: set() for name in RELIED_ON}
    for owner, name in uses(ADAPTER.read_text("utf-8"), protocol):
        found[owner].add(name)
    transport = {"transport"}  # its methods are asyncio's
    for name, names in RELIED_ON.items():
        assert found[name] - CALLBACKS - transport <= names
    listed = RELIED_ON["HttpToolsProtocol"] - CALLBACKS - INHERITED
    assert listed <= found["HttpToolsProtocol"]
    assert {name: found[name] for name in HOLDERS.values()} == {name: RELIED_ON[name] for name in HOLDERS.values()}
    assert RELIED_ON["HttpToolsProtocol"] >= INHERITED
    assert {name for _, name in uses("class A:\n def f(self):\n  self.cycle.x; self.parser; self.mine", protocol)} == {
        *("x", "cycle", "parser")
    }


@pytest.mark.parametrize("path", sorted(set(ROOM.glob("*.py")) - {ADAPTER}), ids=lambda path: path.name)
def test_other_modules_use_only_what_the_module_offers(path: Path) -> None:
    protocol, _ = answered()
    source = path.read_text("utf-8")
    if "Protocol(" in source:  # it has a subclass
        allowed = INHERITED | CALLBACKS | set(vars(UvicornProtocol))
        assert {name for _, name in uses(source, protocol)} <= allowed
    imported = {
        node.module if isinstance(node, ast.ImportFrom) else alias.name
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }
    wrong = {name for name in imported if name and name.split(".")[0] in ("uvicorn", "httptools")}
    assert wrong <= ({"uvicorn"} if path.name == "run.py" else set())


def test_uvicorn_has_an_upper_bound_and_is_within_it() -> None:
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["optional-dependencies"]
    [bound] = [entry for entry in map(Requirement, extras["serve"]) if entry.name == "uvicorn"]
    assert {part.operator for part in bound.specifier} == {">=", "<"}
    assert bound.specifier.contains(version("uvicorn"))


def test_the_head_of_a_response_is_one_write_and_leaves_with_its_body() -> None:
    _, plain = answered()
    assert len(plain.writes) == 2
    assert plain.writes[0].startswith(b"HTTP/1.1 200 ")
    assert plain.writes[0].endswith(b"\r\n\r\n")
    assert not inspect.isabstract(UvicornProtocol)
    _, ours = answered(UvicornProtocol)
    assert ours.writes == [b"".join(plain.writes)]


def test_another_application_can_answer_one_request() -> None:
    async def other(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 403, "headers": [(b"content-length", b"0")]})
        await send({"type": "http.response.body", "body": b""})

    async def exchange() -> list[bytes]:
        protocol, transport = await _answered(UvicornProtocol)
        assert isinstance(protocol, UvicornProtocol)
        assert (protocol.idle, protocol.owes_response, protocol.keeps_alive, protocol.pipelined) == (
            True,
            False,
            True,
            0,
        )
        for application in (other, None):
            request = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
            if application is not None:
                with protocol.answering_with(application):
                    protocol.data_received(request)
                protocol.close_after_response()
                assert (protocol.owes_response, protocol.answering, protocol.response_started) == (True, True, False)
            else:
                protocol.data_received(request)
            while not protocol.cycle.response_complete:
                await asyncio.sleep(0)
        return transport.writes

    writes = _run(exchange())
    assert [data.split()[1] for data in writes] == [b"200", b"403", b"200"]
    assert b"connection: close" in writes[1]

"""Responses as they come through a socket: the head never waits for a body that does not come."""

from __future__ import annotations

import socket
import time

import pytest

from tests.server.conftest import Server

ASK = "query=ASK%20%7B%7D"


def _sent(server: Server, request: str, until: bytes) -> bytes:
    """What comes back on a connection of its own, up to some bytes."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as connection:
        connection.sendall(request.replace("\n", "\r\n").encode())
        found = b""
        while until not in found:
            piece = connection.recv(65_536)
            assert piece, found
            found += piece
        return found


def test_a_head_without_a_body_comes_at_once(server: Server) -> None:
    start = time.monotonic()
    got = _sent(server, f"HEAD /sparql?{ASK} HTTP/1.1\nHost: localhost\n\n", b"\r\n\r\n")
    assert got.startswith(b"HTTP/1.1 200 ")
    assert got.endswith(b"\r\n\r\n")
    assert time.monotonic() - start < 10


def test_requests_one_after_another_on_one_connection_are_answered_in_their_order(server: Server) -> None:
    methods = ("HEAD", "GET", "OPTIONS", "HEAD", "GET")
    asked = "".join(f"{method} /sparql?{ASK} HTTP/1.1\nHost: localhost\n\n" for method in methods)
    got = _sent(server, f"{asked}GET /nothing HTTP/1.1\nHost: localhost\n\n", b"nothing here")
    assert [part[:3] for part in got.split(b"HTTP/1.1 ")[1:]] == [b"200"] * len(methods) + [b"404"]
    assert got.count(b'"boolean"') == methods.count("GET")


def test_who_waits_to_be_told_to_go_on_is_told(server: Server) -> None:
    head = "POST /sparql HTTP/1.1\nHost: localhost\nContent-Type: application/sparql-query\nContent-Length: 6\n"
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as connection:
        connection.sendall(f"{head}Expect: 100-continue\n\n".replace("\n", "\r\n").encode())
        assert connection.recv(65_536) == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.sendall(b"ASK {}")
        assert connection.recv(65_536).startswith(b"HTTP/1.1 200 ")


@pytest.mark.parametrize("version", ["1.0", "1.1"])
def test_a_connection_that_closes_has_said_everything(server: Server, version: str) -> None:
    request = f"GET /sparql?{ASK} HTTP/{version}\nHost: localhost\nConnection: close\n\n"
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as connection:
        connection.sendall(request.replace("\n", "\r\n").encode())
        got = b""
        while piece := connection.recv(65_536):
            got += piece
    head, _, body = got.partition(b"\r\n\r\n")
    assert f"content-length: {len(body)}".encode() in head
    assert b"true" in body
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as connection:
        connection.sendall(b"nonsense\r\n\r\n")
        assert b" 400 " in connection.recv(65_536)

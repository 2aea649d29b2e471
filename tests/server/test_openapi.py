"""The description for programs is true: what a generator of requests makes of it is answered as it says."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from partnergraph import __version__
from partnergraph.server.openapi import openapi
from partnergraph.server.routes import site_application
from tests.conftest import ROOT
from tests.server.conftest import Server

CHECKS = (
    *("not_a_server_error", "status_code_conformance", "content_type_conformance", "response_schema_conformance"),
    *("unsupported_method", "allow_header_conformance"),
)
# Seconds that Schemathesis waits for an answer: more than the server allows a view, also on a busy machine.
LIMITS = ("--request-timeout", "120")


def _generated(server: Server, folder: Path, *options: str) -> tuple[int, str]:
    """Requests made from the description by Schemathesis. Returns how many, and what it says."""
    command = [sys.executable, "-m", "schemathesis.cli", "run", f"http://127.0.0.1:{server.port}/openapi.json"]
    done = subprocess.run(
        [*command, "--checks", ",".join(CHECKS), "--seed", "4", "--warnings", "off", "--no-color", *LIMITS, *options],
        env=os.environ
        | {"SCHEMATHESIS_HOOKS": "tests.server.sparql_bodies", "COLUMNS": "200", "PYTHONPATH": str(ROOT)},
        cwd=folder,  # where it keeps what it found
        capture_output=True,
        text=True,
        check=False,
    )
    found = re.search(r"(\d+) generated", done.stdout)
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]
    assert found, done.stdout
    return int(found[1]), done.stdout


def test_requests_made_from_the_description_are_answered_as_it_says(server: Server, tmp_path: Path) -> None:
    number, said = _generated(server, tmp_path, "--max-examples", "4", "--phases", "examples,coverage,fuzzing")
    assert number > 100
    assert "Errors:" not in said


@pytest.mark.faults
def test_requests_made_for_five_minutes_meet_no_server_error(server: Server, tmp_path: Path) -> None:
    number, said = _generated(server, tmp_path, "--max-time", "300", "--workers", "2", "--continue-on-failure")
    print(f"Schemathesis: {number} requests in 300 s, none answered otherwise than described")
    assert number > 1000
    assert "Errors:" not in said


def test_every_route_is_described(server: Server) -> None:
    described = openapi()["paths"]
    routes = {route.path for route in site_application(None).routes}  # type: ignore[arg-type, attr-defined]
    # The parts of the vocabulary are addresses like those below /id; files of the pages are nobody's business.
    same = {"/id/{rest:path}": "/id/{path}", "/code/{rest:path}": "/id/{path}", "/graph/{rest:path}": "/id/{path}"}
    left_out = {"/rule/{rest:path}", "/ns", "/openapi.json", "/static/{name}"}
    assert {same.get(route, route) for route in routes - left_out} | {"/sparql"} == set(described)
    assert server.send("GET", "/openapi.json").json["info"]["version"] == __version__
    operations = [operation for path in described.values() for operation in path.values()]
    assert len({one["operationId"] for one in operations}) == len(operations)

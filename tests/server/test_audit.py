"""The record of requests: a path that cannot be written is said at the start, a full disk fails no request."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import IO, cast

import pytest

from partnergraph.errors import UsageError
from partnergraph.server.audit import Audit, open_record
from tests.conftest import need
from tests.server.conftest import Server, serving, until

FULL = Path("/dev/full")
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.mark.parametrize("path", ["nowhere/audit.jsonl", ".", "a" * 300])
def test_a_path_that_cannot_be_written_is_an_error_at_the_start(keele: Path, tmp_path: Path, path: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "partnergraph", "serve", "-g", str(keele), "--port", "0", "--audit", path],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 2
    assert "--audit" in done.stderr
    assert "Traceback" not in done.stderr
    assert "Serving" not in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_path_with_a_nul_is_an_error() -> None:
    with pytest.raises(UsageError, match="cannot be written"):
        open_record(Path("a\0b"))


def test_a_full_disk_is_said_once_and_fails_no_request(keele: Path) -> None:
    need(FULL.exists(), "/dev/full")
    with serving(keele, "--workers", "1", "--audit", str(FULL)) as server:
        for _ in range(3):
            assert server.ask("ASK {}").status == 200
            assert server.ask("nonsense").status == 400
            assert server.send("GET", "/reconcile").status == 200
            assert server.send("POST", "/reconcile", b"queries=%7B%7D", FORM).status == 200
            assert server.send("GET", "/reconcile/suggest/entity").status == 400
            assert server.send("GET", "/sparql", headers={"Host": "evil.example"}).status == 421
            assert server.ask("CONSTRUCT { ?s ?p ?o } { ?s ?p ?o } LIMIT 5000", "text/turtle").status == 200


class Disk:
    """A file that takes `room` bytes, as a full disk does: the last write is a part."""

    def __init__(self, room: int) -> None:
        self.room, self.content = room, b""

    def write(self, data: bytes) -> int:
        if not self.room:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        part = data[: self.room]
        self.content += part
        self.room -= len(part)
        return len(part)


@pytest.mark.parametrize("room", [*range(40), 60, 100])
def test_what_is_missing_is_counted_and_no_line_is_torn(room: int) -> None:
    disk, said = Disk(room), list[str]()
    audit = Audit(cast(IO[bytes], disk), said.append)
    for number in range(5):
        audit({"n": number})
    disk.room = 10_000
    for number in range(5, 8):
        audit({"n": number})
    lost = 0
    found = []
    for line in disk.content.splitlines():
        try:
            entry = json.loads(line)
        except ValueError:
            continue  # the part of a line that was written when the disk became full
        lost += entry.get("requests", 0)
        found += [entry["n"]] if "n" in entry else []
    assert len(found) + lost == 8
    assert found == sorted(set(found))
    assert found[-3:] == [5, 6, 7]
    assert len(said) == (1 if lost else 0)
    for message in said:
        assert "No space left on device" in message
    disk.room = 0
    audit({"n": 9})
    audit({"n": 10})
    assert len(said) == (2 if lost else 1), "it is said again when it begins again"


def test_the_command_line_says_it_once(keele: Path, tmp_path: Path) -> None:
    need(FULL.exists(), "/dev/full")
    said = tmp_path / "said"
    with said.open("w") as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", "partnergraph", "serve", "-g", str(keele), "--port", "0", "--audit", str(FULL)],
            stderr=errors,
        )
    try:
        port = until(lambda: said.read_text().partition("127.0.0.1:")[2].partition("/")[0])
        server = Server(int(port), cast("subprocess.Popen[str]", process), keele)
        for _ in range(4):
            assert server.ask("ASK {}").status == 200
    finally:
        process.terminate()
        assert process.wait(20) == 0
    assert said.read_text().count("The record of requests (--audit) cannot be written: No space left on device.") == 1


@pytest.mark.parametrize("blocking", [True, False])
def test_a_pipe_that_nobody_reads_fails_no_request_and_no_line_is_torn(blocking: bool) -> None:
    source, sink = os.pipe()
    os.set_blocking(sink, blocking)
    said = list[str]()
    with os.fdopen(source, "rb", 0) as read, os.fdopen(sink, "wb", 0) as written:
        audit = Audit(written, said.append)
        for number in range(3000):
            audit({"n": number, "more": "x" * 100})
        missing = audit.missing
        assert missing
        assert len(said) == 1
        assert "whoever should read it does not" in said[0]
        lines = b""
        os.set_blocking(source, False)
        while piece := read.read(1_000_000):
            lines += piece
        audit({"n": 3000})
        lines += read.read(1_000_000)
    entries = []
    for line in lines.splitlines():
        try:
            entries.append(json.loads(line))
        except ValueError:
            continue  # the part of a line that found room
    numbers = [entry["n"] for entry in entries if "n" in entry]
    assert numbers == [*range(3000 - missing), 3000]
    assert {"outcome": "not recorded", "requests": missing} in entries


def test_the_server_answers_and_ends_while_nobody_reads_its_record(keele: Path) -> None:
    source, sink = os.pipe()
    process = subprocess.Popen(
        [sys.executable, "-m", "partnergraph", "serve", "-g", str(keele), "--port", "0", "--audit", "-"],
        stdout=sink,
        stderr=subprocess.PIPE,
        text=True,
    )
    os.close(sink)
    assert process.stderr is not None
    try:
        port = int(process.stderr.readline().partition("127.0.0.1:")[2].partition("/")[0])
        server = Server(port, process, keele)
        for _ in range(900):
            assert server.send("GET", "/sparql?query=ASK%7B%7D", wait=5).status == 200
    finally:
        process.terminate()
        try:
            assert process.wait(10) == 0
        finally:
            process.kill()
            process.stderr.close()
            os.close(source)


def test_a_pipe_that_no_program_reads_is_an_error_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(UsageError, match="no program reads this pipe"):
        open_record(tmp_path / "pipe")


def test_what_was_published_is_not_written_to(keele: Path, tmp_path: Path) -> None:
    before = (keele / "graph.trig").read_bytes()
    (tmp_path / "link").symlink_to(keele / "current" / "report.json")
    for path in (keele / "graph.trig", keele / "current" / "audit.jsonl", tmp_path / "link"):
        done = subprocess.run(
            [sys.executable, "-m", "partnergraph", "serve", "-g", str(keele), "--port", "0", "--audit", str(path)],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 2, path
        assert "belongs to what was published" in done.stderr
    assert (keele / "graph.trig").read_bytes() == before
    assert not (keele / "current" / "audit.jsonl").exists()

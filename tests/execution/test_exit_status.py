"""Why there is no answer: what was measured is told, and nothing else."""

from __future__ import annotations

import errno
import os
import re
import resource
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from partnergraph import PartnerGraph
from partnergraph.errors import PartnerGraphError, QueryError, QueryLimit, StoreError
from partnergraph.execution.client import SubprocessClient
from partnergraph.execution.exit_status import OUT_OF_MEMORY, exit_error, start_error
from partnergraph.execution.sandbox import start_persistent
from partnergraph.store import Reader, locate
from tests.conftest import need

TOOL = Path(sys.executable).parent / "partnergraph"
COUNT = "SELECT (COUNT(*) AS ?n) { ?o a org:Organization }"
RUNAWAY = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
GREEDY = (
    "SELECT ?x30 { BIND('aaaaaaaaaaaaaaaa' AS ?x0) "
    + "".join(f"BIND(CONCAT(?x{n}, ?x{n}) AS ?x{n + 1}) " for n in range(30))
    + "}"
)
NOBODY = 65534
SIGNALS = {
    "SIGKILL": (StoreError, r"killed from outside \(SIGKILL\), by somebody or by the system"),
    "SIGTERM": (StoreError, r"ended from outside \(SIGTERM\)"),
    "SIGHUP": (StoreError, r"ended from outside \(SIGHUP\)"),
    "SIGSEGV": (QueryError, r"the engine crashed \(SIGSEGV\)"),
    "SIGABRT": (QueryError, r"the engine crashed \(SIGABRT\)"),
}


def _children(pid: int) -> list[int]:
    return [int(n) for task in Path(f"/proc/{pid}/task").iterdir() for n in (task / "children").read_text().split()]


def _command(*arguments: str | Path, limits: dict[str, int] | None = None) -> tuple[int, str]:
    """The exit code and the messages of a command, under limits of the system."""

    def lower() -> None:
        for name, value in (limits or {}).items():
            resource.setrlimit(getattr(resource, name), (value, value))

    done = subprocess.run([TOOL, *arguments], capture_output=True, text=True, check=False, preexec_fn=lower)
    assert "Traceback" not in done.stderr
    return done.returncode, done.stderr


def _as_nobody(act: str, *arguments: object) -> str:
    """What a fork says that has lost the rights of root, after everything was imported."""
    need(os.geteuid() == 0, "the right to become nobody")
    code = (
        "import ctypes, os, resource, sqlite3, sys\nfrom pathlib import Path\nfrom partnergraph import PartnerGraph\n"
        "from partnergraph.errors import PartnerGraphError\n"
        "from partnergraph.execution import client as asking, sandbox as worker\n"
        "from partnergraph.store import Reader, locate\n"
        f"def act():\n    {act}\n"
        f"os.setgid({NOBODY})\nos.setgroups([])\nos.setuid({NOBODY})\n"
        "try:\n    act()\n    print('done')\nexcept PartnerGraphError as error:\n    print(type(error).__name__, error)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("name", SIGNALS)
def test_a_process_that_a_signal_ends_names_the_signal_and_no_memory(keele: Path, name: str) -> None:
    kind, message = SIGNALS[name]
    graph = PartnerGraph.open(keele)
    result = graph.query(RUNAWAY)
    assert isinstance(graph._asker, SubprocessClient)
    assert graph._asker._process is not None
    threading.Timer(0.5, os.kill, (graph._asker._process.pid, getattr(signal, name))).start()
    with pytest.raises(kind, match=message) as raised:
        result.text()
    assert not isinstance(raised.value, QueryLimit)
    assert not re.search(r"\d MB|memory=", str(raised.value))
    assert len(graph.query(COUNT)) == 1, "the next question has a new process"


@pytest.mark.parametrize("name", ["SIGKILL", "SIGSEGV", "SIGTERM"])
def test_the_command_line_names_the_signal_too(keele: Path, name: str) -> None:
    command = subprocess.Popen([TOOL, "query", RUNAWAY, "-g", keele], stderr=subprocess.PIPE, text=True)
    while not _children(command.pid):
        time.sleep(0.02)
    time.sleep(0.8)
    os.kill(_children(command.pid)[0], getattr(signal, name))
    _, err = command.communicate(timeout=20)
    assert command.returncode == 1
    assert re.match(f"Error: .*{SIGNALS[name][1]}", err)
    assert err.count("\n") == 1


def test_memory_is_named_where_the_engine_or_python_got_none(keele: Path) -> None:
    graph = PartnerGraph.open(keele, timeout=60, memory=300_000_000)
    with pytest.raises(QueryLimit, match=r"needed more than 300 MB of memory. .*memory=600000000\)") as engine:
        graph.query(GREEDY).text()
    assert engine.value.limit == "memory"
    result = graph.query("SELECT ?a ?b ?c ?f { ?a ?b ?c . ?d ?e ?f }")
    assert isinstance(graph._asker, SubprocessClient)
    assert graph._asker._process is not None
    before = graph._asker._process.pid
    order = result._order | {"formats": {"select": "excel-csv"}}  # made of a table that Python holds
    with pytest.raises(QueryLimit, match=r"needed more than 300 MB of memory. .*memory=600000000\)") as python:
        graph._asker.ask(order)
    assert python.value.limit == "memory"
    assert len(graph.query(COUNT)) == 1
    assert graph._asker._process.pid == before, "Python tells it without an end"


def test_a_lower_limit_of_the_system_holds_and_is_named(keele: Path) -> None:
    """`ulimit -v`: what there is room for is answered, and what there is no room for says which limit it was."""
    code, err = _command("query", "-g", keele, "ASK {}", limits={"RLIMIT_AS": 2_500_000_000})
    assert code == 0, err
    code, err = _command("query", "-g", keele, GREEDY, limits={"RLIMIT_AS": 1_200_000_000})
    assert code == 1
    assert err.splitlines()[-1].startswith(
        "Error: The query was stopped: it needed more memory than the system allows here: 1200 MB of "
    )
    assert err.endswith("address space (ulimit -v).\n")
    code, err = _command("query", "-g", keele, "ASK {}", limits={"RLIMIT_AS": 150_000_000})
    assert code == 1
    assert err.count("Error: ") == 1
    assert "150 MB of address space" in err.splitlines()[-1]
    assert "ulimit -v" in err
    assert "needed more than 2000 MB" not in err
    code, err = _command("query", "-g", keele, "ASK {}", limits={"RLIMIT_DATA": 1_000_000_000})
    assert code == 0, err


def test_a_process_that_cannot_be_started_says_what_the_system_said(keele: Path, tmp_path: Path) -> None:
    for files in (5, 9):
        code, err = _command("query", "-g", keele, "ASK {}", limits={"RLIMIT_NOFILE": files})
        assert code == 1
        assert err.startswith("Error: A query process cannot be started: Too many open files. ")
        assert f"The limit here: {files} open files (ulimit -n)" in err
    code, err = _command("query", "-g", keele, "ASK {}", limits={"RLIMIT_NOFILE": 30})
    assert code == 1
    assert "at least 96 file descriptors" in err
    assert "Raise the limit of open files (ulimit -n)." in err
    assert "Build it again" not in err


def test_no_more_processes_are_told_with_their_limit(tmp_path: Path) -> None:
    path = tmp_path / "a.ttl"
    path.write_text("<urn:a> <urn:p> <urn:b> .")
    for ask in (
        "worker.run(Path(sys.argv[1]), 'ASK {}')",
        "asking.SubprocessClient([Path(sys.argv[1])]).ask({})",
    ):
        said = _as_nobody(f"resource.setrlimit(resource.RLIMIT_NPROC, (0, 0)); {ask}", path)
        assert said.startswith(
            "StoreError A query process cannot be started: Resource temporarily unavailable. "
            "The limit here: 0 processes and threads of this user (ulimit -u)"
        )


def test_a_python_that_is_not_there_is_named(keele: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    graph = PartnerGraph.open(keele)
    before = os.listdir("/proc/self/fd")  # noqa: PTH208  numbers
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    with pytest.raises(StoreError, match=r"cannot be started: No such file or directory.*'/nowhere/python'"):
        graph.query(COUNT)
    assert os.listdir("/proc/self/fd") == before, "nothing is left open"  # noqa: PTH208
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(StoreError, match=r"the query process \(/bin/false\) ended with exit status 1\."):
        graph.query(COUNT)
    monkeypatch.undo()
    assert len(graph.query(COUNT)) == 1


@pytest.fixture
def open_to_all() -> Iterator[Path]:
    """A folder that every user can look into, unlike those of pytest."""
    with tempfile.TemporaryDirectory() as path:
        Path(path).chmod(0o755)
        yield Path(path)


def test_what_may_not_be_read_is_not_called_damaged(keele: Path, open_to_all: Path) -> None:
    import shutil

    whole = open_to_all / "graph" / "store"
    shutil.copytree(locate(keele), whole)
    for file in whole.iterdir():
        file.chmod(0o644)
    act = "list(Reader.at(Path(sys.argv[1])).nquads())"
    assert _as_nobody(act, whole) == "done\n"
    for part, mode in (("CURRENT", 0o600), (max(whole.glob("*.sst")).name, 0o600), ("", 0o700), ("..", 0o700)):
        place = (whole / part).resolve() if part == ".." else whole / part
        before = place.stat().st_mode
        place.chmod(mode)
        said = _as_nobody(act, whole)
        place.chmod(before)
        assert said.startswith("StoreError "), said
        assert "Permission denied" in said
        assert not re.search("damaged|Build it again|nothing at", said), said
    (whole / "CURRENT").write_text("x")
    with pytest.raises(StoreError, match=r"Corruption.*Build it again"):
        Reader.at(whole)


def test_a_build_that_cannot_be_read_is_not_called_missing(open_to_all: Path) -> None:
    folder = open_to_all / "graph"
    folder.mkdir()
    config = folder / "partnergraph.toml"
    config.write_text('id = "x"')
    act = "locate(Path(sys.argv[1]))"
    assert "has not been built yet" in _as_nobody(act, folder)
    config.chmod(0o600)
    said = _as_nobody(act, folder)
    assert said.startswith("DataError ")
    assert re.search(r"partnergraph\.toml: .*Permission denied", said)
    config.chmod(0o644)
    config.write_text("x = " + "[" * 5000)
    assert "has not been built yet" in _as_nobody(act, folder)


def test_a_generation_that_is_no_longer_kept_says_where_to_ask(tmp_path: Path) -> None:
    import shutil

    from partnergraph.build import build
    from tests.build.conftest import small_folder

    folder, output = small_folder(tmp_path), tmp_path / "build"
    build(folder, output)
    graph = PartnerGraph.open(output)
    other = PartnerGraph.open(output)
    assert len(other.query(COUNT)) == 1
    store = locate(output)
    shutil.move(store.parent, store.parent.with_name("0123"))
    (output / "current").unlink()
    (output / "current").symlink_to("generations/0123")
    assert len(other.query(COUNT)) == 1, "what is open stays open"
    with pytest.raises(StoreError, match=r"this generation of the build is no longer kept. Open the build again: /.*"):
        graph.query(COUNT)
    assert _command("query", "-g", output, "ASK {}") == (0, "")


def test_what_is_no_store_is_one_clear_line(keele: Path, tmp_path: Path) -> None:
    text = tmp_path / "notes.txt"
    text.write_text("nothing")
    (tmp_path / "loop").symlink_to("loop")
    for place, message in (
        (text, "not an RDF file name"),
        (tmp_path, "is not a graph folder, a build folder, a store or an RDF file"),
        (tmp_path / "no", "does not exist"),
        (tmp_path / ("x" * 300), "cannot be read: File name too long"),
        (tmp_path / "loop", "cannot be read: Too many levels of symbolic links"),
        (Path("/proc/self/mem"), "not an RDF file name"),
    ):
        code, err = _command("query", "-g", place, "ASK {}")
        assert code in (1, 2)
        assert message in err.splitlines()[-1]
        assert err.splitlines()[-1].startswith("Error: ")


def test_the_last_words_of_a_process_are_kept_and_it_never_waits_for_a_reader(tmp_path: Path) -> None:
    process = start_persistent()
    try:
        assert process.poll() is None
        assert process.stderr_tail() == b""
        with Path(f"/proc/{process.pid}/fd/2").open("wb", buffering=0) as errors:
            os.set_blocking(errors.fileno(), False)
            written = sum(errors.write(b"a" * 10_000) or 0 for _ in range(50))
            assert 40_000 < written < 500_000
            assert process.stderr_tail() == b"a" * min(written, 65_536)
            errors.write(b"the last")
        assert process.stderr_tail().endswith(b"aaathe last")
        assert len(process.stderr_tail()) == min(written + 8, 65_536)
    finally:
        process.end()
    assert process.poll() == -signal.SIGKILL


@pytest.mark.parametrize(
    ("status", "stderr", "kind", "message"),
    [
        (-6, b"memory allocation of 240 bytes failed\nstack backtrace:\n", QueryLimit, "more than 300 MB of memory"),
        (-6, b"terminate called after throwing an instance of 'std::bad_alloc'\n", QueryLimit, "more than 300 MB"),
        (OUT_OF_MEMORY, b"", QueryLimit, "more than 300 MB of memory"),
        (1, b"Traceback (most recent call last):\nMemoryError\n", QueryLimit, "more than 300 MB of memory"),
        (-6, b"std::system_error'\n  what():  Resource temporarily unavailable\n", StoreError, "no further thread"),
        (-6, b"thread 'main' panicked at src/a.rs:1:1\n", QueryError, "a fault of its own"),
        (-6, b"double free or corruption\n", QueryError, r"crashed \(SIGABRT: double free or corruption\)"),
        (-7, b"", QueryError, r"crashed \(SIGBUS\)"),
        (-9, b"memory allocation of 240 bytes failed\n", StoreError, "Which of the two cannot be told here"),
        (-64, b"", StoreError, "SIGRTMAX"),
        (-99, b"", StoreError, "signal 99"),
        (0, b"", StoreError, "does not tell why"),
        (None, b"", StoreError, "does not tell why"),
        (3, b"Traceback\nKeyError: 'x'\n", RuntimeError, "KeyError: 'x'\n.*exit status 3"),
    ],
)
def test_each_end_is_told_by_what_was_seen(
    status: int | None, stderr: bytes, kind: type[Exception], message: str
) -> None:
    error = exit_error(status, stderr, 300_000_000)
    assert type(error) is kind
    assert re.search(message, str(error)), error
    opening = exit_error(status, stderr, 300_000_000, opening="/a/store")
    assert "Opening /a/store" in str(opening) or "fault of its own" in str(opening)


def test_a_refusal_of_the_system_names_the_limit_to_look_at() -> None:
    assert isinstance(start_error(OSError(errno.ENOMEM, "Cannot allocate memory")), PartnerGraphError)
    assert "open files (ulimit -n)" in str(start_error(OSError(errno.EMFILE, "Too many open files")))
    assert str(start_error(OSError(errno.EIO, "Input/output error"))).endswith("started: Input/output error.")

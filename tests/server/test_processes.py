"""Processes that are stopped, and builds that cannot be opened: whoever asks is answered, and nothing piles up."""

from __future__ import annotations

import os
import resource
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.conftest import need
from tests.server.conftest import Server, serving, until
from tests.server.test_worker_pool import FAST, children


def fork_servers(server: Server) -> list[int]:
    pid = server.process.pid
    return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def test_processes_that_somebody_stops_go_on(keele: Path) -> None:
    with serving(keele, "--workers", "1", "--timeout", "4") as server:
        for stopped in [*fork_servers(server), *children(server.process.pid)]:
            os.kill(stopped, signal.SIGSTOP)
        began = time.monotonic()
        for number in range(3):
            assert server.ask(f"{FAST} LIMIT {number + 1}").status == 200
        assert time.monotonic() - began < 8


def test_a_new_process_comes_although_the_one_that_starts_them_was_stopped(keele: Path) -> None:
    with serving(keele, "--workers", "1") as server:
        [first] = fork_servers(server)
        os.kill(first, signal.SIGSTOP)
        before = children(server.process.pid)
        for worker in before:
            os.kill(worker, signal.SIGKILL)
        assert server.ask(FAST).status == 200
        until(lambda: children(server.process.pid) - before)


def test_the_server_ends_although_a_process_of_it_is_stopped(keele: Path) -> None:
    with serving(keele, "--workers", "1") as server:
        for stopped in fork_servers(server):
            os.kill(stopped, signal.SIGSTOP)
        server.process.terminate()
        assert server.process.wait(8) == 0


def test_queries_are_answered_while_the_processes_and_what_starts_them_are_killed(keele: Path) -> None:
    """None is turned away before it has waited for the two seconds that a new process may take."""
    ended = threading.Event()
    with serving(keele) as server:

        def kill() -> None:
            while not ended.wait(1.5):
                for process in fork_servers(server):
                    os.kill(process, signal.SIGKILL)

        killer = threading.Thread(target=kill)
        killer.start()
        answered, refused_after = 0, list[float]()
        try:
            end = time.monotonic() + 7
            while (start := time.monotonic()) < end:
                status = server.ask(f"{FAST} LIMIT {time.monotonic_ns() % 10**9 + 1}").status
                answered += status == 200
                if status != 200:
                    assert status == 503
                    refused_after.append(time.monotonic() - start)
        finally:
            ended.set()
            killer.join()
        assert min(refused_after, default=2.0) >= 2.0
        assert answered > 100


@pytest.mark.parametrize("memory", ["2000", "400"])  # in memory, and on disk
def test_a_new_build_that_cannot_be_opened_is_told_once_and_the_one_before_is_served(
    keele: Path, tmp_path: Path, memory: str
) -> None:
    build = tmp_path / "build"
    shutil.copytree(keele, build, symlinks=True)
    current = (build / "current").readlink()
    broken = build / "generations" / "broken"
    shutil.copytree(build / current, broken)
    for file in (broken / "store").iterdir():
        if file.suffix == ".sst":
            file.write_bytes(file.read_bytes()[:100])
    said = tmp_path / "said"
    with said.open("w") as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", "partnergraph", "serve", "-g", str(build), "--port", "0", "--memory", memory],
            stderr=errors,
        )
    try:
        port = until(lambda: said.read_text().partition("127.0.0.1:")[2].partition("/")[0])
        server = Server(int(port), process, build)  # type: ignore[arg-type]
        server.ask("ASK {}")
        (build / "next").symlink_to("generations/broken")
        (build / "next").replace(build / "current")
        until(lambda: "A new build cannot be served" in said.read_text())
        time.sleep(2)
        assert server.ask(FAST).status == 200
        assert said.read_text().count("A new build cannot be served") == 1
        assert len(fork_servers(server)) <= 2
    finally:
        process.terminate()
        assert process.wait(20) == 0


def test_connections_leave_file_descriptors_for_the_processes(keele: Path) -> None:
    soft = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    command = f"ulimit -n 100 && exec {sys.executable} -m partnergraph serve -g {keele} --port 0"
    need(soft >= 400, "ulimit -n")
    process = subprocess.Popen(["sh", "-c", command], stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    try:
        port = int(process.stderr.readline().partition("127.0.0.1:")[2].partition("/")[0])
        server = Server(port, process, keele)
        with ExitStack() as stack:
            for _ in range(200):
                client = stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=20))
                client.sendall(b"GET / HT")
            for worker in children(process.pid):
                os.kill(worker, signal.SIGKILL)
            for number in range(10):
                assert server.ask(f"{FAST} LIMIT {number + 1}").status == 200
    finally:
        process.terminate()
        assert process.wait(20) == 0
        process.stderr.close()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--address", "ä" * 80, "--allow-remote"], "it is not the name of a host"),
        (["--address", "no.such.host.invalid"], "is not an address of this machine alone"),
        (["--cors", "https://x.example\nX: y"], "is not the origin of a site"),
        (["--cors", "https://ü.example"], "is not the origin of a site"),
        (["--timeout", "nan"], "nan is not in the range 0.1<=x<=60"),
        (["--memory", "1" + "0" * 18], "is not in the range"),
    ],
)
def test_options_that_mean_nothing_are_refused_at_the_start(keele: Path, options: list[str], message: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "partnergraph", "serve", "-g", str(keele), "--port", "0", *options],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr

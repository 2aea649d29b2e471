"""A query process lives as long as the program that asks: neither its threads nor its forks end it, and it never
outlives it.
"""

from __future__ import annotations

import asyncio
import http.server
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from partnergraph import PartnerGraph
from partnergraph.errors import QueryLimit
from partnergraph.execution import query_process as queries_process
from partnergraph.execution.client import SubprocessClient
from tests.conftest import need

NAMES = "SELECT ?n { ?o a org:Organization ; skos:prefLabel ?n }"
RUNAWAY = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
GONE = 1.0  # seconds after its program within which a query process has ended


def _process(graph: PartnerGraph) -> int:
    assert isinstance(graph._asker, SubprocessClient)
    assert graph._asker._process is not None
    return graph._asker._process.pid


def _running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def _is_gone(pid: int, seconds: float = GONE) -> bool:
    end = time.monotonic() + seconds
    while _running(pid) and time.monotonic() < end:
        time.sleep(0.02)
    return not _running(pid)


def _script(text: str, *arguments: object) -> subprocess.Popen[str]:
    """A program with a graph, in a session of its own; warnings are errors, and nothing may be left open."""
    beginning = (
        "import os, signal, sys, threading, time\nfrom pathlib import Path\nfrom partnergraph import PartnerGraph\n"
        f"NAMES, RUNAWAY = {NAMES!r}, {RUNAWAY!r}\n"
        "def pid(graph):\n    return graph._asker._process.pid\n"
    )
    return subprocess.Popen(
        [sys.executable, "-W", "error", "-X", "dev", "-c", beginning + text, *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def _lines(process: subprocess.Popen[str]) -> list[str]:
    """What a program says until its end, which must be a good one."""
    out, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (0, "")
    return out.split()


@pytest.fixture
def graph(keele: Path) -> PartnerGraph:
    """The Keele graph, and how many names it has asked for by this thread."""
    return PartnerGraph.open(keele)


@pytest.fixture(scope="module")
def number(keele: Path) -> int:
    """How many names there are."""
    found = len(PartnerGraph.open(keele).query(NAMES))
    assert found > 70
    return found


def _thread_per_question(ask: Callable[[], int]) -> list[int]:
    found: list[int] = []
    for _ in range(6):
        thread = threading.Thread(target=lambda: found.append(ask()))
        thread.start()
        thread.join()
    return found


def _thread_then_main(ask: Callable[[], int]) -> list[int]:
    return [*_thread_per_question(ask)[:1], ask(), ask()]


def _thread_pools(ask: Callable[[], int]) -> list[int]:
    found: list[int] = []
    for _ in range(3):
        with ThreadPoolExecutor(2) as pool:
            found += pool.map(lambda _: ask(), range(3))
    return found


def _asyncio(ask: Callable[[], int]) -> list[int]:
    async def both() -> list[int]:
        return list(await asyncio.gather(asyncio.to_thread(ask), asyncio.to_thread(ask)))

    # In a thread of its own, for a browser of other tests may run a loop in this one.
    with ThreadPoolExecutor(1) as thread:
        return [number for _ in range(3) for number in thread.submit(asyncio.run, both()).result()]


def _http_server(ask: Callable[[], int]) -> list[int]:
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = str(ask()).encode()
            self.send_response(200)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the signature is the library's
            """Nothing is printed."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        found = []
        for _ in range(6):
            with urllib.request.urlopen(f"http://127.0.0.1:{server.server_port}/") as answer:
                found.append(int(answer.read()))
        server.shutdown()
        thread.join()
    return found


@pytest.mark.parametrize("way", [_thread_per_question, _thread_then_main, _thread_pools, _asyncio, _http_server])
def test_the_thread_that_asked_first_may_end(
    graph: PartnerGraph, number: int, way: Callable[[Callable[[], int]], list[int]]
) -> None:
    processes: set[int] = set()

    def ask() -> int:
        found = len(graph.query(NAMES))
        time.sleep(0.02)  # a signal that comes with the end of a thread comes a little later
        processes.add(_process(graph))
        return found

    found = way(ask)
    assert len(found) >= 3
    assert set(found) == {number}
    assert len(processes) == 1, "it is one process from the first question to the last"


@pytest.mark.parametrize("by", ["main", "thread"])
def test_no_process_outlives_a_program_that_is_killed_while_a_query_runs(keele: Path, by: str) -> None:
    program = _script(
        "graph = PartnerGraph.open(sys.argv[1])\nlen(graph.query(NAMES))\n"
        "result = graph.query(RUNAWAY)\n"
        "if os.fork() == 0:\n    time.sleep(30)\n    os._exit(0)\n"  # a fork that lives on keeps nothing alive
        "print(pid(graph), flush=True)\n"
        + ("len(result)" if by == "main" else "t = threading.Thread(target=len, args=(result,)); t.start(); t.join()"),
        keele,
    )
    assert program.stdout is not None
    pid = int(program.stdout.readline())
    time.sleep(0.5)
    assert _running(pid)
    program.kill()
    program.wait()
    assert _is_gone(pid)
    os.killpg(program.pid, signal.SIGKILL)  # the fork
    program.communicate()


def test_no_process_outlives_a_program_that_is_killed_while_it_starts(keele: Path) -> None:
    for delay in (0.0, 0.01, 0.05, 0.1, 0.2):
        program = _script(
            "from partnergraph.execution import sandbox\n"
            "process = sandbox.start_persistent()\nprint(process.pid, flush=True)\ntime.sleep(60)",
            keele,
        )
        assert program.stdout is not None
        pid = int(program.stdout.readline())
        time.sleep(delay)
        program.kill()
        program.communicate()
        assert _is_gone(pid, GONE + 1), "it needs a moment to find out"  # before that it loads what it needs


def test_a_process_ends_when_its_program_becomes_another(keele: Path) -> None:
    program = _script(
        "graph = PartnerGraph.open(sys.argv[1])\nlen(graph.query(NAMES))\nprint(pid(graph), flush=True)\n"
        "os.execv('/bin/sleep', ['sleep', '30'])",
        keele,
    )
    assert program.stdout is not None
    pid = int(program.stdout.readline())
    assert _is_gone(pid, 5)
    program.kill()
    program.communicate()


def test_where_the_system_sends_no_signal_a_thread_watches(tmp_path: Path) -> None:
    code = (
        "import sys, time\nfrom partnergraph.execution import query_process as process\n"
        "from partnergraph.store import Reader\n"
        "process._kill_at_end_of(int(sys.argv[1]))\nprint('watching', flush=True)\n"
        "reader = Reader.nquads_lines([f'<urn:{n}> <urn:p> <urn:{n}> .\\n' for n in range(200)])\n"
        f"reader.rows({RUNAWAY!r})"
    )
    ours, theirs = os.pipe()
    started = subprocess.Popen([sys.executable, "-c", code, str(ours)], pass_fds=(ours,), stdout=subprocess.PIPE)
    os.close(ours)
    assert started.stdout is not None
    assert started.stdout.readline() == b"watching\n"
    time.sleep(0.3)
    assert started.poll() is None
    os.close(theirs)
    assert started.wait(GONE) == -signal.SIGKILL
    started.stdout.close()


def test_a_fork_gets_a_process_of_its_own_and_leaves_that_of_the_program_alone(keele: Path, number: int) -> None:
    lines = _lines(
        _script(
            "import warnings\nwarnings.simplefilter('ignore', DeprecationWarning)\n"  # 3.12: a program with threads
            "graph = PartnerGraph.open(sys.argv[1])\nprint(len(graph.query(NAMES)), pid(graph), flush=True)\n"
            "for way in (os._exit, sys.exit):\n"
            "    if (child := os.fork()) == 0:\n"
            "        print(len(graph.query(NAMES)), pid(graph), flush=True)\n"
            "        way(0)\n"
            "    assert os.waitpid(child, 0)[1] == 0\n"
            "print(len(graph.query(NAMES)), pid(graph), flush=True)\n"
            # while another thread asks, which the fork does not have
            "slow = PartnerGraph.open(sys.argv[1], timeout=3)\n"
            "def run():\n"
            "    try:\n        len(slow.query(RUNAWAY))\n"
            "    except Exception as error:\n        print(type(error).__name__, flush=True)\n"
            "len(slow.query(NAMES))\n"
            "thread = threading.Thread(target=run)\nthread.start()\ntime.sleep(0.5)\n"
            "if (child := os.fork()) == 0:\n"
            "    print(len(slow.query(NAMES)), 0, flush=True)\n    os._exit(0)\n"
            "assert os.waitpid(child, 0)[1] == 0\nthread.join()\n",
            keele,
        )
    )
    first, *others = [lines[i : i + 2] for i in range(0, 8, 2)]
    assert [row[0] for row in (first, *others)] == [str(number)] * 4
    assert others[-1] == first, "the program's own process went on"
    assert len({row[1] for row in (first, *others)}) == 3
    assert sorted(lines[8:]) == sorted([str(number), "0", "QueryLimit"])
    for pid in {row[1] for row in (first, *others)}:
        assert _is_gone(int(pid))


POOL = """
import multiprocessing, sys
from partnergraph import PartnerGraph

graph = None


def ask(path):
    global graph
    graph = graph or PartnerGraph.open(path)
    return len(graph.query({names!r})), graph._asker._process.pid


if __name__ == "__main__":
    way, path = sys.argv[1:]
    before = ask(path)
    with multiprocessing.get_context(way).Pool(2) as pool:
        answers = pool.map(ask, [path] * 6, chunksize=1)
    assert ask(path) == before
    assert before[1] not in {{pid for _, pid in answers}}
    print(*{{number for number, _ in [*answers, before]}})
"""


@pytest.mark.parametrize("way", ["fork", "spawn", "forkserver"])
def test_processes_of_multiprocessing_ask_too(keele: Path, number: int, tmp_path: Path, way: str) -> None:
    program = tmp_path / "program.py"
    program.write_text(POOL.format(names=NAMES))
    done = subprocess.run(
        [sys.executable, program, way, keele], capture_output=True, text=True, check=False, timeout=120
    )
    assert (done.returncode, done.stderr, done.stdout) == (0, "", f"{number}\n")


@pytest.mark.parametrize("preload", [True, False])
@pytest.mark.parametrize("kind", ["sync", "gthread"])
def test_it_answers_under_gunicorn(keele: Path, number: int, tmp_path: Path, preload: bool, kind: str) -> None:
    (tmp_path / "app.py").write_text(
        "import threading\nfrom partnergraph import PartnerGraph\n"
        f"graph = PartnerGraph.open({str(keele)!r})\nlen(graph.query({NAMES!r}))\n"  # before the fork, when preloaded
        "def app(environ, start_response):\n"
        f"    body = str(len(graph.query({NAMES!r}))) + ' ' + str(graph._asker._process.pid)\n"
        "    start_response('200 OK', [('Content-Type', 'text/plain')])\n"
        "    return [body.encode()]\n"
    )
    address = tmp_path / "socket"
    server = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "--bind", f"unix:{address}", "--workers", "2", "--worker-class", kind,
         "--threads", "2", "--no-control-socket", *(["--preload"] if preload else []), "app:app"],
        cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        for _ in range(300):
            if address.exists():
                break
            time.sleep(0.1)
        answers = [_get(address).split() for _ in range(20)]
    finally:
        server.terminate()
        _, err = server.communicate(timeout=30)
    assert {answer[0] for answer in answers} == {str(number)}, err
    processes = {int(answer[1]) for answer in answers}
    assert len(processes) <= 2, "each worker has one"
    assert all(_is_gone(pid) for pid in processes)
    assert "SIG" not in err.replace("SIGTERM", ""), err


def _get(address: Path) -> str:
    import socket

    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(60)
        client.connect(str(address))
        client.sendall(b"GET / HTTP/1.0\r\n\r\n")
        data = b""
        while piece := client.recv(65_536):
            data += piece
    return data.partition(b"\r\n\r\n")[2].decode()


@pytest.mark.parametrize("way", ["falls off its end", "exits in a thread pool", "drops the graph", "is told to exit"])
def test_a_program_ends_at_once_and_leaves_nothing(keele: Path, number: int, way: str) -> None:
    ending = {
        "falls off its end": "",
        "exits in a thread pool": "from concurrent.futures import ThreadPoolExecutor\n"
        "pool = ThreadPoolExecutor(2)\nassert pool.submit(lambda: len(graph.query(NAMES))).result()\n",
        "drops the graph": "import gc\nprocess = pid(graph)\ndel graph\ngc.collect()\n"
        "assert not Path(f'/proc/{process}').exists()\n",
        "is told to exit": "sys.exit(0)",
    }[way]
    program = _script(
        "graph = PartnerGraph.open(sys.argv[1])\nprint(len(graph.query(NAMES)), pid(graph), flush=True)\n" + ending,
        keele,
    )
    found, pid = _lines(program)
    assert int(found) == number
    assert _is_gone(int(pid))


def test_an_interrupt_leaves_the_graph_usable_and_others_undisturbed(keele: Path, number: int) -> None:
    lines = _lines(
        _script(
            "mine, other = PartnerGraph.open(sys.argv[1]), PartnerGraph.open(sys.argv[1], timeout=2)\n"
            "len(mine.query(NAMES)); len(other.query(NAMES))\nbefore = pid(other)\n"
            "def run():\n"
            "    try:\n        len(other.query(RUNAWAY))\n"
            "    except Exception as error:\n        print(type(error).__name__, flush=True)\n"
            "thread = threading.Thread(target=run)\nthread.start()\n"
            # what a terminal and a notebook do: to the whole group
            "threading.Timer(0.7, os.killpg, (os.getpgrp(), signal.SIGINT)).start()\n"
            "try:\n    len(mine.query(RUNAWAY))\n"
            "except KeyboardInterrupt:\n    print('interrupted', flush=True)\n"
            "print(len(mine.query(NAMES)), flush=True)\n"
            "thread.join()\nprint(len(other.query(NAMES)))\n",
            keele,
        )
    )
    assert lines[0] == "interrupted"
    assert sorted(lines[1:]) == [str(number), str(number), "QueryLimit"]


def test_whatever_interrupts_a_question_the_next_gets_its_own_answer(keele: Path) -> None:
    lines = _lines(
        _script(
            "class Stop(BaseException):\n    pass\n"
            "def stop(*_):\n    raise Stop\n"
            "signal.signal(signal.SIGALRM, stop)\n"
            "graph = PartnerGraph.open(sys.argv[1])\nlen(graph.query(NAMES))\n"
            "ask = lambda n: graph.query('SELECT (%d AS ?n) { { SELECT (COUNT(*) AS ?x) { ?a a ?c . ?a ?e ?f } } }'\n"
            "                            % n).rows[0]['n']\n"
            "interrupted = 0\n"
            "for number in range(8):\n"
            "    ask(0)\n    signal.setitimer(signal.ITIMER_REAL, 0.002 + 0.003 * number)\n"
            "    try:\n        assert ask(number) == number\n        signal.setitimer(signal.ITIMER_REAL, 0)\n"
            "    except Stop:\n        interrupted += 1\n"
            "    assert ask(-number) == -number\n"
            "print(interrupted > 0, ask(7))\n",
            keele,
        )
    )
    assert lines == ["True", "7"]


def test_who_waits_for_others_still_has_all_of_the_time(keele: Path, number: int) -> None:
    graph = PartnerGraph.open(keele, timeout=2.0)
    assert len(graph.query(NAMES)) == number
    result, begun, found = graph.query(RUNAWAY), threading.Event(), list[int]()

    def endless() -> None:
        begun.set()
        with pytest.raises(QueryLimit, match="after 2 seconds"):
            len(result)

    threads = [threading.Thread(target=endless)]
    threads[0].start()
    begun.wait()
    time.sleep(0.2)
    threads += [threading.Thread(target=lambda: found.append(len(graph.query(NAMES)))) for _ in range(3)]
    for thread in threads[1:]:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [number] * 3


def test_a_cell_may_ask_in_a_thread_and_the_next_in_another(keele: Path, number: int) -> None:
    import nbformat
    from nbclient import NotebookClient

    cells = [
        f"from threading import Thread\nfrom partnergraph import PartnerGraph\ng = PartnerGraph.open({str(keele)!r})",
        f"found = []\nt = Thread(target=lambda: found.append(len(g.query({NAMES!r}))))\nt.start(); t.join(); found",
        f"import asyncio\n[len(g.query({NAMES!r})), await asyncio.to_thread(lambda: len(g.query({NAMES!r})))]",
        "import os, signal, threading\nthreading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT)).start()\n"
        f"try:\n    len(g.query({RUNAWAY!r}))\nexcept KeyboardInterrupt:\n    print('interrupted')",
        f"len(g.query({NAMES!r}))",
    ]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
    shown = [
        "".join(out.get("text", "") or out["data"]["text/plain"] for out in cell.outputs) for cell in notebook.cells
    ]
    assert shown == ["", f"[{number}]", f"[{number}, {number}]", "interrupted\n", str(number)]


def test_a_process_is_no_member_of_the_programs_group_and_has_no_file_of_it(graph: PartnerGraph) -> None:
    need(sys.platform == "linux", "/proc")
    assert graph.ask("ASK { ?s ?p ?o }")
    pid = _process(graph)
    assert os.getpgid(pid) != os.getpgrp()
    pipes = {str(file.readlink()) for file in Path(f"/proc/{pid}/fd").iterdir() if int(file.name) > 2}
    assert sum(pipe.startswith("pipe:") for pipe in pipes) == 1, pipes
    assert len(queries_process._started) >= 1

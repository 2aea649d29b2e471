"""How commands end: one clean line, an exit code, nothing pretended, whatever stands around them."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from partnergraph.cli import error_reporting
from partnergraph.cli.commands import kinds
from tests.cli.conftest import Run

TOOL = [sys.executable, "-m", "partnergraph"]


def _done(*arguments: str, shell: str = "", **more: object) -> subprocess.CompletedProcess[str]:
    command = [*TOOL, *arguments]
    if shell:
        command = ["sh", "-c", f'"$@" {shell}', "sh", *command]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, **more)  # type: ignore[call-overload, no-any-return]


def test_a_full_disk_is_no_success() -> None:
    done = _done("kinds", shell=">/dev/full")
    assert (done.returncode, done.stderr) == (1, "Error: No space left on device.\n")


def test_a_standard_output_that_is_closed_is_no_success() -> None:
    done = _done("kinds", shell=">&-")
    said = "Error: Standard output is closed; nothing could be written to it.\n"
    assert (done.returncode, done.stderr) == (1, said)


def test_what_writes_nothing_to_a_closed_standard_output_succeeds(keele: Path, tmp_path: Path) -> None:
    done = _done("query", "ASK {}", "-g", str(keele), "-f", "json", "-o", str(tmp_path / "x.json"), shell=">&-")
    assert (done.returncode, done.stderr) == (0, "")
    assert b"true" in (tmp_path / "x.json").read_bytes()


@pytest.mark.parametrize("closed", ["<&-", "2>&-", "<&- 2>&-", "<&- >&- 2>&-"])
def test_no_file_takes_the_place_of_a_stream_that_is_closed(closed: str, keele: Path, tmp_path: Path) -> None:
    done = _done("export", "-g", str(keele), "-o", str(tmp_path / "x.trig"), shell=closed)
    assert done.returncode == 0
    assert (tmp_path / "x.trig").read_bytes() == (keele / "graph.trig").read_bytes()


def test_a_closed_standard_input_is_an_empty_one(keele: Path) -> None:
    done = _done("query", "-", "-g", str(keele), shell="<&-")
    assert (done.returncode, done.stderr) == (1, "Error: There is no query: the text is empty.\n")


def test_a_name_that_is_no_text_is_printed_in_escapes() -> None:
    done = _done("kinds", "--list", "caf\udce9")
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    environment = os.environ | {"PYTHONIOENCODING": "ascii:strict"}
    done = _done("kinds", env=environment)
    assert (done.returncode, done.stderr) == (0, "")


def test_stopping_with_the_keyboard_has_its_exit_code(keele: Path) -> None:
    command = [*TOOL, "serve", "-g", str(keele), "-p", "0"]
    code = (
        "import time, partnergraph.cli.commands.kinds as k\nimport sys; sys.argv = ['partnergraph', 'kinds']\n"
        f"{_SLEEPING}"
    )
    assert command
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=20)
    assert process.returncode == error_reporting.INTERRUPTED == 130
    assert err.strip() == "Aborted!"


_SLEEPING = """
import partnergraph.vocabulary as v
def wait(*_):
    print("ready", flush=True)
    time.sleep(30)
v.concepts = wait
from partnergraph.cli import main
main()
"""


@pytest.mark.parametrize("megabytes", [100, 300, 900])
@pytest.mark.parametrize(
    "arguments",
    [["query", "ASK {}", "-g", "BUILD"], ["why", "a", "b", "-g", "BUILD"], ["draw", "-g", "BUILD", "-o", "map.html"],
     ["build", "ROOT/data", "-o", "new"], ["check", "ROOT/data"]],
    ids=lambda arguments: arguments[0],
)  # fmt: skip
def test_too_little_address_space_is_said(
    arguments: list[str], megabytes: int, keele: Path, root: Path, tmp_path: Path
) -> None:
    """The engine would end the process without a word of ours."""

    def bound() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (megabytes * 1_000_000,) * 2)

    asked = [text.replace("BUILD", str(keele)).replace("ROOT", str(root)) for text in arguments]
    done = _done(*asked, cwd=tmp_path, preexec_fn=bound)
    assert done.returncode == 1
    assert f"{megabytes} MB of address space are allowed here (ulimit -v)" in done.stderr
    assert "Error: Only" in done.stderr
    assert "Traceback" not in done.stderr
    assert [path.name for path in tmp_path.iterdir()] in ([], ["new"])


def test_a_query_runs_within_what_the_system_allows(keele: Path) -> None:
    """More than is allowed cannot be asked for; what there is less, is said."""

    def bound() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (2_500_000_000,) * 2)

    done = _done("query", "ASK {}", "-g", str(keele), preexec_fn=bound)
    assert (done.returncode, done.stdout) == (0, "yes\n")
    assert done.stderr.startswith("note: 2,500 MB of address space are allowed here (ulimit -v)")


RAISED: dict[str, tuple[Callable[[], BaseException], int, str]] = {
    "memory": (MemoryError, 1, "Error: There is not enough memory for this."),
    "threads": (lambda: RuntimeError("can't start new thread"), 1, "Error: The system lets this program start no"),
    "a part that is missing": (lambda: ImportError("numpy: cannot map"), 1, "Error: A part of the program cannot be"),
    "no text": (lambda: UnicodeEncodeError("utf-8", "a\udcffb", 1, 2, "no"), 1, "Error: 'a\\udcffb' is not text in"),
    "a NUL in a path": (lambda: ValueError("embedded null byte"), 1, "Error: A path holds the character U+0000."),
    "a disk": (lambda: OSError(5, "Input/output error", "a.csv"), 1, "Error: a.csv: Input/output error."),
    "Ctrl-C": (KeyboardInterrupt, 130, "Aborted!"),
    "a fault of ours": (lambda: KeyError("x"), 70, "Error: KeyError: 'x'. This is a fault of partnergraph itself"),
    "too deep": (lambda: RecursionError("maximum"), 70, "Error: RecursionError: maximum. This is a fault of"),
    "terminal": (lambda: ValueError("\x1b[31m\x07"), 70, "Error: ValueError: \\x1b[31m\\x07. This"),
}


@pytest.mark.parametrize("case", RAISED)
def test_whatever_is_raised_is_one_line_and_an_exit_code(run: Run, monkeypatch: pytest.MonkeyPatch, case: str) -> None:
    make, code, message = RAISED[case]

    def fail(**_: object) -> None:
        raise make()

    monkeypatch.setattr(kinds.kinds, "callback", fail)
    monkeypatch.delenv(error_reporting.DEBUG, raising=False)
    monkeypatch.setattr(error_reporting, "_discard_output", lambda: None)
    said = run("kinds")
    assert (said.code, said.out) == (code, "")
    lines = [line for line in said.err.splitlines() if line]
    assert len(lines) == 1
    assert lines[0].startswith(message)


def test_a_fault_of_ours_shows_where_it_happened_when_asked(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(**_: object) -> None:
        raise KeyError("x")

    monkeypatch.setattr(kinds.kinds, "callback", fail)
    monkeypatch.setenv(error_reporting.DEBUG, "1")
    said = run("kinds")
    assert said.code == error_reporting.INTERNAL
    assert "Traceback (most recent call last)" in said.err
    assert "in fail" in said.err


def test_a_store_that_may_not_be_read_is_said(keele: Path, tmp_path: Path) -> None:
    import shutil

    copy = tmp_path / "build"
    shutil.copytree(keele, copy, symlinks=True)
    store = (copy / "current" / "store").resolve()
    (store / "CURRENT").unlink()
    (store / "CURRENT").write_text("nonsense\n", "utf-8")
    for arguments in (["query", "ASK {}"], ["why", "a", "b"], ["export"], ["draw", "-o", "x.html"]):
        done = _done(*arguments, "-g", str(copy), cwd=tmp_path)
        assert done.returncode == 1
        assert "cannot be opened" in done.stderr
        assert "Traceback" not in done.stderr


def test_the_end_comes_soon() -> None:
    """What stands here costs nothing at the start."""
    begun = time.process_time()
    error_reporting.prepare_streams()
    assert time.process_time() - begun < 0.05


def test_what_is_typed_need_not_be_text(tmp_path: Path) -> None:
    """In a review each line is an answer; one that is none is asked for again."""
    assert _done("init", "graph", "--name", "Example Trust", "--csv", "--full", cwd=tmp_path).returncode == 0
    (tmp_path / "ror.json").write_text(
        '[{"id": "https://ror.org/00340yn33", "names": [{"value": "Example Trust", "types": ["ror_display"]}]}]',
        "utf-8",
    )
    asked = ["match", "graph", "--file", "ror.json", "--as", "ror", "--register", "our-own-knowledge"]
    done = subprocess.run(
        [*TOOL, *asked, "--review", "--who", "A"],
        input=b"\xff\xfe\nq\n",
        capture_output=True,
        cwd=tmp_path,
        check=False,
    )
    assert done.returncode == 0
    assert b"Please answer with s, d, u, n or q." in done.stdout
    assert done.stderr.strip() == b"0 decided."

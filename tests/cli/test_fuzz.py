"""Whatever a command is given, it ends soon, with an exit code that it has, and never with a traceback."""

from __future__ import annotations

import contextlib
import faulthandler
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

import pytest

from partnergraph.cli import main
from tests.cli import fuzzing

LIMIT = 20.5  # seconds
CODES = (0, 1, 2, 130)
# Cases of the run that everybody makes; `-m fuzz` goes on from there, for so many minutes.
FIRST = 70
MINUTES = float(os.environ.get("PARTNERGRAPH_FUZZ_MINUTES", "8"))
# What the interpreter and the engine say when nobody caught a fault.
FAULTS = ("Traceback (most recent", "Exception ignored", "panicked at", "This is a fault of partnergraph")


class _TooLongError(BaseException):
    pass


def _stop(_: int, __: FrameType | None) -> None:
    raise _TooLongError("the command took longer than it may")


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Whole files of every format."""
    folder = tmp_path_factory.mktemp("whole")
    fuzzing.prepare(folder)
    return folder


@pytest.fixture
def captured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where a case works; the signal that stops a command that hangs."""
    monkeypatch.chdir(tmp_path)
    old = signal.signal(signal.SIGALRM, _stop)
    yield tmp_path / "work"
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, old)


def _inside(arguments: list[str], typed: bytes, folder: Path) -> str:
    """Run a command in this process. What is wrong with how it ended, or nothing."""
    said = folder / ".." / "said"
    with said.open("w+b") as output, (folder / ".." / "typed").open("w+b") as keyboard:
        keyboard.write(typed)
        keyboard.seek(0)
        streams = [os.fdopen(os.dup(file.fileno()), mode, encoding="utf-8", errors=errors) for file, mode, errors in (
            (keyboard, "r", "strict"), (output, "w", "strict"), (output, "w", "backslashreplace"))]  # fmt: skip
        kept, sys.argv = sys.argv, ["partnergraph", *arguments]
        old = sys.stdin, sys.stdout, sys.stderr
        sys.stdin, sys.stdout, sys.stderr = streams  # type: ignore[assignment]
        os.chdir(folder)
        code: object = None
        signal.setitimer(signal.ITIMER_REAL, LIMIT)
        try:
            main()
        except SystemExit as ended:
            code = ended.code or 0
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            sys.argv = kept
            sys.stdin, sys.stdout, sys.stderr = old
            os.chdir("..")
            for stream in streams:
                with contextlib.suppress(OSError):
                    stream.close()
    return _wrong(code, said.read_bytes().decode("utf-8", "replace"))


def _outside(arguments: list[str], typed: bytes, folder: Path) -> str:
    """Run a command in a process of its own."""
    command = [sys.executable, "-m", "partnergraph", *(os.fsencode(text) for text in arguments)]
    start = time.monotonic()
    done = subprocess.run(command, input=typed, capture_output=True, cwd=folder, timeout=LIMIT + 20, check=False)
    if time.monotonic() - start > LIMIT:
        return f"it took {time.monotonic() - start:.1f} seconds"
    return _wrong(done.returncode, (done.stdout + done.stderr).decode("utf-8", "replace"))


def _wrong(code: object, said: str) -> str:
    found = next((fault for fault in FAULTS if fault in said), None)
    if code in CODES and found is None:
        return ""
    return f"exit code {code}: {said[-1500:]}"


def _run(number: int, whole: Path, work: Path, *, outside: bool = False) -> str:
    shutil.rmtree(work, ignore_errors=True)
    arguments, typed = fuzzing.case(number, whole, work)
    wrong = (_outside if outside else _inside)(arguments, typed, work)
    return (
        f"\ncase {number}: partnergraph {' '.join(ascii(text[:300]) for text in arguments)}\n{wrong}" if wrong else ""
    )


def test_no_command_ends_with_a_traceback(whole: Path, captured: Path) -> None:
    wrong = [text for number in range(FIRST) if (text := _run(number, whole, captured))]
    assert not wrong, "".join(wrong)


@pytest.mark.parametrize("number", range(1_000_000, 1_000_005))
def test_nor_does_a_process_of_its_own(whole: Path, captured: Path, number: int) -> None:
    assert not _run(number, whole, captured, outside=True)


@pytest.mark.fuzz
def test_no_command_ends_with_a_traceback_for_many_minutes(whole: Path, captured: Path) -> None:
    begun, number, wrong = time.monotonic(), int(os.environ.get("PARTNERGRAPH_FUZZ_FROM", FIRST)), list[str]()
    while time.monotonic() - begun < MINUTES * 60 and len(wrong) < 40:
        print(number, end=" ", flush=True)
        faulthandler.dump_traceback_later(3 * LIMIT, exit=True)  # a command that no signal stops
        if text := _run(number, whole, captured, outside=number % 40 == 0):
            wrong.append(text)
            print(text, flush=True)
        number += 1
    faulthandler.cancel_dump_traceback_later()
    print(f"{number} cases, {len(wrong)} wrong")
    assert not wrong, "".join(wrong)

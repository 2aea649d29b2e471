"""PDF by a browser of this machine: found, bounded in time, and plainly named when it is not there."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from partnergraph.errors import MissingProgram
from partnergraph.report import Brief, chromium_pdf
from partnergraph.report.chromium_pdf import find_chromium, print_pdf
from tests.page.paper import read


def _fake(folder: Path, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A browser of this behaviour, the only one on the path."""
    program = folder / "chromium"
    program.write_text(f"#!/bin/sh\n{text}\n")
    program.chmod(0o755)
    monkeypatch.setattr(chromium_pdf, "PROGRAMS", (str(program),))


@pytest.mark.browser
@pytest.mark.usefixtures("chromium")
def test_a_tagged_pdf_of_three_pages(keele_brief: Brief, tmp_path: Path) -> None:
    keele_brief.save(tmp_path / "k.pdf")
    pdf = (tmp_path / "k.pdf").read_bytes()
    assert pdf.startswith(b"%PDF-")
    sheets = read(pdf)
    assert len(sheets) == 3
    assert "Page1of3" in sheets[0].text
    assert "file:" not in "".join(sheet.text for sheet in sheets), "no heading or foot of the browser"
    assert b"/StructTreeRoot" in pdf
    assert b"/Marked true" in pdf
    assert b"/Lang (en-GB)" in pdf
    assert [*tmp_path.iterdir()] == [tmp_path / "k.pdf"]


def test_without_a_browser_it_is_said_what_to_install(
    keele_brief: Brief, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(chromium_pdf, "PROGRAMS", tuple(name for name in chromium_pdf.PROGRAMS if "/" not in name))
    assert find_chromium() is None
    with pytest.raises(MissingProgram, match="apt install chromium") as caught:
        keele_brief.save(tmp_path / "k.pdf")
    assert ".html" in str(caught.value)
    assert [*tmp_path.iterdir()] == []


def test_a_browser_that_hangs_is_ended_with_its_processes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mark = tmp_path / "pids"
    _fake(tmp_path, f"sleep 300 &\necho $$ $! > {mark}\nwait", monkeypatch)
    start = time.monotonic()
    with pytest.raises(MissingProgram, match="within 2 seconds"):
        print_pdf("<p>text", timeout=2)
    assert time.monotonic() - start < 60
    for pid in map(int, mark.read_text().split()):
        status = Path(f"/proc/{pid}/status")
        assert not status.exists() or "State:\tZ" in status.read_text()


def test_a_browser_that_writes_nothing_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _fake(tmp_path, "exit 3", monkeypatch)
    with pytest.raises(MissingProgram, match="chromium wrote no PDF"):
        print_pdf("<p>text")


def test_the_browser_is_given_a_profile_of_its_own_and_no_network(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = tmp_path / "arguments"
    _fake(
        tmp_path,
        f'printf "%s\\n" "$@" > {seen}\n'
        'for a in "$@"; do case "$a" in --print-to-pdf=*) printf x > "${a#*=}";; esac; done',
        monkeypatch,
    )
    assert print_pdf("<p>text") == b"x"
    arguments = seen.read_text().splitlines()
    assert "--headless" in arguments
    assert any(one.startswith("--user-data-dir=") for one in arguments)
    assert "--host-resolver-rules=MAP * ~NOTFOUND" in arguments
    folder = Path(next(one for one in arguments if one.startswith("--print-to-pdf=")).partition("=")[2]).parent
    assert not folder.exists()

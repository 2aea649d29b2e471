"""What is read of a graph folder, and of the arguments of commands: regular files, inside the folder, within bounds."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from partnergraph.build import build, collect_findings
from partnergraph.errors import DataError
from partnergraph.graph_folder.folder import input_hashes
from partnergraph.reading import open_file, printable, read_file
from partnergraph.workbook.annotated_copy import write_annotated_copy
from partnergraph.workbook.template import create_folder

SOON = 5  # seconds in which a command must end


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A graph folder of CSV files with a story, an RDF file and a register's file."""
    folder = tmp_path_factory.mktemp("whole") / "graph"
    create_folder(folder, "Example Trust", None, csv_tables=True, full=True)
    (folder / "story.toml").write_text('[[step]]\ntitle = "One"\ntext = "Two."\n', "utf-8")
    (folder / "more.ttl").write_text("<https://x.org/a> <https://x.org/b> 'c' .\n", "utf-8")
    (folder / "sources").mkdir()
    (folder / "sources" / "etr.csv").write_text("RRE,A TRUST,Y60,QNC,A ROAD,,,TOWN,,ST1 1AA,20010401\n", "utf-8")
    table = folder / "tables" / "sources.csv"
    width = table.read_text("utf-8").splitlines()[0].count(",") - 3
    table.write_text(table.read_text("utf-8") + "reg,Register,R,register" + "," * width + "\n", "utf-8")
    with (folder / "partnergraph.toml").open("a", encoding="utf-8") as settings:
        settings.write('\n[[rdf]]\nsource = "our-own-knowledge"\npath = "more.ttl"\n')
        settings.write('\n[[register]]\nsource = "reg"\npath = "sources/etr.csv"\nformat = "ods-trusts"\n')
    assert [finding for finding in collect_findings(folder) if finding.severity == "error"] == []
    return folder


@pytest.fixture
def folder(whole: Path, tmp_path: Path) -> Path:
    """A copy to spoil."""
    copy = tmp_path / "graph"
    shutil.copytree(whole, copy)
    return copy


def _endless(path: Path) -> None:
    path.symlink_to("/dev/zero")


def _outside(path: Path) -> None:
    target = path.parent.parent.parent / f"elsewhere{path.suffix}"
    target.write_text("", "utf-8")
    path.symlink_to(target)


def _circle(path: Path) -> None:
    path.symlink_to(path.name)


def _dangling(path: Path) -> None:
    path.symlink_to("nowhere")


def _socket(path: Path) -> None:
    with tempfile.TemporaryDirectory() as short:  # (the name of a socket is short)
        listening = socket.socket(socket.AF_UNIX)
        listening.bind(f"{short}/s")
        listening.close()
        shutil.move(f"{short}/s", path)


PLACES = ["tables/places.csv", "story.toml", "documents/example-newsletter.txt", "more.ttl", "sources/etr.csv"]
THINGS: dict[str, Callable[[Path], None]] = {
    "a pipe": os.mkfifo,
    "an endless device": _endless,
    "a link out of the folder": _outside,
    "links in a circle": _circle,
    "a link to nowhere": _dangling,
    "a folder": lambda path: path.mkdir(),
    "a socket": _socket,
}


@pytest.mark.parametrize("thing", THINGS)
@pytest.mark.parametrize("place", PLACES)
def test_only_regular_files_of_the_folder_are_read(folder: Path, place: str, thing: str) -> None:
    (folder / place).unlink()
    THINGS[thing](folder / place)
    begun = time.monotonic()
    findings = [finding for finding in collect_findings(folder) if finding.severity == "error"]
    assert findings, "it is an error, and it is said"
    assert any(place in str(finding) or "partnergraph.toml" in str(finding) for finding in findings)
    with pytest.raises(DataError, match="nothing was published"):
        build(folder, folder.parent / "build")
    assert time.monotonic() - begun < SOON


@pytest.mark.parametrize("thing", [name for name in THINGS if name != "a link to nowhere"])
def test_settings_are_a_regular_file_of_the_folder(folder: Path, thing: str) -> None:
    (folder / "partnergraph.toml").unlink()
    THINGS[thing](folder / "partnergraph.toml")
    if thing == "links in a circle":
        with pytest.raises((DataError, OSError)):
            collect_findings(folder)
        return
    with pytest.raises(DataError, match=r"partnergraph\.toml: (This is|The path leads out)"):
        collect_findings(folder)


def test_what_is_refused_changes_the_fingerprint(folder: Path) -> None:
    """Or a folder to which a bad table was added would be taken for the one that was built."""
    build(folder, folder.parent / "build")
    (folder / "tables" / "names.csv").unlink(missing_ok=True)
    os.mkfifo(folder / "tables" / "names.csv")
    assert input_hashes(folder)["tables/names.csv"] == ""
    with pytest.raises(DataError, match="nothing was published"):
        build(folder, folder.parent / "build")


@pytest.mark.parametrize("name", [b"pl\xffaces.csv", b"pl\xffaces.xlsx", b"a\nb.csv", b"\x1b[31m.ods"])
def test_a_table_whose_name_cannot_be_printed_is_said(folder: Path, name: bytes) -> None:
    with open(os.fsencode(folder) + b"/tables/" + name, "wb") as file:  # noqa: PTH123
        file.write(b"id\n")
    errors = [finding for finding in collect_findings(folder) if finding.severity == "error"]
    assert [(finding.rule, finding.place and finding.place.file) for finding in errors] == [
        ("file-name", printable(f"tables/{os.fsdecode(name)}"))
    ]
    assert str(errors[0]).isprintable()
    with pytest.raises(DataError, match="nothing was published"):
        build(folder, folder.parent / "build")


HOSTILE_SETTINGS = {
    "arrays 5,000 deep": "\nx = " + "[" * 5000 + "]" * 5000 + "\n",
    "tables in tables": "\nx = " + "{a = " * 300 + "1" + "}" * 300 + "\n",
    "a key of 100,000 parts": "\n" + "a." * 100_000 + "b = 1\n",
    "a heading of 3,000 parts": "\n[" + "a." * 3_000 + "b]\n",
    "quoted parts": '\n"a"' + " . 'a'" * 100 + " = 1\n",
    "a number of 5,000 digits": "\nx = " + "9" * 5000 + "\n",
    "a number of 5,000 hexadecimal digits": "\nx = 0x" + "f" * 5000 + "\n",
    "a text without an end": '\nx = """' + "a" * 500_000,
    "more than a megabyte": "\n#" + "x" * 1_000_000 + "\n",
    "a NUL": "\nx = 'a\x00b'\n",
    "half a character": '\nx = "\\ud800"\n',
}


@pytest.mark.parametrize("file", ["partnergraph.toml", "story.toml"])
@pytest.mark.parametrize("case", HOSTILE_SETTINGS)
def test_hostile_settings_and_stories_are_refused_with_file_and_place(folder: Path, file: str, case: str) -> None:
    with (folder / file).open("a", encoding="utf-8") as settings:
        settings.write(HOSTILE_SETTINGS[case])
    begun = time.process_time()
    if file == "story.toml":
        [error] = [finding for finding in collect_findings(folder) if finding.severity == "error"]
        said = str(error)
    else:
        with pytest.raises(DataError) as refused:
            collect_findings(folder)
        said = str(refused.value)
    assert said.startswith(f"{file}: ")
    assert len(said) < 500
    assert case == "more than a megabyte" or "line" in said or "at end of document" in said
    assert time.process_time() - begun < SOON


@pytest.mark.parametrize("table", ["document", "rdf", "register"])
@pytest.mark.parametrize(
    "path",
    ["a\\u0000b", "a" * 5000, "documents/" * 800 + "x", ".", "", "/dev/zero", "a\\u001b[31mb"],
    ids=lambda path: path[:12],
)
def test_a_path_that_is_none_is_a_finding(folder: Path, table: str, path: str) -> None:
    with (folder / "partnergraph.toml").open("a", encoding="utf-8") as settings:
        more = '\nformat = "ror"\nrelease = "1"' if table == "register" else ""
        settings.write(f'\n[[{table}]]\nsource = "our-own-knowledge"\npath = "{path}"{more}\n')
    errors = [finding for finding in collect_findings(folder) if finding.severity == "error"]
    assert errors
    assert all(finding.place is not None and finding.place.file == "partnergraph.toml" for finding in errors)


def test_a_pipe_is_taken_where_a_command_names_one(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "list.csv")

    def write() -> None:
        (tmp_path / "list.csv").write_bytes(b"name\nElm\n")

    writer = threading.Thread(target=write)
    writer.start()
    assert read_file(tmp_path / "list.csv", 100, pipe=True) == b"name\nElm\n"
    writer.join()
    with pytest.raises(DataError, match="This is a pipe, not a file"):
        read_file(tmp_path / "list.csv", 100)


def test_what_never_ends_is_read_up_to_the_limit() -> None:
    begun = time.monotonic()
    with pytest.raises(DataError, match=r"/dev/zero: The file is larger than 5,000,000 bytes"):
        read_file(Path("/dev/zero"), 5_000_000, pipe=True)
    assert time.monotonic() - begun < SOON


def test_a_file_at_the_limit_is_read_and_one_above_is_not(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"x" * 1000)
    assert read_file(tmp_path / "a", 1000) == b"x" * 1000
    with pytest.raises(DataError, match="larger than 999 bytes"):
        read_file(tmp_path / "a", 999)
    with (tmp_path / "b").open("wb") as sparse:
        sparse.truncate(1 << 40)
    with pytest.raises(DataError, match="larger than 999 bytes"):
        read_file(tmp_path / "b", 999)


def test_a_pipe_that_takes_the_place_of_a_file_is_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the look at the file and the opening."""
    from partnergraph import reading

    (tmp_path / "a").write_bytes(b"x")
    look = reading.check_file

    def exchanged(path: Path, *arguments: object, **more: object) -> Path:
        found = look(path, *arguments, **more)  # type: ignore[arg-type]
        path.unlink()
        os.mkfifo(path)
        return found

    monkeypatch.setattr(reading, "check_file", exchanged)
    begun = time.monotonic()
    with pytest.raises(DataError, match="This is a pipe, not a file"):
        open_file(tmp_path / "a")
    assert time.monotonic() - begun < SOON


def test_a_marked_copy_of_a_folder_with_a_pipe_is_written(folder: Path) -> None:
    (folder / "tables" / "places.csv").unlink()
    os.mkfifo(folder / "tables" / "places.csv")
    with open(os.fsencode(folder) + b"/tables/pl\xffaces.csv", "wb"):  # noqa: PTH123
        pass
    begun = time.monotonic()
    write_annotated_copy(folder, collect_findings(folder), folder.parent / "marked.xlsx")
    assert (folder.parent / "marked.xlsx").stat().st_size > 1000
    assert time.monotonic() - begun < SOON


ARGUMENTS = [
    ["match", "/dev/zero", "--graph", "graph"],
    ["import", "/dev/zero", "-o", "new"],
    ["read", "/dev/zero", "--source", "text", "-o", "out"],
    ["query", "/dev/zero"],
    ["match", "list.csv", "--file", "/dev/zero", "--as", "ror"],
    ["check", "endless.ttl"],
    ["query", "ASK {}", "-g", "endless.ttl"],
    ["check", "pipe.ttl"],
    ["diff", "pipe.ttl", "pipe.ttl"],
    ["read", "--accept", "/dev/zero", "--into", "graph"],
    ["build", "graph", "-o", "pipe.ttl"],
]


@pytest.mark.parametrize("arguments", ARGUMENTS, ids=" ".join)
def test_no_argument_makes_a_command_wait_for_ever(folder: Path, arguments: list[str]) -> None:
    here = folder.parent
    os.mkfifo(here / "pipe.ttl")
    (here / "endless.ttl").symlink_to("/dev/zero")
    (here / "list.csv").write_text("name\nElm\n", "utf-8")
    command = [sys.executable, "-m", "partnergraph", *arguments]
    done = subprocess.run(command, capture_output=True, cwd=here, timeout=20, check=False, stdin=subprocess.DEVNULL)
    assert done.returncode in (1, 2)
    assert b"Traceback" not in done.stderr
    assert done.stderr.strip()

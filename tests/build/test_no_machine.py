"""No file that is published or handed on names the machine, its user, its folders, or who decided about a match."""

from __future__ import annotations

import base64
import csv
import gzip
import io
import json
import os
import socket
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from partnergraph.tables.table_schemas import TABLE_SCHEMAS
from partnergraph.workbook.folder_writer import table_csv
from partnergraph.workbook.template import create_folder

TOOL = Path(sys.executable).parent / "partnergraph"
CANARY = "canary-folder-of-jane-doe"
WHO = "Canary Keeper"


def _run(place: Path, *arguments: object) -> str:
    environment = os.environ | {"USER": "canary-user", "LOGNAME": "canary-user", "HOSTNAME": "canary-host"}
    command = [str(TOOL), *map(str, arguments)]
    done = subprocess.run(command, cwd=place, env=environment, capture_output=True, check=False, timeout=120)
    assert done.returncode in (0, 1), done.stderr
    assert b"Traceback" not in done.stderr
    return done.stdout.decode()


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a telling name, in which every command that writes a file was run, with absolute paths."""
    place = tmp_path_factory.mktemp(CANARY)
    folder, made = place / "data", place / "written"
    made.mkdir()
    create_folder(folder, "Riverside Trust", csv_tables=True, full=True)
    tables = folder / "tables"
    rows = list(csv.DictReader(io.StringIO((tables / "sources.csv").read_text("utf-8"), newline="")))
    rows.append({"id": "ror", "title": "ROR", "publisher": "ROR", "kind": "register"})
    (tables / "sources.csv").write_bytes(table_csv(rows, TABLE_SCHEMAS["sources"].columns))
    match = {"organisation": "example-fund", "source": "ror", "record": "https://ror.org/00340yn33", "decision": "same"}
    (tables / "matches.csv").write_bytes(table_csv([match | {"who": WHO}], TABLE_SCHEMAS["matches"].columns))
    (folder / "sources").mkdir()
    names = [{"lang": "en", "types": ["ror_display"], "value": "Some Other Name"}]
    entry = {"id": "https://ror.org/00340yn33", "names": names, "types": ["funder"], "status": "active"}
    (folder / "sources" / "ror.json").write_text(json.dumps([entry, {"id": "bad"}]), "utf-8")
    with (folder / "partnergraph.toml").open("a", encoding="utf-8") as config:
        config.write('\n[[register]]\nsource = "ror"\npath = "sources/ror.json"\nformat = "ror"\nkeep = "all"\n')
    build = made / "build"
    _run(place, "build", folder, "-o", build)
    _run(place, "draw", "-g", build, "-o", made / "map.html", "--svg", made / "map.svg")
    for form in ("trig", "turtle", "nquads", "jsonld", "rdfxml", "org", "graphml", "gexf"):
        _run(place, "export", "-g", build, "-f", form, "-o", made / f"graph.{form}")
    _run(place, "export", "-g", build, "-f", "csv", "-o", made / "lists")
    _run(place, "export", "-g", build, "--tables", made / "tables")
    _run(place, "export", "-g", build, "--tables", made / "tables.xlsx")
    for form in ("xlsx", "excel-csv", "csv", "json", "xml", "parquet", "arrow"):
        _run(place, "query", "-g", build, "organisations", "-f", form, "-o", made / f"answer.{form}")
    _run(place, "diff", folder, build, "-o", made / "diff.html", "--draw", made / "both.html")
    _run(place, "init", made / "new", "--name", "New")
    with (tables / "organisations.csv").open("a", encoding="utf-8") as file:
        file.write("Bad Id,=cmd,formal,charity,,e1\n")
    for form in ("html", "csv", "json", "table"):
        _run(place, "check", folder, "-f", form, "-o", made / f"check.{form}", "--marked", made / "marked.xlsx")
    (place / "text.txt").write_text("Example Trust funds Example University. Riverside Trust leads it.", "utf-8")
    _run(place, "read", place / "text.txt", "--source", "s", "-g", build, "-o", made / "proposed.xlsx")
    _run(place, "read", place / "text.txt", "--source", "s", "-g", build, "-o", made / "proposed")
    return place


def _unpacked(name: str, data: bytes) -> Iterator[tuple[str, bytes]]:
    """The bytes of a file, and of everything that is packed in it."""
    yield name, data
    if data[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for inner in archive.namelist():
                yield from _unpacked(f"{name}/{inner}", archive.read(inner))
    elif data[:2] == b"\x1f\x8b":
        yield from _unpacked(f"{name} unpacked", gzip.decompress(data))
    elif name.endswith(".html"):
        for number, packed in enumerate(data.split(b'type="text/plain"')[1:]):
            text = packed.partition(b">")[2].partition(b"<")[0]
            try:
                yield f"{name} packed {number}", zlib.decompress(base64.b64decode(text, validate=True))
            except (ValueError, zlib.error):
                continue


def test_no_output_names_the_machine_or_who_decided(place: Path) -> None:
    telling = [CANARY, "canary-user", "canary-host", WHO, str(Path.home()), socket.gethostname()]
    telling = [word for word in telling if len(word) > 3]
    files = [path for path in (place / "written").rglob("*") if path.is_file()]
    # (the engine's own log and options are of another test: tests/store)
    files = [path for path in files if not (path.parent.name == "store" and path.name.startswith(("LOG", "OPTIONS")))]
    looked_at, found = 0, []
    for path in files:
        for name, data in _unpacked(path.name, path.read_bytes()):
            looked_at += 1
            # (the marked copy is one of the keeper's own tables)
            words = [word for word in telling if word != WHO or path.name != "marked.xlsx"]
            found += [f"{path.relative_to(place)} {name}: {word}" for word in words if word.encode() in data]
    assert found == []
    assert looked_at > 80
    names = {path.name for path in files}
    assert {"index.html", "graph.trig", "report.json", "marked.xlsx", "proposed.xlsx", "both.html"} <= names


def test_no_workbook_names_a_person_or_a_place(place: Path) -> None:
    books = list((place / "written").rglob("*.xlsx"))
    assert len(books) >= 5
    for book in books:
        with zipfile.ZipFile(book) as archive:
            parts = {name: archive.read(name).decode("utf-8", "replace") for name in archive.namelist()}
        everything = "\n".join(parts.values())
        assert "absPath" not in everything
        assert "lastModifiedBy>" not in everything.replace("<cp:lastModifiedBy></cp:lastModifiedBy>", "")
        assert "<Company>" not in everything.replace("<Company></Company>", "")
        creator = parts["docProps/core.xml"].partition("<dc:creator>")[2].partition("<")[0]
        assert creator in ("", "partnergraph", "openpyxl"), book.name

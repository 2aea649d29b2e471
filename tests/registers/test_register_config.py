"""A new register is one module and one line of the registry; data/README.md describes each format."""

from __future__ import annotations

import csv
import io
import sys
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest
from click.testing import CliRunner

from partnergraph.cli import cli
from partnergraph.errors import Finding, UsageError
from partnergraph.graph_folder.folder import read_folder
from partnergraph.model.register_records import Entry, RecordCounts
from partnergraph.registers.register_config import REGISTER_FORMATS, read_register
from partnergraph.workbook.folder_writer import table_csv
from partnergraph.workbook.template import create_folder
from tests.conftest import ROOT

# A register as whoever adds one writes it.
MODULE = """
from partnergraph.model.register_records import Entry
from partnergraph.registers.record_reader import RecordContext
from partnergraph.registers.safe_streams import table_rows


def read(stream, counts):
    for row in table_rows(stream, ("number", "name")):
        reader = RecordContext(counts, row.place())
        if row.get("name"):
            yield from reader.accept(Entry(row.get("number"), row.get("name"), reader.place))
        else:
            yield from reader.reject("The row has no name.")
"""


@pytest.fixture
def format_(monkeypatch: pytest.MonkeyPatch) -> str:
    """The name of a made-up format, registered by its module and its line alone."""
    module = ModuleType("partnergraph.registers.companies")
    exec(MODULE, module.__dict__)
    monkeypatch.setitem(sys.modules, module.__name__, module)
    monkeypatch.setitem(REGISTER_FORMATS, "companies", ("companies", "read"))
    return "companies"


def test_a_new_register_is_read_by_a_folder_and_by_match(format_: str, tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    create_folder(folder, "Example", csv_tables=True, full=True)
    (folder / "sources").mkdir()
    (folder / "sources" / "companies.csv").write_text("number,name\n7,Example Trust\n8,\n", "utf-8")
    sources = folder / "tables" / "sources.csv"
    rows = list(csv.DictReader(io.StringIO(sources.read_text("utf-8"))))
    rows.append({**dict.fromkeys(rows[0], ""), "id": "co", "title": "Companies", "publisher": "P", "kind": "register"})
    sources.write_bytes(table_csv(rows, tuple(rows[0])))
    with (folder / "partnergraph.toml").open("a", encoding="utf-8") as config:
        config.write(f'\n[[register]]\nsource = "co"\npath = "sources/companies.csv"\nformat = "{format_}"\n')
    read = read_folder(folder)
    assert read.errors == []
    [register] = read.registers
    counts = RecordCounts()
    records = list(read_register(register, counts))
    assert [record.name for record in records if isinstance(record, Entry)] == ["Example Trust"]
    assert [record.rule for record in records if isinstance(record, Finding)] == ["rejected-record"]
    assert (counts.read, counts.kept, counts.rejected) == (2, 1, 1)
    names = tmp_path / "names.csv"
    names.write_text("name\nExample Trust\n", "utf-8")
    file = str(folder / "sources" / "companies.csv")
    matched = CliRunner().invoke(cli, ["match", str(names), "--file", file, "--as", format_, "--format", "csv"])
    assert matched.exit_code == 0, matched.output
    assert ",7," in matched.output


def test_an_unknown_format_is_told_all_known_ones(format_: str, tmp_path: Path) -> None:
    (tmp_path / "names.csv").write_text("name\nExample Trust\n", "utf-8")
    wrong = ["match", str(tmp_path / "names.csv"), "--file", str(tmp_path / "names.csv"), "--as", "nothing"]
    result = CliRunner().invoke(cli, wrong)
    assert isinstance(result.exception, UsageError)
    assert f"Known: {', '.join(REGISTER_FORMATS)}." in str(result.exception)
    assert format_ in str(result.exception)


@pytest.mark.parametrize("name", REGISTER_FORMATS)
def test_every_format_has_its_reader_and_its_lines_in_the_readme(name: str) -> None:
    module, function = REGISTER_FORMATS[name]
    assert callable(getattr(import_module(f"partnergraph.registers.{module}"), function))
    readme = (ROOT / "data" / "README.md").read_text("utf-8")
    key = next(line for line in readme.splitlines() if line.startswith("| `format` |"))
    assert f"`{name}`" in key
    described = readme[readme.index("### Formats of registers") :]
    assert f"`{name}`" in described or name in ("ror", "crossref-funder"), "say what is read, dropped and mended"

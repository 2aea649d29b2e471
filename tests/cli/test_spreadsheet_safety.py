"""Every command that writes CSV for people: no cell of any of them is one that a spreadsheet program would run."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import click
import pytest

from partnergraph.build import build
from partnergraph.cli import cli
from partnergraph.spreadsheet_safety import csv_text, escape_formula, is_formula
from partnergraph.tables.table_schemas import TABLE_SCHEMAS
from partnergraph.workbook.folder_writer import table_csv
from partnergraph.workbook.template import create_folder
from tests.cli.conftest import Run
from tests.growth import assert_linear

FORMULAS = (
    "=1+1", "+1+1", "-1+1", "@SUM(1)", "=cmd|' /C calc'!A0", '=HYPERLINK("http://example.org")', " =1+1", "   +1",
    "\u00a0=1+1", "\u3000=1+1", "\u200b=1+1", '"=1+1', ' "-1', "＝1+1", "＋1", "－1", "＠SUM(1)", "x;=1+1", "x; =1+1",
    'x;"=1+1', "x;y;@SUM(1)", "−1",
)  # fmt: skip
CONTROLS = ("\t=1+1", "\r=1+1", "\n=1+1", "\0=1+1", "\tplain", "x\n=1+1", "x\r\n+1", "x\t-1")
HARMLESS = ("", "1-1", "a = b", "Smith & Co", "a@example.org", "a; b", "'=1+1", "“-1”", "2014-06", "x\ny", "e-mail")
# What a program shows as a formula, told apart from our own rule: after blanks and quotation marks, in any cell that
# it may see.
_RUNS = re.compile(r"[=+\-@＝＋－＠﹦﹢﹣﹫−]")


def runs(cell: str) -> bool:
    """Whether a program that splits at any of the usual separators would run a piece of the cell."""
    pieces = [cell, *re.split(r"[;\t\r\n]", cell)]
    return any(_RUNS.match(piece.lstrip('\0\u200b\ufeff \u00a0\u3000"')) for piece in pieces)


@pytest.mark.parametrize("text", [*FORMULAS, *CONTROLS], ids=ascii)
def test_what_would_run_is_escaped_once(text: str) -> None:
    assert is_formula(text)
    safe = escape_formula(text)
    assert safe.replace("'", "") == text.replace("'", "")
    assert not runs(safe)
    assert escape_formula(safe) == safe


@pytest.mark.parametrize("text", HARMLESS, ids=ascii)
def test_what_would_not_run_stays(text: str) -> None:
    assert not is_formula(text)
    assert escape_formula(text) == text


def test_numbers_stay_numbers_and_texts_of_digits_do_not() -> None:
    assert csv_text([("=a", None), (-3, -2.5), ("-3", True)]) == "'=a,\r\n-3,-2.5\r\n'-3,true\r\n"


@pytest.mark.parametrize("character", [" ", "\t", ";", '"', "\0", "\n", "a", "=", "\u00a0", "; ", "\r\n"], ids=ascii)
def test_the_guard_takes_time_in_proportion_to_the_text(character: str) -> None:
    assert_linear(lambda size: escape_formula(character * size), 400_000)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A graph folder whose names, notes and titles are formulas."""
    folder = tmp_path_factory.mktemp("armed") / "data"
    create_folder(folder, "Example Trust", csv_tables=True, full=True)
    tables = folder / "tables"
    file = tables / "organisations.csv"
    rows = list(csv.DictReader(io.StringIO(file.read_text("utf-8"), newline="")))
    proof = "e1"
    for number, text in enumerate(FORMULAS):
        row = {"id": f"armed-{number}", "name": text, "form": "formal", "type": "charity", "evidence": proof}
        rows.append(row | {"description": text, "website": ""})
    # Likely duplicates, of which one is called like a formula.
    rows.append({"id": "twin-a", "name": "=Twin Trust", "form": "formal", "type": "charity", "evidence": proof})
    rows.append({"id": "twin-b", "name": "=Twin Trust", "form": "formal", "type": "charity", "evidence": proof})
    file.write_bytes(table_csv(rows, TABLE_SCHEMAS["organisations"].columns))
    file = tables / "relationships.csv"
    links = list(csv.DictReader(io.StringIO(file.read_text("utf-8"), newline="")))
    for number, text in enumerate(FORMULAS):
        link = {"id": f"link-{number}", "kind": "association", "from": f"armed-{number}", "to": rows[0]["id"]}
        links.append(link | {"evidence": proof, "note": text})
    # Two claims that disagree about their dates.
    for number, start in enumerate(("2010", "2012")):
        link = {"id": f"twin-{number}", "kind": "funding", "from": "twin-a", "to": rows[0]["id"], "start": start}
        links.append(link | {"evidence": proof, "note": "=1+1"})
    file.write_bytes(table_csv(links, TABLE_SCHEMAS["relationships"].columns))
    build(folder, folder.parent / "build")
    return folder


def cells(text: str) -> list[str]:
    rows = list(csv.reader(io.StringIO(text.lstrip("\ufeff"), newline="")))
    assert len(rows) > 1
    return [cell for row in rows for cell in row]


def guarded(text: str) -> None:
    """Some cell was a formula, and none is one any more."""
    found = cells(text)
    assert not [cell for cell in found if runs(cell)]
    assert [cell for cell in found if "'" in cell and runs(cell.replace("'", ""))]


def test_check(folder: Path, tmp_path: Path, run: Run) -> None:
    other = tmp_path / "data"
    create_folder(other, "Example Trust", csv_tables=True, full=True)
    file = other / "tables" / "relationships.csv"
    rows = list(csv.DictReader(io.StringIO(file.read_text("utf-8"), newline="")))
    bad = [rows[0] | {"id": f"bad-{number}", "kind": text} for number, text in enumerate(FORMULAS)]
    file.write_bytes(table_csv([*rows, *bad], TABLE_SCHEMAS["relationships"].columns))
    done = run("check", other, "--format", "csv")
    assert done.code == 1
    guarded(done.out)


def test_match_of_a_list_and_of_a_folder(folder: Path, tmp_path: Path, run: Run) -> None:
    graph = folder.parent / "build"
    table = [["name", "note"], *([text, text] for text in (*FORMULAS, "=Twin Trust", "Example Trust"))]
    output = io.StringIO(newline="")
    csv.writer(output).writerows(table)
    (tmp_path / "names.csv").write_bytes(output.getvalue().encode())
    done = run("match", tmp_path / "names.csv", "--graph", graph, "--column", "name", "--format", "csv")
    assert done.code == 0
    guarded(done.out)
    (tmp_path / "etr.csv").write_text(ETR, "utf-8")
    done = run("match", folder, "--file", tmp_path / "etr.csv", "--as", "ods-trusts", "--format", "csv")
    assert done.code == 0, done.err
    guarded(done.out)


ETR = (
    ",".join(
        [
            '"RAA"',
            '"=TWIN TRUST"',
            '"Y1"',
            '"QHM"',
            '"A ST"',
            '""',
            '""',
            '"TOWN"',
            '"SHIRE"',
            '"AA1 1AA"',
            '"20010401"',
            *['""'] * 16,
        ]
    )
    + "\n"
)


@pytest.mark.parametrize("command", ["duplicates", "conflicts"])
def test_duplicates_and_conflicts(command: str, folder: Path, run: Run) -> None:
    done = run(command, "--graph", folder.parent / "build", "--format", "csv")
    assert done.code == 0, done.err
    guarded(done.out)


def test_an_answer_for_spreadsheet_programs(folder: Path, run: Run) -> None:
    query = "SELECT ?o ?n { ?o a org:Organization ; skos:prefLabel ?n }"
    done = run("query", query, "--graph", folder.parent / "build", "--format", "excel-csv")
    assert done.code == 0, done.err
    guarded(done.out)


def test_the_network_as_lists(folder: Path, tmp_path: Path, run: Run) -> None:
    assert (
        run("export", "--graph", folder.parent / "build", "--format", "csv", "--output", tmp_path / "lists").code == 0
    )
    for name in ("nodes.csv", "edges.csv"):
        guarded((tmp_path / "lists" / name).read_bytes().decode())
    assert not [cell for cell in cells((tmp_path / "lists" / "evidence.csv").read_bytes().decode()) if runs(cell)]


NETWORK_COMMANDS = {
    "brokers": (),
    "communities": (),
    "gaps": ("--organisation", FORMULAS[4]),
    "overlap": ("armed-4", "armed-5"),
    "routes": ("armed-4", "armed-5"),
    "stale": ("--at", "2026-11-30"),
    "summary": (),
    "timeline": ("Example Trust",),
    "what-if": ("--without", "Example Trust"),
}


@pytest.mark.parametrize("command", NETWORK_COMMANDS)
def test_what_the_network_says(command: str, folder: Path, run: Run) -> None:
    arguments = NETWORK_COMMANDS[command]
    done = run(command, *arguments, "--graph", folder.parent / "build", "--format", "csv")
    assert done.code == 0, done.err
    if command in ("summary", "overlap"):  # figures; the one partner of all
        assert not [cell for cell in cells(done.out) if runs(cell)]
    else:
        guarded(done.out)


def test_the_tables_that_import_makes_of_a_foreign_file(tmp_path: Path, run: Run) -> None:
    output = io.StringIO(newline="")
    csv.writer(output).writerows([["From", "To", "Label", "Description"], *([t, "Body", t, t] for t in FORMULAS)])
    (tmp_path / "edges.csv").write_bytes(output.getvalue().encode())
    done = run("import", tmp_path / "edges.csv", "-o", tmp_path / "made")
    assert done.code == 0, done.err
    assert "looked like a formula; an apostrophe was put before it" in done.err
    for name in ("organisations", "relationships"):
        guarded((tmp_path / "made" / "tables" / f"{name}.csv").read_bytes().decode())
    assert run("check", tmp_path / "made").code == 0


def test_no_command_that_writes_csv_is_left_out() -> None:
    """A command with CSV for people needs a test above; those of the W3C and tables are exact by design."""
    context = click.Context(cli)
    with_csv = {
        name
        for name in cli.list_commands(context)
        for option in cli.get_command(context, name).params
        if "csv" in " ".join(getattr(option.type, "choices", ()))
    }
    figures = {"survival"}  # alone, no text of the graph
    assert with_csv - figures == {"check", "match", "duplicates", "conflicts", "query", "export", *NETWORK_COMMANDS}

"""A year of the person who keeps the list of partners: twelve tasks, with the workbooks that their programs write.

After each task the difference between the last two builds is what was done, in words, and nothing else.
"""

from __future__ import annotations

import io
import json
import shutil
from collections.abc import Callable, Mapping
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter

from partnergraph.claims.relationships import read_claims
from partnergraph.store import Reader
from partnergraph.tables.table_schemas import TABLE_SCHEMAS
from tests.cli.conftest import Run, Said
from tests.tables.spreadsheets import ods, ods_cell, packed

HEADINGS = ("Partner", "How", "With whom", "Since", "Until", "Source", "Where", "What it says", "Type", "Note")
SOURCE_HEADINGS = ("Id", "Title", "Publisher", "Kind", "Date", "Url", "Accessed", "Withdrawn")
REPORT, AGREEMENT = "Annual report 2026", "Partnership agreement, https://example.org/agreement"
Row = dict[str, str]


def row(
    partner: str, how: str, source: str, says: str = "", *, whom: str = "", since: str = "", where: str = ""
) -> Row:
    """A row of the sheet Partnerships."""
    values = (partner, how, whom, since, "", source, where, says)
    return dict(zip(HEADINGS, values, strict=False))


# Ten partners: what somebody types on the first afternoon.
FIRST = [
    row("Beacon Fund", "funds us", REPORT, "A grant is paid each year since 2021", since="2021", where="p. 4"),
    row("Northshire Council", "is a partner of", AGREEMENT, "Signed by both in April 2019", since="2019-04-12"),
    row(
        "Health Alliance", "has as a member", REPORT, "We have been on its list since 2018", since="2018", where="p. 6"
    ),
    row("Ashford University", "leads", "Health Alliance news, https://example.org/news", whom="Health Alliance"),
    row(
        "Riverbank College", "collaborates with", REPORT, "Joint courses since May 2022", since="2022-05", where="p. 7"
    ),
    row("Old Mill Charity", "supports", REPORT, "It lends us its hall", where="p. 9"),
    row(
        "Lantern Foundation", "is a member of", "Health Alliance news, https://example.org/news", whom="Health Alliance"
    ),
    row("Harbour Trust", "works with", REPORT, "One of the partners it names", where="p. 3"),
    row(
        "Westfield Clinic", "hosts", "What we know ourselves", "Our team has had a room there since 2023", since="2023"
    ),
    row("Southport Arts", "is funded by", REPORT, "We gave it a small grant in 2025", since="2025", where="p. 11"),
]


class Keeper:
    """Somebody with a folder, a program for spreadsheets, and a terminal."""

    def __init__(self, run: Run, home: Path) -> None:
        self.run, self.home = run, home
        self.rows = [dict(line) for line in FIRST]
        self.sources = [
            ("annual-report", REPORT, "Riverside Trust", "report", "2026-03", "", "", ""),
            ("our-own-knowledge", "What we know ourselves", "Riverside Trust", "editorial", "", "", "", ""),
        ]
        self.save: Callable[[], None] = self.save_with_the_workbook_of_init

    @property
    def tables(self) -> Path:
        return self.home / "partners" / "tables"

    def of(self, partner: str) -> Row:
        """The first row of a partner."""
        return next(line for line in self.rows if line["Partner"] == partner)

    def sheets(self) -> dict[str, list[list[str]]]:
        lines = [[line.get(heading, "") for heading in HEADINGS] for line in self.rows]
        return {
            "Partnerships": [list(HEADINGS), *lines],
            "Sources": [list(SOURCE_HEADINGS), *map(list, self.sources)],
        }

    def save_with_the_workbook_of_init(self) -> None:
        """Type over the rows of the workbook of `init`: its notes, lists and formats stay."""
        path = self.tables / "partners.xlsx"
        book = openpyxl.load_workbook(path)
        for title, lines in self.sheets().items():
            sheet = book[title]
            columns = {str(cell.value).strip(): cell.column for cell in sheet[1] if cell.value}
            for heading in lines[0]:
                sheet.cell(1, columns.setdefault(heading, max(columns.values(), default=0) + 1), heading)
            sheet.delete_rows(2, sheet.max_row)
            for number, line in enumerate(lines[1:], 2):
                for heading, text in zip(lines[0], line, strict=True):
                    sheet.cell(number, columns[heading]).value = text or None
        book.save(path)

    def save_like_excel(self) -> None:
        """A workbook in which years are numbers and days are dates, as a program makes of what is typed."""
        out = io.BytesIO()
        book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_urls": False})
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        for title, lines in self.sheets().items():
            sheet = book.add_worksheet(title)
            for number, line in enumerate(lines):
                for column, text in enumerate(line):
                    if text.isdigit():
                        sheet.write_number(number, column, int(text))
                    elif _is_day(text):
                        sheet.write_datetime(number, column, datetime.fromisoformat(text), day)
                    elif text:
                        sheet.write_string(number, column, text)
        book.close()
        (self.tables / "partners.xlsx").write_bytes(out.getvalue())

    def save_like_libreoffice(self) -> None:
        """An .ods file, with numbers and dates."""
        sheets = {}
        for title, lines in self.sheets().items():
            cells = (("".join(_ods_cell(text) for text in line)) for line in lines)
            sheets[title] = "".join(f"<table:table-row>{line}</table:table-row>" for line in cells)
        (self.tables / "partners.xlsx").unlink(missing_ok=True)
        (self.tables / "partners.ods").write_bytes(packed(ods(sheets)))

    def build(self) -> Said:
        self.save()
        return self.run("build", self.home / "partners", "-o", self.home / "build", "-q", "--no-page")

    def build_well(self) -> list[str]:
        """Build, and what changed since the last build, in sentences."""
        built = self.build()
        assert (built.code, built.out) == (0, ""), built.err
        return self.changes()

    def changes(self) -> list[str]:
        report = json.loads(self.run("diff", self.home / "build", "--previous", "-f", "json").out)
        assert report["changed_ids"] == {}
        return [change["sentence"] for section in report["sections"] for change in section["changes"]]

    def ids(self) -> set[str]:
        """Every claim and organisation."""
        reader = Reader.at(self.home / "build")
        rows = reader.rows("SELECT DISTINCT ?x { ?x a org:Organization }")
        return {claim.iri for claim in read_claims(reader)} | {str(row_["x"]) for row_ in rows}


def _is_day(text: str) -> bool:
    try:
        return len(text) == 10 and bool(date.fromisoformat(text))
    except ValueError:
        return False


def _ods_cell(text: str) -> str:
    if text.isdigit():
        return ods_cell(text, f'office:value-type="float" office:value="{text}"')
    if _is_day(text):
        return ods_cell(text, f'office:value-type="date" office:date-value="{text}"')
    return ods_cell(text) if text else "<table:table-cell/>"


@pytest.fixture
def keeper(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Keeper:
    monkeypatch.chdir(tmp_path)
    assert run("init", "partners", "--name", "Riverside Trust").code == 0
    return Keeper(run, tmp_path)


def test_proto(keeper: Keeper) -> None:
    f = open("/tmp/todo19/out.txt", "w")

    def out(*x, sep=" "):
        print(*x, sep=sep, file=f, flush=True)

    b = keeper.build()
    out(b)
    out((keeper.home / "partners/partnership-ids.csv").read_text())
    keeper.of("Westfield Clinic")["Until"] = "2026-09-30"
    out(1, *keeper.build_well(), sep="\n")
    for r in keeper.rows:
        for h in ("Partner", "With whom"):
            if r[h] == "Health Alliance":
                r[h] = "Northern Health Alliance"
    out(2, *keeper.build_well(), sep="\n")
    keeper.rows.append(row("Harbour Trust", "merged into", REPORT, "joined", whom="Beacon Fund", since="2026-07"))
    out(3, *keeper.build_well(), sep="\n")
    keeper.rows.append(
        row("Beacon Fund", "funds us", "Accounts 2026, https://example.org/a", "paid", since="2021", where="n. 5")
    )
    out(4, *keeper.build_well(), sep="\n")
    i = keeper.ids()
    keeper.save = keeper.save_like_excel
    out(5, *keeper.build_well(), sep="\n")
    keeper.save = keeper.save_like_libreoffice
    out(6, *keeper.build_well(), sep="\n")
    keeper.of("Northshire Council")["Since"] = "2019-05"
    out(7, *keeper.build_well(), sep="\n")
    keeper.rows.reverse()
    keeper.rows.append(row("New One", "supports us", REPORT, "", since="2026"))
    out(8, *keeper.build_well(), sep="\n")
    keeper.rows = [r for r in keeper.rows if r["Partner"] != "Southport Arts"]
    out(9, *keeper.build_well(), sep="\n")
    assert 0

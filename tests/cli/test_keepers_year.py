"""A year of the person who keeps the list of partners: twelve tasks, with the workbooks that their programs write.

After each task the difference between the last two builds is what was done, in words, and nothing else.
"""

from __future__ import annotations

import csv
import io
import json
import shutil
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter

from partnergraph.claims.relationships import read_claims
from partnergraph.store import Reader
from partnergraph.tables.table_schemas import TABLE_SCHEMAS
from tests.cli.conftest import Run, Said
from tests.cli.test_todo_list import fill
from tests.tables.spreadsheets import ods, ods_cell, packed

HEADINGS = ("Partner", "How", "With whom", "Since", "Until", "Source", "Where", "What it says", "Type", "Note")
SOURCE_HEADINGS = ("Title", "Publisher", "Kind", "Date", "Url", "Accessed", "Withdrawn")
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
            (REPORT, "Riverside Trust", "report", "2026-03", "", "", ""),
            ("What we know ourselves", "Riverside Trust", "editorial", "", "", "", ""),
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


FULL_TABLES = {
    "organisations": ("id", "name", "form", "type"),
    "sources": ("id", "title", "publisher", "kind"),
    "evidence": ("id", "source", "basis", "confidence", "says", "locator"),
    "relationships": ("id", "kind", "from", "to", "start", "evidence"),
}


def test_the_cells_to_fill_for_one_partnership() -> None:
    """The same partnership in the sheet Partnerships and in the full tables."""
    counts = [sum(1 for text in line.values() if text) for line in FIRST]
    assert len(counts) == 10
    assert max(counts) == 6
    assert all({*TABLE_SCHEMAS[table].required} <= {*columns} for table, columns in FULL_TABLES.items())
    assert sum(map(len, FULL_TABLES.values())) == 20


def test_the_twelve_tasks_of_a_year(keeper: Keeper) -> None:
    for task in TASKS:
        task(keeper)


def first_ten_partners(keeper: Keeper) -> None:
    built = keeper.build()
    assert (built.code, built.out, built.err) == (0, "", "")
    claims = read_claims(Reader.at(keeper.home / "build"))
    assert len(claims) == 10
    by_id = {claim.id: claim for claim in claims}
    assert by_id["funding--beacon-fund--riverside-trust"].dated_sentence == (
        "Beacon Fund funds Riverside Trust, from 2021"
    )
    assert by_id["funding--riverside-trust--southport-arts"].last_confirmed == "2026-03"
    assert by_id["membership--riverside-trust--health-alliance"].evidence[0].locator == "p. 6"


def eight_mistakes(keeper: Keeper) -> None:
    mistakes = {
        "Beacon Fund": (
            "How",
            "fundes us",
            "B2",
            "'fundes us' is not known as a way to be connected. Did you m",
        ),
        "Northshire Council": ("Since", "03/04/2019", "D3", "can be read in two ways: 3 April 2019 or 4 March 2019."),
        "Health Alliance": ("Source", "", "F4", "The cell 'source' is empty. Write where this is written"),
        "Riverbank College": ("Until", "2021", "E6", "The end (2021) is before the start (2022-05). Mend one"),
        "Old Mill Charity": ("Partner", "Riverside Trust", "C7", "The partner is your own organisation"),
        "Harbour Trust": ("Where", "#REF!", "G9", "The cell shows the error #REF!. Mend the formula"),
        "Westfield Clinic": ("Since", "summer 2023", "D10", "'summer 2023' is not a date in the form"),
        "Southport Arts": ("Type", "charitty", "I11", "Did you mean 'charity'? Leave it empty"),
    }
    for partner, (heading, text, _, _) in mistakes.items():
        keeper.of(partner)[heading] = text
    graph = (keeper.home / "build" / "graph.trig").read_bytes()
    refused = keeper.build()
    assert (refused.code, refused.out) == (1, "")
    assert "8 errors in " in refused.err
    for _, _, cell, words in mistakes.values():
        [line] = [line for line in refused.err.splitlines() if f"(cell {cell})" in line]
        assert words in line
    assert keeper.run("check", keeper.home / "partners", "--marked", "marked.xlsx").code == 1
    marked = openpyxl.load_workbook("marked.xlsx")["Partnerships"]
    assert all(marked[cell].comment is not None for _, _, cell, _ in mistakes.values())
    assert (keeper.home / "build" / "graph.trig").read_bytes() == graph

    keeper.rows = [dict(line) for line in FIRST]  # mended one after the other
    assert keeper.build().code == 0
    assert (keeper.home / "build" / "graph.trig").read_bytes() == graph


def an_end(keeper: Keeper) -> None:
    keeper.of("Westfield Clinic")["Until"] = "2026-09-30"
    assert keeper.build_well() == ["Ended: Westfield Clinic hosts Riverside Trust, on 2026-09-30 (was open)."]


def a_renaming(keeper: Keeper) -> None:
    """In every row, as find and replace does it."""
    ids = keeper.ids()
    for line in keeper.rows:
        for heading in ("Partner", "With whom"):
            line[heading] = line[heading].replace("Health Alliance", "Northern Health Alliance")
    assert keeper.build_well() == ["Renamed: Northern Health Alliance (was Health Alliance)."]
    assert keeper.ids() == ids


def a_merger(keeper: Keeper) -> None:
    merger = row("Harbour Trust", "merged into", REPORT, "It joined the Fund", whom="Beacon Fund", since="2026-07")
    keeper.rows.append(merger)
    assert keeper.build_well() == ["Succeeded: Harbour Trust was succeeded by Beacon Fund (merger, 2026-07)."]


def a_new_source(keeper: Keeper) -> None:
    ids = keeper.ids()
    source = "Accounts of the Beacon Fund, https://example.org/accounts"
    keeper.rows.append(row("Beacon Fund", "funds us", source, "Grants paid", since="2021", where="note 5"))
    assert keeper.build_well() == [
        "Evidence added for Beacon Fund funds Riverside Trust: Grants paid (funding--beacon-fund--riverside-trust-2; "
        "Accounts of the Beacon Fund).",
        "Source added: Accounts of the Beacon Fund.",
    ]
    assert keeper.ids() == ids


def a_correction(keeper: Keeper) -> None:
    ids = keeper.ids()
    keeper.of("Northshire Council")["Since"] = "2019-05"
    assert keeper.build_well() == [
        "Start changed: Northshire Council is a partner of Riverside Trust, 2019-05 (was 2019-04-12)."
    ]
    assert keeper.ids() == ids


def a_hand_over(keeper: Keeper) -> None:
    """Another person, another machine: the folder alone is copied, and saved by another program each time."""
    graph = (keeper.home / "build" / "graph.trig").read_bytes()
    home = keeper.home / "elsewhere" / "Our partners"
    shutil.copytree(keeper.home / "partners", home / "partners")
    published, keeper.home = keeper.home / "build", home
    for save in (keeper.save_like_excel, keeper.save_like_libreoffice):
        keeper.save = save
        assert keeper.build().code == 0
        assert (home / "build" / "graph.trig").read_bytes() == graph
    assert json.loads(keeper.run("diff", published, home / "build", "-f", "json").out)["equal"]


def a_new_partner_in_a_sorted_list(keeper: Keeper) -> None:
    ids = keeper.ids()
    keeper.rows.append(row("Meadow School", "supports us", REPORT, "It lends us rooms", since="2026", where="p. 12"))
    keeper.rows.sort(key=lambda line: (line["Partner"], line["How"]))
    assert keeper.build_well() == [
        "New organisation: Meadow School.",
        "New relationship: Meadow School supports Riverside Trust.",
    ]
    assert ids < keeper.ids()


def a_row_deleted_by_mistake(keeper: Keeper) -> None:
    graph, line = (keeper.home / "build" / "graph.trig").read_bytes(), keeper.of("Southport Arts")
    keeper.rows.remove(line)
    assert keeper.build_well() == [
        "Gone, relationship removed: Riverside Trust funds Southport Arts.",
        "Organisation gone: Southport Arts.",
    ]
    keeper.rows.append(line)
    assert keeper.build_well() == [
        "New relationship: Riverside Trust funds Southport Arts.",
        "New organisation: Southport Arts.",
    ]
    assert (keeper.home / "build" / "graph.trig").read_bytes() == graph


def a_to_do_list_a_year_later(keeper: Keeper) -> None:
    ids, build = keeper.ids(), keeper.home / "build"
    source = ("Health Alliance news", "Health Alliance", "page", "", "https://example.org/news")
    keeper.sources.append((*source, "", "2028-08"))
    assert keeper.build_well() == [
        "Publisher of Health Alliance news: Health Alliance (was example.org).",
        "Withdrawn of Health Alliance news added: 2028-08.",
    ]
    asked = keeper.run("stale", "-g", build, "--at", "2028-11-30", "-o", "todo.xlsx")
    assert asked.err.startswith("10 claims to look at, in todo.xlsx.")
    sheet = openpyxl.load_workbook("todo.xlsx")["To do"]
    tasks = {str(line[0]): str(line[2]) for line in sheet.iter_rows(min_row=2, values_only=True)}
    assert tasks["Ashford University leads Northern Health Alliance"] == (
        "No source of this is left: Health Alliance news (withdrawn 2028-08). Find another one that says it."
    )
    assert tasks["Beacon Fund funds Riverside Trust, from 2021"] == (
        "Last confirmed 2026-03. Find a newer source that says whether it still holds."
    )
    assert tasks["Harbour Trust works alongside Riverside Trust"].startswith(
        "Harbour Trust ended with a merger 2026-07. Say when this ended; if another body carries it on"
    )

    # Laid into the folder, empty: nothing changes. Filled in by hand, and saved like any workbook.
    answers = {
        "funding--beacon-fund--riverside-trust": ("yes", "", "Annual report 2028", "2028-03", "p. 4", "It goes on"),
        "support--old-mill-charity--riverside-trust": ("yes", "", "Annual report 2028", "", "p. 9", "We use the hall"),
        "working-alongside--harbour-trust--riverside-trust": ("ended", "2026-07", REPORT, "", "p. 3", "It closed"),
        "funding--riverside-trust--southport-arts": ("no longer known", "", "", "", "", ""),
    }
    graph, target = (build / "graph.trig").read_bytes(), keeper.tables / "todo-2028.ods"
    save_todo_list_as_ods(target)
    assert keeper.build().code == 0
    assert (build / "graph.trig").read_bytes() == graph
    for line in keeper.rows:  # a new name in the meantime is no other claim
        line["Partner"] = line["Partner"].replace("Old Mill Charity", "Old Mill Trust")
    headings = ("still holds", "when ended", "source", "source date", "where", "what it says")
    fill(Path("todo.xlsx"), {claim: dict(zip(headings, cells, strict=True)) for claim, cells in answers.items()})
    save_todo_list_as_ods(target)
    changes = keeper.build_well()
    day = "2028-11-30"
    assert sorted(changes) == [
        "Ended: Harbour Trust works alongside Riverside Trust, in 2026-07 (was open).",
        "Evidence added for Beacon Fund funds Riverside Trust: It goes on "
        f"(funding--beacon-fund--riverside-trust--{day}; Annual report 2028).",
        "Evidence added for Harbour Trust works alongside Riverside Trust: It closed "
        f"(working-alongside--harbour-trust--riverside-trust--{day}; {REPORT}).",
        "Evidence added for Old Mill Trust supports Riverside Trust: We use the hall "
        f"(support--old-mill-charity--riverside-trust--{day}; Annual report 2028).",
        f"Evidence added for Riverside Trust funds Southport Arts: supplied by the editor: It was not known on {day} "
        f"whether this still holds. (funding--riverside-trust--southport-arts--{day}; What we know ourselves).",
        "Renamed: Old Mill Trust (was Old Mill Charity).",
        "Source added: Annual report 2028.",
    ]
    assert keeper.ids() == ids
    asked = keeper.run("stale", "-g", build, "--at", "2028-12", "-o", "next.xlsx")
    assert asked.err.startswith("7 claims to look at")


def save_todo_list_as_ods(target: Path) -> None:
    """Open todo.xlsx, and save it as an OpenDocument file."""
    sheet = openpyxl.load_workbook("todo.xlsx")["To do"]
    lines = ("".join(_ods_cell(str(cell or "")) for cell in line) for line in sheet.iter_rows(values_only=True))
    target.write_bytes(packed(ods({"To do": "".join(f"<table:table-row>{line}</table:table-row>" for line in lines)})))


def the_lists_given_back(keeper: Keeper) -> None:
    """From the published graph alone, as somebody needs it whose disk is gone."""
    graph = (keeper.home / "build" / "graph.trig").read_bytes()
    given = keeper.run("export", "--tables", keeper.home / "back", "-g", keeper.home / "build")
    assert (given.code, given.out) == (0, "")
    assert keeper.run("build", keeper.home / "back", "-o", keeper.home / "again", "-q", "--no-page").code == 0
    assert (keeper.home / "again" / "graph.trig").read_bytes() == graph
    with (keeper.home / "back" / "tables" / "partnerships.csv").open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))
    written = sorted(tuple(line[heading] for heading in HEADINGS[:8]) for line in keeper.rows)
    columns = [heading.lower().replace(" ", "_") for heading in HEADINGS[:8]]
    assert sorted(tuple(line[column] for column in columns) for line in lines) == written


TASKS = (
    first_ten_partners,
    eight_mistakes,
    an_end,
    a_renaming,
    a_merger,
    a_new_source,
    a_correction,
    a_hand_over,
    a_new_partner_in_a_sorted_list,
    a_row_deleted_by_mistake,
    a_to_do_list_a_year_later,
    the_lists_given_back,
)

"""The sheet Partnerships: one row is one partnership, with organisation, source and evidence."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from partnergraph.errors import Place
from partnergraph.graph_folder.folder import GraphFolder, read_folder
from partnergraph.graph_folder.partnership_ids import IDS
from tests.graph_folder.partnership_sheets import (
    HEADINGS,
    REPORT,
    ROWS,
    SETTINGS,
    problems,
    quads_of_folder,
    write_partnerships,
    write_workbook,
)
from tests.tables.spreadsheets import ods, ods_rows, packed

BASE = "https://example.org/r/id/"


def claims(contents: GraphFolder) -> list[tuple[str, ...]]:
    """The relationships: kind, both ids, start and end."""

    def text(date: object) -> str:
        return getattr(date, "text", "")

    return [
        (row.kind, row.from_.rpartition("/")[2], row.to.rpartition("/")[2], text(row.start), text(row.end))
        for row in contents.model.relationships
    ]


def test_each_row_becomes_organisations_source_evidence_and_relationship_or_change(tmp_path: Path) -> None:
    contents = read_folder(write_partnerships(tmp_path))
    assert problems(contents) == []
    assert claims(contents) == [
        ("funding", "the-beacon-fund", "riverside-trust", "2021", ""),
        ("membership", "northfield-college", "learning-network", "2019-09", ""),
        ("partnership", "city-council", "riverside-trust", "2012", "2016"),
        ("membership", "riverside-trust", "learning-network", "2018", ""),
    ]
    [event] = contents.model.events
    assert (event.kind, event.date.text if event.date else "") == ("merger", "2020-04-01")
    assert (event.from_, event.to) == ((f"{BASE}org/old-health-board",), (f"{BASE}org/county-health-trust",))
    names = {row.id: (row.name, row.form, row.type) for row in contents.model.organisations}
    assert names["riverside-trust"] == ("Riverside Trust", "organisation", ("body",))
    assert len(names) == 7
    sources = {row.id: (row.title, row.kind, row.url) for row in contents.model.sources}
    page = "https://example.org/members"
    assert sources == {
        "annual-report-2024": (REPORT, "report", None),
        "example-org-members": ("example.org/members", "page", page),
    }
    first, second = contents.model.evidence[:2]
    assert (first.source, first.basis, first.locator) == ("annual-report-2024", "stated", "p. 4")
    assert first.says == "The fund has paid for the school since 2021."
    assert (second.says, second.words) == ("Membership, since 2019-09.", None)
    assert contents.model.config.focus == "riverside-trust"
    # Every record stands at its row of Partnerships, each column in its own cell.
    place = contents.places[f"{BASE}rel/funding--the-beacon-fund--riverside-trust"]
    assert place == Place("tables/partners.xlsx", 2, sheet="Partnerships")
    cells = [(place.at(column).column, place.at(column).cell) for column in ("kind", "from", "to", "start", "end")]
    assert cells == [("how", "B2"), ("partner", "A2"), ("with_whom", "C2"), ("since", "D2"), ("until", "E2")]
    turned = contents.places[f"{BASE}rel/membership--riverside-trust--learning-network"]
    assert (turned.at("from").cell, turned.at("to").cell) == ("C6", "A6")


def test_a_partnership_takes_six_cells_where_the_full_tables_take_twenty(tmp_path: Path) -> None:
    filled = [cell for cell in ROWS[0] if cell is not None]
    assert len(filled) == 6
    contents = read_folder(write_partnerships(tmp_path, [ROWS[0]]))
    assert problems(contents) == []
    [relationship], [evidence] = contents.model.relationships, contents.model.evidence
    assert relationship.start
    assert (evidence.says, evidence.locator) == (ROWS[0][7], "p. 4")
    few = ("The Beacon Fund", "funds us", None, None, None, REPORT)
    assert problems(read_folder(write_partnerships(tmp_path, [few]))) == []


def test_csv_and_ods_give_the_same_records_as_xlsx(tmp_path: Path) -> None:
    rows = [["" if cell is None else str(cell) for cell in row] for row in (HEADINGS, *ROWS)]
    expected = read_folder(write_partnerships(tmp_path / "xlsx")).model
    for form in ("ods", "csv", "tsv"):
        folder = tmp_path / form
        (folder / "tables").mkdir(parents=True)
        (folder / "partnergraph.toml").write_text(SETTINGS, "utf-8")
        if form == "ods":
            (folder / "tables" / "book.ods").write_bytes(packed(ods({"partnerships": ods_rows(*rows)})))
        else:
            mark = "\t" if form == "tsv" else ","
            text = "".join(mark.join(row) + "\n" for row in rows)
            (folder / "tables" / f"Partnerships.{form}").write_text(text, "utf-8")
        contents = read_folder(folder)
        assert problems(contents) == [], form
        assert contents.model == expected, form


def test_dates_of_spreadsheet_programs_are_read_and_those_that_are_none_stand_in_their_cell(tmp_path: Path) -> None:
    from datetime import date, datetime

    rows = [
        ("Aster", "funds us", None, datetime(2021, 3, 1), date(2022, 1, 31), REPORT),
        ("Birch", "funds us", None, 2021.0, "2023", REPORT),
        ("Cedar", "funds us", None, "2019/2020", None, REPORT),
        ("Damson", "funds us", None, "soon", None, REPORT),
        ("Elder", "funds us", None, 2022, 2021, REPORT),
        ("Fir", "became", "Gorse", 2020, 2021, REPORT),
        ("Hazel", "became", "Ivy", "last year", None, REPORT),
    ]
    contents = read_folder(write_partnerships(tmp_path, rows))
    assert [claim[3:] for claim in claims(contents)][:3] == [
        ("2021-03-01", "2022-01-31"),
        ("2021", "2023"),
        ("2019/2020", ""),
    ]
    assert problems(contents) == [
        ("error", "date-form", "D5"),
        ("error", "end-before-start", "E6"),
        ("error", "event-date", "E7"),
        ("error", "date-form", "D8"),
    ]
    (tmp_path / "partnergraph.toml").write_text(f'{SETTINGS}dates = "dd/mm/yyyy"\n', "utf-8")
    write_partnerships(tmp_path, [("Aster", "funds us", None, "01/02/2021", None, REPORT)])
    assert claims(read_folder(tmp_path))[0][3] == "2021-02-01"


def test_what_a_row_lacks_or_cannot_say_is_a_finding_in_its_cell_with_a_fix(tmp_path: Path) -> None:
    rows = [
        (None, "funds us", None, None, None, REPORT),
        ("Aster", None, None, None, None, REPORT),
        ("Birch", "funds us", None, 2020, None, None, "p. 4"),
        ("Cedar", "fundz us", None, None, None, REPORT),
        ("Damson", "is based in", "Stoke", None, None, REPORT),
        ("Elder", "is in the same partnership as", "Fir", None, None, REPORT),
        ("Riverside  trust", "funds", None, None, None, REPORT),
        ("Gorse", "funds", "gorse", None, None, REPORT),
        ("Hazel", "was renamed to", "Witch Hazel", None, None, REPORT),
        (" ", " ", None, None, None, None),
        ("Ivy", "was part of", None, None, None, REPORT),
        ("Juniper", "funds us", None, None, None, REPORT, None, None, "chairty"),
    ]
    contents = read_folder(write_partnerships(tmp_path, rows))
    assert problems(contents) == [
        ("error", "missing-value", "A2"),
        ("error", "missing-value", "B3"),
        ("error", "missing-value", "F4"),
        ("error", "unknown-kind", "B5"),
        ("error", "unknown-kind", "B6"),
        ("error", "unknown-kind", "B7"),
        ("error", "to-itself", "C8"),
        ("error", "to-itself", "C9"),
        ("error", "unknown-kind", "B10"),
        ("warning", "no-end", "E12"),
        ("error", "unknown-type", "I13"),
    ]
    assert all(finding.fix for finding in contents.findings)
    texts = " ".join(str(finding) for finding in contents.findings)
    for part in (
        "Did you mean 'funds'?",
        "nothing supports",
        "the new name into 'partner'",
        "Did you mean 'charity'?",
        "write 'is associated with', and your own words into note",
    ):
        assert part in texts, part
    for table in (".csv", 'sheet "Relationships"', 'sheet "Evidence"'):
        assert table not in texts, table


def test_without_a_focus_an_empty_with_whom_is_a_finding_and_a_misspelt_one_too(tmp_path: Path) -> None:
    settings = SETTINGS.replace('focus = "Riverside Trust"\n', "")
    contents = read_folder(write_partnerships(tmp_path / "none", settings=settings))
    assert problems(contents) == [("error", "no-focus", f"C{row}") for row in (2, 4, 6)]
    bodies = [("id", "name", "form", "type"), ("riverside-trust", "Riverside Trust", "formal", "charity")]
    misspelt = SETTINGS.replace("Riverside Trust", "riverside-trsut")
    contents = read_folder(write_partnerships(tmp_path / "near", settings=misspelt, sheets={"Organisations": bodies}))
    assert {problem[1] for problem in problems(contents)} == {"no-focus", "config"}
    by_id = SETTINGS.replace("Riverside Trust", "riverside-trust")
    contents = read_folder(write_partnerships(tmp_path / "id", settings=by_id, sheets={"Organisations": bodies}))
    assert (problems(contents), contents.model.config.focus) == ([], "riverside-trust")
    published = f'{by_id}publisher = "Riverside Trust"\n'
    contents = read_folder(write_partnerships(tmp_path / "publisher", settings=published))
    assert next(row.name for row in contents.model.organisations if row.id == "riverside-trust") == "Riverside Trust"


def test_names_of_the_full_tables_are_those_and_both_may_be_mixed(tmp_path: Path) -> None:
    sheets: dict[str, list[tuple[Any, ...]]] = {
        "Organisations": [
            ("id", "name", "form", "type", "description", "evidence"),
            ("beacon", "The Beacon Fund", "formal", "charity", "Pays for schools", None),
            ("a-college", "Twin College", "formal", "college", None, None),
            ("b-college", "Twin College", "formal", "college", None, None),
        ],
        "Names": [
            ("id", "organisation", "name", "kind", "evidence"),
            ("short", "beacon", "TBF", "acronym", "e1"),
        ],
        "Sources": [
            ("id", "title", "publisher", "kind", "url"),
            ("report", REPORT, "Riverside Trust", "report", "https://example.org/report"),
            ("own", "Our own knowledge", "Riverside Trust", "editorial", None),
        ],
        "Evidence": [
            ("id", "source", "basis", "confidence", "says"),
            ("e1", "report", "stated", "high", "Calls it TBF."),
        ],
        "Relationships": [
            ("id", "kind", "from", "to", "evidence"),
            ("r1", "collaboration", "beacon", "city-council", "e1"),
        ],
        "Groups": [
            ("id", "source", "name", "member_type", "open", "evidence"),
            ("councils", "report", "Five councils", "local-authority", "yes", "e1"),
        ],
    }
    rows = [
        ("tbf", "funds us", None, 2021, None, "https://example.org/report/", "p. 4"),
        ("City Council", "is funded by", "beacon", None, None, REPORT),
        ("Five councils", "support", "City Council", None, None, "own"),
        ("a-college", "supports us", None, None, None, REPORT, None, None, "charity"),
    ]
    contents = read_folder(write_partnerships(tmp_path, rows, sheets=sheets))
    assert problems(contents) == []
    assert [row.name for row in contents.model.organisations] == [
        *("The Beacon Fund", "Twin College", "Twin College", "Riverside Trust", "City Council"),
    ]
    assert claims(contents)[0] == ("collaboration", "beacon", "city-council", "", "")  # which only Partnerships names
    assert claims(contents)[1][1:3] == ("beacon", "riverside-trust")
    assert claims(contents)[2][1:3] == ("beacon", "city-council")
    assert contents.model.relationships[3].from_ == f"{BASE}group/report/councils"
    assert [row.source for row in contents.model.evidence] == ["report", "report", "report", "own", "report"]
    assert contents.model.evidence[3].basis == "editor"
    assert {row.id for row in contents.model.sources} == {"report", "own"}
    contents = read_folder(
        write_partnerships(tmp_path, [("Twin College", "funds us", None, None, None, "report")], sheets=sheets)
    )
    [finding] = [finding for finding in contents.findings if finding.rule == "ambiguous"]
    assert (
        finding.place.cell if finding.place else "",
        "a-college (college); b-college (college)" in finding.message,
    ) == ("A2", True)


def test_texts_of_the_folder_documents_are_quoted_and_what_they_do_not_say_is_no_quotation(tmp_path: Path) -> None:
    write_partnerships(tmp_path)
    text = "The Beacon Fund has “funded” us since 2021. City Council is our partner. We met. We met."
    (tmp_path / "documents" / "news_letter-2024.txt").write_text(text, "utf-8")
    rows = [
        ("Aster", "funds us", None, 2021, None, "news_letter-2024.txt", None, "City Council is our partner."),
        ("Birch", "funds us", None, 2021, None, "documents/news_letter-2024.txt", None, 'has "funded" us'),
        ("Cedar", "funds us", None, 2021, None, "News_letter-2024", None, "City Council was our partner"),
        ("Damson", "funds us", None, 2021, None, "news_letter-2024.txt", "s3", "We met."),
    ]
    contents = read_folder(write_partnerships(tmp_path, rows))
    assert problems(contents) == [("warning", "words-alike", "H3"), ("warning", "words-not-found", "H4")]
    assert contents.findings[1].fix == "The nearest wording is 'City Council is our partner.'. Copy the words exactly."
    [source] = contents.model.sources
    assert (source.id, source.title, source.kind) == ("news-letter-2024", "News letter 2024", "document")
    assert [document.text for document in contents.model.documents] == [text]
    pieces = [(row.words, row.says, row.passage) for row in contents.model.evidence]
    assert pieces == [
        ("City Council is our partner.", None, 2),
        ("has “funded” us", None, 1),
        (None, "City Council was our partner", None),
        ("We met.", None, 3),
    ]
    assert "documents/news_letter-2024.txt" in contents.inputs
    rows[3] = (*rows[3][:6], None, "We met.")
    assert problems(read_folder(write_partnerships(tmp_path, rows)))[-1] == ("error", "words-twice", "H5")


def test_one_partner_in_several_spellings_and_rows_is_one_and_the_same_row_twice_is_said(tmp_path: Path) -> None:
    rows = [
        ("Beacon Fund", "funds us", None, 2010, 2012, REPORT),
        ("beacon  FUND", "funds us", None, 2021, None, REPORT),
        ("Beacon Fund", "is our funder", None, 2021, None, "https://example.org/news", "p. 1"),
        ("Beacon Fund", "funds us", None, 2010, 2012, REPORT),
    ]
    contents = read_folder(write_partnerships(tmp_path, rows))
    assert problems(contents) == [("info", "spelling", "A3"), ("warning", "row-twice", "A5")]
    assert [row.id for row in contents.model.organisations] == ["beacon-fund", "riverside-trust"]
    ids = [(row.id, len(row.evidence)) for row in contents.model.relationships]
    stem = "funding--beacon-fund--riverside-trust"
    assert ids == [(stem, 1), (f"{stem}--2021", 2)]  # what two sources say of the same years is one claim
    assert [row.id for row in contents.model.evidence] == [stem, f"{stem}--2021", f"{stem}--2021-2"]


@pytest.mark.parametrize(
    ("title", "first", "merged"),
    [("Partnerships", 1, ""), ("PARTNERSHIP", 3, ""), ("partnerships", 1, "A2:A3")],
)
def test_empty_rows_merged_cells_and_headings_further_down(tmp_path: Path, title: str, first: int, merged: str) -> None:
    from openpyxl import load_workbook

    write_partnerships(tmp_path)
    path = tmp_path / "tables" / "partners.xlsx"
    rows = [
        *([()] * (first - 1)),
        HEADINGS,
        ROWS[0],
        (None, "hosts", "Learning Network", None, None, REPORT),
        (),
        ROWS[2],
    ]
    write_workbook(path, {title: rows})
    if merged:
        book = load_workbook(path)
        book.worksheets[0].merge_cells(merged)
        book.save(path)
    contents = read_folder(tmp_path)
    expected = [("warning", "merged-cells", "A2")] if merged else [("error", "missing-value", f"A{first + 2}")]
    assert problems(contents) == expected
    assert len(contents.model.relationships) == 2 + bool(merged)


def test_hostile_cells_are_only_text_and_hostile_ids_are_refused(tmp_path: Path) -> None:
    rows = [
        ("<script>alert(1)</script>", "funds us", None, None, None, "javascript:alert(1)", "@SUM(1)", "</script>'\"--"),
        ("../../etc/passwd", "funds us", None, None, None, "documents/../partnergraph.toml", None, "riverside"),
        ("汉字大学", "funds us", None, None, None, REPORT),
        ("Ünïversität " * 400, "funds us", None, None, None, "https://exa mple.org/{x}"),
        ("x", "funds " * 5000, None, None, None, REPORT),
        ("?org:x", "funds us", "?source:y", None, None, "?source:y"),
    ]
    contents = read_folder(write_partnerships(tmp_path, rows))
    assert problems(contents) == [("error", "unknown-kind", "B6")]
    assert len(str(contents.findings[0])) < 700
    slugs = [row.id for row in contents.model.organisations]
    assert slugs[:2] == ["script-alert-1-script", "riverside-trust"]
    assert {"etc-passwd", "organisation", "org-x", "source-y"} <= {*slugs}
    assert all(len(slug) <= 60 for slug in slugs)
    assert [row.url for row in contents.model.sources] == [None] * len(contents.model.sources)
    assert contents.model.documents == ()
    lines = {
        "organisation,../../x,X,,,,,,,,": "partnership-ids",
        "<<<<<<< HEAD,,,,,,,,,,": "missing-value",
        "partnership,a,,../b,funding,,,,,,": "",  # no row has it
    }
    for line, rule in lines.items():
        (tmp_path / IDS).write_text(
            f"record,id,name,evidence,kind,from,to,since,until,source,digest\n{line}\n", "utf-8"
        )
        contents = read_folder(write_partnerships(tmp_path))
        places = [(finding.rule, finding.place.file) for finding in contents.errors if finding.place]
        assert places == ([(rule, IDS)] if rule else [])
        assert "../b" not in (contents.ids_file or b"").decode()


def test_no_contact_of_a_person_comes_into_a_graph_an_id_or_the_file_of_ids(tmp_path: Path) -> None:
    page = "https://example.org/a?to=x@example.org"
    rows = [
        ("Aster jo@example.org", "funds us", "Birch 07700 900123", None, None, f"Of al@example.org, {page}", "p. 1",
         "Ask ed@example.org", None, "Or ring 07700 900124"),
        ("Cedar", "funds us", None, None, None, "Mail of su@example.org", "07700 900125", "So it is"),
    ]  # fmt: skip
    contents = read_folder(write_partnerships(tmp_path, rows))
    cells = sorted(cell for _, rule, cell in problems(contents) if rule == "personal-data" and cell)
    assert cells == ["A2", "C2", "F2", "F3", "G3", "H2", "J2"]
    assert contents.errors == []
    text = "".join(sorted(quads_of_folder(contents))) + (contents.ids_file or b"").decode()
    assert "@example" not in text.replace(page, "")
    assert "900" not in text
    names = [row.name for row in contents.model.organisations]
    assert names == ["Aster (e-mail)", "Birch (telephone)", "Cedar", "Riverside Trust"]

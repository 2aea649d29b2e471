"""The to-do list of `stale`: written, filled in with a spreadsheet program, and read by the next build."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from partnergraph.claims.relationships import Claim, read_claims
from partnergraph.graph_folder.folder import read_folder
from partnergraph.model.records import Relationship
from partnergraph.store import Reader
from tests.cli.conftest import Run

ALLIANCE, SUPPORT, SCHOOL = "membership-trust-alliance", "support-council-trust", "collaboration-school-trust"
PART, LEAD = "part-of-school-university", "leadership-university-alliance"
NEWS = "News from the Example Alliance, spring 2023"
YES = {"still holds": "Yes", "source": "report-2028", "where": "p. 3", "what it says": "The trust pays its fee."}
ENDED = {"still holds": "ended", "when ended": "2027-06", "source": "report-2028", "what it says": "It closed."}


def fill(path: Path, answers: Mapping[str, Mapping[str, object]]) -> None:
    """Fill in rows of the list, by the id of the claim, and save it."""
    book = openpyxl.load_workbook(path)
    sheet = book["To do"]
    heads = {str(cell.value).lower(): cell.column for cell in sheet[1]}
    rows = {sheet.cell(number, heads["claim"]).value: number for number in range(2, sheet.max_row + 1)}
    for claim, cells in answers.items():
        for heading, value in cells.items():
            sheet.cell(rows[claim], heads[heading], value)
    book.save(path)


def claims(graph: Path) -> dict[str, Claim]:
    return {claim.id: claim for claim in read_claims(Reader.at(graph))}


def confirmations(folder: Path) -> dict[str, tuple[str, str, str | None]]:
    """The basis of each piece of evidence, with the title and date of its source."""
    model = read_folder(folder).model
    sources = {source.id: source for source in model.sources}
    return {
        item.id: (item.basis, source.title, source.date.text if source.date else None)
        for item in model.evidence
        for source in [sources[item.source]]
    }


@pytest.fixture
def folder(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The example of `init` with a source of a later year, built, with its list of 2029."""
    monkeypatch.chdir(tmp_path)
    assert run("init", "g", "--name", "Example Trust", "--csv", "--full").code == 0
    sources = Path("g/tables/sources.csv")
    columns = sources.read_text("utf-8").splitlines()[0].split(",")
    row = {"id": "report-2028", "title": "Report 2028", "publisher": "P", "kind": "report", "date": "2028-05"}
    with sources.open("a", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([row.get(column, "") for column in columns])
        writer.writerow(
            [(row | {"id": "leaflet", "title": "A leaflet", "date": ""}).get(column, "") for column in columns]
        )
    assert run("build", "g", "-q", "--no-page").code == 0
    asked = run("stale", "-g", "g", "--at", "2029-11-30", "-o", "todo.xlsx")
    assert (asked.code, asked.out) == (0, "")
    assert asked.err.startswith("5 claims to look at, in todo.xlsx. Fill in what you find out")
    return tmp_path / "g"


def test_a_list_is_filled_in_and_built(run: Run, folder: Path) -> None:
    assert run("stale", "-g", "g", "--at", "2029-11-30", "-o", "again.xlsx").code == 0
    assert Path("again.xlsx").read_bytes() == Path("todo.xlsx").read_bytes()
    # Without a date, the list and what is on screen count from the same day: today.
    days = {date.today().isoformat()}
    assert run("stale", "-g", "g", "-o", "today.xlsx").code == 0
    title = run("stale", "-g", "g").out.splitlines()[0]
    days.add(date.today().isoformat())
    assert {row[11].value for row in openpyxl.load_workbook("today.xlsx")["To do"].iter_rows(min_row=2)} <= days
    assert title in {f"Claims that no source has confirmed lately, 24 months before {day}" for day in days}
    sheet = openpyxl.load_workbook("todo.xlsx")["To do"]
    assert [cell.value for cell in sheet[1]][:10] == [
        *("In words", "Last confirmed", "To be done", "Still holds", "When ended", "Source", "Source date", "Where"),
        *("What it says", "Note"),
    ]
    texts = {row[10]: row[:3] for row in sheet.iter_rows(min_row=2, values_only=True)}
    assert texts[SUPPORT] == (
        *("Exampleton Council supports Example Trust", None, "No dated source says this. Find one."),
    )
    assert texts[ALLIANCE][0] == "Example Trust is a member of Example Alliance, from 2019"
    assert [choice.formula1 for choice in sheet.data_validations.dataValidation] == [
        '"yes,ended,no longer known"',
        "Lists!$A$2:$A$6",
    ]
    shutil.copytree("build", "before", symlinks=True)
    before, tables = claims(Path("before")), {path: path.read_bytes() for path in Path("g/tables").iterdir()}

    # An empty list changes nothing: not one byte of the graph.
    shutil.copy("todo.xlsx", "g/tables/todo-2029.xlsx")
    assert run("build", "g", "-q", "--no-page").code == 0
    assert Path("build/graph.trig").read_bytes() == Path("before/graph.trig").read_bytes()

    unknown = {"still holds": "no longer known", "note": "Two letters, no answer."}
    new = {"source": "Prospectus 2029, https://example.org/p", "source date": "2029-09", "what it says": "Ours."}
    quoted = {"still holds": "yes", "source": NEWS, "what it says": "Example University leads the alliance"}
    answers = {ALLIANCE: YES, SCHOOL: ENDED, SUPPORT: unknown, PART: {"still holds": "yes"} | new, LEAD: quoted}
    fill(Path("g/tables/todo-2029.xlsx"), answers)
    built = run("build", "g", "--no-page")
    assert (built.code, built.err) == (0, "")
    first = Path("build/graph.trig").read_bytes()
    assert all(path.read_bytes() == data for path, data in tables.items())
    after = claims(Path("build"))
    assert after.keys() == before.keys()
    assert {key for key in after if after[key] != before[key]} == {*answers}
    assert (after[ALLIANCE].last_confirmed, after[ALLIANCE].start) == ("2028-05", "2019")
    assert str(after[ALLIANCE].evidence[-1]) == (
        "According to Report 2028, P, 2028-05; p. 3: The trust pays its fee. (membership-trust-alliance--2029-11-30)"
    )
    assert (after[SCHOOL].end, after[SCHOOL].start, after[SCHOOL].last_confirmed) == ("2027-06", "2022-09", "2028-05")
    assert after[SUPPORT].last_confirmed is None
    assert "It was not known on 2029-11-30 whether this still holds." in str(after[SUPPORT])

    assert str(after[PART].evidence[-1].source) == "Prospectus 2029, example.org, 2029-09, https://example.org/p"
    assert [item.form for item in after[LEAD].evidence] == ["quoted", "quoted"]

    # Answers are not replaced, nor is any other workbook.
    for name, what in (
        ("g/tables/todo-2029.xlsx", "is a to-do list with answers in it"),
        ("own.xlsx", "is no to-do list"),
    ):
        openpyxl.Workbook().save("own.xlsx")
        kept = Path(name).read_bytes()
        refused = run("stale", "-g", "g", "-o", name)
        assert (refused.code, Path(name).read_bytes() == kept) == (2, True)
        assert f"{name} {what}, which a new list would replace. Choose another name." in " ".join(refused.err.split())

    # Each source says what it said: the end comes from the report alone.
    record = {row.id: row for row in read_folder(folder).model.relationships}[SCHOOL]
    assert [support.columns for support in record.evidence] == [frozenset({"start"}), frozenset({"end"})]

    words = run("diff", "before", "build").out
    for sentence in (
        "1 relationship ended, 1 source added, 5 pieces of evidence added; ",
        "Ended: Example School of Health collaborates with Example Trust, in 2027-06 (was open).",
        "Evidence added for Example Trust is a member of Example Alliance: The trust pays its fee.",
    ):
        assert sentence in words, words

    # What was looked at stands in no new list; what nobody knew does. The list may lie there twice, and be exported.
    assert run("stale", "-g", "g", "--at", "2029-11-30", "-o", "next.xlsx").code == 0
    rows = openpyxl.load_workbook("next.xlsx")["To do"].iter_rows(min_row=2, values_only=True)
    assert {row[10] for row in rows} == {*texts} - {ALLIANCE, SCHOOL, PART}
    shutil.copy("g/tables/todo-2029.xlsx", "g/tables/copy.xlsx")
    assert run("build", "g", "-q", "--no-page", "--force").code == 0
    assert Path("build/graph.trig").read_bytes() == first
    assert run("export", "--tables", "out", "-g", "build").code == 0
    shutil.copy("g/tables/todo-2029.xlsx", "out/tables/todo.xlsx")
    assert run("build", "out", "-o", "rebuilt", "-q", "--no-page").code == 0
    assert Path("rebuilt/graph.trig").read_bytes() == first


def test_each_mistake_is_named_with_its_cell_and_fix(run: Run, folder: Path) -> None:
    path = Path("g/tables/todo.xlsx")

    def problems(answers: Mapping[str, Mapping[str, object]]) -> list[str]:
        shutil.copy("todo.xlsx", path)
        fill(path, answers)
        return [str(finding) for finding in read_folder(folder).findings]

    numbers = {row[10].value: row[10].row for row in openpyxl.load_workbook("todo.xlsx")["To do"].iter_rows(min_row=2)}
    cases: list[tuple[str, dict[str, object], str, str]] = [
        (ALLIANCE, {"where": "p. 4"}, "D", "does not say whether the claim still holds. Write yes, ended (with"),
        (ALLIANCE, {**YES, "still holds": "probably"}, "D", "'probably' is none of the answers. Write yes, ended"),
        (
            ALLIANCE,
            {**YES, "source": "Reprot 2028"},
            "F",
            "'Reprot 2028' is not a source of the tables. Did you mean 'Report 2028' (",
        ),
        (
            ALLIANCE,
            {**YES, "source": None, "what it says": None},
            "F",
            "The cell 'source' is empty. Write what says so",
        ),
        (ALLIANCE, {**YES, "source date": "2027"}, "G", "The source has another date: 2028-05. Mend the one"),
        (ALLIANCE, {**YES, "source": "New", "source date": "May 27"}, "G", "'May 27' is not a date"),
        (SUPPORT, {**YES, "source": "What we know ourselves", "what it says": None}, "I", "'what_it_says' is empty"),
        (ALLIANCE, {**YES, "when ended": "2027"}, "E", "The row says 'yes', and when it ended. Write ended, or empty"),
        (SCHOOL, {**ENDED, "when ended": None}, "E", "The cell 'when_ended' is empty. Write when; 2025/2027 is"),
        (SCHOOL, {**ENDED, "when ended": "03/04/2027"}, "E", "can be read in two ways: 3 April 2027 or 4 March 2027."),
        (SCHOOL, {**ENDED, "when ended": "2020"}, "E", "The end (2020) is before the start (2022-09)."),
        (PART, {**YES, "claim": "part-of-gone"}, "K", "'part-of-gone' is no longer the id of a relationship"),
        (PART, {**YES, "kind and parties": "part-of: a, b"}, "K", "another one than when the list was made: it was 'p"),
    ]
    for claim, cells, column, words in cases:
        found = problems({claim: cells})
        place = f"(cell {column}{numbers[claim]}): "
        assert any(place in text and words in text for text in found), (words, found)
    assert run("build", "g", "-q", "--no-page").code == 1
    assert run("check", "g", "--marked", "marked.xlsx").code == 1
    marked = openpyxl.load_workbook("marked.xlsx")
    [title] = [name for name in marked.sheetnames if name.startswith("To do")]
    assert "another one than when" in marked[title][f"K{numbers[PART]}"].comment.text

    # A source without a date confirms nothing that anybody sees, until the list gives it one.
    leaflet = YES | {"source": "a leaflet"}
    assert "The source has no date, so it is not seen when it confirms" in " ".join(problems({ALLIANCE: leaflet}))
    assert confirmations(folder)[f"{ALLIANCE}--2029-11-30"] == ("stated", "A leaflet", None)
    assert problems({ALLIANCE: leaflet | {"source date": "2029"}}) == []
    [dated] = [source.date for source in read_folder(folder).model.sources if source.id == "leaflet"]
    assert dated is not None
    assert dated.text == "2029"

    # What editors know themselves confirms it on the day of the list, or on one of their own.
    ours = {"still holds": "yes", "source": "What we know ourselves", "what it says": "We pay the fee."}
    assert problems({ALLIANCE: ours, PART: ours, SCHOOL: ours | {"source date": "2029-02"}}) == []
    assert {slug: confirmations(folder)[f"{slug}--2029-11-30"] for slug in (ALLIANCE, PART, SCHOOL)} == {
        ALLIANCE: ("stated", "What we know ourselves (2029-11-30)", "2029-11-30"),
        PART: ("stated", "What we know ourselves (2029-11-30)", "2029-11-30"),
        SCHOOL: ("stated", "What we know ourselves (2029-02)", "2029-02"),
    }
    [finding] = problems({ALLIANCE: ours | {"list date": "some day"}})
    assert "only on a day; the row gives none. Write into source_date when you knew it." in finding
    own = [value for slug, value in confirmations(folder).items() if slug.startswith(f"{ALLIANCE}--")]
    assert own == [("editor", "What we know ourselves", None)]

    # Two lists that do not agree, and an end that was written elsewhere since.
    shutil.copy("todo.xlsx", "g/tables/todo-b.xlsx")
    fill(Path("g/tables/todo-b.xlsx"), {SCHOOL: {**ENDED, "when ended": "2026"}})
    assert "The same row of the list says something else in" in " ".join(problems({SCHOOL: ENDED}))
    Path("g/tables/todo-b.xlsx").unlink()
    table = Path("g/tables/relationships.csv")
    lines = table.read_text("utf-8")
    heads = lines.splitlines()[0].split(",")
    rows = [dict(zip(heads, row, strict=True)) for row in csv.reader(lines.splitlines()[1:])]
    with table.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, heads, lineterminator="\n")
        writer.writeheader()
        writer.writerows({**row, "end": "2025"} if row["id"] in (SCHOOL, ALLIANCE) else row for row in rows)
    found = problems({SCHOOL: ENDED, ALLIANCE: YES})
    assert any("The claim has another end by now: 2025. Mend the one that is wrong" in text for text in found)
    assert any("The claim ended 2025, and a source of 2028-05 says that it holds." in text for text in found)
    # The same end is the same: the source of the list supports it, too.
    assert problems({SCHOOL: {**ENDED, "when ended": 2025}}) == []
    [record] = [row for row in read_folder(folder).model.relationships if row.id == SCHOOL]
    assert isinstance(record, Relationship)
    assert [support.columns for support in record.evidence] == [None, frozenset({"end"})]


def test_parties_that_ended_and_sources_that_are_gone(run: Run, folder: Path) -> None:
    table = Path("g/tables/sources.csv")
    heads, *rows = list(csv.reader(table.read_text("utf-8").splitlines()))
    for row in rows:
        if row[heads.index("id")] == "example-newsletter":
            row[heads.index("withdrawn")] = "2025-02"
    with table.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, lineterminator="\n").writerows([heads, *rows])
    events = Path("g/tables/events.csv")
    columns = events.read_text("utf-8").splitlines()[0].split(",")
    event = {
        "id": "end-school",
        "kind": "end",
        "about": "example-school-of-health",
        "date": "2024-07",
        "evidence": "e1",
    }
    with events.open("a", newline="", encoding="utf-8") as file:
        csv.writer(file, lineterminator="\n").writerow([event.get(column, "") for column in columns])
    assert run("build", "g", "-q", "--no-page").code == 0
    Path("g/documents/example-newsletter.txt").rename("moved.txt")

    def tasks(*arguments: str) -> dict[str, str]:
        assert run("stale", "--at", "2024-12", "--months", "120", *arguments, "-o", "todo.xlsx").code == 0
        rows = openpyxl.load_workbook("todo.xlsx")["To do"].iter_rows(min_row=2, values_only=True)
        return {str(row[10]): str(row[2]) for row in rows}

    ended = (
        "Example School of Health ended 2024-07. Say when this ended; if another body carries it on, add that partner"
    )
    gone = f"No source of this is left: {NEWS} (withdrawn 2025-02). Find another one that says it."
    by_build = tasks("-g", "build")
    assert by_build[SCHOOL] == f"{ended}ship. {gone}"
    assert by_build[ALLIANCE] == gone
    assert tasks("-g", "g")[ALLIANCE] == gone.replace("withdrawn 2025-02", "its text is missing")

    # Nothing to look at is no list; a list has one form.
    Path("small.ttl").write_text("<https://e.org/a> a <http://www.w3.org/ns/org#Organization> .", "utf-8")
    nothing = run("stale", "-g", "small.ttl", "-o", "none.xlsx")
    assert (nothing.code, nothing.err) == (0, "Nothing is to be looked at; no list was written.\n")
    assert not Path("none.xlsx").exists()
    assert "A to-do list is a workbook; leave out" in run("stale", "-o", "t.xlsx", "-f", "csv", "-g", "build").err

"""Kinds of mistakes that are sound RDF: each is found at its cell, and what looks like one but is none is not."""

from __future__ import annotations

import json
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner

from partnergraph.build import assemble, build, collect_findings
from partnergraph.check import check
from partnergraph.cli import cli
from partnergraph.errors import Finding, Place
from partnergraph.graph_folder.folder import read_folder
from partnergraph.store import Reader
from partnergraph.workbook.template import create_folder
from tests.check.conftest import Copy

KINDRED = {"id": "kindred", "name": "Kindred", "form": "formal", "type": "charity"}
OAK = {"id": "oak", "name": "Oak", "form": "formal", "type": "charity"}
CLAIM = {"id": "claim", "kind": "partnership", "from": "example-trust", "to": "kindred", "evidence": "x1"}
REPORT = {"source": "example-annual-report", "basis": "stated", "confidence": "high"}


@pytest.fixture
def trust(tmp_path: Path) -> Copy:
    """The invented example of `init`, with two more bodies and one more claim, which gives no warning."""
    create_folder(tmp_path / "trust", "Trust", csv_tables=True, full=True)
    folder = Copy(tmp_path / "trust")
    for body in (KINDRED, OAK):
        add(folder, "organisations", body)
    says(folder, "x1", "The Trust and Kindred are partners")
    add(folder, "relationships", CLAIM)
    assert folder.findings() == []
    return folder


def add(folder: Copy, table: str, row: dict[str, str]) -> int:
    """Append a row to a table that may have none yet; its number."""
    if rows := folder.rows(table):
        return folder.add(table, row)
    path = folder.path / "tables" / f"{table}.csv"
    columns = path.read_text("utf-8").strip().split(",")
    assert not rows
    folder.write(table, [dict.fromkeys(columns, "") | row])
    return 2


def says(folder: Copy, id_: str, text: str, **more: str) -> int:
    return add(folder, "evidence", {**REPORT, "id": id_, "says": text, **more})


def event(folder: Copy, **cells: str) -> int:
    return add(folder, "events", {"id": f"event-{len(folder.rows('events'))}", **cells})


def claim(folder: Copy, **cells: str) -> int:
    """Change the claim of this folder; its row."""
    return folder.edit("relationships", {"id": "claim"}, cells)


def only(folder: Copy, rule: str, table: str, row: int, column: str) -> Finding:
    """The one finding of a folder, a warning with a fix at this cell."""
    [finding] = folder.findings()
    assert (finding.rule, finding.severity) == (rule, "warning"), str(finding)
    assert finding.place == Place(f"tables/{table}.csv", row, column)
    assert finding.fix
    return finding


def merge(folder: Copy, date: str = "2025-07-01") -> int:
    says(folder, "m1", "Kindred merged into Oak on 1 July 2025")
    return event(folder, kind="merger", **{"from": "kindred", "to": "oak"}, date=date, evidence="m1")


class TestOpenAfterTheEnd:
    def test_a_claim_left_open_after_a_merger_names_the_successor(self, trust: Copy) -> None:
        row = claim(trust, start="2020")
        says(trust, "x2", "They have worked together since 2020")
        claim(trust, evidence="x1; x2")
        merge(trust)
        finding = only(trust, "open-after-end", "relationships", row, "end")
        assert finding.message == "Kindred ended 2025-07-01; this relationship is still open."
        assert finding.fix == "End it, or move it to its successor Oak."

    def test_a_claim_without_any_date_is_left_open_too(self, trust: Copy) -> None:
        merge(trust)
        only(trust, "open-after-end", "relationships", claim(trust), "end")

    def test_an_end_without_a_successor_leaves_only_the_end(self, trust: Copy) -> None:
        says(trust, "m1", "Kindred closed in 2024")
        event(trust, kind="end", about="kindred", date="2024", evidence="m1")
        finding = only(trust, "open-after-end", "relationships", claim(trust), "end")
        assert (finding.message, finding.fix) == ("Kindred ended 2024; this relationship is still open.", "End it.")

    def test_several_successors_are_all_named(self, trust: Copy) -> None:
        says(trust, "m1", "Kindred was divided between Oak and the Fund in 2025")
        event(trust, kind="split", **{"from": "kindred", "to": "oak; example-fund"}, date="2025", evidence="m1")
        finding = only(trust, "open-after-end", "relationships", claim(trust), "end")
        assert finding.fix == "End it, or move it to Example Fund or Oak."

    def test_a_party_in_between_that_ended_counts(self, trust: Copy) -> None:
        merge(trust)
        row = claim(trust, to="exampleton-council", via="kindred")
        only(trust, "open-after-end", "relationships", row, "end")

    @pytest.mark.parametrize(
        "cells",
        [
            {"end": "2025-07-01"},
            {"end": "2025-06/2025-12"},
            {"date_note": "seen in 2023"},
            {"to": "oak"},
            {"kind": "establishment"},
        ],
    )
    def test_what_ended_was_dated_or_is_an_occasion_is_not_left_open(self, cells: dict[str, str], trust: Copy) -> None:
        merge(trust)
        claim(trust, **cells)
        assert trust.findings() == []

    def test_an_inference_alone_is_not_left_open(self, trust: Copy) -> None:
        merge(trust)
        trust.edit("evidence", {"id": "x1"}, {"basis": "inferred", "strength": "weak"})
        assert trust.findings() == []

    @pytest.mark.parametrize(("time", "warned"), [("2025-06-30", False), ("2025-09", True)])
    def test_a_source_that_cannot_speak_of_later_leaves_nothing_open(
        self, time: str, warned: bool, trust: Copy
    ) -> None:
        merge(trust)
        trust.edit("sources", {"id": "example-annual-report"}, {"as_of_latest": time})
        assert [finding.rule for finding in trust.findings()] == ["open-after-end"] * warned

    def test_what_goes_on_with_the_successor_is_not_left_open(self, trust: Copy) -> None:
        merge(trust)
        says(trust, "x2", "The Trust works with Oak")
        add(trust, "relationships", {**CLAIM, "id": "claim-2", "to": "oak", "evidence": "x2"})
        assert trust.findings() == []
        claim(trust, kind="support")
        assert [finding.rule for finding in trust.findings()] == ["open-after-end"]

    def test_an_end_that_is_disputed_or_only_inferred_ends_nothing(self, trust: Copy) -> None:
        merge(trust)
        assert len(trust.findings()) == 1
        trust.edit("evidence", {"id": "m1"}, {"basis": "inferred", "strength": "weak"})
        assert trust.findings() == []

    def test_a_claim_that_an_editor_accepted_or_took_back_gives_no_warning(self, trust: Copy) -> None:
        merge(trust)
        add(trust, "standing", {"record": "claim", "standing": "accepted", "note": "It goes on under the old name."})
        assert trust.findings() == []


class TestOutsideALife:
    @pytest.mark.parametrize(
        ("cells", "column", "message"),
        [
            (
                {"start": "2025-07-02", "end": "2026"},
                "start",
                "This begins 2025-07-02, after Kindred ended (2025-07-01).",
            ),
            ({"end": "2026"}, "end", "This ends 2026, after Kindred ended (2025-07-01)."),
        ],
    )
    def test_a_date_after_the_end_of_a_party(
        self, cells: dict[str, str], column: str, message: str, trust: Copy
    ) -> None:
        merge(trust)
        row = claim(trust, **cells)
        findings = [finding for finding in trust.findings() if finding.place and finding.place.column == column]
        assert [finding.message for finding in findings] == [message]
        assert findings[0].place == Place("tables/relationships.csv", row, column)
        assert {finding.rule for finding in trust.findings()} == {"outside-life"}

    @pytest.mark.parametrize(("cells", "column"), [({"start": "2009-12"}, "start"), ({"end": "2009"}, "end")])
    def test_a_date_before_the_beginning_of_a_party(self, cells: dict[str, str], column: str, trust: Copy) -> None:
        says(trust, "b1", "Kindred began in January 2010")
        event(trust, kind="start", about="kindred", date="2010-01", evidence="b1")
        finding = only(trust, "outside-life", "relationships", claim(trust, **cells), column)
        assert finding.message.endswith(f"{cells[column]}, before Kindred began (2010-01).")

    @pytest.mark.parametrize(
        "cells",
        [
            {"start": "2010-01", "end": "2025-07-01"},
            {"start": "2010", "end": "2025"},
            {"start": "2009/2011", "end": "2025-06/2026"},
        ],
    )
    def test_a_date_that_may_lie_inside_is_none(self, cells: dict[str, str], trust: Copy) -> None:
        merge(trust)
        says(trust, "b1", "Kindred began in January 2010, and joined the Trust in 2010")
        event(trust, kind="start", about="kindred", date="2010-01", evidence="b1")
        claim(trust, **cells, evidence="x1; b1")
        assert trust.findings() == []

    def test_where_sources_disagree_about_the_end_the_last_counts(self, trust: Copy) -> None:
        says(trust, "b1", "Kindred closed in 2022")
        says(trust, "b2", "Kindred closed in 2023")
        for evidence, date in (("b1", "2022"), ("b2", "2023")):
            event(trust, kind="end", about="kindred", date=date, evidence=evidence)
        claim(trust, end="2023-05")
        assert trust.findings() == []
        claim(trust, end="2024")
        [finding] = trust.findings()
        assert finding.message == "This ends 2024, after Kindred ended (2022 or 2023)."


class TestStartInTheFoundingYear:
    @pytest.fixture(autouse=True)
    def _founded(self, trust: Copy) -> None:
        says(trust, "b1", "Kindred was founded in 2015; its office is in Exampleton")
        event(trust, kind="start", about="kindred", date="2015", evidence="b1")

    @pytest.mark.parametrize("evidence", ["x1", "x1; b1"])
    def test_a_start_that_only_the_founding_explains(self, evidence: str, trust: Copy) -> None:
        row = claim(trust, start="2015", evidence=evidence)
        finding = only(trust, "founding-year", "relationships", row, "start")
        assert finding.value == "2015"
        assert (
            finding.message == "The start 2015 is when Kindred began, and nothing that the evidence says of this claim."
        )

    @pytest.mark.parametrize(
        "text",
        [
            "The Trust and Kindred have been partners since 2015",
            "The Trust is a founding member of Kindred",
            "Kindred was founded by the Trust in 2015",
            "Kindred was founded in 2015. In 2015 the Trust joined",
        ],
    )
    def test_a_start_that_the_evidence_says(self, text: str, trust: Copy) -> None:
        says(trust, "x2", text)
        claim(trust, start="2015", evidence="x1; x2")
        assert trust.findings() == []

    @pytest.mark.parametrize("cells", [{"start": "2016"}, {"start": "2015-06"}, {"kind": "establishment"}])
    def test_another_start_or_a_founding_itself(self, cells: dict[str, str], trust: Copy) -> None:
        claim(trust, **{"start": "2015", **cells})
        assert trust.findings() == []


class TestPlansThatAreStated:
    @pytest.mark.parametrize(
        ("text", "plan"),
        [
            ("Minutes: Kindred would lead the work", "would"),
            ("Kindred plans to join the Trust", "plans to"),
            ("Kindred has applied to become a partner of the Trust", "applied to become"),
            ("Kindred applied for a place among the partners", "applied for"),
            ("The Trust and Kindred are to be partners", "are to be"),
            ("Kindred will work with the Trust from May", "will"),
            ("The Trust intends to work with Kindred", "intends to"),
        ],
    )
    def test_a_plan_cited_as_stated(self, text: str, plan: str, trust: Copy) -> None:
        row = says(trust, "x2", text)
        claim(trust, evidence="x2")
        trust.edit("evidence", {"id": "x1"}, {"not_modelled": "Spare."})
        finding = only(trust, "plan-as-stated", "evidence", row, "says")
        assert finding.value == plan
        assert finding.message.endswith("supports: Example Trust is a partner of Kindred.")

    def test_a_plan_quoted_as_stated(self, trust: Copy) -> None:
        text = trust.path / "documents" / "example-newsletter.txt"
        text.write_text(text.read_text("utf-8") + "\nKindred would host the office.\n", "utf-8")
        quoted = {"words": "Kindred would host the office", "source": "example-newsletter"}
        row = add(trust, "evidence", {**REPORT, "id": "x2", **quoted})
        claim(trust, evidence="x1; x2")
        only(trust, "plan-as-stated", "evidence", row, "words")

    @pytest.mark.parametrize(
        "text",
        [
            "Kindred supports applied health research at the Trust",
            "Methods applied by Kindred at the Trust",
            "Kindred would not work without the Trust",
            "The goodwill of Kindred, and the will of its founder, helped the Trust",
            "The Trust would like to thank Kindred",
            "The plan of the Trust and Kindred is published",
        ],
    )
    def test_what_only_sounds_like_a_plan(self, text: str, trust: Copy) -> None:
        says(trust, "x2", text)
        claim(trust, evidence="x1; x2")
        assert trust.findings() == []

    def test_a_reading_and_a_purpose_may_be_plans(self, trust: Copy) -> None:
        says(trust, "x2", "Kindred would lead the work", basis="implied")
        claim(trust, evidence="x1; x2")
        says(trust, "x3", "Kindred plans to end poverty")
        purpose = {"id": "aim", "source": "example-annual-report", "kind": "purpose", "name": "to end poverty"}
        add(trust, "statements", {**purpose, "about": "kindred", "evidence": "x3"})
        assert trust.findings() == []


class TestEndOfAGrant:
    """The grant of the example ends on 31 March 2024, by its e6."""

    def test_an_end_that_the_source_gives_for_the_grant(self, trust: Copy) -> None:
        row = claim(trust, to="example-fund", end="2024-03-31", evidence="x1; e6 [end]")
        finding = only(trust, "end-of-funding", "relationships", row, "end")
        assert finding.value == "2024-03-31"
        assert finding.message == (
            "The end 2024-03-31 is that of another claim from this source: Example Fund funds Example Trust."
        )

    def test_an_end_that_is_recorded_as_an_event_of_the_grant(self, trust: Copy) -> None:
        trust.edit("relationships", {"id": "funding-fund-trust"}, {"end": "", "evidence": "e5"})
        event(trust, kind="end", about="funding-fund-trust", date="2024-03-31", evidence="e6")
        row = claim(trust, to="example-fund", end="2024-03-31", evidence="x1; e6 [end]")
        only(trust, "end-of-funding", "relationships", row, "end")

    def test_an_end_that_the_source_gives_for_the_claim_too(self, trust: Copy) -> None:
        says(trust, "x2", "The partnership ended in March 2024")
        claim(trust, to="example-fund", end="2024-03-31", evidence="x1; e6; x2")
        assert trust.findings() == []

    @pytest.mark.parametrize("cells", [{"end": "2024-03-30"}, {"from": "example-university"}, {"evidence": "e7"}])
    def test_another_end_other_parties_or_another_source(self, cells: dict[str, str], trust: Copy) -> None:
        trust.edit("evidence", {"id": "x1"}, {"not_modelled": "Spare."})
        claim(trust, **{"to": "exampleton-council", "end": "2024-03-31", "evidence": "x1; e6", **cells})
        assert trust.findings() == []


class TestCounts:
    @pytest.fixture(autouse=True)
    def _counted(self, trust: Copy) -> None:
        says(trust, "g1", "Two charities are members of the Alliance, Kindred, Oak and the Fund among them")
        group = {"id": "two", "source": "example-annual-report", "name": "two charities", "member_type": "charity"}
        add(trust, "groups", {**group, "count": "2", "count_as_stated": "two", "open": "no", "evidence": "g1"})
        member = {"kind": "membership", "to": "example-alliance", "evidence": "g1"}
        for body in ("two", "kindred", "oak", "example-university"):
            add(trust, "relationships", {**member, "id": f"member-{body}", "from": body})

    def test_as_many_as_are_counted(self, trust: Copy) -> None:
        assert trust.findings() == []

    def test_more_members_named_than_counted(self, trust: Copy) -> None:
        claim(trust, kind="membership", **{"from": "example-fund", "to": "example-alliance"}, evidence="g1")
        trust.edit("evidence", {"id": "x1"}, {"not_modelled": "Spare."})
        finding = only(trust, "count-below-members", "groups", 2, "count")
        assert finding.message == "The source counts 2, and names 3: Example Fund, Kindred, Oak."

    @pytest.mark.parametrize("cells", [{"evidence": "x1"}, {"kind": "support", "evidence": "g1"}])
    def test_another_source_or_another_kind_is_no_contradiction(self, cells: dict[str, str], trust: Copy) -> None:
        add(trust, "sources", {"id": "paper", "title": "A paper", "publisher": "Oak", "kind": "article"})
        trust.edit("evidence", {"id": "x1"}, {"source": "paper"})
        claim(
            trust, **{"kind": "membership", "from": "example-fund", "to": "example-alliance", "evidence": "x1", **cells}
        )
        assert {finding.rule for finding in trust.findings()} <= {"unused-evidence"}

    def test_a_member_of_another_time_does_not_count(self, trust: Copy) -> None:
        trust.edit("relationships", {"id": "member-two"}, {"start": "2020"})
        claim(trust, kind="membership", **{"from": "example-fund", "to": "example-alliance"}, end="2018", evidence="g1")
        trust.edit("evidence", {"id": "x1"}, {"not_modelled": "Spare."})
        assert trust.findings() == []

    def test_more_in_the_cell_of_members_than_counted_stays_an_error(self, trust: Copy) -> None:
        trust.edit("groups", {"id": "two"}, {"members": "kindred; oak; example-fund"})
        [finding] = trust.findings()
        assert (finding.rule, finding.severity) == ("more-named-than-counted", "error")


class TestRenamings:
    @pytest.fixture(autouse=True)
    def _ended(self, trust: Copy) -> None:
        claim(trust, end="2021")

    def change(self, folder: Copy, text: str = "Oak follows Kindred") -> int:
        says(folder, "r1", text)
        return event(folder, kind="change", **{"from": "kindred", "to": "oak"}, date="2022-04-01", evidence="r1")

    def test_evidence_of_a_new_name(self, trust: Copy) -> None:
        finding = only(trust, "renaming-as-two", "events", self.change(trust, "Kindred was renamed Oak"), "kind")
        assert finding.message.startswith("Kindred and Oak look like one body that changed its name")

    def test_the_old_name_is_recorded_as_a_name_of_the_new_body(self, trust: Copy) -> None:
        name = {"id": "oak-former", "organisation": "oak", "name": "KINDRED", "kind": "former", "evidence": "x1"}
        add(trust, "names", name)
        only(trust, "renaming-as-two", "events", self.change(trust), "kind")

    def test_both_have_the_number_of_one_charity(self, trust: Copy) -> None:
        for body in ("kindred", "oak"):
            row = {"organisation": body, "scheme": "charity-ew", "value": "207711", "evidence": "x1"}
            add(trust, "identifiers", row)
        only(trust, "renaming-as-two", "events", self.change(trust), "kind")

    @pytest.mark.parametrize("start", ["2022-04-01", "2022-04-02"])
    def test_an_end_and_a_start_instead_of_a_change(self, start: str, trust: Copy) -> None:
        says(trust, "r1", "Kindred is now called Oak")
        row = event(trust, kind="end", about="kindred", date="2022-04-01", evidence="r1")
        event(trust, kind="start", about="oak", date=start, evidence="r1")
        only(trust, "renaming-as-two", "events", row, "kind")

    def test_a_body_that_another_follows_is_not_renamed(self, trust: Copy) -> None:
        self.change(trust)
        assert trust.findings() == []

    def test_an_end_and_a_start_of_the_same_day_are_not_yet_a_renaming(self, trust: Copy) -> None:
        says(trust, "r1", "Kindred closed and Oak opened on one day")
        event(trust, kind="end", about="kindred", date="2022-04-01", evidence="r1")
        event(trust, kind="start", about="oak", date="2022-04-01", evidence="r1")
        assert trust.findings() == []

    def test_a_register_that_keeps_the_two_apart_says_that_they_are_two(self, trust: Copy) -> None:
        for body, number in (("kindred", "207711"), ("oak", "210183")):
            row = {"organisation": body, "scheme": "charity-ew", "value": number, "evidence": "x1"}
            add(trust, "identifiers", row)
        self.change(trust, "Kindred was renamed Oak")
        assert trust.findings() == []

    def test_a_merger_under_a_new_name_is_no_renaming(self, trust: Copy) -> None:
        says(trust, "r1", "Kindred merged into Oak, which was then renamed")
        event(trust, kind="merger", **{"from": "kindred", "to": "oak"}, date="2022-04-01", evidence="r1")
        assert trust.findings() == []

    def test_an_editor_who_accepted_it_is_not_warned_again(self, trust: Copy) -> None:
        self.change(trust, "Kindred was renamed Oak")
        event_id = trust.rows("events")[0]["id"]
        add(trust, "standing", {"record": event_id, "standing": "accepted", "note": "A new charity, by its trustees."})
        assert trust.findings() == []


class TestPersons:
    @pytest.mark.parametrize(
        "text",
        [
            "Prof. A. Example-Person speaks for Kindred",
            "Kindred is led by Dr Invented",
            "The director’s chair is at Kindred",
            "Kindred is a social worker's former employer",
            "She moved to Kindred from the Trust",
            "Kindred has a new director, Ann Invented, from the Trust",
        ],
    )
    def test_evidence_about_a_person(self, text: str, trust: Copy) -> None:
        row = says(trust, "x2", text)
        claim(trust, evidence="x1; x2")
        finding = only(trust, "person-in-evidence", "evidence", row, "says")
        assert "Invented" not in str(finding)

    def test_a_note_about_a_person(self, trust: Copy) -> None:
        row = says(trust, "x2", "Kindred works with the Trust", note="Told by Mr Invented")
        claim(trust, evidence="x1; x2")
        only(trust, "person-in-evidence", "evidence", row, "note")

    @pytest.mark.parametrize(
        "text",
        [
            "Kindred's directors meet those of the Trust; the Association of Directors of Children’s Services helps",
            "The post of Professor of Primary Care is paid by Kindred",
            "The children's trust and the social workers of Kindred",
            "This theme of history, and the other: Sherwood and Kindred",
            "Kindred pays for a professor at the School of Health",
        ],
    )
    def test_offices_and_professions_are_no_persons(self, text: str, trust: Copy) -> None:
        says(trust, "x2", text)
        claim(trust, evidence="x1; x2")
        assert trust.findings() == []

    def test_the_name_of_a_body_is_no_person(self, trust: Copy) -> None:
        trust.edit("organisations", {"id": "kindred"}, {"name": "Dr Invented Homes"})
        says(trust, "x2", "The Trust works with Dr Invented Homes")
        claim(trust, evidence="x1; x2")
        assert trust.findings() == []


def test_a_graph_without_its_tables_gives_the_same_warnings(trust: Copy) -> None:
    merge(trust)
    reader = assemble(read_folder(trust.path).model).reader()
    [finding] = check(reader)
    assert (finding.rule, finding.place) == ("open-after-end", None)
    assert (finding.focus or "").endswith("/rel/claim")
    lines = [
        line.replace("/graph/source/example-annual-report>", "/graph/register/example-annual-report>")
        for line in reader.nquads()
    ]
    assert check(Reader.nquads_lines(lines)) == []  # what a register says cannot be mended by whoever reads it


@pytest.fixture
def workbook(tmp_path: Path) -> Path:
    """A folder of one's own as `init` makes it, with two partners that merge, written with openpyxl."""
    folder = tmp_path / "mine"
    assert CliRunner().invoke(cli, ["init", str(folder), "--full", "--name", "Mine"]).exit_code == 0
    path = folder / "tables" / "partners.xlsx"
    book = openpyxl.load_workbook(path)

    def append(sheet: str, **cells: str) -> int:
        columns = [cell.value for cell in book[sheet][1]]
        row = next(n for n in range(2, 1000) if all(cell.value is None for cell in book[sheet][n]))
        for name, value in cells.items():
            book[sheet].cell(row, columns.index(name.rstrip("_")) + 1, value)
        return row

    append("Organisations", **KINDRED)
    append("Organisations", **OAK)
    for id_, text in (("x1", "Kindred is a partner since 2020"), ("x2", "On 1 July 2025 Kindred merged into Oak")):
        append("Evidence", **REPORT, id=id_, says=text)
    append("Relationships", **CLAIM, start="2020")
    merger = {"id": "kindred-oak", "kind": "merger", "evidence": "x2", "from_": "kindred", "to": "oak"}
    append("Events", **merger, date="2025-07-01")
    book.save(path)
    return folder


def test_two_partners_merged_in_the_workbook_end_to_end(workbook: Path, tmp_path: Path) -> None:
    [finding] = collect_findings(workbook)
    assert finding.place is not None
    assert (finding.rule, finding.place.sheet, finding.place.cell) == ("open-after-end", "Relationships", "I8")
    done = CliRunner().invoke(
        cli, ["check", str(workbook), "--marked", str(tmp_path / "marked.xlsx")], catch_exceptions=False
    )
    assert done.exit_code == 0
    line = "Kindred ended 2025-07-01; this relationship is still open. End it, or move it to its successor Oak."
    assert line in done.stdout
    marked = openpyxl.load_workbook(tmp_path / "marked.xlsx")
    comment = marked["Relationships"]["I8"].comment
    assert comment is not None
    assert line in comment.text.replace("\n", " ")

    report = build(workbook, tmp_path / "build")
    assert [warning.rule for warning in report.warnings] == ["open-after-end"]
    written = json.loads((tmp_path / "build" / "report.json").read_text("utf-8"))
    assert [row["cell"] for row in written["warnings"]] == ["I8"]
    asked = ["query", "successions", "--graph", str(tmp_path / "build"), "--format", "csv"]
    answer = CliRunner().invoke(cli, asked, catch_exceptions=False)
    assert "Kindred" in answer.stdout
    assert "Oak" in answer.stdout
    reader = Reader.at(tmp_path / "build")
    [row] = reader.rows("SELECT ?until { ?r a pg:Relationship ; pg:to ?body ; pg:kind code:partnership ; "
                        "pg:validUntilLatest ?until . ?body skos:prefLabel 'Kindred'@en }")  # fmt: skip
    assert row["until"] == "2025-07-01"

"""From cells to values: what a reference may look like, and what it means."""

from __future__ import annotations

import pytest

from partnergraph.graph_folder.cell_parser import CellParser
from partnergraph.model.ids import Ids
from partnergraph.model.records import Support
from partnergraph.tables.table import Table, TableRow
from partnergraph.tables.table_schemas import PARTIES, TABLE_SCHEMAS

IDS = Ids("https://example.org/")


def rows(table: str, *cells: dict[str, str]) -> Table:
    return Table(f"{table}.csv", [TableRow(f"{table}.csv", number, row) for number, row in enumerate(cells, 2)])


@pytest.fixture
def find() -> CellParser:
    tables = {name: Table(f"{name}.csv") for name in TABLE_SCHEMAS}
    tables["organisations"] = rows("organisations", {"id": "alpha"}, {"id": "same"}, {"id": "a--b-1"})
    tables["groups"] = rows("groups", {"id": "partners", "source": "page"}, {"id": "same", "source": "page"})
    tables["sources"] = rows("sources", {"id": "Page_1"}, {"id": "page"})
    tables["evidence"] = rows("evidence", {"id": "S1"}, {"id": "cov-2"})
    tables["relationships"] = rows("relationships", {"id": "funding--alpha--same"})
    return CellParser(tables, IDS)


def cell(**cells: str) -> TableRow:
    return TableRow("x.csv", 7, cells)


@pytest.mark.parametrize(
    ("text", "iri"),
    [
        ("alpha", "https://example.org/id/org/alpha"),
        ("org:alpha", "https://example.org/id/org/alpha"),
        ("a--b-1", "https://example.org/id/org/a--b-1"),
        ("partners", "https://example.org/id/group/page/partners"),
        ("group:same", "https://example.org/id/group/page/same"),
        ("org:same", "https://example.org/id/org/same"),
    ],
)
def test_a_party_is_named_by_its_id_with_or_without_the_prefix_of_its_table(
    text: str, iri: str, find: CellParser
) -> None:
    assert find.reference(cell(to=text), "to", PARTIES) == iri
    assert find.findings == []


def test_an_id_of_two_tables_needs_a_prefix(find: CellParser) -> None:
    assert find.reference(cell(to="same"), "to", PARTIES) is None
    [finding] = find.findings
    assert (finding.rule, finding.fix) == ("ambiguous", "Write org:same or group:same.")
    assert str(finding.place) == 'x.csv, row 7, column "to"'


def test_an_empty_cell_names_nothing_and_is_no_error(find: CellParser) -> None:
    assert find.reference(cell(), "to", PARTIES) is None
    assert find.references(cell(), "via", PARTIES) == ()
    assert (find.date(cell(), "start"), find.count(cell(), "count"), find.flag(cell(), "open")) == (None, None, None)
    assert (find.code(cell(), "kind", "relationship-kind"), find.codes(cell(), "type", "org-type")) == ("", ())
    assert find.findings == []


def test_of_several_names_the_good_ones_are_kept_and_each_bad_one_is_a_finding(find: CellParser) -> None:
    found = find.references(cell(via="alpha; nobody; partners; noone"), "via", PARTIES)
    assert found == ("https://example.org/id/org/alpha", "https://example.org/id/group/page/partners")
    assert [finding.value for finding in find.findings] == ["nobody", "noone"]


def test_a_prefix_does_not_lead_into_a_table_that_may_not_be_named_there(find: CellParser) -> None:
    assert find.reference(cell(to="rel:funding--alpha--same"), "to", PARTIES) is None
    assert [finding.rule for finding in find.findings] == ["reference-form"]


def test_a_table_that_could_not_be_read_is_not_held_against_who_names_it() -> None:
    tables = {name: Table(f"{name}.csv", complete=name != "organisations") for name in TABLE_SCHEMAS}
    find = CellParser(tables, IDS)
    assert find.reference(cell(to="anybody"), "to", PARTIES) is None
    assert find.slug(cell(organisation="anybody"), "organisation", "organisations") is None
    assert find.findings == []
    assert find.slug(cell(source="anything"), "source", "sources") is None
    assert [finding.rule for finding in find.findings] == ["unknown-source"]


@pytest.mark.parametrize(
    "slug", ["Alpha", "alpha beta", "-alpha", "alpha-", "al.pha", "älpha", "alpha/beta", "x" * 10 + "\n"]
)
def test_an_id_in_a_wrong_form_is_one_finding_and_naming_it_is_no_second(slug: str) -> None:
    tables = {name: Table(f"{name}.csv") for name in TABLE_SCHEMAS}
    tables["organisations"] = rows("organisations", {"id": slug})
    find = CellParser(tables, IDS)
    assert [finding.rule for finding in find.findings] == ["id-form"]
    find.reference(cell(to=slug), "to", PARTIES)
    assert len(find.findings) == 1


def test_ids_of_sources_and_evidence_may_have_capitals_and_underscores(find: CellParser) -> None:
    assert find.slug(cell(source="Page_1"), "source", "sources") == "Page_1"
    assert find.findings == []


def test_evidence_is_read_with_the_columns_it_is_limited_to(find: CellParser) -> None:
    text = "S1; cov-2 [start, end] ; S1[]"
    assert find.support(cell(evidence=text), "relationships") == (
        Support("S1"),
        Support("cov-2", frozenset({"start", "end"})),
        Support("S1", frozenset()),
    )
    assert find.findings == []


@pytest.mark.parametrize("text", ["S1 [start", "S1 start", "[start]", "S1, cov-2", "S1 [start] [end]"])
def test_evidence_in_a_wrong_form_is_a_finding_with_the_right_one(text: str, find: CellParser) -> None:
    assert find.support(cell(evidence=text), "relationships") == ()
    [finding] = find.findings
    assert (finding.rule, finding.value) == ("evidence-form", text)
    assert "covcab-2 [start, end]" in (finding.fix or "")


@pytest.mark.parametrize(
    ("text", "answer"), [("yes", True), ("YES", True), ("true", True), ("no", False), ("False", False)]
)
def test_yes_and_no_may_be_what_spreadsheet_programs_make_of_them(text: str, answer: bool, find: CellParser) -> None:
    assert find.flag(cell(open=text), "open") is answer
    assert find.findings == []


@pytest.mark.parametrize(("text", "number"), [("1", 1), ("14", 14), ("007", 7), ("999999999", 999999999)])
def test_a_count_is_a_whole_number(text: str, number: int, find: CellParser) -> None:
    assert find.count(cell(count=text), "count") == number


@pytest.mark.parametrize("text", ["0", "-1", "1.0", "1,000", "two", "²", "١", "1e3", "9" * 5000, "000"])
def test_what_is_no_count(text: str, find: CellParser) -> None:
    assert find.count(cell(count=text), "count") is None
    assert [finding.rule for finding in find.findings] == ["count"]


def test_an_end_in_the_year_of_the_start_is_not_before_it(find: CellParser) -> None:
    fields = find.fields("names", cell(start="2014-05", end="2014"))
    start, end = fields["start"], fields["end"]
    assert (str(start and start.text), str(end and end.text)) == ("2014-05", "2014")
    assert find.findings == []
    find.fields("names", cell(start="2014-05", end="2014-04"))
    assert [finding.rule for finding in find.findings] == ["end-before-start"]


@pytest.mark.parametrize(
    ("text", "scheme", "code"),
    [
        ("FUNDING", "relationship-kind", "funding"),
        ("working_alongside", "relationship-kind", "working-alongside"),
        ("funds us", "relationship-kind", "funding"),
        ("is funded by", "relationship-kind", "funding"),
        ("Council", "org-type", "local-authority"),
        ("Annual review", "source-kind", ""),
        ("Newsletter", "source-kind", "newsletter"),
        ("Status change", "event-kind", "status-change"),
        ("Disputed", "standing", "disputed"),
    ],
)
def test_an_entry_of_a_list_is_named_by_code_label_or_wording(
    text: str, scheme: str, code: str, find: CellParser
) -> None:
    assert find.code(cell(kind=text), "kind", scheme) == code
    assert [finding.rule for finding in find.findings] == ([] if code else ["unknown-kind"])

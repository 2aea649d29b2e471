"""Conflicts in the Keele graph, as it is and with disagreements written into a copy."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from partnergraph.build.assemble import assemble
from partnergraph.cli import cli
from partnergraph.graph_folder.folder import read_folder
from partnergraph.match.conflicts import Conflict, conflicts
from partnergraph.match.output import CONFLICT_COLUMNS, format_conflicts
from partnergraph.store import Reader, Writer
from partnergraph.vocabulary import ORG, PG
from tests.conftest import ROOT
from tests.match.edited import with_rows

PARTNERSHIP = "West Midlands Social Work Teaching Partnership"
STATEMENTS = (  # Renamed or new; who receives the grant; who pays at all; what is left of an office.
    "university hospital of north staffordshire  change  2014",
    "Department for Education",
    PARTNERSHIP,
    "GOV.UK lists it as live in April 2026",
)
KEELE = "keele-university"


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> list[Conflict]:
    """One copy in which records of two sources disagree in every way, and some that do not."""
    ev, other = "S1", "ror-00340yn33"
    tables = {
        "events": [
            {"id": "e1", "kind": "end", "about": KEELE, "date": "2030", "evidence": ev},
            {"id": "e2", "kind": "end", "about": KEELE, "date": "2031-05", "evidence": other},
            {"id": "e3", "kind": "end", "about": "university-of-exeter", "date": "2030", "evidence": ev},
            {"id": "e4", "kind": "end", "about": "university-of-exeter", "date": "2030-05", "evidence": other},
        ],
        "names": [
            {"id": "n1", "organisation": KEELE, "name": "Keele Institute", "kind": "current", "evidence": other},
            # The same name twice.
            {"id": "n2", "organisation": KEELE, "name": "Keele Hall", "kind": "former", "start": "1950",
             "evidence": ev},
            {"id": "n3", "organisation": KEELE, "name": "Keele Hall", "kind": "former", "start": "1949",
             "evidence": other},
        ],
        "attributes": [
            {"id": "a1", "organisation": KEELE, "property": "register-status", "value": "closed", "evidence": ev},
            {"id": "a2", "organisation": KEELE, "property": "coordinates", "value": "53.0041, -2.2746",
             "evidence": ev},
        ],
        "identifiers": [{"organisation": KEELE, "scheme": "ukprn", "value": "10009999", "evidence": ev}],
        "relationships": [
            {"id": "r1", "kind": "support", "from": "nice", "to": KEELE, "start": "2001", "evidence": ev},
            {"id": "r2", "kind": "support", "from": "nice", "to": KEELE, "start": "2003", "evidence": other},
            {"id": "r3", "kind": "leadership", "from": "wellcome-trust", "to": "joint-research-strategy",
             "evidence": ev},
            {"id": "r4", "kind": "leadership", "from": KEELE, "to": "joint-research-strategy", "evidence": other},
        ],
    }  # fmt: skip
    return conflicts(with_rows(tmp_path_factory.mktemp("conflicts"), **tables))


@pytest.fixture(scope="module")
def base(keele: Path) -> list[Conflict]:
    return conflicts(Reader.at(keele))


def one(found: list[Conflict], sort: str, label: str, question: str = "") -> Conflict:
    """The one conflict of a sort about a body."""
    [hit] = [c for c in found if c.sort == sort and label in c.label and question in c.question]
    return hit


def says(conflict: Conflict) -> set[str]:
    return {side.says for side in conflict.sides}


def test_the_keele_graph_has_the_conflicts_that_its_editors_know(base: list[Conflict]) -> None:
    assert [(c.sort, c.label, c.marked) for c in base] == [
        ("count", PARTNERSHIP, True),
        ("count", PARTNERSHIP, True),
        ("leader", PARTNERSHIP, True),
        *[("statement", label, True) for label in STATEMENTS],
        ("place", "Arthritis UK", False),
    ]


def test_both_sides_have_their_evidence_and_standing(base: list[Conflict]) -> None:
    council, university = sorted(one(base, "leader", PARTNERSHIP).sides, key=lambda side: side.says)
    assert (council.standing, university.standing) == ("accepted", "disputed")
    assert [proof.id for proof in council.evidence] == ["E45", "covcab-1", "covcab-2", "covnews-1"]
    assert university.evidence[0].words == "Coventry University, who acts as the lead authority"
    assert council.evidence[0].words is None, "a citation is not shown as words"
    assert "a university is not an authority" in (one(base, "leader", PARTNERSHIP).note or "")


def test_records_of_two_sources_that_disagree_are_found(found: list[Conflict]) -> None:
    assert says(one(found, "date", "Keele University", "end")) == {"2030", "2031-05"}
    assert says(one(found, "date", "Keele University", "“Keele Hall”")) == {"1949", "1950"}
    assert says(one(found, "name", "Keele University")) == {"Keele University", "Keele Institute"}
    assert says(one(found, "value", "Keele University")) == {"active", "closed"}
    assert says(one(found, "identifier", "Keele University")) == {"10007767", "10009999"}
    assert len(one(found, "leader", "joint research strategy").sides) == 2
    dates = one(found, "date", "and Keele University", "support")
    assert all(side.evidence for side in dates.sides)


def test_what_is_only_more_exact_is_no_conflict(found: list[Conflict]) -> None:
    labels = {c.label for c in found}
    assert "Keele University" in labels
    assert "University of Exeter" not in labels, "2030 and 2030-05 may be the same day"
    assert not [c for c in found if c.question == "coordinates"], "two points 10 metres apart are one"


def _two_sources_of_one_record() -> Writer:
    """A register says of one and the same record other things than the tables do."""
    writer = assemble(read_folder(ROOT / "data").model)
    base, graph = "https://w3id.org/partnergraph/id", "https://w3id.org/partnergraph/graph/source/ror"
    record = next(
        str(row["r"])
        for row in writer.reader().rows(
            f"SELECT ?r {{ ?r a <{PG.Relationship}> ; <{PG.startEarliest}> ?d "
            f"FILTER NOT EXISTS {{ ?r <{PG.derivedBy}> ?x }} "
            'FILTER (?d > "1990-01-01"^^<http://www.w3.org/2001/XMLSchema#date>) } ORDER BY ?r LIMIT 1'
        )
    )
    day = '"1891-02-03"^^<http://www.w3.org/2001/XMLSchema#date>'
    code = "https://w3id.org/partnergraph/code"
    lines = [f"<{record}> <{PG[name]}> {day} <{graph}> .\n" for name in ("start", "startEarliest", "startLatest")]
    lines.append(f"<{base}/org/{KEELE}> <{ORG.classification}> <{code}/charity> <{graph}> .\n")
    writer.add(lines)
    writer.merge()
    return writer


def test_two_sources_of_one_record_that_disagree_on_date_and_type_are_found() -> None:
    found = conflicts(_two_sources_of_one_record().reader())
    [date] = [c for c in found if c.sort == "date"]
    assert "1891-02-03" in says(date)
    assert len(date.sides) == 2
    assert says(one(found, "type", "Keele University")) == {"university", "charity"}


def test_every_form_tells_all_of_them(found: list[Conflict]) -> None:
    rows = list(csv.DictReader(format_conflicts(found, "csv").splitlines()))
    plain = json.loads(format_conflicts(found, "json"))
    assert tuple(rows[0]) == CONFLICT_COLUMNS
    assert len(rows) == sum(len(c.sides) for c in found)
    assert [c["question"] for c in plain] == [c.question for c in found]
    assert "[disputed]" in format_conflicts(found, "text")


def test_the_command_gives_the_same_bytes_and_exit_code_0(keele: Path) -> None:
    runs = [CliRunner().invoke(cli, ["conflicts", "--graph", str(keele)]) for _ in range(2)]
    assert [run.exit_code for run in runs] == [0, 0]
    assert runs[0].stdout_bytes == runs[1].stdout_bytes
    assert "8 conflicts, 7 of them marked by an editor" in runs[0].stderr

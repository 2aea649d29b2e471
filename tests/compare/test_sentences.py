"""Every kind of change is told in a sentence of its own, once, with the old and the new value."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from partnergraph.build import assemble
from partnergraph.compare import compare
from partnergraph.graph_folder.folder import read_folder
from tests.compare.conftest import Edited, Rows, changes, only, row
from tests.conftest import ROOT

LEADS = "leadership--coventry-university--west-midlands-social-work-teaching-partnership"
MEMBER = "membership--local-health-care-providers--primary-care-research-consortium"


def _set(wanted: dict[str, str], **values: str) -> Callable[[Rows], object]:
    return lambda rows: row(rows, **wanted).update(values)


def _drop(**wanted: str) -> Callable[[Rows], object]:
    return lambda rows: rows.remove(row(rows, **wanted))


def _add(like: dict[str, str], **values: str) -> Callable[[Rows], object]:
    return lambda rows: rows.append(row(rows, **like) | values)


CARE = {"id": "arthritis-care"}
# The edits, the sort of change, and what its sentence says.
CASES: dict[str, tuple[dict[str, Callable[[Rows], object]], str, str]] = {
    "a new organisation": (
        {"organisations": _add(CARE, id="new-one", name="A New Charity")},
        *("organisation-new", "New organisation: A New Charity."),
    ),
    "a renamed organisation": (
        {"organisations": _set(CARE, name="Care for Arthritis")},
        *("renamed", "Renamed: Care for Arthritis (was Arthritis Care)."),
    ),
    "a name added": (
        {"names": _add({"organisation": "arthritis-research-uk"}, id="n1", name="Another Name", start="1950")},
        *("name-new", "Name added: Another Name (former name)."),
    ),
    "a relationship ended": (
        {"relationships": _set({"id": MEMBER}, end="2024-03-31")},
        "ended",
        "Ended: local (NHS primary/community care) providers of health care are members of "
        "Primary Care Research Consortium, on 2024-03-31 (was open).",
    ),
    "another kind": (
        {"relationships": _set({"id": MEMBER}, kind="funding", role="")},
        *("changed", "fund Primary Care Research Consortium (was: "),
    ),
    "evidence added": (
        {"relationships": lambda rows: row(rows, id=LEADS).update(evidence=row(rows, id=LEADS)["evidence"] + "; S1")},
        *("evidence-added", "Evidence added for Coventry University leads"),
    ),
    "a note of the editor": (
        {"standing": _set({"record": LEADS}, note="Both were right.")},
        *("standing", "Note on the standing changed: Coventry University leads"),
    ),
    "another standing": (
        {"standing": _set({"record": LEADS}, standing="retracted")},
        *("standing", "Standing changed, disputed → retracted: Coventry University leads"),
    ),
    "our statement of a citation": (
        {"evidence": _set({"id": "ror-03phf2w66"}, says="It is in the register.")},
        *("evidence-changed", "our statement changed (ror-03phf2w66; ROR records): “The entry"),
    ),
    "an identifier added": (
        {"identifiers": _add({"organisation": "arthritis-research-uk"}, value="grid.1.2")},
        *("identifier-new", "Identifier added: GRID grid.1.2."),
    ),
    "an attribute changed": (
        {"attributes": _set({"id": "arthritis-uk--headquarters"}, value="Leeds")},
        *("changed", "Leeds (was Chesterfield, Derbyshire)."),
    ),
    "a source's title": (
        {"sources": _set({"id": "lp"}, title="Another title")},
        *("source-changed", ": Another title (was "),
    ),
    "the count of a group": (
        {"groups": _set({"id": "nhs-partners"}, count="7")},
        *("changed", "Count added: 7."),
    ),
    "the value of a finding": (
        {"statements": _set({"id": "ref-90-percent"}, value="91")},
        *("changed", "91 (was 90)."),
    ),
    "a place on the map": (
        {"positions": _set({"body": "arthritis-care", "view": "wide"}, x="71")},
        *("moved", "Moved on the map: Arthritis Care, wide view: 434, 690 → 71, 690."),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_a_change_is_told_once_in_words(edited: Edited, name: str) -> None:
    edits, what, sentence = CASES[name]
    change = only(edited.report(**edits))
    assert change.what == what
    assert sentence in change.sentence


def test_a_date_made_more_precise_is_said_so(edited: Edited) -> None:
    edits = {"names": _set({"id": "arthritis-research-uk--empire-rheumatism-council"}, start="1936-05")}
    change = only(edited.report(**edits))
    assert change.sentence.startswith("Start made more precise: Empire Rheumatism Council (former name), 1936-05")
    assert (change.old, change.new) == ("1936", "1936-05")


def test_what_is_taken_out_is_gone_and_not_ended(edited: Edited) -> None:
    report = edited.report(relationships=_drop(id=MEMBER))
    assert only(report).what == "relationship-gone"
    assert only(report).sentence.startswith("Gone, relationship removed: local")
    assert "1 relationship removed" in report.summary
    assert "ended" not in report.summary


def test_a_new_relationship_brings_its_dates_and_words_and_is_told_at_its_first_body(edited: Edited) -> None:
    edit = _add({"id": MEMBER}, id="m2", to="arthritis-care", start="2024")
    report = edited.report(relationships=edit)
    change = only(report)
    assert change.what == "relationship-new"
    assert change.details[0].startswith("From 2024")
    assert any("“" in detail for detail in change.details)
    assert ("Arthritis Care", ("local (NHS primary/community care) providers of health care",)) in report.named


def test_a_merger_is_told_as_a_succession(edited: Edited) -> None:
    edit = _add({"kind": "merger"}, id="e2", **{"from": "nhs-england", "to": "arthritis-care"}, about="", date="2030")
    report = edited.report(events=edit)
    change = only(report)
    assert change.what == "succeeded"
    assert change.sentence.startswith("Succeeded: NHS England was succeeded by Arthritis Care (")
    assert "2030" in change.sentence


def test_an_organisation_whose_id_changes_is_one_change(edited: Edited) -> None:
    """The id stands in every table that mentions the body; rows keep the ids that were made with it."""

    def everywhere(rows: Rows) -> None:
        for one in rows:
            for column in one:
                parts = [part if part != "wellcome-trust" else "wellcome" for part in one[column].split("; ")]
                one[column] = "; ".join(parts)

    tables = ("organisations", "names", "identifiers", "relationships", "attributes", "positions", "events", "groups")
    report = edited.report(**dict.fromkeys(tables, everywhere))
    [change] = [one for one in changes(report) if "Wellcome Trust is now" in one.sentence]
    assert change.sentence.startswith("Id changed: Wellcome Trust is now org/wellcome (was org/wellcome-trust)")
    # The rows of positions.csv have ids that are made of the body's.
    assert {one.what for one in changes(report)} == {"id-changed"}
    assert report.added > 10


def test_equal_graphs_have_nothing_to_tell(edited: Edited) -> None:
    report = edited.report()
    assert report.equal
    assert report.summary == "Nothing has changed."
    assert not changes(report)
    assert report.patch() == "TX .\nTC .\n"


def test_what_rules_derive_is_counted_and_not_told(edited: Edited) -> None:
    folder = edited.copy(relationships=_set({"id": MEMBER}, kind="funding", role=""))
    whole = [assemble(read_folder(path).model).reader() for path in (ROOT / "data", folder)]
    report = compare(*whole)
    assert sum(report.following.values()) > 0
    assert all("derived" not in change.subject for change in changes(report))
    assert re.search(r"^What rules derive changed with it: [1-9][0-9,]* statements?\.", report.note)

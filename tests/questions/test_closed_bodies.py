"""On a day after the Keele tables were written, no body that they say has closed is a current partner."""

from __future__ import annotations

import csv
from datetime import date

import pytest

from partnergraph.model.dates import PartialDate
from partnergraph.store import Reader
from tests.conftest import ROOT
from tests.questions.test_named_questions import ask

DAY = date(2026, 11, 30)


def _table(name: str) -> list[dict[str, str]]:
    with (ROOT / "data/tables" / f"{name}.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


NAMES = {row["id"]: row["name"] for row in _table("organisations")}
DISPUTED = {row["record"] for row in _table("standing") if row["standing"] == "disputed"}
INFERRED = {row["id"] for row in _table("evidence") if row["basis"] == "inferred"}


def closed_bodies(inferred: bool) -> set[str]:
    """Names of the bodies with an end, or a change into others, that was surely over before the day.

    `inferred`: those whose event rests on inference alone, else those whose event a source states.
    """
    closed = set()
    for row in _table("events"):
        if not row["date"] or row["id"] in DISPUTED or PartialDate.parse(row["date"]).latest >= DAY:
            continue
        if inferred != ({part.split(" ")[0] for part in row["evidence"].split("; ")} <= INFERRED):
            continue
        if row["kind"] == "end":
            closed.add(row["about"])
        elif row["kind"] in ("change", "merger"):
            closed |= set(row["from"].split("; ")) - set(row["to"].split("; "))
    return {NAMES[name] for name in closed if name in NAMES}


CLOSED = sorted(closed_bodies(inferred=False))
PERHAPS_CLOSED = sorted(closed_bodies(inferred=True))


def test_the_tables_say_of_these_bodies_that_they_have_closed() -> None:
    assert len(CLOSED) >= 12
    assert {"Public Health England", "NHS Stoke on Trent CCG", "Arthritis Research UK"} <= set(CLOSED)
    assert PERHAPS_CLOSED == ["Shropshire Clinical Commissioning Group"]


@pytest.mark.parametrize("body", CLOSED)
def test_a_closed_body_has_no_relationship_that_is_current_or_not_known(whole: Reader, body: str) -> None:
    rows = [row for row in ask(whole, "links", date=DAY.isoformat()) if body in row[:2]]
    assert {row[5] for row in rows} <= {"ended"}, rows


@pytest.mark.parametrize("organisation", sorted(set(NAMES.values()) - set(CLOSED)))
def test_no_partner_that_has_closed_is_named_as_current(whole: Reader, organisation: str) -> None:
    rows = [row for row in ask(whole, "partners", organisation=organisation, date=DAY.isoformat()) if row[0] in CLOSED]
    assert {row[5] for row in rows} <= {"ended"}, rows


@pytest.mark.parametrize("body", PERHAPS_CLOSED)
def test_a_body_whose_end_is_only_inferred_has_nothing_that_is_current(whole: Reader, body: str) -> None:
    rows = [row for row in ask(whole, "links", date=DAY.isoformat()) if body in row[:2]]
    assert rows
    assert "current" not in {row[5] for row in rows}

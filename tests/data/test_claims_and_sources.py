"""Kinds of overstatement, looked for in every row of the Keele tables: time, plans, readings, registers, reckoning."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator

from tests.data.test_keele_tables import TABLES, Row, cited

EVIDENCE = {row["id"]: row for row in TABLES["evidence"]}
SOURCES = {row["id"]: row for row in TABLES["sources"]}
DATES = {"relationships": ("start", "end"), "events": ("date",), "names": ("start", "end")}
PLAN = "Told as to come"
NOTES = {"relationships": ("date_note", "note"), "events": ("note",), "attributes": ("note",)}


def first_day(date: str) -> str:
    """The earliest day that a date, or an interval of dates, can mean."""
    start = date.split("/", maxsplit=1)[0]
    return start + "-01-01"[len(start) - 4 :]


def last_day(date: str) -> str:
    """The latest day that a date, or an interval of dates, can mean."""
    end = date.rsplit("/", maxsplit=1)[-1]
    if len(end) == len("2019"):
        return f"{end}-12-31"
    year, month, *_ = map(int, end.split("-"))
    return end if len(end) == len("2019-10-01") else f"{end}-{calendar.monthrange(year, month)[1]:02}"


def speaks_until(source: Row) -> str:
    """The last day for which a source can vouch: of its date, else of its bounds, else that of reading it."""
    return last_day(source["date"] or source["as_of_latest"] or source["accessed"])


def source_evidence(table: str, row: Row) -> Iterator[tuple[Row, Row, list[str] | None]]:
    """The evidence of a row that a source gives (no editor), with the source and the columns that it supports."""
    for evidence_id, columns in cited(row["evidence"]):
        evidence = EVIDENCE[evidence_id]
        if evidence["source"] != "editor":
            yield evidence, SOURCES[evidence["source"]], columns


def is_plan(evidence: Row) -> bool:
    return evidence["basis"] == "implied" and (PLAN in evidence["note"] or "told as to come" in evidence["note"])


def test_days_of_dates() -> None:
    assert [first_day(date) for date in ("2009", "2009-08", "2009-08-03", "2015/2018-11")] == [
        "2009-01-01",
        "2009-08-01",
        "2009-08-03",
        "2015-01-01",
    ]
    assert [last_day(date) for date in ("2009", "2012-02", "2009-08-03", "2015/2018-11")] == [
        "2009-12-31",
        "2012-02-29",
        "2009-08-03",
        "2018-11-30",
    ]


def test_no_source_supports_a_date_after_its_own_time_but_as_a_plan() -> None:
    faults = [
        (row["id"], column, evidence["id"])
        for table, columns in DATES.items()
        for row in TABLES[table]
        for evidence, source, supported in source_evidence(table, row)
        for column in columns
        if row[column] and (supported is None or column in supported)
        if first_day(row[column]) > speaks_until(source) and not is_plan(evidence)
    ]
    assert faults == []


def test_no_date_rests_on_plans_alone() -> None:
    faults = []
    for table, columns in DATES.items():
        for row in TABLES[table]:
            for column in filter(row.get, columns):
                items = [item for item, supported in cited(row["evidence"]) if supported is None or column in supported]
                faults += [(row["id"], column)] if items and all(is_plan(EVIDENCE[item]) for item in items) else []
    assert faults == []


def test_a_source_older_than_the_beginning_tells_a_plan() -> None:
    """Else the claim would be older: where the start lies in an interval, its last day counts."""
    faults = []
    for row in TABLES["relationships"]:
        for evidence, source, _ in source_evidence("relationships", row) if row["start"] else ():
            beginning = last_day(row["start"]) if "/" in row["start"] else first_day(row["start"])
            dated = source["date"] or source["as_of_latest"]
            if dated and last_day(dated) < beginning and not is_plan(evidence):
                faults.append((row["id"], evidence["id"]))
    assert faults == []


def test_what_is_to_come_or_a_reading_is_not_called_stated() -> None:
    """Of evidence of relationships and events; a finding may tell that something is announced."""
    used = {
        evidence_id
        for table in ("relationships", "events")
        for row in TABLES[table]
        for evidence_id, _ in cited(row["evidence"])
    }
    direct = [EVIDENCE[item] for item in sorted(used) if EVIDENCE[item]["basis"] in ("stated", "registry")]
    assert len(direct) > 100
    assert [row["id"] for row in direct if re.search(r"\b(?:is|are) to (?!N)\w|\bwill\b|\bwould\b", row["says"])] == []
    reading = re.compile(r"\breadings?\b|\bread (?:as|from)\b|\bis read\b|to come|\btaken (?:to|as)\b", re.IGNORECASE)
    assert [row["id"] for row in direct if reading.search(row["note"])] == []


def test_cited_evidence_that_is_a_reading_says_what_is_read() -> None:
    assert [
        row["id"] for row in EVIDENCE.values() if row["basis"] == "implied" and row["says"] and not row["note"]
    ] == []


def test_a_note_that_the_editor_reckoned_says_so() -> None:
    faults = []
    for table, columns in NOTES.items():
        for row in TABLES[table]:
            for column in filter(row.get, columns):
                items = [item for item, supported in cited(row["evidence"]) if supported is None or column in supported]
                if {EVIDENCE[item]["basis"] for item in items} == {"editor"}:
                    faults += [row["id"]] if not re.search("editor|not verified", row[column]) else []
    assert faults == []


def test_a_date_that_rests_on_registers_alone_says_so() -> None:
    faults = []
    for row in TABLES["events"]:
        items = [item for item, supported in cited(row["evidence"]) if supported is None or "date" in supported]
        if items and {EVIDENCE[item]["basis"] for item in items} == {"registry"}:
            faults += [row["id"]] if not re.search(r"\bROR|\bODS\b|\bregister", row["note"]) else []
    assert faults == []


def test_a_page_without_a_date_has_a_last_day_or_says_that_it_was_only_seen() -> None:
    pages = [row for row in SOURCES.values() if row["kind"] not in ("register", "repository", "editorial")]
    undated = [row for row in pages if not row["date"]]
    assert len(undated) > 50
    unbounded = {row["id"] for row in undated if "seen on the day on which it was read" in row["note"]}
    assert unbounded == {row["id"] for row in undated if not row["as_of_latest"]}
    assert [row["id"] for row in undated if not row["note"]] == []
    for row in undated:
        days = [first_day(row["as_of_earliest"] or "0001-01-01"), last_day(row["as_of_latest"] or "2026-11-30")]
        assert days == sorted(days), row["id"]
        assert days[1] <= "2026-11-30", row["id"]

"""The Keele tables as a person keeps them: read with the csv module alone, without any of our own readers."""

from __future__ import annotations

import csv
import hashlib
import re
import tomllib
from collections import Counter
from pathlib import Path

import pytest

DATA = Path(__file__).resolve().parents[2] / "data"
SEED = "keele-spcsc-partnerships"
DOCUMENT = DATA / "documents" / "school-partnerships.txt"
SHA256 = "abec0c4361789fa31ff073217cc6a1c06a14a3583b8f44edd1940223e113353c"
Row = dict[str, str]

TABLES: dict[str, list[Row]] = {}
for _path in sorted((DATA / "tables").glob("*.csv")):
    with _path.open(encoding="utf-8", newline="") as _lines:
        TABLES[_path.stem] = list(csv.DictReader(_lines))

# `covcab-2 [start, via]`: an evidence id, and perhaps the only columns that it supports.
CELL = re.compile(r"([A-Za-z0-9-]+)(?: \[([^\]]*)\])?")
# Columns that say more than that the claim exists, and so need evidence for themselves.
OPTIONAL = {
    "relationships": ("via", "role", "start", "end", "date_note", "formalised_through", "note"),
    "events": ("date", "manner", "renews", "note"),
    "names": ("start", "end"),
    "attributes": ("start", "end", "note"),
}


def several(cell: str) -> list[str]:
    return [part for part in cell.split("; ") if part]


def cited(cell: str) -> list[tuple[str, list[str] | None]]:
    """The evidence cell of a row as (id, columns); None for the columns means the whole row."""
    found: list[tuple[str, list[str] | None]] = []
    for part in several(cell):
        match = CELL.fullmatch(part)
        assert match, f"not an evidence id: {part!r}"
        columns = None if match[2] is None else [column for column in match[2].split(", ") if column]
        found.append((match[1], columns))
    return found


def ids(table: str) -> set[str]:
    return {row["id"] for row in TABLES[table]}


def test_the_document_is_the_archived_one_byte_for_byte() -> None:
    assert hashlib.sha256(DOCUMENT.read_bytes()).hexdigest() == SHA256


def test_the_configuration_names_the_document_and_a_body_in_focus() -> None:
    config = tomllib.loads((DATA / "partnergraph.toml").read_text("utf-8"))
    assert [(entry["source"], entry["path"]) for entry in config["document"]] == [
        (SEED, "documents/school-partnerships.txt")
    ]
    assert config["focus"] in ids("organisations")


def test_there_are_56_numbered_statements_and_one_is_not_modelled() -> None:
    statements = [row for row in TABLES["evidence"] if row["source"] == SEED]
    assert [row["id"] for row in statements] == [f"S{number}" for number in range(1, 57)]
    assert [row["id"] for row in statements if row["not_modelled"]] == ["S4"]


def test_there_are_83_bodies_counting_the_exercise_that_is_an_undertaking() -> None:
    assert len(TABLES["organisations"]) == 82
    assert "ref" in ids("undertakings")


@pytest.mark.parametrize("table", sorted(name for name, rows in TABLES.items() if "id" in rows[0]))
def test_ids_are_unique_slugs(table: str) -> None:
    counted = Counter(row["id"] for row in TABLES[table])
    assert [row_id for row_id, count in counted.items() if count > 1] == []
    assert [row_id for row_id in counted if not re.fullmatch(r"[A-Za-z0-9]+(-+[A-Za-z0-9]+)*", row_id)] == []


@pytest.mark.parametrize("table", sorted(TABLES))
def test_tables_are_tidy_for_a_spreadsheet(table: str) -> None:
    raw = (DATA / "tables" / f"{table}.csv").read_bytes()
    assert b"\r" not in raw
    assert raw.endswith(b"\n")
    assert not raw.startswith(b"\xef\xbb\xbf")
    for row in TABLES[table]:
        assert not {None} & {*row, *row.values()}, f"a row with another number of cells: {row}"
        assert all(cell == cell.strip() and "\n" not in cell and "  " not in cell for cell in row.values()), row


def test_quoted_words_stand_in_the_document_exactly_once() -> None:
    text = DOCUMENT.read_text("utf-8")
    wrong = {row["id"]: text.count(row["words"]) for row in TABLES["evidence"] if row["words"]}
    assert {row_id: count for row_id, count in wrong.items() if count != 1} == {}


def test_only_the_archived_document_is_quoted() -> None:
    assert {row["source"] for row in TABLES["evidence"] if row["words"]} == {SEED}
    assert [row["id"] for row in TABLES["evidence"] if bool(row["words"]) == bool(row["says"])] == []


def test_what_a_source_says_is_one_short_line() -> None:
    assert [row["id"] for row in TABLES["evidence"] if len(row["says"]) > 320] == []


def test_every_claim_names_evidence_that_exists() -> None:
    known = ids("evidence")
    missing = [
        (table, row.get("id", ""), evidence)
        for table, rows in TABLES.items()
        for row in rows
        for evidence, _ in cited(row.get("evidence", ""))
        if evidence not in known
    ]
    assert missing == []


def test_every_row_that_claims_something_has_evidence() -> None:
    tables = [name for name, rows in TABLES.items() if "evidence" in rows[0] and name != "places"]
    assert [(table, row) for table in tables for row in TABLES[table] if not row["evidence"]] == []


def test_every_identifier_has_evidence_from_a_source_that_is_not_the_editor() -> None:
    source = {row["id"]: row["source"] for row in TABLES["evidence"]}
    for row in TABLES["identifiers"]:
        assert {source[evidence] for evidence, _ in cited(row["evidence"])} - {"editor"}, row


def test_no_evidence_is_unused() -> None:
    used = {evidence for rows in TABLES.values() for row in rows for evidence, _ in cited(row.get("evidence", ""))}
    used |= {evidence for row in TABLES["standing"] for evidence in several(row["counter_evidence"])}
    assert [row["id"] for row in TABLES["evidence"] if row["id"] not in used and not row["not_modelled"]] == []


def test_every_source_is_used_and_every_used_source_is_described() -> None:
    used = {row["source"] for row in TABLES["evidence"]}
    used |= {premise for row in TABLES["evidence"] for premise in several(row["premises"])}
    assert used == ids("sources")


@pytest.mark.parametrize("table", sorted(OPTIONAL))
def test_every_filled_column_is_supported_by_some_evidence(table: str) -> None:
    for row in TABLES[table]:
        evidence = cited(row["evidence"])
        if any(columns is None for _, columns in evidence):
            continue
        supported = {column for _, columns in evidence for column in columns or []}
        unsupported = [column for column in OPTIONAL[table] if row[column] and column not in supported]
        assert unsupported == [], f"{table} {row['id']}"


def test_columns_in_brackets_are_filled_columns() -> None:
    for table, rows in TABLES.items():
        for row in rows:
            for evidence, columns in cited(row.get("evidence", "")):
                assert all(row[column] for column in columns or []), f"{table} {row['id']}: {evidence}"


def test_inference_is_the_editors_with_strength_and_reason() -> None:
    for row in TABLES["evidence"]:
        assert (row["basis"] == "inferred") == bool(row["strength"]), row
        if row["basis"] == "inferred":
            assert (row["source"], bool(row["says"])) == ("editor", True), row
            assert row["premises"] or "background knowledge" in row["says"].lower(), row
        else:
            assert not row["premises"], row


def test_31_links_are_inferred_and_no_claim_mixes_inference_with_a_statement() -> None:
    basis = {row["id"]: row["basis"] for row in TABLES["evidence"]}
    inferred = []
    for table in ("relationships", "events"):
        for row in TABLES[table]:
            of_row = {basis[evidence] for evidence, _ in cited(row["evidence"])}
            if "inferred" in of_row:
                assert of_row == {"inferred"}, row
                inferred.append(row["id"])
    # 31 relationships and two successions; three more events (two renamings and an end) whose date two sources bound.
    assert len(inferred) == 36


def test_parties_exist() -> None:
    places = {"org": ids("organisations"), "group": ids("groups"), "undertaking": ids("undertakings")}
    places["place"] = ids("places")
    for row in TABLES["relationships"]:
        for cell in filter(None, (row["from"], row["to"], row["via"])):
            prefix, _, slug = cell.rpartition(":")
            homes = [room for room, slugs in places.items() if slug in slugs and prefix in ("", room)]
            assert len(homes) == 1, f"{row['id']}: {cell} is in {homes}"


REFERENCES = [
    ("names", "organisation", ("organisations",)),
    ("identifiers", "organisation", ("organisations",)),
    ("attributes", "organisation", ("organisations",)),
    ("groups", "source", ("sources",)),
    ("groups", "places", ("places",)),
    ("groups", "members", ("organisations",)),
    ("groups", "may_overlap", ("groups",)),
    ("relationships", "arrangement", ("statements",)),
    ("relationships", "formalised_through", ("organisations",)),
    ("events", "about", ("organisations", "relationships")),
    ("events", "from", ("organisations",)),
    ("events", "to", ("organisations",)),
    ("events", "renews", ("events",)),
    ("statements", "source", ("sources",)),
    ("statements", "about", ("organisations", "relationships", "undertakings")),
    ("statements", "exercise", ("undertakings",)),
    ("statements", "part_of", ("statements",)),
    ("statements", "relates_to", ("undertakings",)),
    ("standing", "record", ("relationships", "events", "statements")),
    ("standing", "contradicts", ("relationships", "events", "statements")),
    ("standing", "counter_evidence", ("evidence",)),
]


@pytest.mark.parametrize(("table", "column", "targets"), REFERENCES)
def test_references_lead_to_rows(table: str, column: str, targets: tuple[str, ...]) -> None:
    known = set().union(*(ids(target) for target in targets))
    assert [cell for row in TABLES[table] for cell in several(row[column]) if cell not in known] == []


def test_dates_of_other_sources_stay_out_of_the_archived_documents_graph() -> None:
    """The document dates two awards and two renewals, and no relationship."""
    seed = {row["id"] for row in TABLES["evidence"] if row["source"] == SEED}
    for row in TABLES["relationships"]:
        for evidence, columns in cited(row["evidence"]):
            if evidence in seed:
                supported = OPTIONAL["relationships"] if columns is None else columns
                assert not any(row[column] for column in ("start", "end") if column in supported), row["id"]


def test_the_two_disagreements_are_in_the_tables() -> None:
    standing = {row["record"]: row for row in TABLES["standing"]}
    lead = standing["leadership--coventry-university--west-midlands-social-work-teaching-partnership"]
    assert lead["standing"] == "disputed"
    assert "coventry-city-council" in lead["contradicts"]
    counts = {(row["source"], row["member_type"]): row["count"] for row in TABLES["groups"] if row["count"]}
    assert (counts[SEED, "local-authority"], counts[SEED, "university"]) == ("14", "8")
    assert (counts["covcab", "local-authority"], counts["covcab", "university"]) == ("15", "9")
    assert counts["covcab", "health-care-provider"] == "2"


def test_checksums_of_ror_and_isni_are_right() -> None:
    alphabet = "0123456789abcdefghjkmnpqrstvwxyz"
    for row in TABLES["identifiers"]:
        if row["scheme"] == "ror":
            body, check = row["value"][-9:-2], int(row["value"][-2:])
            number = 0
            for letter in body:
                number = number * 32 + alphabet.index(letter)
            assert 98 - (number * 100) % 97 == check, row
        if row["scheme"] == "isni":
            digits = row["value"].replace(" ", "")
            total = 0
            for digit in digits[:-1]:
                total = (total + int(digit)) * 2
            assert "0123456789X"[(12 - total % 11) % 11] == digits[-1], row

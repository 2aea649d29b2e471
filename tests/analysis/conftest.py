"""Columns of claims read with the read model alone: the independent reference of `claim_columns`."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from partnergraph.claims.claim_columns import (
    DISPUTED,
    END_STATED,
    ENTITY_KINDS,
    INFERRED,
    OPEN_END,
    OPEN_START,
    RETRACTED,
    START_STATED,
    SUPERSEDED,
    ClaimColumns,
)
from partnergraph.claims.entities import read_entities, read_events
from partnergraph.claims.property_values import OpenDays
from partnergraph.claims.relationships import Claim, read_claims
from partnergraph.claims.validity import OPEN
from partnergraph.store import Reader

HERE = Path(__file__).parent
STANDINGS = {"disputed": DISPUTED, "superseded": SUPERSEDED, "retracted": RETRACTED}


def _day(text: str | None, otherwise: int) -> int:
    return date.fromisoformat(text).toordinal() if text else otherwise


def _bounds(start: OpenDays, end: OpenDays) -> list[int]:
    opens = (OPEN_START, OPEN_END, OPEN_START, OPEN_END)
    return [_day(text, otherwise) for text, otherwise in zip((*start, *end), opens, strict=True)]


def _flags(claim: Claim) -> int:
    stated = any(item.form != "inferred" for item in claim.evidence)
    return (
        (0 if stated else INFERRED)
        | STANDINGS.get(claim.standing, 0)
        | (START_STATED if claim.start_bounds else 0)
        | (END_STATED if claim.end_bounds else 0)
    )


def index_pairs(pairs: Iterable[tuple[int, int]]) -> np.ndarray[Any, np.dtype[np.int32]]:
    """Pairs of indices, sorted, each one time."""
    return np.array(sorted(set(pairs)), np.int32).reshape(-1, 2)


def columns_by_read_model(reader: Reader, *, stated_bounds: bool = False) -> ClaimColumns:
    """The columns of a graph, from `read_claims`, `read_entities` and `read_events`.

    `stated_bounds`: those that claims state themselves, whatever the lives of their parties.
    """
    claims, described = read_claims(reader), read_entities(reader)
    parties = {party.iri: party.label for claim in claims for party in (claim.from_, claim.to, *claim.via)}
    changes = [event for event in read_events(reader) if event.before and event.after]
    others = {body for event in changes for body in (*event.before, *event.after)}
    for entity in described.values():
        if beside := {*entity.members, *entity.may_overlap}:
            others |= {entity.iri, *beside}
    iris = sorted({*parties, *others})
    place = {iri: number for number, iri in enumerate(iris)}
    entities = [described.get(iri) for iri in iris]
    kinds = tuple(sorted({claim.kind for claim in claims}))
    return ClaimColumns(
        entities=iris,
        labels=[e.label if e else parties.get(iri, iri) for iri, e in zip(iris, entities, strict=True)],
        entity_kind=np.array([ENTITY_KINDS.index(e.kind if e else "other") for e in entities], np.uint8),
        types=[e.types[0] if e and e.types else "" for e in entities],
        stated_count=np.array([(e.stated_count or 0) if e else 0 for e in entities], np.int32),
        claims=[claim.iri for claim in claims],
        kinds=kinds,
        from_=np.array([place[claim.from_.iri] for claim in claims], np.int32),
        to=np.array([place[claim.to.iri] for claim in claims], np.int32),
        kind=np.array([kinds.index(claim.kind) for claim in claims], np.uint8),
        flags=np.array([_flags(claim) for claim in claims], np.uint8),
        bounds=np.array(
            [
                _bounds(claim.start_bounds or OPEN, claim.end_bounds or OPEN)
                if stated_bounds
                else _bounds(claim.valid_from, claim.valid_until)
                for claim in claims
            ],
            np.int32,
        ).reshape(-1, 4),
        via=index_pairs((number, place[party.iri]) for number, claim in enumerate(claims) for party in claim.via),
        members=index_pairs((place[e.iri], place[m]) for e in described.values() for m in e.members),
        may_overlap=index_pairs((place[e.iri], place[o]) for e in described.values() for o in e.may_overlap),
        successions=index_pairs(
            (place[old], place[new]) for event in changes for old in event.before for new in event.after
        ),
    )


@pytest.fixture(scope="session")
def accept() -> dict[str, Any]:
    """The acceptance values of the design, by the names of `accept.json`."""
    values: dict[str, Any] = json.loads((HERE / "accept.json").read_text("utf-8"))
    return values


@pytest.fixture(scope="session")
def reference_reader() -> Reader:
    """The Keele graph as it was when the acceptance values were measured."""
    with gzip.open(HERE / "keele-reference.nq.gz", "rt", encoding="utf-8") as lines:
        return Reader.nquads_lines(lines)


@pytest.fixture(scope="session")
def reference_columns(reference_reader: Reader) -> ClaimColumns:
    """Of that graph."""
    return columns_by_read_model(reference_reader)


@pytest.fixture(scope="session")
def reference_stated_columns(reference_reader: Reader) -> ClaimColumns:
    """Of that graph, with the bounds that the acceptance values rest on: those of the claims themselves."""
    return columns_by_read_model(reference_reader, stated_bounds=True)


@pytest.fixture(scope="session")
def keele_columns(keele: Path) -> ClaimColumns:
    """Of the Keele graph as it is."""
    return columns_by_read_model(Reader.at(keele))

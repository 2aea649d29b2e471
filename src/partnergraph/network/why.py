"""Why two bodies are connected: every claim between them, and where there is none, the shortest way."""

from __future__ import annotations

from partnergraph.claims.claims import Claim, claims
from partnergraph.claims.name_search import resolve_name
from partnergraph.store import Reader

MAX_LENGTH = 6


def explain_connection(reader: Reader, a: str, b: str, *, derived: bool = True) -> list[Claim]:
    """Every claim that names both bodies, as ends or as the one through whom; each with its evidence.

    A body may be given by any of its names. What rules derive comes last. Raises `QueryError` for an unknown name.
    """
    first, second = resolve_name(reader, a).iri, resolve_name(reader, b).iri
    found = [claim for claim in claims(reader, derived=derived) if {first, second} <= _parties(claim)]
    return sorted(found, key=lambda claim: (claim.derived_by is not None, claim.inferred, claim.kind, claim.iri))


def shortest_route(reader: Reader, a: str, b: str) -> list[list[Claim]]:
    """The shortest way from one body to another over stated claims: for each hop, the claims that make it.

    Empty when there is none of at most `MAX_LENGTH` hops. Of several ways of one length, the first by IRI.
    """
    start, goal = resolve_name(reader, a).iri, resolve_name(reader, b).iri
    beside: dict[str, dict[str, list[Claim]]] = {}
    for claim in claims(reader):
        for here, there in ((claim.from_.iri, claim.to.iri), (claim.to.iri, claim.from_.iri)):
            beside.setdefault(here, {}).setdefault(there, []).append(claim)
    came_from: dict[str, str] = {start: start}
    edge = [start]
    for _ in range(MAX_LENGTH):
        edge = [
            there
            for here in edge
            for there in sorted(beside.get(here, ()))
            if came_from.setdefault(there, here) == here and there not in (here, start)
        ]
        if goal in came_from:
            break
    hops: list[list[Claim]] = []
    while goal in came_from and goal != start:
        hops.insert(0, beside[came_from[goal]][goal])
        goal = came_from[goal]
    return hops


def _parties(claim: Claim) -> set[str]:
    return {claim.from_.iri, claim.to.iri, *(party.iri for party in claim.via)}

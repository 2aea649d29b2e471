"""Why two bodies are connected: every claim between them, and where there is none, the shortest path."""

from __future__ import annotations

from partnergraph.claims.name_search import resolve_name
from partnergraph.claims.relationships import Claim, read_claims
from partnergraph.store import Reader

MAX_LENGTH = 6  # hops


def explain_connection(reader: Reader, a: str, b: str, *, derived: bool = True) -> list[Claim]:
    """Every claim that names both bodies, as ends or as the one through whom; each with its evidence.

    A body may be given by any of its names. What rules derive comes last. Raises `QueryError` for an unknown name.
    """
    bodies = {resolve_name(reader, a).iri, resolve_name(reader, b).iri}
    claims = read_claims(reader, derived=derived, parties=bodies)
    return sorted(claims, key=lambda claim: (claim.derived_by is not None, claim.inferred, claim.kind, claim.iri))


def shortest_route(reader: Reader, a: str, b: str) -> list[list[Claim]]:
    """The shortest path from one body to another over stated claims: for each hop, the claims that make it.

    Empty when there is none of at most `MAX_LENGTH` hops. Of several paths of one length, the first by IRI.
    """
    start, goal = resolve_name(reader, a).iri, resolve_name(reader, b).iri
    neighbours: dict[str, dict[str, list[Claim]]] = {}
    for claim in read_claims(reader):
        for body, other in ((claim.from_.iri, claim.to.iri), (claim.to.iri, claim.from_.iri)):
            neighbours.setdefault(body, {}).setdefault(other, []).append(claim)
    predecessors: dict[str, str] = {start: start}
    frontier = [start]
    for _ in range(MAX_LENGTH):
        frontier = [
            other
            for body in frontier
            for other in sorted(neighbours.get(body, ()))
            if predecessors.setdefault(other, body) == body and other not in (body, start)
        ]
        if goal in predecessors:
            break
    hops: list[list[Claim]] = []
    while goal in predecessors and goal != start:
        hops.insert(0, neighbours[predecessors[goal]][goal])
        goal = predecessors[goal]
    return hops

"""Some claims of a graph with their evidence, looked up by its indexes: what is shown of a large graph.

Where all claims are read, `partnergraph.claims.relationships.read_claims` is faster.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from partnergraph.claims.relationships import Claim, read_claims
from partnergraph.store import Reader
from partnergraph.vocabulary import DCTERMS, OA, ORG, PG

# What leads on from a claim to what is shown of it. Of the bodies only their own statements are read.
_STEPS = (
    *(PG["from"], PG.to, PG.via, PG.evidence, PG.counterEvidence, PG.boundedBy),
    *(DCTERMS.source, PG.passage, OA.hasSelector),
)
_EVENTS = (PG.about, ORG.originalOrganization, ORG.resultingOrganization)
MOST = 5_000  # claims; more are read by a scan


def lookup_claims(reader: Reader, iris: Collection[str]) -> dict[str, Claim]:
    """The claims with these IRIs, each with its evidence; what is no claim of the graph is left out."""
    wanted = sorted({*iris})
    if not wanted:
        return {}
    if len(wanted) > MOST:
        claims = read_claims(reader, derived=True)
    else:
        claims = read_claims(Reader.nquads_lines(statements_around(reader, wanted)), derived=True)
    chosen = {*wanted}
    return {claim.iri: claim for claim in claims if claim.iri in chosen}


def statements_around(reader: Reader, iris: Collection[str]) -> Iterator[str]:
    """The statements about claims and other records, about the evidence, sources and parties that they lead to, and
    about the events in their lives and in those of the parties, as lines of N-Quads.
    """
    known, frontier = {*iris}, [*iris]
    parties: set[str] = set()
    while frontier:
        following: list[str] = []
        for iri in frontier:
            for subject, predicate, term in reader.statements_about(iri):
                yield f"{subject} {predicate} {term} .\n"
                if predicate[1:-1] in _STEPS and term.startswith("<") and iri not in parties:
                    if predicate[1:-1] in (PG["from"], PG.to, PG.via):
                        parties.add(term[1:-1])
                    following.append(term[1:-1])
        if frontier == [*iris]:  # the events in the lives of claims and parties bound their dates
            for subject_iri in (*iris, *sorted(parties)):
                for predicate_iri in _EVENTS:
                    following += reader.pointing(predicate_iri, subject_iri)
        frontier = [iri for iri in dict.fromkeys(following) if iri not in known]
        known.update(frontier)

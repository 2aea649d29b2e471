"""Concepts and IRIs as people read them."""

from __future__ import annotations

from functools import cache

from partnergraph.vocabulary import PREFIXES, Concept, concepts
from partnergraph.vocabulary.iri import last_segment


def concept_of(code: str) -> Concept:
    """A concept of the lists by its code; for one that the lists do not have, its code in words."""
    words = code.replace("-", " ")
    return _concepts().get(code) or Concept(code, "", words, "", forward=words)


@cache
def _concepts() -> dict[str, Concept]:
    return {entry.code: entry for entry in concepts()}


def narrower_kinds(code: str) -> frozenset[str]:
    """The codes of a kind of relationship and of those narrower than it, at any depth.

    >>> sorted(narrower_kinds("collaboration"))
    ['close-relationship', 'collaboration', 'partnership', 'working-alongside']
    """
    broader = {kind.code: kind.broader for kind in concepts("relationship-kind")}

    def ancestors(kind: str | None) -> list[str]:
        return [kind, *ancestors(broader.get(kind))] if kind else []

    return frozenset(kind for kind in broader if code in ancestors(kind))


def concept_label(iri: str | None) -> str | None:
    """The label of a concept by its IRI."""
    return concept_of(last_segment(iri)).label if iri else None


def prefixed(iri: str) -> str:
    """An IRI with its prefix, when it has one.

    >>> prefixed("https://w3id.org/partnergraph/id/org/keele-university")
    'o:keele-university'
    """
    for prefix, base in PREFIXES.items():
        if iri.startswith(base) and "/" not in iri[len(base) :]:
            return f"{prefix}:{iri[len(base) :]}"
    return iri

"""The sources of a graph: who says something."""

from __future__ import annotations

from dataclasses import dataclass

from partnergraph.claims.property_values import Values, first_code, first_value
from partnergraph.store import Reader
from partnergraph.vocabulary import DCTERMS, FOAF, PG
from partnergraph.vocabulary.iri import last_segment


@dataclass(frozen=True)
class SourceReference:
    """A reference to a source: a page, a register, a set of minutes. `date` is as stated, whatever its form.

    `speaks_for` is the last time it vouches for: its date, else the last day it can speak for, else that of reading it.
    `withdrawn` says since when it is no longer there.
    """

    iri: str
    id: str
    title: str
    publisher: str | None = None
    date: str | None = None
    url: str | None = None
    kind: str | None = None
    origin: str | None = None
    speaks_for: str | None = None
    withdrawn: str | None = None

    def __str__(self) -> str:
        return ", ".join(part for part in (self.title, self.publisher, self.date, self.url) if part)


def undescribed_source(iri: str) -> SourceReference:
    """A source of which the graph says nothing."""
    return SourceReference(iri, last_segment(iri), iri)


def read_sources(reader: Reader) -> dict[str, SourceReference]:
    """Every source by its IRI."""
    return {
        iri: SourceReference(
            iri=iri,
            id=last_segment(iri),
            title=first_value(values, DCTERMS.title) or iri,
            publisher=first_value(values, DCTERMS.publisher),
            date=first_value(values, DCTERMS.issued),
            url=first_value(values, FOAF.page),
            kind=first_code(values, PG.sourceKind),
            origin=first_value(values, PG.origin),
            speaks_for=next(
                (values[day][0] for day in (DCTERMS.issued, PG.asOfLatest, DCTERMS.dateSubmitted) if day in values),
                None,
            ),
            withdrawn=first_value(values, PG.withdrawn) or _between(values, "withdrawn "),
        )
        for iri, values in reader.described(PG.Source).items()
    }


def _between(values: Values, name: str) -> str | None:
    """The words of a date that lies between two; `partnergraph.model.column_terms.date_terms` writes them."""
    notes = values.get(PG.dateNote, ())
    return next((note.removeprefix(name) for note in notes if note.startswith(f"{name}between ")), None)

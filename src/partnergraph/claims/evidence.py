"""The evidence of a graph: words or a citation, each with its source."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from partnergraph.claims.property_values import first_code, first_value
from partnergraph.claims.sources import SourceReference, read_sources, undescribed_source
from partnergraph.store import Reader
from partnergraph.vocabulary import DCTERMS, OA, PG, SKOS
from partnergraph.vocabulary.iri import last_segment

FORMS = ("quoted", "cited", "editor", "inferred")  # in the order in which they are shown


@dataclass(frozen=True, slots=True)
class EvidenceItem:
    """One piece of evidence. `form`: quoted (words of an archived text), cited, editor or inferred.

    `passage` is the sentence that the words stand in, `at` where in it they begin, in code points.
    """

    iri: str
    id: str
    form: str
    source: SourceReference
    words: str | None = None
    passage: str | None = None
    at: int | None = None
    says: str | None = None
    locator: str | None = None
    basis: str | None = None
    confidence: str | None = None
    strength: str | None = None
    note: str | None = None

    def __str__(self) -> str:
        """A quotation stands in quotation marks, a citation never does."""
        if self.form == "quoted":
            return f"“{self.words}” ({self.id}; {self.source})"
        if self.form == "inferred":
            strength = f", {self.strength}" if self.strength else ""
            return f"Inferred{strength}: {self.says} ({self.id})"
        if self.form == "editor":
            return f"Supplied by the editor: {self.says} ({self.id})"
        where = f"; {self.locator}" if self.locator else ""
        return f"According to {self.source}{where}: {self.says} ({self.id})"


def read_evidence(reader: Reader, sources: Mapping[str, SourceReference] | None = None) -> dict[str, EvidenceItem]:
    """Every piece of evidence by its IRI, with the sentence that its words stand in. `sources`: if read already."""
    sources = read_sources(reader) if sources is None else sources
    passages = _passages(reader)
    items = {}
    for iri, values in reader.described(PG.Evidence).items():
        basis, words = first_code(values, PG.basis), first_value(values, PG.words)
        passage, passage_start = passages.get(first_value(values, PG.passage) or "", (None, 0))
        start = first_value(values, OA.start)
        source = first_value(values, DCTERMS.source) or ""
        items[iri] = EvidenceItem(
            iri=iri,
            id=first_value(values, DCTERMS.identifier) or last_segment(iri),
            form="quoted" if words else basis if basis in ("inferred", "editor") else "cited",
            source=sources.get(source) or undescribed_source(source),
            words=words,
            passage=passage,
            at=int(start) - passage_start if start and passage else None,
            says=first_value(values, PG.says) or first_value(values, PG.reason),
            locator=first_value(values, PG.locator),
            basis=basis,
            confidence=first_code(values, PG.confidence),
            strength=first_code(values, PG.strength),
            note=first_value(values, SKOS.note),
        )
    return items


def _passages(reader: Reader) -> dict[str, tuple[str, int]]:
    """The sentences of the archived texts, each with the offset at which it begins."""
    quotes, positions = reader.described(OA.TextQuoteSelector), reader.described(OA.TextPositionSelector)
    passages = {}
    for iri, values in reader.described(PG.Passage).items():
        selectors = values.get(OA.hasSelector, [])
        text = next((quotes[iri][OA.exact][0] for iri in selectors if OA.exact in quotes.get(iri, {})), None)
        start = next((positions[iri][OA.start][0] for iri in selectors if OA.start in positions.get(iri, {})), "")
        if text is not None and start.isdecimal():
            passages[iri] = (text, int(start))
    return passages


def ordered_evidence(iris: Iterable[str], evidence: Mapping[str, EvidenceItem]) -> tuple[EvidenceItem, ...]:
    """The pieces with these IRIs: quotations first, then citations, then the editor's; unknown ones are left out."""
    items = [evidence[iri] for iri in iris if iri in evidence]
    return tuple(sorted(items, key=lambda item: (FORMS.index(item.form), item.source.id, item.at or 0, item.id)))

"""One entity of a graph, looked up by the store's indexes: it costs what is read of it, however large the graph is.

Where many entities are read, `partnergraph.claims.read_model.ReadModel` is faster.
"""

from __future__ import annotations

from functools import cached_property

from partnergraph.claims.entities import ENTITY_CLASSES
from partnergraph.claims.property_values import Values, first_code
from partnergraph.claims.statements import plain_value
from partnergraph.store import Reader
from partnergraph.vocabulary import ADMS, CODE, DCTERMS, ORG, PG, RDF, SKOS, SKOSXL
from partnergraph.vocabulary.iri import last_segment

_TYPE_PROPERTIES = (ORG.classification, DCTERMS.type, PG.memberType)


class EntityLookup:
    """One entity by its IRI; each property is read when it is first used."""

    def __init__(self, reader: Reader, iri: str) -> None:
        self.reader, self.iri = reader, iri
        self._statements = [(predicate[1:-1], term) for _, predicate, term in reader.statements_about(iri)]

    def texts(self, predicate: str) -> list[str]:
        """The literal values of a property, as plain texts."""
        return [plain_value(term) for p, term in self._statements if p == predicate and not term.startswith("<")]

    def iris(self, predicate: str) -> list[str]:
        """The IRIs that a property points at."""
        return [term[1:-1] for p, term in self._statements if p == predicate and term.startswith("<")]

    @cached_property
    def label(self) -> str | None:
        """Its name of today, None where nothing says."""
        return min(self.texts(SKOS.prefLabel), default=None)

    @cached_property
    def kind(self) -> str:
        """Organisation, group, undertaking or place; an organisation where nothing says."""
        classes = self.iris(RDF.type)
        return next((kind for kind, class_iri in ENTITY_CLASSES.items() if class_iri in classes), "organisation")

    @cached_property
    def types(self) -> list[str]:
        """The codes of its types, sorted."""
        return sorted(last_segment(iri) for predicate in _TYPE_PROPERTIES for iri in self.iris(predicate))

    @cached_property
    def other_names(self) -> list[tuple[str, str]]:
        """Its names but that of today, sorted, each with the code of its kind ("" where nothing says)."""
        kinds = {}
        for record in self.reader.pointing(PG.nameOf, self.iri):
            values = self._values(record)
            if SKOSXL.literalForm in values and PG.nameKind in values:
                kinds[values[SKOSXL.literalForm][-1]] = last_segment(values[PG.nameKind][-1])
        names = sorted(set(self.texts(SKOS.altLabel)) - {self.label})
        return [(name, kinds.get(name, "")) for name in names]

    @cached_property
    def identifiers(self) -> dict[str, list[str]]:
        """Its identifiers by the code of their scheme."""
        identifiers: dict[str, list[str]] = {}
        for iri in self.iris(ADMS.identifier):
            values = self._values(iri)
            if (scheme := first_code(values, PG.scheme)) is not None:
                identifiers.setdefault(scheme, []).extend(values.get(SKOS.notation, ()))
        return identifiers

    @cached_property
    def attributes(self) -> dict[str, list[str]]:
        """What registers say of it (status, address ...), by the code of the property."""
        attributes: dict[str, set[str]] = {}
        for record in self.reader.pointing(PG.attributeOf, self.iri):
            values = self._values(record)
            attributes.setdefault(first_code(values, PG.property) or "", set()).update(values.get(PG.value, ()))
        return {code: sorted(texts) for code, texts in attributes.items()}

    @cached_property
    def places(self) -> list[str]:
        """The names of the places where it is."""
        return sorted({min(self._values(iri).get(SKOS.prefLabel, [iri])) for iri in self.iris(PG.locatedIn)})

    @cached_property
    def event_dates(self) -> dict[str, list[str]]:
        """The dates of the events in its life, as stated, by the code of their kind (start, end ...)."""
        dates: dict[str, list[str]] = {}
        for record in self.reader.pointing(PG.about, self.iri):
            values = self._values(record)
            if PG.LifecycleEvent in values.get(RDF.type, ()):
                dates.setdefault(first_code(values, PG.kind) or "", []).extend(values.get(PG.date, ()))
        return dates

    @cached_property
    def related(self) -> dict[str, list[str]]:
        """The entities that a relationship connects it with, by the code of its kind; those of no rule also by ""."""
        related: dict[str, set[str]] = {}
        for end, other_end in ((PG["from"], PG.to), (PG.to, PG["from"])):
            for relationship in self.reader.pointing(end, self.iri):
                values = self._values(relationship)
                if CODE.retracted in values.get(PG.standing, ()):
                    continue
                entities = {iri for iri in values.get(other_end, ()) if ":" in iri} - {self.iri}
                kinds = {last_segment(iri) for iri in values.get(PG.kind, ())}
                derived = PG.DerivedRelationship in values.get(RDF.type, ())
                for kind in kinds if derived else kinds | {""}:
                    related.setdefault(kind, set()).update(entities)
        return {kind: sorted(entities) for kind, entities in related.items()}

    def _values(self, iri: str) -> Values:
        """The values of another resource as plain texts, those of a property sorted."""
        values: Values = {}
        for _, predicate, term in self.reader.statements_about(iri):
            values.setdefault(predicate[1:-1], []).append(plain_value(term))
        return values

"""The quads that differ -> the records that differ; a record that only changed its id is one record."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from functools import partial

from partnergraph.claims.statements import RecordValues, group_values
from partnergraph.compare.changed_record import BODIES, ChangedRecord, GraphSide, record_type
from partnergraph.compare.quad_diff import QuadText, parse_quad
from partnergraph.store import Reader
from partnergraph.vocabulary import DCAT, PG, RDF, SKOS

# Graphs that are made from the others or come with the program; so do the derived graphs.
_GENERATED = ("/graph/catalogue", "/graph/vocabulary", "/graph/questions")
# Types of which records with the same content are the same record.
_IDENTIFIED_BY_CONTENT = ("relationship", "event", "statement", "name", "attribute", "position")
Triple = tuple[str, str, str]
Triples = dict[str, set[Triple]]  # by subject


class GraphDiff:
    """What one graph has that the other lacks, as lines of N-Quads, and the records that differ.

    `before` and `after` are all lines of the two graphs.
    """

    def __init__(self, a: Reader, b: Reader, before: set[str], after: set[str]) -> None:
        self.removed, self.added = before - after, after - before
        self.derived_graphs = {iri for reader in (a, b) for iri in reader.pointing(RDF.type, PG.DerivedGraph)}
        self.catalogues = {iri for reader in (a, b) for iri in reader.pointing(RDF.type, DCAT.Catalog)}
        lost, gained = ({parse_quad(line) for line in lines} for lines in (self.removed, self.added))
        self.following = Counter(
            quad.graph.rpartition("/graph/")[2] or quad.graph for quad in lost | gained if not self._is_described(quad)
        )
        lost, gained = ({quad for quad in quads if self._is_described(quad)} for quads in (lost, gained))
        subjects = {quad.subject for quad in lost | gained}
        old, new = self._triples(before, subjects), self._triples(after, subjects)
        self.changed_ids = match_changed_ids(old, new)
        self.a, self.b = GraphSide(a, {new: old for old, new in self.changed_ids.items()}), GraphSide(b)
        self.records = self._records(lost, gained, old, new)

    def _is_described(self, quad: QuadText) -> bool:
        """Whether sentences report a difference in this quad: not in graphs that follow from others."""
        if quad.graph.endswith("/graph/catalogue"):
            return quad.subject in self.catalogues and quad.predicate != DCAT.dataset
        return quad.graph not in self.derived_graphs and not quad.graph.endswith(_GENERATED)

    def _triples(self, lines: Iterable[str], subjects: set[str]) -> Triples:
        """The described quads of these subjects."""
        triples: Triples = {}
        for line in lines:
            subject = line[1 : line.index(" ") - 1]
            if subject in subjects and self._is_described(quad := parse_quad(line)):
                triples.setdefault(subject, set()).add(quad[:3])
        return triples

    def _records(
        self, lost: set[QuadText], gained: set[QuadText], old: Triples, new: Triples
    ) -> dict[str, ChangedRecord]:
        changed_ids = self.changed_ids
        lost = {_with_new_ids(quad, changed_ids) for quad in lost}
        lost, gained = lost - gained, gained - lost
        before: Triples = {}
        for triples in old.values():
            for triple in triples:
                quad = _with_new_ids(QuadText(*triple, ""), changed_ids)
                before.setdefault(quad.subject, set()).add(quad[:3])
        records: dict[str, ChangedRecord] = {}
        for quad in sorted(lost | gained):
            iri = quad.subject
            old_triples, new_triples = before.get(iri, set()), new.get(iri, set())
            if iri not in records:
                records[iri] = ChangedRecord(iri, self.a, self.b, _values(old_triples), _values(new_triples))
            record = records[iri]
            was_stated = quad[:3] in old_triples
            if was_stated and quad[:3] in new_triples:
                record.sources_changed = True
            else:
                terms = (record.removed if was_stated else record.added).setdefault(quad.predicate, [])
                if quad.object not in terms:
                    terms.append(quad.object)
        for record in records.values():
            record.text_changed = PG.text in record.removed or PG.text in record.added
        return records


def _values(triples: set[Triple]) -> RecordValues:
    return group_values((predicate, term) for _, predicate, term in sorted(triples))


def _with_new_ids(quad: QuadText, changed_ids: dict[str, str]) -> QuadText:
    """A quad with new IRIs in place of old ones."""
    if not changed_ids:
        return quad
    term = quad.object
    if term.startswith("<") and term[1:-1] in changed_ids:
        term = f"<{changed_ids[term[1:-1]]}>"
    return QuadText(changed_ids.get(quad.subject, quad.subject), quad.predicate, term, quad.graph)


def match_changed_ids(old: Triples, new: Triples) -> dict[str, str]:
    """Old to new IRI of records that only changed their id: bodies of the same type and name, then records with the
    same content. Only where there is no doubt: one that is gone and one that is new.
    """
    gone = {iri: triples for iri, triples in old.items() if _is_typed(triples) and not _is_typed(new.get(iri, set()))}
    fresh = {iri: triples for iri, triples in new.items() if _is_typed(triples) and not _is_typed(old.get(iri, set()))}
    bodies = _matches(gone, fresh, _body_key)
    return dict(sorted((bodies | _matches(gone, fresh, partial(_content_key, bodies))).items()))


def _is_typed(triples: set[Triple]) -> bool:
    return any(predicate == RDF.type for _, predicate, _ in triples)


def _body_key(triples: set[Triple]) -> object:
    """Type and name of a body, None for another record."""
    values = _values(triples)
    type_, names = record_type(values), tuple(values.get(SKOS.prefLabel, ()))
    return (type_, names) if type_ in BODIES and names else None


def _content_key(changed_ids: dict[str, str], triples: set[Triple]) -> object:
    """Type and content of a record that is identified by its content, None for another one."""
    type_ = record_type(_values(triples))
    if type_ not in _IDENTIFIED_BY_CONTENT:
        return None
    content = (_with_new_ids(QuadText("", predicate, term, ""), changed_ids) for _, predicate, term in triples)
    return type_, frozenset(quad[1:3] for quad in content)


def _matches(gone: Triples, fresh: Triples, key_of: Callable[[set[Triple]], object]) -> dict[str, str]:
    """Old to new IRI of the records that share a key with one other record alone."""
    keys = [_by_key(records, key_of) for records in (gone, fresh)]
    pairs = ((iris, keys[1].get(key, [])) for key, iris in keys[0].items())
    return {olds[0]: news[0] for olds, news in pairs if len(olds) == len(news) == 1}


def _by_key(records: Triples, key_of: Callable[[set[Triple]], object]) -> dict[object, list[str]]:
    iris: dict[object, list[str]] = {}
    for iri, triples in records.items():
        if (key := key_of(triples)) is not None:
            iris.setdefault(key, []).append(iri)
    return iris

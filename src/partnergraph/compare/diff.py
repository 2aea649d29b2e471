"""The quads that differ -> the things that differ, changed ids seen through."""

from __future__ import annotations

from collections.abc import Iterable

from partnergraph.compare.changed_record import BODIES, ChangedRecord, GraphSide, Values, record_type
from partnergraph.compare.quad_diff import QuadText, object_text, parse_quad
from partnergraph.store import Reader
from partnergraph.vocabulary import DCAT, PG, RDF, SKOS

# Graphs that are made from the others or come with the program; so do the derived graphs.
_FOLLOW = ("/graph/catalogue", "/graph/vocabulary", "/graph/questions")
_BY_CONTENT = ("relationship", "event", "statement", "name", "attribute", "position")
Triple = tuple[str, str, str]
Triples = dict[str, set[Triple]]


class GraphDiff:
    """What one graph has that the other lacks, as lines, and of that what the words speak of."""

    def __init__(self, a: Reader, b: Reader, before: set[str], after: set[str]) -> None:
        self.removed, self.added = before - after, after - before
        self.derived = {iri for reader in (a, b) for iri in reader.pointing(RDF.type, PG.DerivedGraph)}
        self.whole = {iri for reader in (a, b) for iri in reader.pointing(RDF.type, DCAT.Catalog)}
        lost, gained = ({parse_quad(line) for line in lines} for lines in (self.removed, self.added))
        self.following: dict[str, int] = {}
        for quad in sorted(lost | gained):
            if not self._told(quad):
                name = quad.graph.rpartition("/graph/")[2] or quad.graph
                self.following[name] = self.following.get(name, 0) + 1
        lost, gained = ({quad for quad in quads if self._told(quad)} for quads in (lost, gained))
        subjects = {quad.subject for quad in lost | gained}
        old, new = self._triples(before, subjects), self._triples(after, subjects)
        self.renamed = _renamed(old, new)
        self.a, self.b = GraphSide(a, {new: old for old, new in self.renamed.items()}), GraphSide(b)
        self.things = self._things(lost, gained, old, new)

    def _told(self, quad: QuadText) -> bool:
        if quad.graph.endswith("/graph/catalogue"):
            return quad.subject in self.whole and quad.predicate != DCAT.dataset
        return quad.graph not in self.derived and not quad.graph.endswith(_FOLLOW)

    def _triples(self, lines: Iterable[str], subjects: set[str]) -> Triples:
        """All that the told graphs say of these subjects."""
        found: Triples = {}
        for line in lines:
            subject = line[1 : line.index(" ") - 1]
            if subject in subjects and self._told(quad := parse_quad(line)):
                found.setdefault(subject, set()).add(quad[:3])
        return found

    def _things(
        self, lost: set[QuadText], gained: set[QuadText], old: Triples, new: Triples
    ) -> dict[str, ChangedRecord]:
        renamed = self.renamed
        lost = {_mapped(quad, renamed) for quad in lost}
        lost, gained = lost - gained, gained - lost
        before: Triples = {}
        for triples in old.values():
            for triple in triples:
                quad = _mapped(QuadText(*triple, ""), renamed)
                before.setdefault(quad.subject, set()).add(quad[:3])
        things: dict[str, ChangedRecord] = {}
        for quad in sorted(lost | gained):
            if quad.subject not in things:
                things[quad.subject] = _thing(quad.subject, self.a, self.b, before, new)
            thing = things[quad.subject]
            triple = quad[:3]
            was, now = triple in before.get(quad.subject, ()), triple in new.get(quad.subject, ())
            if was and now:
                thing.stays = True
            elif quad.object not in (side := thing.removed if was else thing.added).get(quad.predicate, ()):
                side.setdefault(quad.predicate, []).append(quad.object)
        for thing in things.values():
            thing.text = PG.text in thing.removed or PG.text in thing.added
        return things


def _thing(iri: str, a: GraphSide, b: GraphSide, before: Triples, after: Triples) -> ChangedRecord:
    thing = ChangedRecord(iri, a, b)
    thing.before, thing.after = _values(before.get(iri, set())), _values(after.get(iri, set()))
    thing.had, thing.has = RDF.type in thing.before, RDF.type in thing.after
    return thing


def _values(triples: set[Triple]) -> Values:
    found: Values = {}
    for _, predicate, value in sorted(triples):
        found.setdefault(predicate, []).append(object_text(value))
    return found


def _mapped(quad: QuadText, renamed: dict[str, str]) -> QuadText:
    if not renamed:
        return quad
    value = quad.object
    if value.startswith("<") and value[1:-1] in renamed:
        value = f"<{renamed[value[1:-1]]}>"
    return QuadText(renamed.get(quad.subject, quad.subject), quad.predicate, value, quad.graph)


def _renamed(old: Triples, new: Triples) -> dict[str, str]:
    """Old to new IRI of things that only changed their id: bodies of the same sort and name, records that say the same.

    Only where there is no doubt: one that is gone and one that is new.
    """

    def typed(triples: set[Triple]) -> bool:
        return any(predicate == RDF.type for _, predicate, _ in triples)

    gone = {iri: t for iri, t in old.items() if typed(t) and not typed(new.get(iri, set()))}
    fresh = {iri: t for iri, t in new.items() if typed(t) and not typed(old.get(iri, set()))}
    found: dict[str, str] = {}

    def pair(sorts: tuple[str, ...]) -> None:
        keys: list[dict[object, list[str]]] = [{}, {}]
        for number, side in enumerate((gone, fresh)):
            for iri, triples in side.items():
                values = _values(triples)
                if (sort := record_type(values)) not in sorts:
                    continue
                if sort in BODIES:
                    content: object = tuple(values.get(SKOS.prefLabel, ()))
                else:
                    content = frozenset(_mapped(QuadText("", p, o, ""), found)[1:3] for _, p, o in triples)
                if content:
                    keys[number].setdefault((sort, content), []).append(iri)
        for key, olds in keys[0].items():
            news = keys[1].get(key, [])
            if len(olds) == len(news) == 1:
                found[olds[0]] = news[0]

    pair(BODIES)
    pair(_BY_CONTENT)
    return found

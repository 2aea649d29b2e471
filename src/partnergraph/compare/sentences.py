"""Things that differ -> changes in words. Every difference is told: what no sentence covers is listed as it is."""

from __future__ import annotations

from collections.abc import Iterator

from partnergraph.claims.terms import prefixed
from partnergraph.compare.changed_record import (
    BODIES,
    ChangedRecord,
    GraphSide,
    concept_label,
    date_in_words,
    evidence_line,
    last_segment,
    period_in_words,
    relationship_sentence,
)
from partnergraph.compare.quad_diff import object_text
from partnergraph.compare.report import GRAPH, OTHER, SHOWN, SOURCES, Change
from partnergraph.vocabulary import ADMS, CODE, DCAT, DCTERMS, FOAF, OA, ORG, PG, RDF, SKOS, SKOSXL

ACCEPTED = CODE.accepted
# A predicate in words; the values may be IRIs (shown by name), codes or text.
WORDS = {
    ORG.classification: "type",
    RDF.type: "form",
    DCTERMS.type: "type",
    DCTERMS.description: "description",
    DCTERMS.publisher: "publisher",
    DCTERMS.title: "title",
    DCTERMS.issued: "date",
    DCTERMS.license: "licence",
    DCTERMS.accessRights: "licence",
    DCTERMS.dateSubmitted: "day of access",
    DCTERMS.spatial: "places",
    DCTERMS.source: "source",
    DCTERMS.isPartOf: "part of",
    DCTERMS.relation: "relates to",
    DCTERMS.identifier: "identifier",
    FOAF.page: "address",
    FOAF.member: "known members",
    FOAF.homepage: "website",
    SKOS.prefLabel: "name",
    SKOS.altLabel: "also called",
    SKOSXL.literalForm: "name",
    SKOS.note: "note",
    SKOS.notation: "value",
    SKOS.editorialNote: "note",
    ADMS.identifier: "identifier",
    PG.nameKind: "kind of name",
    PG.kind: "kind",
    PG.role: "role",
    PG.via: "through",
    PG["from"]: "from",
    PG.to: "to",
    PG.inArrangement: "arrangement",
    PG.formalisedThrough: "formalised through",
    PG.manner: "manner",
    PG.renews: "renews",
    PG.about: "about",
    PG.statedCount: "count",
    PG.countAsStated: "count as stated",
    PG.listIsOpen: "the list is open",
    PG.memberType: "type of members",
    PG.mayOverlap: "may overlap with",
    PG.value: "value",
    PG.unit: "unit",
    PG.property: "property",
    PG.basis: "basis",
    PG.confidence: "confidence",
    PG.strength: "strength",
    PG.locator: "place in the source",
    PG.premise: "premises",
    PG.notModelled: "not modelled",
    PG.contradicts: "contradicts",
    PG.sourceKind: "kind",
    PG.origin: "origin",
    PG.asOfEarliest: "speaks of, earliest",
    PG.asOfLatest: "speaks of, latest",
    PG.supportLimit: "what the evidence supports",
    PG.decision: "decision",
    PG.stepNumber: "number",
    PG.narration: "text",
    PG.focus: "focus",
    PG.routeTo: "route to",
    PG.asOf: "as of",
    ORG.originalOrganization: "before",
    ORG.resultingOrganization: "after",
}
NOUNS = {
    "organisation": "organisation",
    "group": "group",
    "programme": "programme",
    "place": "place",
    "name": "name",
    "identifier": "identifier",
    "attribute": "attribute",
    "statement": "statement",
    "match": "decision about a match",
    "step": "step of the story",
    "position": "position on the map",
}
# What a body says of records that are told themselves.
POINTERS = (ADMS.identifier, SKOSXL.altLabel, SKOS.altLabel, FOAF.homepage)
# Things of a text, which change with it.
IN_TEXT = (PG.passage, OA.start, OA.end)


def capitalise(text: str) -> str:
    """A sentence begins with a capital letter."""
    return text[:1].upper() + text[1:]


class SentenceWriter:
    """Tells all things that differ. `things` by IRI; `renamed`: old to new IRI of bodies whose id alone changed."""

    def __init__(self, things: dict[str, ChangedRecord], a: GraphSide, b: GraphSide, renamed: dict[str, str]) -> None:
        self.things, self.a, self.b, self.renamed = things, a, b, renamed

    def tell(self) -> Iterator[Change]:
        """Every change. New records take their evidence along, so what is told with others comes last."""
        yield from self._ids()
        order = ("relationship", "event", "statement", "name", "identifier", "attribute", "match", *BODIES)
        late = ("source", "evidence", "passage", "selector", "step", "position", None)
        self.linked: set[str] = set()
        self.owners: set[str] = set()
        for sort in (*order, *late):
            for iri in sorted(self.things):
                thing = self.things[iri]
                if thing.sort == sort:
                    yield from self._thing(thing)
        for iri in sorted(self.things):
            yield from self._rest(self.things[iri])

    def _ids(self) -> Iterator[Change]:
        for old, new in sorted(self.renamed.items()):
            name = self.b.name(new) or last_segment(new)
            ends = [iri.rpartition("/id/")[2] or iri for iri in (old, new)]
            sentence = f"Id changed: {name} is now {ends[1]} (was {ends[0]}); all that points to it follows."
            body = self.b.said(new).get(RDF.type) and not self.b.said(new).get(PG["from"])
            concerns = (new,) if body else self._concerns_of(self.b, new)
            yield Change("id-changed", sentence, new, concerns, OTHER, old, new)

    # Who is concerned

    def _concerns_of(self, side: GraphSide, iri: str) -> tuple[str, ...]:
        said = side.said(iri)
        found: list[str] = []
        for predicate in (
            *(PG["from"], PG.to, PG.via, PG.nameOf, PG.attributeOf, PG.matched),
            *(ORG.originalOrganization, ORG.resultingOrganization, PG.about, PG.positionOf),
        ):
            found += said.get(predicate, [])
        if ADMS.Identifier in said.get(RDF.type, ()):
            found += side.pointing(ADMS.identifier, iri)
        flat: list[str] = []
        for one in found:
            flat += [one] if PG["from"] not in side.said(one) else self._concerns_of(side, one)
        return tuple(dict.fromkeys(self.renamed.get(one, one) for one in flat))

    def _concerns(self, thing: ChangedRecord) -> tuple[str, ...]:
        if thing.sort in BODIES:
            return (thing.iri,)
        if thing.sort == "evidence":
            users = [*thing.side.pointing(PG.evidence, thing.iri), *thing.side.pointing(PG.counterEvidence, thing.iri)]
            found = [body for user in users for body in self._of_user(thing.side, user)]
            return tuple(dict.fromkeys(self.renamed.get(one, one) for one in found))
        return self._concerns_of(thing.side, thing.iri)

    def _of_user(self, side: GraphSide, user: str) -> tuple[str, ...]:
        concerned = self._concerns_of(side, user)
        return concerned or ((user,) if SKOS.prefLabel in side.said(user) else ())

    def _section(self, thing: ChangedRecord) -> str:
        if thing.sort in ("source", "evidence", "passage", "selector"):
            return SOURCES
        if thing.sort in ("step", "position"):
            return SHOWN
        return GRAPH if DCAT.Catalog in thing.said.get(RDF.type, ()) else OTHER

    def _made(self, thing: ChangedRecord, what: str, sentence: str, **more: object) -> Change:
        concerns = () if thing.sort in ("source", "step", "position") else self._concerns(thing)
        return Change(what, sentence, thing.iri, concerns, self._section(thing), **more)  # type: ignore[arg-type]

    # Values in words

    def _show(self, value: str) -> str:
        if not value.startswith(("http://", "https://", "urn:")):
            return f"“{value}”" if " " in value and len(value) > 24 else value
        return self.b.name(value) or self.a.name(value) or last_segment(value)

    def _shown(self, values: list[str]) -> str:
        return "; ".join(dict.fromkeys(self._show(value) for value in sorted(values)))

    def _subject(self, thing: ChangedRecord) -> str:
        """What the record is, for the beginning of a sentence."""
        said, side = thing.said, thing.side
        if thing.sort == "relationship":
            return relationship_sentence(side, thing.iri)
        if thing.sort == "event":
            return self._event(thing)
        if thing.sort == "name":
            return f"{said.get(SKOSXL.literalForm, [''])[0]} ({concept_label(said.get(PG.nameKind, [''])[0])})"
        if thing.sort == "identifier":
            return f"{concept_label(said.get(PG.scheme, [''])[0])} {said.get(SKOS.notation, [''])[0]}"
        if thing.sort == "attribute":
            return f"{concept_label(said.get(PG.property, [''])[0])}: {said.get(PG.value, [''])[0]}"
        if thing.sort == "match":
            return f"record {said.get(SKOS.notation, [''])[0]} of {self._shown(said.get(DCTERMS.source, []))}"
        if thing.sort == "position":
            return f"{self._shown(said.get(PG.positionOf, []))}, {self._shown(said.get(PG.view, []))}"
        return side.name(thing.iri) or last_segment(thing.iri)

    def _event(self, thing: ChangedRecord) -> str:
        said, side = thing.said, thing.side
        kind, when = concept_label(said.get(PG.kind, [""])[0]), date_in_words(said, "date")
        before, after = said.get(ORG.originalOrganization, []), said.get(ORG.resultingOrganization, [])
        of = f"{side.names(before)} → {side.names(after)}" if after else side.names(said.get(PG.about, []))
        return f"{kind}: {of}" + (f", {when}" if when else "")

    # Things

    def _thing(self, thing: ChangedRecord) -> Iterator[Change]:
        if thing.sort in ("name", "identifier", "attribute") and (thing.removed or thing.added or thing.stays):
            self.owners.update(self._concerns(thing))
        if thing.sort in ("passage", "selector"):
            yield from self._in_text(thing)
        elif thing.new or thing.gone:
            yield from self._whole(thing)
        elif thing.sort is not None:
            yield from self._parts(thing)

    def _in_text(self, thing: ChangedRecord) -> Iterator[Change]:
        """Sentences of a text come and go with it."""
        source = thing.iri.replace("/selector/", "/passage/").partition("/passage/")
        of = self.things.get(f"{source[0]}/source/{source[2].partition('/')[0]}")
        if of is not None and of.text:
            thing.take_all()
        return iter(())

    def _whole(self, thing: ChangedRecord) -> Iterator[Change]:
        new, side = thing.new, thing.side
        pieces = thing.said.get(PG.evidence, [])
        if thing.sort == "evidence":
            if thing.iri in self.linked:
                thing.take_all()
                return
            verb = "Evidence added, used by no claim yet" if new else "Evidence removed"
            told = self._made(
                thing, f"evidence-{'added' if new else 'removed'}", f"{verb}: {evidence_line(side, thing.iri)}."
            )
            thing.take_all()
            yield told
            return
        details = [f"Evidence: {evidence_line(side, one)}" for one in pieces]
        if thing.sort in ("relationship", "name", "attribute"):
            details = [capitalise(when) for when in [period_in_words(thing.said)] if when] + details
        standing = thing.said.get(PG.standing, [ACCEPTED])[0]
        if standing != ACCEPTED:
            details.append(capitalise(concept_label(standing)) + ": " + "; ".join(thing.said.get(PG.standingNote, [])))
        details += [f"Against it: {evidence_line(side, one)}" for one in thing.said.get(PG.counterEvidence, [])]
        told_already = {
            *(PG.evidence, PG.counterEvidence, PG.standing, PG.standingNote, PG.supportLimit, PG.dateNote, RDF.type),
            *(SKOS.prefLabel, PG.kind, PG["from"], PG.to, PG.role, PG.via, PG.nameOf, PG.attributeOf, *POINTERS),
            *(PG[f"{name}{end}"] for name in ("start", "end", "date") for end in ("Earliest", "Latest")),
            *(PG.start, PG.end, PG.date, PG.text, PG.sha256, SKOSXL.literalForm, PG.nameKind, PG.scheme, SKOS.notation),
            *(PG.property, ORG.originalOrganization, ORG.resultingOrganization, PG.x, PG.y, PG.positionOf, PG.view),
        }
        if thing.sort == "attribute":
            told_already.add(PG.value)
        for predicate, values in sorted(thing.said.items(), key=lambda entry: WORDS.get(entry[0], entry[0])):
            if predicate in told_already and not (thing.sort == "source" and predicate == PG.kind):
                continue
            if predicate in WORDS:
                details.append(f"{capitalise(WORDS[predicate])}: {self._shown(values)}")
        self.linked.update(pieces, thing.said.get(PG.counterEvidence, []))
        # Only what came or went with it is evidence added or removed.
        pieces = [one for one in pieces if one in self.things and self.things[one].had != self.things[one].has]
        what = thing.sort or "other"
        if thing.sort == "event":
            yield from self._event_whole(thing, details, pieces)
        elif thing.sort is not None:
            noun = NOUNS.get(thing.sort, thing.sort)
            verb = (
                f"New {noun}"
                if new
                else f"{capitalise(noun)} gone"
                if thing.sort in BODIES
                else f"Gone, {noun} removed"
            )
            if thing.sort in ("name", "identifier", "attribute", "statement", "match", "source", "step", "position"):
                verb = f"{capitalise(noun)} {'added' if new else 'removed'}"
            sentence = f"{verb}: {self._subject(thing)}."
            yield self._made(
                thing, f"{what}-{'new' if new else 'gone'}", sentence, details=tuple(details), evidence=tuple(pieces)
            )
        else:
            return
        thing.take_all()

    def _event_whole(self, thing: ChangedRecord, details: list[str], pieces: list[str]) -> Iterator[Change]:
        said, side = thing.said, thing.side
        after, when = said.get(ORG.resultingOrganization, []), date_in_words(said, "date")
        if thing.new and after:
            before = side.names(said.get(ORG.originalOrganization, []))
            on = f", {when}" if when else ""
            kind = concept_label(said.get(PG.kind, [""])[0])
            sentence = f"Succeeded: {before} was succeeded by {side.names(after)} ({kind}{on})."
            yield self._made(thing, "succeeded", sentence, details=tuple(details), evidence=tuple(pieces))
        else:
            verb = "Event added" if thing.new else "Event removed"
            what = "event-new" if thing.new else "event-gone"
            yield self._made(
                thing, what, f"{verb}: {self._event(thing)}.", details=tuple(details), evidence=tuple(pieces)
            )

    def _parts(self, thing: ChangedRecord) -> Iterator[Change]:
        """What changed in a record that was there and still is."""
        if thing.sort in BODIES:
            yield from self._renamed(thing)
            if thing.iri in self.owners:
                for predicate in POINTERS:
                    thing.take(predicate)
                thing.stays = False
        if thing.sort == "position":
            yield from self._moved(thing)
        if thing.sort == "source":
            yield from self._text(thing)
        if thing.sort == "evidence":
            yield from self._evidence(thing)
        yield from self._standing(thing)
        yield from self._dates(thing)
        yield from self._links(thing)
        yield from self._values(thing)

    def _renamed(self, thing: ChangedRecord) -> Iterator[Change]:
        lost, gained = thing.take(SKOS.prefLabel)
        if lost and gained:
            sentence = f"Renamed: {'; '.join(gained)} (was {'; '.join(lost)})."
            yield self._made(thing, "renamed", sentence, old="; ".join(lost), new="; ".join(gained))
        elif lost or gained:
            verb = "Name added" if gained else "Name removed"
            yield self._made(thing, "changed", f"{verb}: {'; '.join(gained or lost)}.")

    def _moved(self, thing: ChangedRecord) -> Iterator[Change]:
        if any(thing.take(PG.x, PG.y)):
            old, new = (f"{said[PG.x][0]}, {said[PG.y][0]}" for said in (thing.before, thing.after))
            yield self._made(
                thing, "moved", f"Moved on the map: {self._subject(thing)}: {old} → {new}.", old=old, new=new
            )

    def _text(self, thing: ChangedRecord) -> Iterator[Change]:
        lost, gained = thing.take(PG.text, PG.sha256)
        if lost or gained:
            verb = "changed" if lost and gained else "added" if gained else "removed"
            sentence = f"Archived text {verb}: {self._subject(thing)}."
            yield self._made(thing, "source-changed", sentence)

    def _evidence(self, thing: ChangedRecord) -> Iterator[Change]:
        source = self.things.get(thing.said.get(DCTERMS.source, [""])[0])
        if source is not None and source.text:
            thing.take(*IN_TEXT)
        for predicates, noun in (((PG.words, *IN_TEXT), "words"), ((PG.says, PG.reason), "our statement")):
            lost, gained = thing.take(*predicates)
            if not (lost or gained):
                continue
            old, new = (
                " / ".join(value for one in predicates[:2] for value in said.get(one, []) if "/passage/" not in value)
                for said in (thing.before, thing.after)
            )
            name = f"{self._id(thing)}; {self._shown(thing.said.get(DCTERMS.source, []))}"
            if old == new:
                sentence = f"Evidence at another place in the text ({name})."
            else:
                sentence = f"Evidence, {noun} changed ({name}): “{old}” → “{new}”"
            yield self._made(thing, "evidence-changed", sentence, old=old, new=new)

    def _id(self, thing: ChangedRecord) -> str:
        return thing.said.get(DCTERMS.identifier, [last_segment(thing.iri)])[0]

    def _standing(self, thing: ChangedRecord) -> Iterator[Change]:
        lost, gained = thing.take(PG.standing)
        notes = thing.take(PG.standingNote)
        if not (lost or gained or any(notes)):
            return
        old, new = (concept_label(said.get(PG.standing, [ACCEPTED])[0]) for said in (thing.before, thing.after))
        details = [f"The editor’s note: {note}" for note in notes[1]] + [f"Note removed: {note}" for note in notes[0]]
        counter = thing.take(PG.counterEvidence)
        details += [f"Against it: {evidence_line(self.b, one)}" for one in counter[1]]
        details += [f"No longer against it: {evidence_line(self.a, one)}" for one in counter[0]]
        self.linked.update(*counter)
        head = f"Standing changed, {old} → {new}" if old != new else "Note on the standing changed"
        if old == new and (lost or gained):
            head = f"Standing stated: {new}" if gained else f"Standing no longer stated, {new} as before"
        yield self._made(
            thing, "standing", f"{head}: {self._subject(thing)}.", old=old, new=new, details=tuple(details)
        )

    def _dates(self, thing: ChangedRecord) -> Iterator[Change]:
        a, b = thing.before, thing.after
        for name in ("start", "end", "date"):
            old, new = date_in_words(a, name), date_in_words(b, name)
            lost, gained = thing.take(PG[name], PG[f"{name}Earliest"], PG[f"{name}Latest"])
            if not (lost or gained):
                continue
            about = self._subject(thing)
            if name == "end" and old is None:
                yield self._made(thing, "ended", f"Ended: {about}, {date_phrase(new)} (was open).", new=new)
            elif name == "end" and new is None:
                yield self._made(thing, "dates", f"No longer said to have ended: {about} (was {old}).", old=old)
            elif old == new:
                yield self._made(thing, "dates", f"Bounds of the {name} changed: {about}, {new}.", old=old, new=new)
            elif old and new and new.startswith(old + "-"):
                sentence = f"{capitalise(name)} made more precise: {about}, {new} (was {old})."
                yield self._made(thing, "dates", sentence, old=old, new=new)
            else:
                told = f"{new or 'not stated any more'} (was {old or 'not stated'})"
                yield self._made(thing, "dates", f"{capitalise(name)} changed: {about}, {told}.", old=old, new=new)
        lost, gained = thing.take(PG.dateNote)
        if lost or gained:
            old, new = "; ".join(lost) or None, "; ".join(gained) or None
            told = f"{new or 'none'} (was {old or 'none'})"
            yield self._made(thing, "dates", f"Note on dates: {self._subject(thing)}, {told}.", old=old, new=new)

    def _links(self, thing: ChangedRecord) -> Iterator[Change]:
        about = f" for {self._subject(thing)}" if thing.sort not in BODIES else f" that mentions {self._subject(thing)}"
        if PG.evidence in {*thing.removed, *thing.added}:
            thing.stays = False  # a source that is added says again what the others say
        for predicate, noun in ((PG.evidence, "Evidence"), (PG.counterEvidence, "Counter-evidence")):
            lost, gained = thing.take(predicate)
            self.linked.update(lost, gained)
            for iri in gained:
                sentence = f"{noun} added{about}: {evidence_line(self.b, iri)}."
                yield self._made(thing, "evidence-added", sentence, new=iri, evidence=(iri,))
            for iri in lost:
                sentence = f"{noun} removed{about}: {evidence_line(self.a, iri)}."
                yield self._made(thing, "evidence-removed", sentence, old=iri, evidence=(iri,))
        if PG.supportLimit in {*thing.removed, *thing.added}:
            thing.stays = False

    def _values(self, thing: ChangedRecord) -> Iterator[Change]:
        """Everything else that has words, old and new value shown."""
        if thing.sort == "relationship" and any(thing.take(PG.kind, PG["from"], PG.to, PG.role, PG.via)):
            was, now = relationship_sentence(self.a, thing.iri), relationship_sentence(self.b, thing.iri)
            if was == now:  # two things of one name
                was, now = f"{was} ({self._ends(self.a, thing)})", f"{now} ({self._ends(self.b, thing)})"
            yield self._made(thing, "changed", f"Changed: {now} (was: {was}).", old=was, new=now)
        for predicate in [one for one in thing.left if one in WORDS]:
            kind = f"{thing.sort}-changed" if thing.sort in ("source", "evidence") else "changed"
            noun = WORDS[predicate]
            lost, gained = thing.take(predicate)
            about = "" if thing.sort in BODIES else f" of {self._subject(thing)}"
            if thing.sort == "evidence":
                about = f" of the evidence {self._id(thing)}"
            old, new = self._shown(lost) or None, self._shown(gained) or None
            if old == new:  # two things of one name
                old, new = (", ".join(prefixed(value) for value in values) for values in (lost, gained))
            if old and new:
                sentence = f"{capitalise(noun)}{about}: {new} (was {old})."
            else:
                sentence = f"{capitalise(noun)}{about} {'added' if new else 'removed'}: {new or old}."
            yield self._made(thing, kind, sentence, old=old, new=new)

    def _ends(self, side: GraphSide, thing: ChangedRecord) -> str:
        said = side.said(thing.iri)
        parts = (PG.kind, PG["from"], PG.to, PG.role, PG.via)
        return ", ".join(prefixed(value) for predicate in parts for value in sorted(said.get(predicate, [])))

    def _rest(self, thing: ChangedRecord) -> Iterator[Change]:
        """What no sentence covers: subject, property, value."""
        section = GRAPH if self._section(thing) == GRAPH else OTHER
        name = self._subject(thing) if section == OTHER else "The graph"
        for predicate in thing.left:
            noun = WORDS.get(predicate) or prefixed(predicate)
            lost, gained = thing.removed.get(predicate, []), thing.added.get(predicate, [])
            for verb, values in (("removed", lost), ("added", gained)):
                for value in sorted(values):
                    said = self._show(object_text(value))
                    old, new = (said, None) if verb == "removed" else (None, said)
                    yield Change("other", f"{name}: {noun} {verb}: {said}.", thing.iri, (), section, old, new)
        if thing.stays and not thing.left:
            sentence = f"{capitalise(name)}: other sources say the same as before."
            yield Change("said-by", sentence, thing.iri, self._concerns(thing), self._section(thing))
        thing.take_all()


def date_phrase(when: str | None) -> str:
    """A date in a sentence: on a day, else in a month or year."""
    return f"on {when}" if when and len(when) == 10 else str(when) if when and " " in when else f"in {when}"

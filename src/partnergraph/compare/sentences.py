"""Records that differ -> changes in words. No difference is left out: what no sentence covers is listed as it is."""

from __future__ import annotations

from collections.abc import Iterator

from partnergraph.claims.sentences import change_parties
from partnergraph.claims.statements import RecordValues, first_or, plain_value
from partnergraph.claims.terms import prefixed
from partnergraph.compare.changed_record import (
    BODIES,
    ChangedRecord,
    GraphSide,
    concept_label,
    date_in_words,
    dates_in_words,
    evidence_line,
    fallback_label,
    relationship_text,
)
from partnergraph.compare.changes import GRAPH, OTHER, Change
from partnergraph.compare.wording import (
    OWN_RECORDS,
    PREDICATE_LABELS,
    RELATIONSHIP_PARTS,
    ROW_TERMS,
    TEXT_POSITION,
    TYPE_WORDING,
    TypeWording,
    capitalise,
    date_change,
    detail_labels,
)
from partnergraph.vocabulary import ADMS, CODE, DCAT, DCTERMS, ORG, PG, RDF, SKOS

ACCEPTED = CODE.accepted
# The predicates by which a record concerns bodies, or other records that do.
_CONCERNS = (
    *(PG["from"], PG.to, PG.via, PG.nameOf, PG.attributeOf, PG.matched),
    *(ORG.originalOrganization, ORG.resultingOrganization, PG.about, PG.positionOf),
)
# Types that are reported in their own section even where they concern a body.
_OF_NO_BODY = ("source", "step", "position")


def _change_parties(values: RecordValues) -> tuple[list[str], list[str]]:
    return change_parties(values.get(ORG.originalOrganization, []), values.get(ORG.resultingOrganization, []))


class SentenceWriter:
    """Writes the changes of all records that differ.

    `records` by IRI; `changed_ids`: old to new IRI of records that only changed their id.
    """

    def __init__(
        self, records: dict[str, ChangedRecord], a: GraphSide, b: GraphSide, changed_ids: dict[str, str]
    ) -> None:
        self.records, self.a, self.b, self.changed_ids = records, a, b, changed_ids
        # Pieces of evidence that are reported with a record, and bodies with a name, identifier or attribute reported.
        self.reported_evidence: set[str] = set()
        self.owners: set[str] = set()

    def changes(self) -> Iterator[Change]:
        """Every change."""
        yield from self._id_changes()
        for type_ in (*TYPE_WORDING, None):
            for iri in sorted(self.records):
                if (record := self.records[iri]).type == type_:
                    yield from self._record_changes(record)
        for iri in sorted(self.records):
            yield from self._remaining_changes(self.records[iri])

    def _id_changes(self) -> Iterator[Change]:
        for old, new in sorted(self.changed_ids.items()):
            name = self.b.label(new) or fallback_label(new)
            old_id, new_id = (iri.rpartition("/id/")[2] or iri for iri in (old, new))
            sentence = f"Id changed: {name} is now {new_id} (was {old_id}); all that points to it follows."
            values = self.b.values(new)
            is_body = values.get(RDF.type) and not values.get(PG["from"])
            yield Change(
                "id-changed", sentence, new, (new,) if is_body else self._concerned(self.b, new), OTHER, old, new
            )

    # Which bodies are concerned

    def _concerned(self, side: GraphSide, iri: str) -> tuple[str, ...]:
        """The bodies that a record concerns, through other records too, with the IRIs of today."""
        values = side.values(iri)
        targets = [target for predicate in _CONCERNS for target in values.get(predicate, ())]
        if ADMS.Identifier in values.get(RDF.type, ()):
            targets += side.subjects(ADMS.identifier, iri)
        bodies: list[str] = []
        for target in targets:
            is_relationship = PG["from"] in side.values(target)
            bodies += self._concerned(side, target) if is_relationship else [target]
        return self._with_new_ids(bodies)

    def _with_new_ids(self, iris: list[str]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(self.changed_ids.get(iri, iri) for iri in iris))

    def _bodies(self, record: ChangedRecord) -> tuple[str, ...]:
        if record.type in BODIES:
            return (record.iri,)
        if record.type != "evidence":
            return self._concerned(record.side, record.iri)
        predicates = (PG.evidence, PG.counterEvidence)
        users = [user for predicate in predicates for user in record.side.subjects(predicate, record.iri)]
        return self._with_new_ids([body for user in users for body in self._bodies_of_user(record.side, user)])

    def _bodies_of_user(self, side: GraphSide, user: str) -> tuple[str, ...]:
        return self._concerned(side, user) or ((user,) if SKOS.prefLabel in side.values(user) else ())

    def _section(self, record: ChangedRecord) -> str:
        if record.type is not None:
            return TYPE_WORDING[record.type].section
        return GRAPH if DCAT.Catalog in record.values.get(RDF.type, ()) else OTHER

    def _change(self, record: ChangedRecord, what: str, sentence: str, **fields: object) -> Change:
        concerns = () if record.type in _OF_NO_BODY else self._bodies(record)
        return Change(what, sentence, record.iri, concerns, self._section(record), **fields)  # type: ignore[arg-type]

    # Values in words

    def _value_text(self, value: str) -> str:
        if not value.startswith(("http://", "https://", "urn:")):
            return f"“{value}”" if " " in value and len(value) > 24 else value
        return self.b.label(value) or self.a.label(value) or fallback_label(value)

    def _value_list(self, values: list[str]) -> str:
        return "; ".join(dict.fromkeys(self._value_text(value) for value in sorted(values)))

    def _subject(self, record: ChangedRecord) -> str:
        """What the record is called in a sentence."""
        if record.type == "relationship":
            return relationship_text(record.side, record.iri)
        if record.type == "event":
            return self._event(record)
        wording = TYPE_WORDING.get(record.type or "", TypeWording())
        if not wording.subject:
            return record.side.label(record.iri) or fallback_label(record.iri)
        return wording.subject.format(*(self._part(record, *part) for part in wording.parts))

    def _part(self, record: ChangedRecord, predicate: str, form: str) -> str:
        """A part of `TypeWording.subject`."""
        if form == "labels":
            return self._value_list(record.values.get(predicate, []))
        value = first_or(record.values, predicate)
        return concept_label(value) if form == "concept" else value

    def _event(self, record: ChangedRecord) -> str:
        values, side = record.values, record.side
        kind, date = concept_label(first_or(values, PG.kind)), date_in_words(values, "date")
        before, after = _change_parties(values)
        about = f"{side.labels(before)} → {side.labels(after)}" if after else side.labels(values.get(PG.about, []))
        return f"{kind}: {about}" + (f", {date}" if date else "")

    def _evidence_id(self, record: ChangedRecord) -> str:
        return first_or(record.values, DCTERMS.identifier, fallback_label(record.iri))

    # Records

    def _record_changes(self, record: ChangedRecord) -> Iterator[Change]:
        differs = record.removed or record.added or record.sources_changed
        if record.type in ("name", "identifier", "attribute") and differs:
            self.owners.update(self._bodies(record))
        if record.type in ("passage", "selector"):
            self._skip_text_parts(record)
        elif record.type is not None:
            is_whole = record.is_new or record.is_removed
            yield from self._whole_record(record) if is_whole else self._changes_within(record)

    def _skip_text_parts(self, record: ChangedRecord) -> None:
        """Sentences of a text come and go with it."""
        base, _, rest = record.iri.replace("/selector/", "/passage/").partition("/passage/")
        source = self.records.get(f"{base}/source/{rest.partition('/')[0]}")
        if source is not None and source.text_changed:
            record.consume_all()

    # New and removed records

    def _whole_record(self, record: ChangedRecord) -> Iterator[Change]:
        values, evidence = record.values, record.values.get(PG.evidence, [])
        if record.type != "evidence":
            self.reported_evidence.update(evidence, values.get(PG.counterEvidence, []))
            what, sentence = self._whole_sentence(record)
            # Only what came or went with it is evidence added or removed.
            changed = (self.records[iri] for iri in evidence if iri in self.records)
            pieces = tuple(piece.iri for piece in changed if piece.existed != piece.exists)
            yield self._change(record, what, sentence, details=self._details(record), evidence=pieces)
        elif record.iri not in self.reported_evidence:
            wording = TYPE_WORDING["evidence"]
            beginning = wording.added if record.is_new else wording.removed
            what = "evidence-added" if record.is_new else "evidence-removed"
            yield self._change(record, what, f"{beginning}: {evidence_line(record.side, record.iri)}.")
        record.consume_all()

    def _whole_sentence(self, record: ChangedRecord) -> tuple[str, str]:
        """The kind of change and the sentence."""
        predecessors, successors = _change_parties(record.values)
        if record.type == "event" and record.is_new and successors:
            before = record.side.labels(predecessors)
            date = date_in_words(record.values, "date")
            kind = concept_label(first_or(record.values, PG.kind)) + (f", {date}" if date else "")
            return "succeeded", f"Succeeded: {before} was succeeded by {record.side.labels(successors)} ({kind})."
        wording = TYPE_WORDING[record.type or ""]
        beginning = wording.added if record.is_new else wording.removed
        return f"{record.type}-{'new' if record.is_new else 'gone'}", f"{beginning}: {self._subject(record)}."

    def _details(self, record: ChangedRecord) -> tuple[str, ...]:
        """Dates, evidence, standing, and all other values of a record."""
        values, side = record.values, record.side
        details = [f"Evidence: {evidence_line(side, iri)}" for iri in values.get(PG.evidence, [])]
        if record.type in ("relationship", "name", "attribute") and (period := dates_in_words(values)):
            details.insert(0, capitalise(period))
        if (standing := first_or(values, PG.standing, ACCEPTED)) != ACCEPTED:
            details.append(f"{capitalise(concept_label(standing))}: {'; '.join(values.get(PG.standingNote, []))}")
        details += [f"Against it: {evidence_line(side, iri)}" for iri in values.get(PG.counterEvidence, [])]
        for predicate, label in detail_labels(record.type or ""):
            if predicate in values:
                details.append(f"{capitalise(label)}: {self._value_list(values[predicate])}")
        return tuple(details)

    # Changes within a record that both graphs have

    def _changes_within(self, record: ChangedRecord) -> Iterator[Change]:
        if record.type in BODIES:
            yield from self._name_change(record)
            if record.iri in self.owners:
                record.consume(*OWN_RECORDS)
                record.sources_changed = False
        elif record.type == "position":
            yield from self._position_change(record)
        elif record.type == "source":
            yield from self._text_change(record)
        elif record.type == "evidence":
            yield from self._wording_changes(record)
        yield from self._row_change(record)
        yield from self._standing_change(record)
        yield from self._date_changes(record)
        yield from self._evidence_changes(record)
        if record.type == "relationship":
            yield from self._relationship_change(record)
        yield from self._value_changes(record)

    def _name_change(self, record: ChangedRecord) -> Iterator[Change]:
        lost, gained = record.consume(SKOS.prefLabel)
        if lost and gained:
            sentence = f"Renamed: {'; '.join(gained)} (was {'; '.join(lost)})."
            yield self._change(record, "renamed", sentence, old="; ".join(lost), new="; ".join(gained))
        elif lost or gained:
            verb = "Name added" if gained else "Name removed"
            yield self._change(record, "changed", f"{verb}: {'; '.join(gained or lost)}.")

    def _position_change(self, record: ChangedRecord) -> Iterator[Change]:
        if any(record.consume(PG.x, PG.y)):
            old, new = (
                f"{first_or(values, PG.x, '?')}, {first_or(values, PG.y, '?')}"
                for values in (record.before, record.after)
            )
            sentence = f"Moved on the map: {self._subject(record)}: {old} → {new}."
            yield self._change(record, "moved", sentence, old=old, new=new)

    def _text_change(self, record: ChangedRecord) -> Iterator[Change]:
        lost, gained = record.consume(PG.text, PG.sha256)
        if lost or gained:
            verb = "changed" if lost and gained else "added" if gained else "removed"
            yield self._change(record, "source-changed", f"Archived text {verb}: {self._subject(record)}.")

    def _wording_changes(self, record: ChangedRecord) -> Iterator[Change]:
        """The words that a piece of evidence quotes, or what we say of it."""
        source = self.records.get(first_or(record.values, DCTERMS.source))
        if source is not None and source.text_changed:
            record.consume(*TEXT_POSITION)
        for predicates, noun in (((PG.words, *TEXT_POSITION), "words"), ((PG.says, PG.reason), "our statement")):
            lost, gained = record.consume(*predicates)
            if not (lost or gained):
                continue
            old, new = (
                " / ".join(
                    value
                    for predicate in predicates[:2]
                    for value in values.get(predicate, [])
                    if "/passage/" not in value
                )
                for values in (record.before, record.after)
            )
            name = f"{self._evidence_id(record)}; {self._value_list(record.values.get(DCTERMS.source, []))}"
            if old == new:
                sentence = f"Evidence at another place in the text ({name})."
            else:
                sentence = f"Evidence, {noun} changed ({name}): “{old}” → “{new}”"
            yield self._change(record, "evidence-changed", sentence, old=old, new=new)

    def _row_change(self, record: ChangedRecord) -> Iterator[Change]:
        """How a row of Partnerships says what it says; what its other cells change is reported as that."""
        lost, gained = record.consume(*ROW_TERMS)
        old, new = (" / ".join(t[5:] for t in texts if t.startswith("how: ")) for texts in (lost, gained))
        if old and new:
            sentence = f"Worded anew in Partnerships ({self._evidence_id(record)}): “{old}” → “{new}”"
            yield self._change(record, "evidence-changed", sentence, old=old, new=new)

    def _standing_change(self, record: ChangedRecord) -> Iterator[Change]:
        lost, gained = record.consume(PG.standing)
        old_notes, new_notes = record.consume(PG.standingNote)
        if not (lost or gained or old_notes or new_notes):
            return
        old, new = (concept_label(first_or(values, PG.standing, ACCEPTED)) for values in (record.before, record.after))
        old_counter, new_counter = record.consume(PG.counterEvidence)
        self.reported_evidence.update(old_counter, new_counter)
        details = [f"The editor’s note: {note}" for note in new_notes] + [f"Note removed: {note}" for note in old_notes]
        details += [f"Against it: {evidence_line(self.b, iri)}" for iri in new_counter]
        details += [f"No longer against it: {evidence_line(self.a, iri)}" for iri in old_counter]
        if old != new:
            beginning = f"Standing changed, {old} → {new}"
        elif lost or gained:
            beginning = f"Standing stated: {new}" if gained else f"Standing no longer stated, {new} as before"
        else:
            beginning = "Note on the standing changed"
        sentence = f"{beginning}: {self._subject(record)}."
        yield self._change(record, "standing", sentence, old=old, new=new, details=tuple(details))

    def _date_changes(self, record: ChangedRecord) -> Iterator[Change]:
        for name in ("start", "end", "date"):
            if any(record.consume(PG[name], PG[f"{name}Earliest"], PG[f"{name}Latest"])):
                old, new = (date_in_words(values, name) for values in (record.before, record.after))
                what, sentence = date_change(name, self._subject(record), old, new)
                yield self._change(record, what, sentence, old=old, new=new)
        lost, gained = record.consume(PG.dateNote)
        if lost or gained:
            old, new = "; ".join(lost) or None, "; ".join(gained) or None
            sentence = f"Note on dates: {self._subject(record)}, {new or 'none'} (was {old or 'none'})."
            yield self._change(record, "dates", sentence, old=old, new=new)

    def _evidence_changes(self, record: ChangedRecord) -> Iterator[Change]:
        subject = f" {'that mentions' if record.type in BODIES else 'for'} {self._subject(record)}"
        if {PG.evidence, PG.supportLimit}.intersection(record.changed_predicates):
            record.sources_changed = False  # a source that is added states again what the others state
        if PG.evidence in record.changed_predicates:
            record.consume(PG.supportLimit)  # which columns each piece supports changes with the pieces
        for predicate, noun in ((PG.evidence, "Evidence"), (PG.counterEvidence, "Counter-evidence")):
            lost, gained = record.consume(predicate)
            self.reported_evidence.update(lost, gained)
            for iri in gained:
                sentence = f"{noun} added{subject}: {evidence_line(self.b, iri)}."
                yield self._change(record, "evidence-added", sentence, new=iri, evidence=(iri,))
            for iri in lost:
                sentence = f"{noun} removed{subject}: {evidence_line(self.a, iri)}."
                yield self._change(record, "evidence-removed", sentence, old=iri, evidence=(iri,))

    def _relationship_change(self, record: ChangedRecord) -> Iterator[Change]:
        if any(record.consume(*RELATIONSHIP_PARTS)):
            old, new = (relationship_text(side, record.iri) for side in (self.a, self.b))
            if old == new:  # two bodies of one name
                old, new = (
                    f"{sentence} ({self._relationship_iris(side, record)})"
                    for sentence, side in ((old, self.a), (new, self.b))
                )
            yield self._change(record, "changed", f"Changed: {new} (was: {old}).", old=old, new=new)

    def _relationship_iris(self, side: GraphSide, record: ChangedRecord) -> str:
        values = side.values(record.iri)
        return ", ".join(prefixed(iri) for predicate in RELATIONSHIP_PARTS for iri in sorted(values.get(predicate, [])))

    def _value_changes(self, record: ChangedRecord) -> Iterator[Change]:
        """Everything else that has a label, with the old and the new value."""
        what = f"{record.type}-changed" if record.type in ("source", "evidence") else "changed"
        for predicate in [predicate for predicate in record.changed_predicates if predicate in PREDICATE_LABELS]:
            if record.type == "evidence":
                owner = f" of the evidence {self._evidence_id(record)}"
            else:
                owner = "" if record.type in BODIES else f" of {self._subject(record)}"
            lost, gained = record.consume(predicate)
            old, new = self._value_list(lost) or None, self._value_list(gained) or None
            if old == new:  # two records of one name
                old, new = (", ".join(prefixed(value) for value in values) for values in (lost, gained))
            beginning = f"{capitalise(PREDICATE_LABELS[predicate])}{owner}"
            if old and new:
                sentence = f"{beginning}: {new} (was {old})."
            else:
                sentence = f"{beginning} {'added' if new else 'removed'}: {new or old}."
            yield self._change(record, what, sentence, old=old, new=new)

    # What no sentence covers

    def _remaining_changes(self, record: ChangedRecord) -> Iterator[Change]:
        """Subject, property, value of each difference that is left."""
        section = GRAPH if self._section(record) == GRAPH else OTHER
        name = self._subject(record) if section == OTHER else "The graph"
        predicates = record.changed_predicates
        for predicate in predicates:
            label = PREDICATE_LABELS.get(predicate) or prefixed(predicate)
            for verb, terms in (("removed", record.removed), ("added", record.added)):
                for term in sorted(terms.get(predicate, [])):
                    value = self._value_text(plain_value(term))
                    old, new = (value, None) if verb == "removed" else (None, value)
                    sentence = f"{name}: {label} {verb}: {value}."
                    yield Change("other", sentence, record.iri, (), section, old, new)
        if record.sources_changed and not predicates:
            sentence = f"{capitalise(name)}: other sources say the same as before."
            yield Change("said-by", sentence, record.iri, self._bodies(record), self._section(record))
        record.consume_all()

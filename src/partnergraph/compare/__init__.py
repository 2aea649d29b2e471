"""Two graphs -> what changed, in words grouped by organisation, and exactly in quads."""

from __future__ import annotations

from collections import Counter

from partnergraph.compare.changed_record import GraphSide, fallback_label
from partnergraph.compare.changes import GENERAL_SECTIONS, Change, Section, count_noun
from partnergraph.compare.diff import GraphDiff
from partnergraph.compare.quad_diff import patch, quad_lines, refuse_blank_nodes
from partnergraph.compare.report import Report
from partnergraph.compare.report_formats import FORMATS
from partnergraph.compare.sentences import SentenceWriter
from partnergraph.store import Reader
from partnergraph.vocabulary import PG

__all__ = ["FORMATS", "Change", "Report", "Section", "compare"]

# The order within a section; what is not here comes after, in the order of their sentences.
_ORDER = (
    *("organisation-new", "group-new", "programme-new", "place-new"),
    *("organisation-gone", "group-gone", "programme-gone", "place-gone", "id-changed", "renamed", "succeeded"),
    *("relationship-new", "ended", "relationship-gone", "standing", "dates", "changed", "event-new", "event-gone"),
)
# What the summary counts: the kinds of change, and the noun in singular and plural.
_COUNTED = {
    "organisations new": (("organisation-new",), "organisation new", "organisations new"),
    "organisations gone": (("organisation-gone",), "organisation gone", "organisations gone"),
    "renamed": (("renamed",), "renamed", "renamed"),
    "succeeded": (("succeeded",), "succession", "successions"),
    "ids changed": (("id-changed",), "id changed", "ids changed"),
    "relationships new": (("relationship-new",), "relationship new", "relationships new"),
    "relationships ended": (("ended",), "relationship ended", "relationships ended"),
    "relationships gone": (("relationship-gone",), "relationship removed", "relationships removed"),
    "dates changed": (("dates",), "date changed", "dates changed"),
    "standing changed": (("standing",), "standing changed", "standings changed"),
    "evidence changed": (("evidence-changed",), "piece of evidence changed", "pieces of evidence changed"),
    "identifiers added": (("identifier-new",), "identifier added", "identifiers added"),
    "identifiers removed": (("identifier-gone",), "identifier removed", "identifiers removed"),
    "sources added": (("source-new",), "source added", "sources added"),
    "sources removed": (("source-gone",), "source removed", "sources removed"),
}
_ADDED, _REMOVED = ("-new", "-added"), ("-gone", "-removed")
# What became of a record, for a drawing, by the end of the kind of change; everything else is "changed".
_STATUS = {"ended": "ended", "new": "new", "gone": "gone"}


def compare(a: Reader, b: Reader, before: str = "before", after: str = "after") -> Report:
    """Everything that differs between two graphs; `before` and `after` are what they are called in the report.

    Raises `UsageError` when what differs has blank nodes, which no two graphs share.
    """
    diff = GraphDiff(a, b, quad_lines(a), quad_lines(b))
    refuse_blank_nodes(sorted(diff.removed | diff.added))
    changes = list(SentenceWriter(diff.records, diff.a, diff.b, diff.changed_ids).changes())
    sections, named = _sections(changes, diff.a, diff.b)
    counts = _counts(changes)
    added, removed = len(diff.added), len(diff.removed)
    return Report(
        before, after, _title(b), sections, named, _summary(counts, added, removed), counts, added, removed,
        dict(sorted(diff.following.items())), _status(changes, diff.a, diff.b), diff.changed_ids,
        patch(diff.removed, diff.added),
    )  # fmt: skip


def _title(reader: Reader) -> str:
    rows = reader.rows("SELECT ?t { ?c a dcat:Catalog ; dcterms:title ?t } ORDER BY ?t LIMIT 1")
    return str(rows[0]["t"]) if rows else "A partnership graph"


def _order(change: Change) -> tuple[int, str, str]:
    rank = _ORDER.index(change.what) if change.what in _ORDER else len(_ORDER)
    return rank, change.sentence, change.subject


def _sections(
    changes: list[Change], a: GraphSide, b: GraphSide
) -> tuple[tuple[Section, ...], tuple[tuple[str, tuple[str, ...]], ...]]:
    """Each change in the section of the first body that it concerns. The section of another body that it concerns
    refers to that one; other bodies without a section are returned with the headings of those that name them.
    """
    by_section: dict[str, list[Change]] = {}  # by the IRI of the body, or the heading of a general section
    elsewhere: dict[str, set[str]] = {}
    for change in changes:
        key = change.concerns[0] if change.concerns else change.section
        by_section.setdefault(key, []).append(change)
        for body in change.concerns[1:]:
            if body != key:
                elsewhere.setdefault(body, set()).add(key)

    def heading(key: str) -> str:
        return key if key in GENERAL_SECTIONS else b.label(key) or a.label(key) or fallback_label(key)

    def headings(keys: set[str]) -> tuple[str, ...]:
        return tuple(sorted({heading(key) for key in keys}, key=lambda text: (text.casefold(), text)))

    bodies = sorted(by_section.keys() - {*GENERAL_SECTIONS}, key=lambda key: (heading(key).casefold(), key))
    sections = tuple(
        Section(
            heading(key),
            None if key in GENERAL_SECTIONS else key,
            tuple(sorted(by_section[key], key=_order)),
            headings(elsewhere.get(key, set())),
        )
        for key in [*bodies, *(key for key in GENERAL_SECTIONS if key in by_section)]
    )
    named = ((heading(body), headings(keys)) for body, keys in elsewhere.items() if body not in by_section)
    return sections, tuple(sorted(named, key=lambda entry: entry[0]))


def _counts(changes: list[Change]) -> dict[str, int]:
    kinds = Counter(change.what for change in changes)
    counts = {label: sum(kinds[kind] for kind in counted) for label, (counted, _, _) in _COUNTED.items()}
    added = [change for change in changes if change.what.endswith(_ADDED) or change.what == "succeeded"]
    removed = [change for change in changes if change.what.endswith(_REMOVED)]
    counts["evidence added"] = _evidence_count(added, "evidence-added")
    counts["evidence removed"] = _evidence_count(removed, "evidence-removed")
    counted = {kind for kinds_, _, _ in _COUNTED.values() for kind in kinds_} | {"evidence-added", "evidence-removed"}
    counts["other changes"] = sum(number for kind, number in kinds.items() if kind not in counted)
    return counts


def _evidence_count(changes: list[Change], kind: str) -> int:
    """Pieces of evidence that come or go with records, each once, and those that are reported alone."""
    pieces = {iri for change in changes for iri in change.evidence}
    return len(pieces) + sum(change.what == kind and not change.evidence for change in changes)


def _summary(counts: dict[str, int], added: int, removed: int) -> str:
    """The line on top."""
    if not added and not removed:
        return "Nothing has changed."
    nouns = {label: (singular, plural) for label, (_, singular, plural) in _COUNTED.items()} | {
        "evidence added": ("piece of evidence added", "pieces of evidence added"),
        "evidence removed": ("piece of evidence removed", "pieces of evidence removed"),
        "other changes": ("other change", "other changes"),
    }
    in_words = ", ".join(count_noun(counts[label], *nouns[label]) for label in nouns if counts[label])
    quads = f"{count_noun(added, 'quad', 'quads')} added, {removed:,} removed"
    return f"{in_words or 'Nothing that somebody states has changed'}; {quads}."


def _status(changes: list[Change], a: GraphSide, b: GraphSide) -> dict[str, str]:
    """What became of each record, for a drawing: new, gone or ended goes before whatever else changed."""
    status: dict[str, str] = {}
    for change in changes:
        subjects = [change.subject]
        if change.what == "evidence-changed":
            subjects = [iri for side in (a, b) for iri in side.subjects(PG.evidence, change.subject)]
        for subject in subjects:
            if status.get(subject, "changed") == "changed":
                status[subject] = _STATUS.get(change.what.rpartition("-")[2], "changed")
    for change in changes:
        for body in change.concerns[:1]:
            status.setdefault(body, "changed")
    return status

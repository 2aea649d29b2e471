"""Two graphs -> what changed, in words grouped by organisation, and exactly in quads."""

from __future__ import annotations

from partnergraph.compare.changed_record import GraphSide, last_segment
from partnergraph.compare.diff import GraphDiff
from partnergraph.compare.quad_diff import patch, quad_lines, refuse_blank_nodes
from partnergraph.compare.report import GRAPH, OTHER, SHOWN, SOURCES, Change, Report, Section, count_noun
from partnergraph.compare.report_formats import FORMS
from partnergraph.compare.sentences import SentenceWriter
from partnergraph.store import Reader
from partnergraph.vocabulary import PG

__all__ = ["FORMS", "Change", "Report", "Section", "compare"]

# The order within a section; what is not here comes after, in the order of its sentences.
_FIRST = (
    *("organisation-new", "group-new", "programme-new", "place-new"),
    *("organisation-gone", "group-gone", "programme-gone", "place-gone", "id-changed", "renamed", "succeeded"),
    *("relationship-new", "ended", "relationship-gone", "standing", "dates", "changed", "event-new", "event-gone"),
)
# What the summary counts: the sorts of change, and the noun in one and in many.
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
_ADDS, _TAKES = ("-new", "-added"), ("-gone", "-removed")


def compare(a: Reader, b: Reader, before: str = "before", after: str = "after") -> Report:
    """Everything that differs between two graphs; `before` and `after` are what they are called in the report.

    Raises `UsageError` when what differs has blank nodes, which no two graphs share.
    """
    found = GraphDiff(a, b, quad_lines(a), quad_lines(b))
    refuse_blank_nodes(sorted(found.removed | found.added))
    changes = list(SentenceWriter(found.things, found.a, found.b, found.renamed).tell())
    sections, named = _sections(changes, found.a, found.b)
    counts = _counts(changes)
    status, following = _status(changes, found.a, found.b), dict(sorted(found.following.items()))
    added, removed = len(found.added), len(found.removed)
    return Report(
        before, after, _title(b), sections, named, _summary(counts, added, removed), counts, added, removed, following,
        status, found.renamed, patch(found.removed, found.added),
    )  # fmt: skip


def _title(reader: Reader) -> str:
    rows = reader.rows("SELECT ?t { ?c a dcat:Catalog ; dcterms:title ?t } ORDER BY ?t LIMIT 1")
    return str(rows[0]["t"]) if rows else "A partnership graph"


def _order(change: Change) -> tuple[int, str, str]:
    rank = _FIRST.index(change.what) if change.what in _FIRST else len(_FIRST)
    return rank, change.sentence, change.subject


def _sections(
    changes: list[Change], a: GraphSide, b: GraphSide
) -> tuple[tuple[Section, ...], tuple[tuple[str, tuple[str, ...]], ...]]:
    """Each change under the first body it concerns; the other bodies know under which heading."""
    own: dict[str, list[Change]] = {}
    aside: dict[str, set[str]] = {}
    for change in changes:
        home = change.concerns[0] if change.concerns else change.section
        own.setdefault(home, []).append(change)
        for other in change.concerns[1:]:
            if other != home:
                aside.setdefault(other, set()).add(home)

    def name(key: str) -> str:
        return key if key in (SOURCES, GRAPH, SHOWN, OTHER) else b.name(key) or a.name(key) or last_segment(key)

    def names(keys: set[str]) -> tuple[str, ...]:
        return tuple(sorted({name(key) for key in keys}, key=lambda one: (one.casefold(), one)))

    extra = (SOURCES, GRAPH, SHOWN, OTHER)
    bodies = sorted((key for key in own if key not in extra), key=lambda key: (name(key).casefold(), key))
    sections = tuple(
        Section(
            name(key),
            None if key in extra else key,
            tuple(sorted(own[key], key=_order)),
            names(aside.get(key, set())),
        )
        for key in [*bodies, *(key for key in extra if key in own)]
    )
    named = tuple(
        sorted(((name(key), names(homes)) for key, homes in aside.items() if key not in own), key=lambda one: one[0])
    )
    return sections, named


def _counts(changes: list[Change]) -> dict[str, int]:
    counts = {label: sum(change.what in sorts for change in changes) for label, (sorts, _, _) in _COUNTED.items()}
    added = {iri for change in changes if change.what.endswith(_ADDS) or change.what == "succeeded"
             for iri in change.evidence}  # fmt: skip
    removed = {iri for change in changes if change.what.endswith(_TAKES) for iri in change.evidence}
    counts["evidence added"] = len(added) + sum(c.what == "evidence-added" and not c.evidence for c in changes)
    counts["evidence removed"] = len(removed) + sum(c.what == "evidence-removed" and not c.evidence for c in changes)
    counted = {sort for sorts, _, _ in _COUNTED.values() for sort in sorts} | {"evidence-added", "evidence-removed"}
    counts["other changes"] = sum(change.what not in counted for change in changes)
    return counts


def _summary(counts: dict[str, int], added: int, removed: int) -> str:
    """The line on top."""
    if not added and not removed:
        return "Nothing has changed."
    nouns = {label: (one, many) for label, (_, one, many) in _COUNTED.items()} | {
        "evidence added": ("piece of evidence added", "pieces of evidence added"),
        "evidence removed": ("piece of evidence removed", "pieces of evidence removed"),
        "other changes": ("other change", "other changes"),
    }
    told = ", ".join(count_noun(counts[label], *nouns[label]) for label in nouns if counts[label])
    exact = f"{count_noun(added, 'quad', 'quads')} added, {removed:,} removed"
    return f"{told or 'Nothing that somebody states has changed'}; {exact}."


def _status(changes: list[Change], a: GraphSide, b: GraphSide) -> dict[str, str]:
    """What became of each record, for a drawing: what is new, gone or ended is so, whatever else changed."""
    found: dict[str, str] = {}
    for change in changes:
        of = {"ended": "ended"}.get(change.what) or (
            "new" if change.what.endswith("-new") else "gone" if change.what.endswith("-gone") else "changed"
        )
        subjects = [change.subject]
        if change.what == "evidence-changed":
            subjects = [one for side in (a, b) for one in side.pointing(PG.evidence, change.subject)]
        for subject in subjects:
            if found.get(subject, "changed") == "changed":
                found[subject] = of
    for change in changes:
        for body in change.concerns[:1]:
            found.setdefault(body, "changed")
    return found

"""Numbered notes: each source a number, each passage of it that is referred to a letter, as in 3b."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from partnergraph.claims.evidence import EvidenceItem
from partnergraph.claims.sources import SourceReference
from partnergraph.report.text_fit import clipped

MAX_PASSAGE = 320  # characters of a passage; a longer one ends in an ellipsis


@dataclass
class NotedSource:
    """A source and the passages of it that are referred to, in the order of first reference."""

    number: int
    source: SourceReference
    passages: list[EvidenceItem] = field(default_factory=list)


class SourceNotes:
    """The notes of a brief, numbered in the order in which they are referred to."""

    def __init__(self) -> None:
        self.sources: dict[str, NotedSource] = {}
        self._places: dict[str, tuple[NotedSource, int]] = {}

    def new_items(self, items: Iterable[EvidenceItem]) -> tuple[list[SourceReference], list[EvidenceItem]]:
        """The sources and passages that a reference to these items would add."""
        added = [item for item in items if item.iri not in self._places]
        sources = {item.source.iri: item.source for item in added if item.source.iri not in self.sources}
        return [*sources.values()], added

    def refer(self, items: Iterable[EvidenceItem]) -> tuple[str, ...]:
        """Note passages; returns their keys for `mark`."""
        keys = []
        for item in items:
            if item.iri not in self._places:
                entry = self.sources.setdefault(item.source.iri, NotedSource(len(self.sources) + 1, item.source))
                entry.passages.append(item)
                self._places[item.iri] = (entry, len(entry.passages) - 1)
            keys.append(item.iri)
        return tuple(dict.fromkeys(keys))

    def mark(self, key: str) -> str:
        """The number of a note, final once all are referred to: of a source with one passage without a letter."""
        entry, place = self._places[key]
        return f"{entry.number}{letters(place) if len(entry.passages) > 1 else ''}"


def letters(place: int) -> str:
    """The letter of a place from 0: a to z, then aa.

    >>> letters(0), letters(25), letters(26)
    ('a', 'z', 'aa')
    """
    text = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        text = chr(ord("a") + rest) + text
    return text


def passage_in_words(item: EvidenceItem) -> str:
    """A passage: words of an archived text in quotation marks, what is cited without."""
    if item.form == "quoted":
        return f"“{clipped(item.words or '', MAX_PASSAGE)}”"
    text = clipped(item.says or "", MAX_PASSAGE)
    if item.form == "inferred":
        return f"Inferred{f', {item.strength}' if item.strength else ''}: {text}"
    if item.form == "editor":
        return f"Supplied by the editor: {text}"
    return f"{text}{f' ({clipped(item.locator, 80)})' if item.locator else ''}"

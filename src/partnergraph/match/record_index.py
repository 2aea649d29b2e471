"""The records of registers, found by identifier, by any name, and by names that are written nearly so."""

from __future__ import annotations

import re
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from partnergraph.match.countries import country_code
from partnergraph.match.normalise import GENERAL, normalise_name, normalised_words, sorted_words, website_host
from partnergraph.model.register_records import Entry
from partnergraph.vocabulary.identifiers import normalise_identifier

__all__ = ["NameEntry", "RecordIndex"]

# ROR tells companies apart by the country, and others write the short form: "Samsung (South Korea)", "Keele (KU)".
_BRACKETS = re.compile(r"\s*\(([^()]*)\)\s*$")
MAX_WORD_FREQUENCY = 4_000  # names; a word that more of them hold finds nobody by itself
MAX_NEAREST = 400


@dataclass(frozen=True, slots=True)
class NameEntry:
    """One name of one record. `kind`: current, alternative, acronym or former; `key`: its normal form."""

    entry: Entry
    name: str
    kind: str
    key: str


def _without_qualifier(name: str) -> str:
    """A name without a country or a short form in brackets; what else stands there tells it from others."""
    match = _BRACKETS.search(name)
    qualifier = match[1].strip() if match else ""
    if match and (country_code(qualifier) or (qualifier.isupper() and " " not in qualifier)):
        return name[: match.start()]
    return name


class RecordIndex:
    """An index of entries. It is read once and held in memory: about 2 KB for each record."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self.names: list[NameEntry] = []
        self.records: dict[str, Entry] = {}
        self._keys: dict[str, list[int]] = {}
        self._identifiers: dict[tuple[str, str], list[str]] = {}
        self._hosts: dict[str, list[str]] = {}
        for entry in entries:
            self._add(entry)

    def __len__(self) -> int:
        return len(self.records)

    def _add(self, entry: Entry) -> None:
        self.records[entry.record] = entry
        for scheme, value in entry.identifiers:
            if scheme == "website":
                self._hosts.setdefault(website_host(value), []).append(entry.record)
            else:
                self._identifiers.setdefault((scheme, normalise_identifier(scheme, value)), []).append(entry.record)
        seen: set[str] = set()
        current = [(entry.name, "current")]
        for name, kind in current + [(other.name, other.kind) for other in entry.names]:
            key = normalise_name(_without_qualifier(name))
            if key and key not in seen:
                seen.add(key)
                self._keys.setdefault(key, []).append(len(self.names))
                self.names.append(NameEntry(entry, name, kind, key))

    def identified(self, scheme: str, value: str) -> list[Entry]:
        """The records with this identifier."""
        records = self._identifiers.get((scheme, normalise_identifier(scheme, value)), [])
        return [self.records[record] for record in dict.fromkeys(records)]

    def at_host(self, address: str) -> list[Entry]:
        """The records whose website has the host of this address."""
        return [self.records[record] for record in dict.fromkeys(self._hosts.get(website_host(address), []))]

    def named(self, key: str) -> list[NameEntry]:
        """The records with a name of this normal form."""
        return [self.names[number] for number in self._keys.get(key, ())]

    def same_words(self, key: str) -> list[NameEntry]:
        """The records with a name of the same words in another order."""
        entries = (self.names[number] for number in self._by_words.get(sorted_words(key), ()))
        return [entry for entry in entries if entry.key != key]

    def is_name(self, key: str) -> bool:
        """Whether any record has a name of this form."""
        return key in self._keys

    def rarity(self, word: str) -> int:
        """How many names hold this word."""
        return len(self._words.get(word, ()))

    def near(self, key: str) -> Iterator[NameEntry]:
        """Names that share the rarest words (or, for words nobody has, letters) of this form; not many."""
        words = list(dict.fromkeys(key.split()))
        weights: Counter[int] = Counter()
        for word in sorted(words, key=self.rarity)[:4]:
            if self.rarity(word) <= MAX_WORD_FREQUENCY:
                weight = 1 if word in GENERAL else 3
                for number in self._words.get(word, ()):
                    weights[number] += weight
        for word in words:  # one that nobody has is perhaps misspelt
            if len(word) > 4 and word not in self._words:
                for respelt in self._respelt(word):
                    for number in self._words[respelt]:
                        weights[number] += 3
        best = sorted(weights.items(), key=lambda item: (-item[1], item[0]))[:MAX_NEAREST]
        return (self.names[number] for number, _ in best)

    def _respelt(self, word: str) -> list[str]:
        """The words of the index that are written nearly like this one."""
        from rapidfuzz import process
        from rapidfuzz.distance import DamerauLevenshtein

        if word in self._respelt_words:
            return self._respelt_words[word]
        similar = self._by_start.get(word[:2], []) + self._by_end.get(word[-3:], [])
        nearest = process.extract(
            word, similar, scorer=DamerauLevenshtein.distance, score_cutoff=1 if len(word) < 8 else 2, limit=3
        )
        words = list(dict.fromkeys(other for other, _, _ in nearest if self.rarity(other) <= MAX_WORD_FREQUENCY))
        self._respelt_words[word] = words
        return words

    @cached_property
    def _respelt_words(self) -> dict[str, list[str]]:
        return {}

    @cached_property
    def _by_words(self) -> dict[str, list[int]]:
        index: dict[str, list[int]] = {}
        for number, entry in enumerate(self.names):
            index.setdefault(sorted_words(entry.key), []).append(number)
        return index

    @cached_property
    def _words(self) -> dict[str, array[int]]:
        index: dict[str, array[int]] = {}
        for number, entry in enumerate(self.names):
            for word in dict.fromkeys(entry.key.split()):
                index.setdefault(word, array("I")).append(number)
        return index

    @cached_property
    def _by_start(self) -> dict[str, list[str]]:
        index: dict[str, list[str]] = {}
        for word in self._words:
            if len(word) > 4:
                index.setdefault(word[:2], []).append(word)
        return index

    @cached_property
    def _by_end(self) -> dict[str, list[str]]:
        index: dict[str, list[str]] = {}
        for word in self._words:
            if len(word) > 4:
                index.setdefault(word[-3:], []).append(word)
        return index

    @cached_property
    def starts(self) -> dict[str, int]:
        """For each first word of a name, how many words the longest name has that begins with it."""
        index: dict[str, int] = {}
        for key in self._keys:
            parts = key.split()
            index[parts[0]] = max(index.get(parts[0], 0), min(len(parts), 14))
        return index

    @cached_property
    def towns(self) -> dict[str, frozenset[str]]:
        """Every town of a record, in its common form, with the countries in which one of that name lies."""
        index: dict[str, set[str]] = {}
        for entry in self.records.values():
            for place in entry.places:
                town = " ".join(normalised_words(place.name))
                if town:
                    index.setdefault(town, set()).add(place.country or "")
        return {town: frozenset(codes) for town, codes in index.items()}

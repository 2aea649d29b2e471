"""The records of registers, found by identifier, by any name, and by names that are written nearly so."""

from __future__ import annotations

import re
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from partnergraph.match.countries import country_code
from partnergraph.match.linking import comparable_identifier
from partnergraph.match.normalise import GENERAL, normalise_name, normalised_words, sorted_words, website_host
from partnergraph.model.register_records import Entry

__all__ = ["NameEntry", "RecordIndex"]

# ROR tells companies apart by the country, and others write the short form: "Samsung (South Korea)", "Keele (KU)".
_BRACKETS = re.compile(r"\s*\(([^()]*)\)\s*$")
# A word that more names hold than this finds nobody by itself.
OFTEN = 4_000
MAX_NEAREST = 400


@dataclass(frozen=True, slots=True)
class NameEntry:
    """One name of one record. `kind`: current, alternative, acronym or former."""

    entry: Entry
    name: str
    kind: str
    key: str


def _bare(name: str) -> str:
    """A name without a country or a short form in brackets; what else stands there tells it from others."""
    found = _BRACKETS.search(name)
    told = found[1].strip() if found else ""
    if found and (country_code(told) or (told.isupper() and " " not in told)):
        return name[: found.start()]
    return name


class RecordIndex:
    """An index of entries. It is read once and held in memory: about 2 KB for each record."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self.called: list[NameEntry] = []
        self.records: dict[str, Entry] = {}
        self._keys: dict[str, list[int]] = {}
        self._identifiers: dict[tuple[str, str], list[str]] = {}
        self._websites: dict[str, list[str]] = {}
        for entry in entries:
            self._take(entry)

    def __len__(self) -> int:
        return len(self.records)

    def _take(self, entry: Entry) -> None:
        self.records[entry.record] = entry
        for scheme, value in entry.identifiers:
            if scheme == "website":
                self._websites.setdefault(website_host(value), []).append(entry.record)
            else:
                self._identifiers.setdefault(comparable_identifier(scheme, value), []).append(entry.record)
        seen: set[str] = set()
        current = [(entry.name, "current")]
        for name, kind in current + [(other.name, other.kind) for other in entry.names]:
            key = normalise_name(_bare(name))
            if key and key not in seen:
                seen.add(key)
                self._keys.setdefault(key, []).append(len(self.called))
                self.called.append(NameEntry(entry, name, kind, key))

    def identified(self, scheme: str, value: str) -> list[Entry]:
        """The records with this identifier."""
        found = self._identifiers.get(comparable_identifier(scheme, value), [])
        return [self.records[record] for record in dict.fromkeys(found)]

    def at(self, address: str) -> list[Entry]:
        """The records whose website has this host."""
        return [self.records[record] for record in dict.fromkeys(self._websites.get(website_host(address), []))]

    def named(self, key: str) -> list[NameEntry]:
        """The records with a name of this form."""
        return [self.called[number] for number in self._keys.get(key, ())]

    def same_words(self, key: str) -> list[NameEntry]:
        """The records with a name of the same words in another order."""
        return [
            self.called[number] for number in self._bags.get(sorted_words(key), ()) if self.called[number].key != key
        ]

    def is_name(self, key: str) -> bool:
        """Whether any record has a name of this form."""
        return key in self._keys

    def rarity(self, word: str) -> int:
        """How many names hold this word."""
        return len(self._words.get(word, ()))

    def near(self, key: str) -> Iterator[NameEntry]:
        """Names that share the rarest words (or, for words nobody has, letters) of this form; not many."""
        own = list(dict.fromkeys(key.split()))
        counted: Counter[int] = Counter()
        for word in sorted(own, key=self.rarity)[:4]:
            if self.rarity(word) <= OFTEN:
                weight = 1 if word in GENERAL else 3
                for number in self._words.get(word, ()):
                    counted[number] += weight
        for word in own:  # one that nobody has is perhaps misspelt
            if len(word) > 4 and word not in self._words:
                for other in self._misspelt(word):
                    for number in self._words[other]:
                        counted[number] += 3
        best = sorted(counted.items(), key=lambda item: (-item[1], item[0]))[:MAX_NEAREST]
        return (self.called[number] for number, _ in best)

    def _misspelt(self, word: str) -> list[str]:
        from rapidfuzz import process
        from rapidfuzz.distance import DamerauLevenshtein

        if word in self._mended:
            return self._mended[word]
        known = self._by_start.get(word[:2], []) + self._by_end.get(word[-3:], [])
        near = process.extract(
            word, known, scorer=DamerauLevenshtein.distance, score_cutoff=1 if len(word) < 8 else 2, limit=3
        )
        self._mended[word] = list(dict.fromkeys(other for other, _, _ in near if self.rarity(other) <= OFTEN))
        return self._mended[word]

    @cached_property
    def _mended(self) -> dict[str, list[str]]:
        return {}

    @cached_property
    def _bags(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        for number, called in enumerate(self.called):
            found.setdefault(sorted_words(called.key), []).append(number)
        return found

    @cached_property
    def _words(self) -> dict[str, array[int]]:
        found: dict[str, array[int]] = {}
        for number, called in enumerate(self.called):
            for word in dict.fromkeys(called.key.split()):
                found.setdefault(word, array("I")).append(number)
        return found

    @cached_property
    def _by_start(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for word in self._words:
            if len(word) > 4:
                found.setdefault(word[:2], []).append(word)
        return found

    @cached_property
    def _by_end(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for word in self._words:
            if len(word) > 4:
                found.setdefault(word[-3:], []).append(word)
        return found

    @cached_property
    def starts(self) -> dict[str, int]:
        """For each first word of a name, how many words the longest name has that begins with it."""
        found: dict[str, int] = {}
        for key in self._keys:
            parts = key.split()
            found[parts[0]] = max(found.get(parts[0], 0), min(len(parts), 14))
        return found

    @cached_property
    def towns(self) -> dict[str, frozenset[str]]:
        """Every town of a record, in its common form, with the countries in which one of that name lies."""
        found: dict[str, set[str]] = {}
        for entry in self.records.values():
            for place in entry.places:
                town = " ".join(normalised_words(place.name))
                if town:
                    found.setdefault(town, set()).add(place.country or "")
        return {town: frozenset(codes) for town, codes in found.items()}

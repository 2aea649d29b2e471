"""The cues: phrases that may mean a kind of relationship, how its parties stand, and what a date beside them dates."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from partnergraph.extraction.name_detection import word_lists


@dataclass(frozen=True)
class Cue:
    """A phrase that may mean a kind of relationship, and how its parties stand.

    `direction`: forward, inverse, implicit (between the subject of the cue before it and who stands on the left),
    thanks (from those before it to the subject) or mutual (between those before it); `subject`: who is on the left:
    the writer, the subject of the sentence, the body before the cue, or the topic of the sentence before; `period`:
    which end of the relationship "in 2019" beside the cue is, if any.
    """

    kind: str
    phrase: str
    direction: str
    subject: str
    period: str = ""

    @property
    def names_writer(self) -> bool:
        """Whether its words say that the writer is the other party ("gave us", "is our funder")."""
        return re.search(r"\bus\b|\Wour |became our ", self.phrase) is not None


@cache
def load_cues() -> dict[str, Cue]:
    """The cues, by phrase. {adverb} and the like stand for the patterns of words.json."""
    with (Path(__file__).parent / "cues.csv").open(encoding="utf-8", newline="") as file:
        return {
            row["cue"]: Cue(row["kind"], row["cue"], row["direction"], row["subject"], row["period"])
            for row in csv.DictReader(file)
        }


@cache
def _numbered_cues() -> tuple[Cue, ...]:
    """The longest phrases first."""
    return tuple(sorted(load_cues().values(), key=lambda cue: (-len(cue.phrase), cue.phrase)))


@cache
def cue_pattern() -> re.Pattern[str]:
    """A pattern that matches every cue; `cue_of` gives the cue of a match."""
    placeholders = word_lists()["placeholders"]
    phrases = []
    for number, cue in enumerate(_numbered_cues()):
        pattern = re.escape(cue.phrase)
        for name, words in placeholders.items():
            pattern = pattern.replace(re.escape(f"{{{name}}}"), words)
        phrases.append(f"(?P<c{number}>{pattern})")
    return re.compile(rf"(?<![\w-])(?:{'|'.join(phrases)})(?![\w-])", re.IGNORECASE)


def cue_of(match: re.Match[str]) -> Cue:
    """The cue that a match of `cue_pattern` is."""
    return _numbered_cues()[int((match.lastgroup or "c0")[1:])]

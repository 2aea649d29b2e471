"""Precision and recall of what is read of the texts with answer keys (texts/*.toml)."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from partnergraph.extraction.gazetteer import Gazetteer, name_key
from partnergraph.extraction.input import document_from_bytes
from partnergraph.extraction.proposals import Proposals, propose_rows
from partnergraph.vocabulary import concepts

TEXTS = Path(__file__).parent / "texts"
_SYMMETRIC = {concept.code for concept in concepts("relationship-kind") if concept.symmetric}
Names = tuple[str, ...]


@dataclass
class Tally:
    """Right, wrong and missed answers, each with the text it belongs to."""

    right: list[object] = field(default_factory=list)
    wrong: list[object] = field(default_factory=list)
    missed: list[object] = field(default_factory=list)

    @property
    def precision(self) -> float:
        """The share of the proposals that are right."""
        return len(self.right) / max(1, len(self.right) + len(self.wrong))

    @property
    def recall(self) -> float:
        """The share of the answers that are proposed."""
        return len(self.right) / max(1, len(self.right) + len(self.missed))

    def __str__(self) -> str:
        return f"precision {self.precision:.2f}, recall {self.recall:.2f} ({len(self.right)} right)"


@dataclass
class Score:
    """The tallies of one half of the texts; `foundings`: starts of bodies that no text states; `denied`: proposals of
    what a text denies, plans or has behind it; `unstated`: of organisations that a text names only there, those
    that are proposed (right) and those that are not (missed), which count neither way among the organisations.
    """

    organisations: Tally = field(default_factory=Tally)
    relationships: Tally = field(default_factory=Tally)
    dates: Tally = field(default_factory=Tally)
    unstated: Tally = field(default_factory=Tally)
    foundings: list[object] = field(default_factory=list)
    denied: list[object] = field(default_factory=list)


def load_texts(half: str) -> list[dict[str, Any]]:
    """The texts of a part: development, held_out, later or unseen."""
    texts: list[dict[str, Any]] = tomllib.loads((TEXTS / f"{half}.toml").read_text("utf-8"))["text"]
    return texts


def read_text(text: str, speaker: str | None) -> Proposals:
    """The proposals of a text."""
    return propose_rows(document_from_bytes("text.txt", text.encode(), "text"), Gazetteer(), speaker)


def _plain(name: str) -> str:
    return " ".join(name_key(name))


def proposed_names(reading: Proposals) -> dict[str, str]:
    """The names of the organisations of the proposals, by their ids."""
    return {row["id"]: _plain(row["name"]) for row in reading.tables["organisations"]}


def _name(names: dict[str, str], cell: str) -> str:
    """The name of a party; of a speaker without a row of its own, the words of its id."""
    slug = cell.removeprefix("org:")
    return names.get(slug, slug.replace("-", " "))


def proposed_relationships(reading: Proposals) -> dict[str, tuple[str, str, str, dict[str, str]]]:
    """Kind, giver, taker and row of the relationships between organisations, by their ids."""
    names, links = proposed_names(reading), {}
    for row in reading.tables["relationships"]:
        if row["from"].startswith("org:") and row["to"].startswith("org:"):
            links[row["id"]] = (row["kind"], _name(names, row["from"]), _name(names, row["to"]), row)
    return links


def proposed_dates(reading: Proposals) -> set[tuple[str, str, Names]]:
    """Event, date, and the body or both parties of the relationship."""
    names, links = proposed_names(reading), proposed_relationships(reading)
    dates: set[tuple[str, str, Names]] = set()
    for _, giver, taker, row in links.values():
        dates |= {(event, row[event], tuple(sorted((giver, taker)))) for event in ("start", "end") if row.get(event)}
    for row in reading.tables["events"]:
        prefix, _, about = row.get("about", "").partition(":")
        if prefix == "org":
            dates.add((row["kind"], row["date"], (_name(names, f"org:{about}"),)))
        elif prefix == "rel" and about in links:
            dates.add((row["kind"], row["date"], tuple(sorted(links[about][1:3]))))
        elif not prefix:
            parties = [cell.strip().removeprefix("org:") for cell in row.get("from", "").split(";")]
            dates.add(
                (row["kind"], row["date"], tuple(sorted(_name(names, f"org:{party}") for party in parties if party)))
            )
    return dates


def score(texts: Iterable[dict[str, Any]], read: Callable[[str, str | None], Proposals] = read_text) -> Score:
    """What a reader proposes for texts, against their answers."""
    total = Score()
    for text in texts:
        reading, label = read(text["text"].strip(), text.get("speaker")), text["name"]
        names, unstated = set(proposed_names(reading).values()), _unstated(text)
        _tally(total.organisations, names - unstated, {_plain(n) for n in text["organisations"]} - unstated, label)
        _tally(total.unstated, names & unstated, unstated, label)
        links = {link[:3] for link in proposed_relationships(reading).values()}
        _compare_relationships(links, text, total, label)
        answers = {(event, date, tuple(sorted(map(_plain, parties)))) for event, date, *parties in text["dates"]}
        dates = proposed_dates(reading)
        _tally(total.dates, dates, answers, label)
        total.foundings += [(label, *d) for d in dates - answers if d[0] == "start" and len(d[2]) == 1]
        total.denied += [(label, *link) for link in sorted(links) if _is_denied(link, text)]
    return total


def _tally(tally: Tally, proposed: set[Any], answers: set[Any], label: str) -> None:
    tally.right += [(label, item) for item in sorted(proposed & answers)]
    tally.wrong += [(label, item) for item in sorted(proposed - answers)]
    tally.missed += [(label, item) for item in sorted(answers - proposed)]


def _unstated(text: dict[str, Any]) -> set[str]:
    """The organisations of the answers that a text names only in what it denies, plans or has behind it."""
    stated = {name for _, *names in text["relationships"] for name in names}
    stated |= {name for _, _, *names in text["dates"] for name in names} | {text.get("speaker")}
    named = {name for pair in text["denied"] for name in pair[:2] if name in text["organisations"]}
    return {_plain(name) for name in named - stated}


def _compare_relationships(links: set[tuple[str, str, str]], text: dict[str, Any], total: Score, label: str) -> None:
    left = set(links)
    for kinds, *parties in text["relationships"]:
        giver, taker = map(_plain, parties)
        fits = {
            link
            for link in left
            if link[0] in kinds.split("|")
            and (link[1:] == (giver, taker) or (link[0] in _SYMMETRIC and link[1:] == (taker, giver)))
        }
        left -= fits
        (total.relationships.right if fits else total.relationships.missed).append((label, kinds, giver, taker))
    total.relationships.wrong += [(label, *link) for link in sorted(left)]


def _is_denied(link: tuple[str, str, str], text: dict[str, Any]) -> bool:
    return any(
        {_plain(pair[0]), _plain(pair[1])} == set(link[1:]) and (len(pair) < 3 or pair[2] == link[0])
        for pair in text["denied"]
    )

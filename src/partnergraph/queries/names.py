"""Find a body by any of its names: today's, acronym, former, as written; accents and case do not matter."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from difflib import get_close_matches

from partnergraph.errors import QueryError
from partnergraph.store import Reader

_NAMES = """SELECT DISTINCT ?iri ?label ?name {
  { ?iri a org:Organization } UNION { ?iri a pg:UnnamedGroup } UNION { ?iri a pg:Undertaking }
  ?iri skos:prefLabel ?label .
  { ?iri skos:prefLabel ?name } UNION { ?iri skos:altLabel ?name }
} ORDER BY ?iri ?name"""


@dataclass(frozen=True)
class Found:
    """A body: its IRI, its name of today, and the name that was matched."""

    iri: str
    label: str
    name: str


def fold(text: str) -> str:
    """Letters and digits without case, accents and punctuation.

    >>> fold("Children’s  Trust (Größe)")
    'childrens trust grosse'
    """
    plain = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    return " ".join(re.sub(r"[^\w\s]", "", plain.replace("-", " ")).split())


SMALL = frozenset(["of", "for", "and", "the", "in", "on", "at", "to", "a"])


def shortens(short: str, name: str) -> bool:
    """Whether a folded text is a short form of a folded name: each word as it is, or initials of words in a row.

    >>> shortens("nihr spcr", "nihr school for primary care research"), shortens("wm swtp", "west midlands")
    (True, False)
    """
    everything = name.split()
    return _shortens(short, everything) or _shortens(short, [word for word in everything if word not in SMALL])


def _shortens(short: str, words: list[str]) -> bool:
    at = 0
    for piece in short.split():
        if piece in SMALL and piece not in words:
            continue
        if words[at : at + 1] == [piece]:
            at += 1
        elif len(piece) > 1 and [word[0] for word in words[at : at + len(piece)]] == list(piece):
            at += len(piece)
        else:
            return False
    return at == len(words) > 0


def find(reader: Reader, text: str, most: int = 5) -> list[Found]:
    """The bodies called so, best first: exactly, then by the beginning of a name, then by words in it, then nearly."""
    rows = [Found(str(r["iri"]), str(r["label"]), str(r["name"])) for r in reader.rows(_NAMES)]
    if "://" in text:
        return [row for row in rows if row.iri == text][:1]
    by_name: dict[str, list[Found]] = {}
    for row in rows:
        by_name.setdefault(fold(row.name), []).append(row)
        by_name.setdefault(fold(row.iri.rsplit("/", 1)[-1]), []).append(row)
    wanted = fold(text)
    words = set(wanted.split())
    ranked = [
        *by_name.get(wanted, []),
        *(row for name, found in by_name.items() if wanted and shortens(wanted, name) for row in found),
        *(row for name, found in by_name.items() if wanted and name.startswith(wanted) for row in found),
        *(row for name, found in by_name.items() if words and words <= set(name.split()) for row in found),
        *(row for name in get_close_matches(wanted, by_name, n=most, cutoff=0.75) for row in by_name[name]),
    ]
    return list({row.iri: row for row in reversed(ranked)}.values())[::-1][:most]


def one(reader: Reader, text: str) -> Found:
    """The one body called so. Raises `QueryError` with the nearest names when there is none or there are several."""
    found = find(reader, text)
    if not found:
        raise QueryError(f"Nothing here is called '{text}'. The names: partnergraph query organisations")
    wanted = fold(text)
    exact = [row for row in found if wanted in (fold(row.name), fold(row.iri.rsplit("/", 1)[-1])) or row.iri == text]
    exact = exact or [row for row in found if shortens(wanted, fold(row.name))]
    if len(exact) == 1 or (not exact and len(found) == 1 and wanted in fold(found[0].name)):
        return exact[0] if exact else found[0]
    names = "; ".join(dict.fromkeys(row.label for row in (exact or found)))
    if exact:
        raise QueryError(f"'{text}' is the name of several: {names}. Use a longer name.")
    raise QueryError(f"Nothing here is called '{text}'. Did you mean: {names}?")

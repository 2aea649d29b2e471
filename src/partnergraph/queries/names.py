"""Find a body by any of its names: today's, acronym, former, as written; accents and case do not matter."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from difflib import get_close_matches

from partnergraph.errors import QueryError
from partnergraph.store import Reader
from partnergraph.vocabulary import PREFIXES

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
    """The bodies called so, best first: exactly, then by the beginning of a name, then by words in it, then nearly.

    A body may also be given by its IRI, in full or with its prefix, or by the last part of it.
    """
    rows = [Found(str(r["iri"]), str(r["label"]), str(r["name"])) for r in reader.rows(_NAMES)]
    prefix, _, rest = text.strip().partition(":")
    iri = PREFIXES[prefix] + rest if prefix in PREFIXES else text.strip()
    if "://" in iri:
        return [Found(row.iri, row.label, row.label) for row in rows if row.iri == iri][:1]
    by_name: dict[str, list[Found]] = {}
    for row in rows:
        by_name.setdefault(_key(row.name), []).append(row)
    for row in rows:
        by_name.setdefault(_key(_slug(row)), []).append(Found(row.iri, row.label, row.label))
    wanted = _key(text)
    words = set(wanted.split())
    ranked = [
        *by_name.get(wanted, []),
        *(row for name, found in by_name.items() if wanted and shortens(wanted, name) for row in found),
        *(row for name, found in by_name.items() if wanted and name.startswith(wanted) for row in found),
        *(row for name, found in by_name.items() if words and words <= set(name.split()) for row in found),
        *(row for name in get_close_matches(wanted, by_name, n=most, cutoff=0.75) for row in by_name[name]),
    ]
    best: dict[str, Found] = {}
    for row in ranked:
        best.setdefault(row.iri, row)
    return list(best.values())[:most]


def bodies_by_name(reader: Reader) -> dict[str, set[tuple[str, str]]]:
    """Every name, folded, with the bodies that are or were called so: IRI and name of today."""
    names: dict[str, set[tuple[str, str]]] = {}
    for row in reader.rows(_NAMES):
        names.setdefault(_key(str(row["name"])), set()).add((str(row["iri"]), str(row["label"])))
    return names


def _key(text: str) -> str:
    return fold(text).removeprefix("the ")


def _slug(row: Found) -> str:
    return row.iri.rsplit("/", 1)[-1]


def one(reader: Reader, text: str) -> Found:
    """The one body called so. Raises `QueryError` with the nearest names when there is none or there are several."""
    found = find(reader, text)
    if not found:
        raise QueryError(f"Nothing here is called '{text}'. The names: partnergraph query organisations")
    if ":" in text and len(found) == 1:
        return found[0]
    wanted = _key(text)
    exact = [row for row in found if wanted in (_key(row.name), _key(_slug(row)))]
    exact = exact or [row for row in found if shortens(wanted, _key(row.name))]
    if len(exact) == 1 or (not exact and len(found) == 1 and wanted in _key(found[0].name)):
        return exact[0] if exact else found[0]
    names = "; ".join(dict.fromkeys(row.label for row in (exact or found)))
    if exact:
        raise QueryError(f"'{text}' is the name of several: {names}. Use a longer name.")
    raise QueryError(f"Nothing here is called '{text}'. Did you mean: {names}?")

"""Find a body by any of its names: today's, acronym, former, as written; accents and case do not matter."""

from __future__ import annotations

from collections.abc import Iterator

from partnergraph.errors import QueryError
from partnergraph.store import Reader
from partnergraph.store.name_index import SMALL, NameMatch, is_short_form
from partnergraph.vocabulary import PREFIXES
from partnergraph.vocabulary.iri import last_segment
from partnergraph.vocabulary.name_folding import fold_name, lookup_key

__all__ = ["SMALL", "NameMatch", "bodies_by_name", "find_by_name", "fold_name", "is_short_form", "resolve_name"]


MOST = 5  # bodies that are offered


def find_by_name(reader: Reader, text: str, most: int = MOST) -> list[NameMatch]:
    """The bodies called so, best first: exactly, then by a short form, by the beginning of a name, by words in it, by
    beginnings of words in it, by the initials of its first or last words; of equal ones those of whose name the text is
    the most. Only where there is none: those with a name that is written nearly so, as a whole or word by word. The
    page ranks by the same rule (`find.js`).

    A body may also be given by its IRI, in full or with its prefix, or by the last part of it.
    """
    text = text.encode("utf-8", "replace").decode()  # a command line may hold what is no text
    prefix, colon, local_name = text.strip().partition(":")
    iri = PREFIXES[prefix] + local_name if colon and prefix in PREFIXES else text.strip()
    if "://" in iri:
        return list(reader.names.of(iri))
    best: dict[str, NameMatch] = {}
    for match in _ranked(reader, lookup_key(text)):
        best.setdefault(match.iri, match)
        if len(best) == most:
            break
    return list(best.values())


def _ranked(reader: Reader, key: str) -> Iterator[NameMatch]:
    if not key:
        return
    names, any_match = reader.names, False
    for search in (names.with_name, names.shortened, names.beginning, names.with_words, names.with_beginnings,
                   names.with_acronym):  # fmt: skip
        for match in search(key):
            any_match = True
            yield match
    if not any_match:  # a guess is left out when there is something better
        yield from names.alike(key)
        yield from names.misspelt(key)


def bodies_by_name(reader: Reader) -> dict[str, set[tuple[str, str]]]:
    """Every name, folded, with the bodies that are or were called so: IRI and name of today."""
    names: dict[str, set[tuple[str, str]]] = {}
    for name, body in reader.names:
        names.setdefault(name, set()).add((body.iri, body.label))
    return names


def resolve_name(reader: Reader, text: str) -> NameMatch:
    """The one body called so, or with this id or IRI. Raises `QueryError` with the nearest names when there is none,
    and with the ids of all when there are several.
    """
    matches = find_by_name(reader, text, MOST + 1)
    if not matches:
        raise QueryError(f"Nothing here is called '{text}'. The names: partnergraph query organisations")
    if ":" in text and len(matches) == 1:
        return matches[0]
    key = lookup_key(text)
    exact = _exact_matches(matches, key)
    exact = exact or [match for match in matches if is_short_form(key, lookup_key(match.name))]
    if len(exact) == 1 or (not exact and len(matches) == 1 and key in lookup_key(matches[0].name)):
        return exact[0] if exact else matches[0]
    if exact:
        bodies = "; ".join(f"{match.label} ({_unambiguous(reader, match)})" for match in exact[:MOST])
        others = "; and others" if len(exact) > MOST else ""
        raise QueryError(
            f"'{text}' is the name of several: {bodies}{others}. Use what stands in brackets, or a longer name."
        )
    labels = "; ".join(dict.fromkeys(match.label for match in matches[:MOST]))
    raise QueryError(f"Nothing here is called '{text}'. Did you mean: {labels}?")


def _exact_matches(matches: list[NameMatch], key: str) -> list[NameMatch]:
    """Those with this name or this id, folded."""
    return [match for match in matches if key in (lookup_key(match.name), lookup_key(last_segment(match.iri)))]


def _unambiguous(reader: Reader, match: NameMatch) -> str:
    """What means this body alone: its id, or its IRI where others have the same id or are called so."""
    own_id = last_segment(match.iri)
    named = _exact_matches(find_by_name(reader, own_id), lookup_key(own_id)) if ":" not in own_id else []
    return own_id if {other.iri for other in named} == {match.iri} else match.iri

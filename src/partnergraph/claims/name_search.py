"""Find a body by any of its names: today's, acronym, former, as written; accents and case do not matter."""

from __future__ import annotations

from collections.abc import Iterator

from partnergraph.errors import QueryError
from partnergraph.store import Reader
from partnergraph.store.name_index import SMALL, NameMatch, fold_name, is_short_form, lookup_key
from partnergraph.vocabulary import PREFIXES
from partnergraph.vocabulary.iri import last_segment

__all__ = ["SMALL", "NameMatch", "bodies_by_name", "find_by_name", "fold_name", "is_short_form", "resolve_name"]


def find_by_name(reader: Reader, text: str, most: int = 5) -> list[NameMatch]:
    """The bodies called so, best first: exactly, then by a short form, by the beginning of a name, by words in it, by
    beginnings of words in it, then nearly: the whole name, or each word.

    A body may also be given by its IRI, in full or with its prefix, or by the last part of it.
    """
    text = text.encode("utf-8", "replace").decode()  # a command line may hold what is no text
    prefix, colon, rest = text.strip().partition(":")
    iri = PREFIXES[prefix] + rest if colon and prefix in PREFIXES else text.strip()
    if "://" in iri:
        return list(reader.names.of(iri))
    best: dict[str, NameMatch] = {}
    for row in _ranked(reader, lookup_key(text)):
        best.setdefault(row.iri, row)
        if len(best) == most:
            break
    return list(best.values())


def _ranked(reader: Reader, wanted: str) -> Iterator[NameMatch]:
    if not wanted:
        return
    names, found = reader.names, False
    always = (names.called, names.shortened, names.beginning, names.with_words, names.alike)
    for search in (*always[:4], names.with_beginnings, names.alike, names.misspelt):
        # What is only a guess is left out when there is something better.
        if search in always or not found:
            for row in search(wanted):
                found = True
                yield row


def bodies_by_name(reader: Reader) -> dict[str, set[tuple[str, str]]]:
    """Every name, folded, with the bodies that are or were called so: IRI and name of today."""
    names: dict[str, set[tuple[str, str]]] = {}
    for name, body in reader.names:
        names.setdefault(name, set()).add((body.iri, body.label))
    return names


def resolve_name(reader: Reader, text: str) -> NameMatch:
    """The one body called so. Raises `QueryError` with the nearest names when there is none or there are several."""
    found = find_by_name(reader, text)
    if not found:
        raise QueryError(f"Nothing here is called '{text}'. The names: partnergraph query organisations")
    if ":" in text and len(found) == 1:
        return found[0]
    wanted = lookup_key(text)
    exact = [row for row in found if wanted in (lookup_key(row.name), lookup_key(last_segment(row.iri)))]
    exact = exact or [row for row in found if is_short_form(wanted, lookup_key(row.name))]
    if len(exact) == 1 or (not exact and len(found) == 1 and wanted in lookup_key(found[0].name)):
        return exact[0] if exact else found[0]
    names = "; ".join(dict.fromkeys(row.label for row in (exact or found)))
    if exact:
        raise QueryError(f"'{text}' is the name of several: {names}. Use a longer name.")
    raise QueryError(f"Nothing here is called '{text}'. Did you mean: {names}?")

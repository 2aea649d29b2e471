"""Which records of registers are about which bodies of a graph: by a decision of the editors, or by an identifier.

Nothing else merges anything. A decision goes before identifiers: `same` makes a record the body's, `different` keeps it
apart for good. An identifier that both have is trusted only when their names have something in common: codes outlive
bodies, and are copied wrongly. Where they have nothing in common, the record stays apart, and a finding asks for a
decision. All this is computed anew by each build, so that taking a row of a table back takes its effect back.
"""

from __future__ import annotations

from collections.abc import Iterable

from partnergraph.errors import Finding
from partnergraph.model.records import Model
from partnergraph.model.register_records import Entry
from partnergraph.store.name_index import SMALL, fold_name, is_short_form

__all__ = ["RecordLinks", "comparable_identifier"]

# Addresses that several bodies may share identify none of them.
_SHARED = frozenset(["website", "wikipedia"])
_GENERAL = frozenset(["university", "council", "trust", "hospital", "school", "institute", "centre", "national", "nhs"])


class RecordLinks:
    """The bodies of a graph as records of one register (a source) may be about them."""

    def __init__(self, model: Model, source: str) -> None:
        self._names: dict[str, list[str]] = {body.id: [body.name] for body in model.organisations}
        for name in model.names:
            self._names.setdefault(name.organisation, []).append(name.name)
        self._identified: dict[tuple[str, str], str | None] = {}
        for row in model.identifiers:
            if row.scheme not in _SHARED:
                key = comparable_identifier(row.scheme, row.value)
                # An identifier of two bodies says nothing about which one.
                self._identified[key] = (
                    row.organisation if self._identified.get(key, row.organisation) == row.organisation else None
                )
        rows = [row for row in model.matches if row.source == source]
        self._same = {row.record: row.organisation for row in rows if row.decision == "same"}
        self._apart = {(row.record, row.organisation) for row in rows if row.decision != "same"}

    def of(self, entry: Entry) -> tuple[str | None, Finding | None]:
        """The id of the body that a record is about, if it is sure, and what is to be decided."""
        if (decided := self._same.get(entry.record)) is not None:
            return decided, None
        found = {
            body: (scheme, value)
            for scheme, value in reversed(entry.identifiers)
            if (body := self._identified.get(comparable_identifier(scheme, value)))
            and (entry.record, body) not in self._apart
        }
        agreeing = [body for body in found if self._agree(entry, body)]
        if len(agreeing) == 1:
            return agreeing[0], None
        if not found:
            return None, None
        bodies = " and ".join(f"'{body}'" for body in sorted(found))
        scheme, value = found[min(found)]
        message = f"The record {entry.record} ({entry.name}) has the {scheme} {value} of {bodies}, " + (
            "and fits several bodies." if agreeing else "but their names have nothing in common."
        )
        fix = "It was not merged. Say in matches.csv whether they are the same or different."
        return None, Finding("undecided-match", "warning", message, entry.place, value, fix)

    def identified(self, scheme: str, value: str) -> str | None:
        """The body with an identifier, for what only names a body and tells nothing else of it."""
        return None if scheme in _SHARED else self._identified.get(comparable_identifier(scheme, value))

    def _agree(self, entry: Entry, body: str) -> bool:
        theirs = [name for name in (entry.name, *(other.name for other in entry.names)) if name]
        return not theirs or any(
            _alike(fold_name(one), fold_name(other)) for one in theirs for other in self._names.get(body, ())
        )


def _alike(one: str, other: str) -> bool:
    """Whether two folded names have a telling word in common, or one shortens the other."""
    words = (set(one.split()) & set(other.split())) - SMALL - _GENERAL
    return one == other or bool(words) or is_short_form(one, other) or is_short_form(other, one)


def comparable_identifier(scheme: str, value: str) -> tuple[str, str]:
    """An identifier as it is compared: without the forms in which some are written."""
    bare = value.strip().removeprefix("https://ror.org/").removeprefix("https://doi.org/10.13039/")
    return scheme, bare.replace(" ", "").casefold()


def records(entries: Iterable[Entry], same: RecordLinks) -> dict[str, str]:
    """Each record that is about a body of the graph, with the id of that body."""
    return {entry.record: body for entry in entries if (body := same.of(entry)[0]) is not None}

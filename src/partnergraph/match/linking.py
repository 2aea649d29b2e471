"""Which records of registers are about which bodies of a graph: by a decision of the editors, or by an identifier.

Nothing else merges anything. A decision goes before identifiers: `same` makes a record the body's, `different`
separates them for good. An identifier that both have is trusted only when their names have something in common: codes
outlive bodies, and are copied wrongly. Where they have nothing in common, the record is not merged, and a finding asks
for a decision. All this is computed anew by each build, so that taking a row of a table back takes its effect back.
"""

from __future__ import annotations

from partnergraph.errors import Finding
from partnergraph.model.records import Model
from partnergraph.model.register_records import Entry
from partnergraph.store.name_index import SMALL, is_short_form
from partnergraph.vocabulary.identifiers import SHARED_SCHEMES, normalise_identifier
from partnergraph.vocabulary.name_folding import fold_name

__all__ = ["RecordLinks"]

_GENERAL = frozenset(["university", "council", "trust", "hospital", "school", "institute", "centre", "national", "nhs"])


class RecordLinks:
    """The bodies of a graph as records of one register (a source) may be about them."""

    def __init__(self, model: Model, source: str) -> None:
        self._names: dict[str, list[str]] = {body.id: [body.name] for body in model.organisations}
        for name in model.names:
            self._names.setdefault(name.organisation, []).append(name.name)
        self._bodies: dict[tuple[str, str], str | None] = {}  # by identifier; None for one of several bodies
        for row in model.identifiers:
            if row.scheme not in SHARED_SCHEMES:
                key = row.scheme, normalise_identifier(row.scheme, row.value)
                unambiguous = self._bodies.get(key, row.organisation) == row.organisation
                self._bodies[key] = row.organisation if unambiguous else None
        rows = [row for row in model.matches if row.source == source]
        self._same = {row.record: row.organisation for row in rows if row.decision == "same"}
        self._different = {(row.record, row.organisation) for row in rows if row.decision != "same"}

    def of(self, entry: Entry) -> tuple[str | None, Finding | None]:
        """The id of the body that a record is about, if it is sure, and what is to be decided."""
        if (matched := self._same.get(entry.record)) is not None:
            return matched, None
        candidates = {
            body: (scheme, value)
            for scheme, value in reversed(entry.identifiers)
            if (body := self.identified(scheme, value)) and (entry.record, body) not in self._different
        }
        agreeing = [body for body in candidates if self._names_agree(entry, body)]
        if len(agreeing) == 1:
            return agreeing[0], None
        if not candidates:
            return None, None
        bodies = " and ".join(f"'{body}'" for body in sorted(candidates))
        scheme, value = candidates[min(candidates)]
        message = f"The record {entry.record} ({entry.name}) has the {scheme} {value} of {bodies}, " + (
            "and fits several bodies." if agreeing else "but their names have nothing in common."
        )
        fix = "It was not merged. Say in the table matches whether they are the same or different."
        return None, Finding("undecided-match", "warning", message, entry.place, value, fix)

    def identified(self, scheme: str, value: str) -> str | None:
        """The one body with an identifier; None for an address, which several may share."""
        return None if scheme in SHARED_SCHEMES else self._bodies.get((scheme, normalise_identifier(scheme, value)))

    def _names_agree(self, entry: Entry, body: str) -> bool:
        names = [name for name in (entry.name, *(other.name for other in entry.names)) if name]
        return not names or any(
            _have_common_word(fold_name(name), fold_name(other))
            for name in names
            for other in self._names.get(body, ())
        )


def _have_common_word(name: str, other: str) -> bool:
    """Whether two folded names have a word in common that few names hold, or one shortens the other."""
    words = (set(name.split()) & set(other.split())) - SMALL - _GENERAL
    return name == other or bool(words) or is_short_form(name, other) or is_short_form(other, name)

"""What a register says, record by record: the meeting point of every register's reader and everything that uses one.

A reader in the room `registers` makes entries and grants; the build writes them as claims, `match` compares them with
the organisations of a graph, `read` looks for their names. Nothing here knows in which form a register comes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from partnergraph.errors import Place
from partnergraph.model.dates import PartialDate


@dataclass(frozen=True, slots=True)
class EntryName:
    """A further name of a body: `kind` is a code of the list name-kind (alternative, acronym, former, current)."""

    name: str
    kind: str = "alternative"
    language: str | None = None
    start: PartialDate | None = None
    end: PartialDate | None = None


@dataclass(frozen=True, slots=True)
class EntryPlace:
    """Where a body is: a town, its region and country (ISO 3166-1 alpha-2 code), degrees (WGS 84)."""

    name: str
    country: str | None = None
    region: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    geonames: str | None = None


@dataclass(frozen=True, slots=True)
class EntryLink:
    """A relationship to another body, which the register names by its record, by an identifier or only by a name.

    `kind` is a code of the list relationship-kind; ``"succession"`` means that `record` took over from this body
    (with `inverse`: that this body took over from it). `inverse` says that the other body is the one it goes from.
    `record` is the record in the same register, `identifier` a (scheme, value) by which other registers know it.
    """

    kind: str
    record: str | None = None
    label: str | None = None
    inverse: bool = False
    start: PartialDate | None = None
    end: PartialDate | None = None
    identifier: tuple[str, str] | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One record of a register about one body, as the register states it.

    `record` is its identifier in the register, as a reader would look it up (`https://ror.org/00340yn33`, `RJE`).
    `identifiers` are (scheme, value) with codes of the list identifier-scheme, the register's own first.
    `types` are codes of the list org-type, as far as the register's own words mean one; those words stand in
    `attributes` under ``legal-type``. `status` is what the register says (active, inactive, withdrawn, closed ...);
    `live` whether that means that the body may be offered as a match today.
    `start` and `end` are those of the body as the register knows it.
    """

    record: str
    name: str
    place: Place
    language: str | None = None
    names: tuple[EntryName, ...] = ()
    types: tuple[str, ...] = ()
    form: str = "organisation"
    identifiers: tuple[tuple[str, str], ...] = ()
    status: str | None = None
    live: bool = True
    start: PartialDate | None = None
    end: PartialDate | None = None
    places: tuple[EntryPlace, ...] = ()
    links: tuple[EntryLink, ...] = ()
    attributes: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Grant:
    """A grant: money from a funder to a recipient, each known by a (scheme, value) or only by name.

    `amount` is as written, without separators of thousands; `currency` is its ISO 4217 code. `count` says how many
    recipients share one amount (a grant to several bodies is several entries with the same `record`).
    """

    record: str
    title: str
    place: Place
    funder: str
    recipient: str
    funder_id: tuple[str, str] | None = None
    recipient_id: tuple[str, str] | None = None
    recipient_identifiers: tuple[tuple[str, str], ...] = ()
    amount: str | None = None
    currency: str | None = None
    awarded: PartialDate | None = None
    start: PartialDate | None = None
    end: PartialDate | None = None
    programme: str | None = None
    url: str | None = None
    places: tuple[EntryPlace, ...] = ()
    count: int = 1


@dataclass
class RecordCounts:
    """What became of every record that was read: the counts and the list agree, and nothing is lost in silence.

    `read` = `kept` + `filtered` + the rejected, which stand in the list of findings, each with its place and reason.
    `repaired` records were kept with a change, which is a finding. `personal` counts what was dropped by kind of data.
    """

    read: int = 0
    kept: int = 0
    filtered: int = 0
    rejected: int = 0
    repaired: int = 0
    personal: dict[str, int] = field(default_factory=dict)

    def drop_personal(self, kind: str, number: int = 1) -> None:
        """Count data about persons that was left out, by kind (``"recipient individuals"``, ``"telephone"``)."""
        self.personal[kind] = self.personal.get(kind, 0) + number

    def as_row(self) -> Mapping[str, int | dict[str, int]]:
        """For the report of a build."""
        return {
            "read": self.read,
            "kept": self.kept,
            "filtered": self.filtered,
            "rejected": self.rejected,
            "repaired": self.repaired,
            "personal": dict(sorted(self.personal.items())),
        }

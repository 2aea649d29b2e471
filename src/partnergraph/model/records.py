"""The records of the tables, frozen. Their fields are the columns that `tables.table_schemas` specifies."""

from __future__ import annotations

from dataclasses import dataclass, field

from partnergraph.model.dates import PartialDate


@dataclass(frozen=True)
class Support:
    """One piece of evidence under a record: its id, and the only columns it supports (None: the whole row)."""

    evidence: str
    columns: frozenset[str] | None = None


@dataclass(frozen=True)
class Record:
    """Anything with an id and, for most, evidence. `from_table`: the table whose row became several records, this one
    among them.
    """

    id: str
    evidence: tuple[Support, ...] = ()
    from_table: str = field(default="", kw_only=True)


@dataclass(frozen=True)
class Source(Record):
    """A page, document, register or set of minutes that states claims."""

    title: str = ""
    publisher: str = ""
    kind: str = ""
    date: PartialDate | None = None
    url: str | None = None
    origin: str | None = None
    accessed: PartialDate | None = None
    as_of_earliest: PartialDate | None = None
    as_of_latest: PartialDate | None = None
    licence: str | None = None
    withdrawn: PartialDate | None = None
    note: str | None = None


@dataclass(frozen=True)
class Passage:
    """A sentence of a document: its number from 1, its text, and its place in code points, end excluded."""

    number: int
    text: str
    start: int
    end: int


@dataclass(frozen=True)
class Document:
    """An archived text of a source, which may be quoted."""

    source: str
    text: str
    sha256: str
    passages: tuple[Passage, ...]


@dataclass(frozen=True)
class Evidence(Record):
    """One place in one source. Quoted: `words` with `start` and `end` in code points; otherwise `says`. `row_cells`:
    see `pg:rowCell`.
    """

    source: str = ""
    basis: str = ""
    confidence: str = ""
    words: str | None = None
    start: int | None = None
    end: int | None = None
    passage: int | None = None
    says: str | None = None
    locator: str | None = None
    strength: str | None = None
    premises: tuple[str, ...] = ()
    note: str | None = None
    not_modelled: str | None = None
    row_cells: tuple[str, ...] = ()


@dataclass(frozen=True)
class Organisation(Record):
    """An organisation, a unit of one, or a collaboration of several."""

    name: str = ""
    form: str = ""
    type: tuple[str, ...] = ()
    description: str | None = None


@dataclass(frozen=True)
class Name(Record):
    """A further name of an organisation: former, short, or as a source writes it."""

    organisation: str = ""
    name: str = ""
    kind: str = ""
    start: PartialDate | None = None
    end: PartialDate | None = None
    language: str | None = None


@dataclass(frozen=True)
class Identifier(Record):
    """The number or address of an organisation in a register."""

    organisation: str = ""
    scheme: str = ""
    value: str = ""
    note: str | None = None


@dataclass(frozen=True)
class NamedPlace(Record):
    """A town, region or country; latitude and longitude in degrees (WGS 84), as the source writes them."""

    name: str = ""
    kind: str | None = None
    latitude: str | None = None
    longitude: str | None = None
    geonames: str | None = None
    note: str | None = None


@dataclass(frozen=True)
class Group(Record):
    """Parties that a source mentions without naming them."""

    source: str = ""
    name: str = ""
    member_type: str = ""
    count: int | None = None
    count_as_stated: str | None = None
    open: bool = True
    places: tuple[str, ...] = ()
    members: tuple[str, ...] = ()
    may_overlap: tuple[str, ...] = ()


@dataclass(frozen=True)
class Undertaking(Record):
    """A programme, strategy, set of posts or assessment."""

    name: str = ""
    type: str = ""
    count_as_stated: str | None = None


@dataclass(frozen=True)
class Relationship(Record):
    """A claim that two parties are connected. Parties are IRIs."""

    kind: str = ""
    from_: str = ""
    to: str = ""
    via: tuple[str, ...] = ()
    role: str | None = None
    start: PartialDate | None = None
    end: PartialDate | None = None
    date_note: str | None = None
    arrangement: str | None = None
    formalised_through: str | None = None
    note: str | None = None


@dataclass(frozen=True)
class Event(Record):
    """An award, renewal, start, end, renaming; or, with bodies before and after, a change. References are IRIs."""

    kind: str = ""
    about: str | None = None
    from_: tuple[str, ...] = ()
    to: tuple[str, ...] = ()
    date: PartialDate | None = None
    manner: str | None = None
    renews: str | None = None
    note: str | None = None


@dataclass(frozen=True)
class Statement(Record):
    """A finding, a purpose or an arrangement. References are IRIs."""

    source: str = ""
    kind: str = ""
    name: str = ""
    about: tuple[str, ...] = ()
    value: str | None = None
    unit: str | None = None
    exercise: str | None = None
    part_of: str | None = None
    relates_to: str | None = None
    count_as_stated: str | None = None
    open: bool | None = None


@dataclass(frozen=True)
class Attribute(Record):
    """A plain property of a body."""

    organisation: str = ""
    property: str = ""
    value: str = ""
    start: PartialDate | None = None
    end: PartialDate | None = None
    note: str | None = None


@dataclass(frozen=True)
class Standing(Record):
    """An editor's decision about a record (its IRI)."""

    record: str = ""
    standing: str = ""
    contradicts: tuple[str, ...] = ()
    counter_evidence: tuple[str, ...] = ()
    note: str | None = None


@dataclass(frozen=True)
class MatchDecision(Record):
    """A person's decision whether a record of a register (a source) is about a body of this graph (its id)."""

    organisation: str = ""
    source: str = ""
    record: str = ""
    decision: str = ""
    who: str | None = None
    date: PartialDate | None = None
    note: str | None = None


@dataclass(frozen=True)
class Position(Record):
    """Where a body (its IRI), or the symbol of those folded with it, stands in one view of the drawing, in pixels."""

    body: str = ""
    view: str = ""
    x: int = 0
    y: int = 0


@dataclass(frozen=True)
class StoryStep:
    """A step of the editors' story: its text, the bodies (IRIs) that it shows, as of which date. It states no claim."""

    number: int
    title: str
    text: str
    focus: tuple[str, ...] = ()
    date: PartialDate | None = None


@dataclass(frozen=True)
class GraphConfig:
    """partnergraph.toml."""

    id: str
    title: str
    base: str = "https://w3id.org/partnergraph/"
    language: str = "en"
    licence: str | None = None
    licence_url: str | None = None
    publisher: str | None = None
    description: str | None = None
    focus: str | None = None


@dataclass(frozen=True)
class Model:
    """Everything a graph folder says, every reference resolved."""

    config: GraphConfig
    sources: tuple[Source, ...] = ()
    documents: tuple[Document, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    organisations: tuple[Organisation, ...] = ()
    names: tuple[Name, ...] = ()
    identifiers: tuple[Identifier, ...] = ()
    places: tuple[NamedPlace, ...] = ()
    groups: tuple[Group, ...] = ()
    undertakings: tuple[Undertaking, ...] = ()
    relationships: tuple[Relationship, ...] = ()
    events: tuple[Event, ...] = ()
    statements: tuple[Statement, ...] = ()
    attributes: tuple[Attribute, ...] = ()
    standings: tuple[Standing, ...] = ()
    positions: tuple[Position, ...] = ()
    matches: tuple[MatchDecision, ...] = ()
    story: tuple[StoryStep, ...] = ()
    rdf: tuple[tuple[str, str], ...] = field(default=())


# The class of the records of each table.
RECORD_TYPES: dict[str, type[Record]] = {
    "sources": Source,
    "evidence": Evidence,
    "organisations": Organisation,
    "places": NamedPlace,
    "undertakings": Undertaking,
    "groups": Group,
    "names": Name,
    "identifiers": Identifier,
    "statements": Statement,
    "relationships": Relationship,
    "events": Event,
    "attributes": Attribute,
    "standing": Standing,
    "positions": Position,
    "matches": MatchDecision,
}
TABLE_OF_RECORD = {record_type: table for table, record_type in RECORD_TYPES.items()}

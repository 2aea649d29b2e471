"""What a comparison of two graphs finds: changes in words, grouped by whom they concern, beside the exact quads."""

from __future__ import annotations

from dataclasses import dataclass, field

# Sections that are no body's, in the order in which they stand after those of the bodies.
SOURCES, GRAPH, PRESENTATION, OTHER = "Sources and evidence", "About the graph", "How it is shown", "Other changes"
DERIVED = "derived/"  # begins the names of the graphs of rules
GENERAL_SECTIONS = (SOURCES, GRAPH, PRESENTATION, OTHER)


@dataclass(frozen=True)
class Change:
    """One change, reported once.

    `what`: its kind, as `organisation-new` or `ended`; `subject`: the IRI of the record that changed; `concerns`: the
    bodies concerned, the first of them with the section it stands in; `section`: where it stands if it concerns none.
    """

    what: str
    sentence: str
    subject: str
    concerns: tuple[str, ...] = ()
    section: str = OTHER
    old: str | None = None
    new: str | None = None
    details: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()  # IRIs of the pieces of evidence that it adds or removes


@dataclass(frozen=True)
class Section:
    """The changes under one heading; `iri` of the body, if it is one's."""

    title: str
    iri: str | None
    changes: tuple[Change, ...]
    elsewhere: tuple[str, ...] = ()  # headings of other sections with changes that concern this body


@dataclass(frozen=True)
class Comparison:
    """Everything that differs, in words and in numbers."""

    before: str
    after: str
    title: str
    sections: tuple[Section, ...]
    named: tuple[tuple[str, tuple[str, ...]], ...]  # bodies that have no section, and the sections that name them
    summary: str
    counts: dict[str, int]
    added: int
    removed: int
    following: dict[str, int] = field(default_factory=dict)  # quads of graphs that follow from others, by graph
    status: dict[str, str] = field(default_factory=dict)  # IRI to new, gone, ended or changed
    renamed: dict[str, str] = field(default_factory=dict)  # old to new IRI of records that only changed their id
    quads: str = field(default="", repr=False)  # the exact difference as an RDF Patch

    @property
    def equal(self) -> bool:
        """Whether both graphs have the same quads."""
        return not (self.added or self.removed)

    @property
    def note(self) -> str:
        """What the sentences leave out: the quads that differ in graphs made from others, by rules for example."""
        derived = sum(count for name, count in self.following.items() if name.startswith(DERIVED))
        general = sum(self.following.values()) - derived
        notes = []
        if derived:
            notes.append(f"What rules derive changed with it: {count_noun(derived, 'statement', 'statements')}.")
        if general:
            words = count_noun(general, "statement differs", "statements differ")
            notes.append(f"In what every build adds (catalogue, vocabulary, questions), {words}.")
        return " ".join(notes)


def count_noun(count: int, singular: str, plural: str) -> str:
    """A count with its noun.

    >>> count_noun(1, "quad", "quads"), count_noun(2000, "quad", "quads")
    ('1 quad', '2,000 quads')
    """
    return f"{count:,} {singular if count == 1 else plural}"

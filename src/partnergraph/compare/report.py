"""What a comparison finds: changes in words, grouped by whom they concern, beside the exact quads."""

from __future__ import annotations

from dataclasses import dataclass, field

# Sections that are no body's, in the order in which they are told after the bodies.
SOURCES, GRAPH, SHOWN, OTHER = "Sources and evidence", "About the graph", "How it is shown", "Other changes"


@dataclass(frozen=True)
class Change:
    """One change, told once.

    `what`: its sort (see `WHAT`); `subject`: the IRI of the record that changed; `concerns`: the bodies concerned, told
    under the first; `section`: where it is told if it concerns no body.
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
    """The changes told under one heading; `iri` of the body, if it is one's."""

    title: str
    iri: str | None
    changes: tuple[Change, ...]
    elsewhere: tuple[str, ...] = ()  # headings under which more is told that concerns this body


@dataclass(frozen=True)
class Report:
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
    renamed: dict[str, str] = field(default_factory=dict)  # old to new IRI of what only changed its id
    quads: str = field(default="", repr=False)

    def text(self) -> str:
        """In words, for a terminal."""
        return self._form("text")

    def markdown(self) -> str:
        """In words, as Markdown: usable as release notes."""
        return self._form("markdown")

    def html(self) -> str:
        """In words, as one self-contained page."""
        return self._form("html")

    def json(self) -> str:
        """Every change as data; the structure is described in `partnergraph.compare.report_formats.as_json`."""
        return self._form("json")

    def patch(self) -> str:
        """The exact difference as an RDF Patch: `D` what to delete, `A` what to add, sorted."""
        return self.quads

    def _form(self, name: str) -> str:
        from partnergraph.compare.report_formats import FORMS

        return FORMS[name](self)

    def _repr_html_(self) -> str:
        """The page in a frame of its own."""
        import html

        page = html.escape(self.html())
        return (
            f'<iframe srcdoc="{page}" sandbox title="What changed" width="100%" height="600" loading="lazy"></iframe>'
        )

    @property
    def equal(self) -> bool:
        """Whether both graphs have the same quads."""
        return not (self.added or self.removed)

    @property
    def note(self) -> str:
        """What the words leave out."""
        count = sum(self.following.values())
        if not count:
            return ""
        where = ", ".join(f"{name} {number}" for name, number in self.following.items())
        return f"{count_noun(count, 'quad differs', 'quads differ')} in graphs that follow from the others: {where}."


def count_noun(count: int, one: str, many: str) -> str:
    """A count with its noun.

    >>> count_noun(1, "quad", "quads"), count_noun(2000, "quad", "quads")
    ('1 quad', '2,000 quads')
    """
    return f"{count:,} {one if count == 1 else many}"

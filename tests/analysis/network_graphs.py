"""Small graphs for the tests of the commands, and every command with arguments that fit a graph."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

from partnergraph.analysis.answer import AnalysisAnswer
from partnergraph.analysis.brokers import brokers
from partnergraph.analysis.changes_between import changes_between
from partnergraph.analysis.community_answer import community_answer
from partnergraph.analysis.context import AnalysisContext, AnalysisOptions
from partnergraph.analysis.gaps import gaps
from partnergraph.analysis.measure_timeline import measure_timeline
from partnergraph.analysis.overlap import overlap
from partnergraph.analysis.routes import routes
from partnergraph.analysis.stale import stale
from partnergraph.analysis.summary import summary
from partnergraph.analysis.survival import survival
from partnergraph.analysis.timeline import timeline
from partnergraph.analysis.what_if import what_if_ending, what_if_without
from partnergraph.store import Reader
from partnergraph.vocabulary import CODE, DCAT, DCTERMS, ORG, PG, RDF, SKOS

BASE = "https://e.org/o/"
Link = tuple[str, str] | tuple[str, str, str]  # from, to, kind: a partnership by default


def iri_of(name: str) -> str:
    """The IRI of a body of a small graph."""
    return BASE + name.replace(" ", "-")


def small_reader(
    links: Iterable[Link],
    *,
    focus: str | None = None,
    inferred: Sequence[int] = (),
    groups: Sequence[str] = (),
    dates: dict[int, tuple[str, str]] | None = None,
    alone: Sequence[str] = (),
    confirmed: dict[int, str] | None = None,
) -> Reader:
    """A graph of claims by their place: `inferred` ones, `dates` of start and end (days), last `confirmed` on a date;
    bodies are called as they are named, but for `groups` of them.
    """
    lines = [*_lines(list(links), focus, inferred, groups, dates or {}, alone)]
    for number, day in (confirmed or {}).items():
        lines.append(f'<https://e.org/r/{number:04}> <{PG.lastConfirmed}> "{day}" <https://e.org/g> .\n')
    return Reader.nquads_lines(lines)


def _lines(
    links: list[Link],
    focus: str | None,
    inferred: Sequence[int],
    groups: Sequence[str],
    dates: dict[int, tuple[str, str]],
    alone: Sequence[str],
) -> Iterator[str]:
    graph = "<https://e.org/g>"
    names = sorted({name for link in links for name in link[:2]} | set(alone))
    for name in names:
        kind = PG.UnnamedGroup if name in groups else ORG.Organization
        yield f"<{iri_of(name)}> <{RDF.type}> <{kind}> {graph} .\n"
        yield f'<{iri_of(name)}> <{SKOS.prefLabel}> "{name}" {graph} .\n'
    for number, link in enumerate(links):
        claim, item = f"<https://e.org/r/{number:04}>", f"<https://e.org/e/{number:04}>"
        kind = link[2] if len(link) > 2 else "partnership"
        basis = CODE.inferred if number in inferred else CODE["as-written"]
        yield f"{claim} <{RDF.type}> <{PG.Relationship}> {graph} .\n"
        yield f"{claim} <{PG.kind}> <{CODE[kind]}> {graph} .\n"
        yield f"{claim} <{PG['from']}> <{iri_of(link[0])}> {graph} .\n"
        yield f"{claim} <{PG.to}> <{iri_of(link[1])}> {graph} .\n"
        yield f"{claim} <{PG.evidence}> {item} {graph} .\n"
        yield f"{item} <{RDF.type}> <{PG.Evidence}> {graph} .\n"
        yield f"{item} <{PG.basis}> <{basis}> {graph} .\n"
        for end, day in zip(("start", "end"), dates.get(number, ()), strict=False):
            for bound in ("", "Earliest", "Latest") if day else ():
                yield f'{claim} <{PG[end + bound]}> "{day}" {graph} .\n'
    if focus is not None:
        yield f"<https://e.org/c> <{RDF.type}> <{DCAT.Catalog}> {graph} .\n"
        yield f"<https://e.org/c> <{PG.about}> <{iri_of(focus)}> {graph} .\n"
        yield f'<https://e.org/c> <{DCTERMS.title}> "A graph" {graph} .\n'


def context_of(reader: Reader, **options: object) -> AnalysisContext:
    """A context with some options."""
    return AnalysisContext(reader, replace(AnalysisOptions(), **options))  # type: ignore[arg-type]


def _of_all_dates(context: AnalysisContext) -> AnalysisContext:
    return AnalysisContext(context.reader, replace(context.options, as_of=None, roll_up=False, largest=None))


Command = Callable[[AnalysisContext], AnalysisAnswer]


def commands(a: str, b: str) -> dict[str, Command]:
    """Every command; A and B are names of bodies."""
    return {
        "brokers": lambda context: brokers(context, a),
        "routes": lambda context: routes(context, a, b),
        "overlap": lambda context: overlap(context, a, b),
        "gaps": lambda context: gaps(context, a),
        "what-if --without": lambda context: what_if_without(context, [b], a),
        "what-if --ending": lambda context: what_if_ending(context, b, "2020"),
        "timeline": lambda context: timeline(
            AnalysisContext(context.reader, AnalysisOptions(context.options.projection, context.options.with_inferred)),
            a,
        ),
        "timeline --measure degree": lambda context: measure_timeline(_of_all_dates(context), "degree", a),
        "timeline --measure constraint": lambda context: measure_timeline(_of_all_dates(context), "constraint", a),
        "timeline --measure pairs": lambda context: measure_timeline(_of_all_dates(context), "pairs"),
        "timeline --between": lambda context: changes_between(_of_all_dates(context), "2010", "2020", a),
        "survival": lambda context: survival(_of_all_dates(context)),
        "communities": community_answer,
        "stale": stale,
        "summary": lambda context: summary(context, a),
    }

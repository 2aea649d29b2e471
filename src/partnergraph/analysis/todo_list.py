"""What is to be looked at a year later: claims not confirmed lately, of parties that ended, without a source left."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from partnergraph.analysis.context import AnalysisContext
from partnergraph.analysis.stale import MONTHS, stale
from partnergraph.analysis.what_if import can_have_held, counted_claims
from partnergraph.claims.claim_columns import END_STATED
from partnergraph.claims.claim_lookup import lookup_claims
from partnergraph.claims.date_window import date_window
from partnergraph.claims.relationships import BoundingEvent, Claim
from partnergraph.claims.sources import read_sources
from partnergraph.store import Reader

__all__ = ["TodoItem", "todo_items"]

REGISTERS = "/graph/register/"  # in the IRI of a graph that holds the records of a register


@dataclass(frozen=True)
class TodoItem:
    """A claim that somebody has to look at, and what is to be done about it: one sentence for each reason."""

    claim: Claim
    tasks: tuple[str, ...]


def todo_items(
    context: AnalysisContext, at: str, months: int = MONTHS, missing: Collection[str] = ()
) -> list[TodoItem]:
    """The counted claims of the tables that were not confirmed by a source for `months` months before the date `at`,
    have a party that had ended by then and no end of their own, or whose sources are all gone: withdrawn, or (ids in
    `missing`) of a text that is no longer there. By partner: sorted by the names of the parties.

    Raises `UsageError` for what is no date or no number of months.
    """
    unconfirmed = {*stale(context, months, at).highlight.claims}
    gone = _gone_sources(context.reader, missing)
    ended = _without_end(context, at)
    held = _held(context, at) if gone else set()
    chosen = unconfirmed | ended | held
    claims = lookup_claims(context.reader, chosen - _of_registers(context.reader, chosen))
    items = [TodoItem(claim, _tasks(claim, unconfirmed, gone)) for claim in claims.values()]
    return sorted(
        (item for item in items if item.tasks), key=lambda item: (item.claim.sentence.casefold(), item.claim.iri)
    )


def _without_end(context: AnalysisContext, at: str) -> set[str]:
    """The claims that cannot have held at a date only because a party had ended before: they give no end."""
    columns = context.columns
    first = date.fromisoformat(date_window(at)[0]).toordinal()
    over = columns.bounds[:, 3] < first
    chosen = counted_claims(columns, context.options) & over & (columns.flags & END_STATED == 0)
    return {columns.claims[claim] for claim in chosen.nonzero()[0].tolist()}


def _held(context: AnalysisContext, at: str) -> set[str]:
    """The claims that can hold at a date."""
    columns = context.columns
    chosen = counted_claims(columns, context.options) & can_have_held(columns, at)
    return {columns.claims[claim] for claim in chosen.nonzero()[0].tolist()}


def _gone_sources(reader: Reader, missing: Collection[str]) -> dict[str, str]:
    """The sources that are no longer there, by IRI, each as a sentence names it."""
    gone = {}
    for iri, source in read_sources(reader).items():
        if source.id in missing:
            gone[iri] = f"{source.title} (its text is missing)"
        elif source.withdrawn:
            gone[iri] = f"{source.title} (withdrawn {source.withdrawn})"
    return gone


def _of_registers(reader: Reader, claims: Collection[str]) -> set[str]:
    """Of these claims those that a register states and no source of the tables: the register is asked, not a person."""
    registers = [graph for graph in reader.named_graphs() if REGISTERS in graph]
    if not registers or not claims:
        return set()
    values = " ".join(f"<{iri}>" for iri in sorted(claims))
    rows = reader.rows(f"SELECT DISTINCT ?c ?g {{ VALUES ?c {{ {values} }} GRAPH ?g {{ ?c pg:evidence ?e }} }}")
    graphs: dict[str, set[str]] = {}
    for row in rows:
        graphs.setdefault(str(row["c"]), set()).add(str(row["g"]))
    return {claim for claim, stating in graphs.items() if stating.issubset(registers)}


def _tasks(claim: Claim, unconfirmed: Collection[str], gone: Mapping[str, str]) -> tuple[str, ...]:
    tasks = [_end_task(event) for event in claim.bounded_by if not event.begins] if claim.end is None else []
    sources = {item.source.iri: None for item in claim.evidence if item.form not in ("inferred", "editor")}
    if sources and gone.keys() >= sources.keys():
        titles = "; ".join(gone[iri] for iri in sources)
        tasks.append(f"No source of this is left: {titles}. Find another one that says it.")
    elif claim.iri in unconfirmed and claim.last_confirmed:
        tasks.append(f"Last confirmed {claim.last_confirmed}. Find a newer source that says whether it still holds.")
    elif claim.iri in unconfirmed:
        tasks.append("No dated source says this. Find one.")
    return tuple(tasks)


def _end_task(event: BoundingEvent) -> str:
    ended = str(event)
    return f"{ended[:1].upper()}{ended[1:]}. Say when this ended; if another body carries it on, add that partnership."

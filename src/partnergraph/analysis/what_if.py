"""What if: what would no longer be joined without some organisations, and whom a funder's end would leave."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from partnergraph.analysis.answer import AnalysisAnswer, Cell, Highlight, Sentence
from partnergraph.analysis.context import AnalysisContext, AnalysisOptions
from partnergraph.analysis.pair_graph import PairGraph
from partnergraph.analysis.words import (
    NAMES,
    counted,
    group_in_words,
    joined,
    names_in_words,
    number_in_words,
    share_in_words,
    when_in_words,
)
from partnergraph.claims.claim_columns import DISPUTED, ENTITY_KINDS, INFERRED, RETRACTED, SUPERSEDED, ClaimColumns
from partnergraph.claims.date_window import date_window
from partnergraph.errors import UsageError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from partnergraph.analysis.projection import Projection

    Entities = NDArray[np.int64]

SHOWN = 10  # bodies in sentences of their own
WITHOUT = ("body", "iri", "type", "pairs before", "pairs after", "joined after", "claims lost")
ENDING = ("body", "iri", "type", "surely funded then", "other funders", "members without another")


# Without some organisations


def what_if_without(
    context: AnalysisContext, without: Sequence[str], organisation: str | None = None
) -> AnalysisAnswer:
    """What is no longer joined to an organisation (by default the focus; without one, to the largest rest) when some
    others are taken out with every claim that names them. Raises `QueryError` for unknown names, `UsageError` for none.
    """
    if not without:
        raise UsageError("Name at least one organisation to leave out: --without NAME.")
    removed = list(dict.fromkeys(context.organisation(name) for name in without))
    own = context.own_organisation(organisation)
    if own is not None and context.node_entity(own) in {context.node_entity(iri) for iri in removed}:
        own = None
    change = _Removal.of(context, context.options, removed, own)
    title = f"Without {joined([context.label(iri) for iri in removed])}"
    projection = change.before
    sentences = [
        context.absence(iri) for iri in removed if context.position(projection, iri) is None and not change.lost_pairs
    ]
    if change.component:
        sentences.append(_separated_sentence(context, change, removed, own))
    sentences.append(_figures(context, change))
    sentences += _alone(context, change)
    sentences += _groups_sentences(context, change, removed)
    other = replace(context.options, with_inferred=not context.options.with_inferred)
    if (beside := _Removal.of(context, other, removed, own)).component:
        sentences.append(_beside(context, beside))
    rows = _without_rows(context, change)
    highlight = Highlight(
        removed=tuple(sorted(removed)),
        separated=tuple(context.columns.entities[entity] for entity in change.separated),
        before=f"Before: {_figure(change.before)}",
        after=f"After: {_figure(change.after)}",
    )
    return context.answer("what-if", title, sentences, WITHOUT, rows, highlight=highlight)


@dataclass(frozen=True, eq=False)
class _Removal:
    """A projection before and after all claims that name some entities are taken out; `lost`: those claims.

    `component`: the entities that are joined to the reference before, itself included: an organisation, or the largest
    rest. `separated`: those of them that no longer are, other than the removed.
    """

    before: Projection
    after: Projection
    lost: NDArray[np.int64]
    removed: frozenset[int]
    component: frozenset[int]
    separated: tuple[int, ...]
    has_own: bool

    @classmethod
    def of(
        cls, context: AnalysisContext, options: AnalysisOptions, removed: Iterable[str], own: str | None
    ) -> _Removal:
        import numpy as np

        columns = context.columns
        gone = {context.entity_index[iri] for iri in removed if iri in context.entity_index}
        taken_out = np.isin(context.merged, list({int(context.merged[entity]) for entity in gone}))
        named = taken_out[columns.from_] | taken_out[columns.to]
        if len(columns.via):
            claims, parties = columns.via.T
            named[claims[taken_out[parties]]] = True
        before = context.projection(options)
        from partnergraph.analysis.projections import project

        after = project(
            without_claims(columns, named),
            options.projection,
            with_inferred=options.with_inferred,
            as_of=options.as_of,
            roll_up=options.roll_up,
            largest=options.largest,
        )
        out = frozenset(np.flatnonzero(taken_out).tolist())
        place = context.position(before, own)
        reference = int(before.nodes[place]) if place is not None else None
        component, separated = _no_longer_joined(before, after, out, reference)
        return cls(before, after, np.flatnonzero(named), out, component, separated, reference is not None)

    @property
    def lost_pairs(self) -> int:
        """How many pairs are lost."""
        return len(self.before.pairs) - len(self.after.pairs)

    def counted_lost(self) -> NDArray[np.int64]:
        """The lost claims that the projection counts: those behind its pairs."""
        import numpy as np

        return np.intersect1d(self.lost, self.before.pair_claims)


def without_claims(columns: ClaimColumns, removed: NDArray[np.bool_]) -> ClaimColumns:
    """The columns without some claims; entities stay."""
    import numpy as np

    rest = np.flatnonzero(~removed)
    place = np.cumsum(~removed) - 1
    via = columns.via[~removed[columns.via[:, 0]]]
    return replace(
        columns,
        claims=[columns.claims[claim] for claim in rest.tolist()],
        from_=columns.from_[rest],
        to=columns.to[rest],
        kind=columns.kind[rest],
        flags=columns.flags[rest],
        bounds=columns.bounds[rest],
        via=np.stack([place[via[:, 0]], via[:, 1]], axis=1).astype(np.int32),
    )


def _no_longer_joined(
    before: Projection, after: Projection, out: frozenset[int], reference: int | None
) -> tuple[frozenset[int], tuple[int, ...]]:
    """The component that is asked about, and which entities of it are no longer joined to the reference. Without one,
    the component is that of the removed (of several, the largest), and the largest part that is left is the rest.
    """
    parts, rest = _components(before), _components(after)
    if reference is not None:
        component = next(part for part in parts if reference in part)
        joined_after = next((part for part in rest if reference in part), frozenset([reference]))
    else:
        component = next((part for part in parts if part & out), frozenset[int]())
        inside = [part for part in rest if part <= component]
        joined_after = inside[0] if inside else frozenset(sorted(component - out)[:1])
    return component, tuple(sorted(component - joined_after - out))


def _components(projection: Projection) -> list[frozenset[int]]:
    """The components of a projection as sets of entities, the largest first, then by their first entity."""
    from partnergraph.analysis.measures import engine

    if not len(projection.nodes):
        return []
    graph = PairGraph.of(projection)
    sets: dict[int, list[int]] = {}
    for number, entity in zip(engine(graph).components(graph).tolist(), projection.nodes.tolist(), strict=True):
        sets.setdefault(number, []).append(entity)
    return [frozenset(part) for part in sorted(sets.values(), key=lambda part: (-len(part), part[0]))]


def _names(context: AnalysisContext, entities: Iterable[int]) -> list[str]:
    return [context.columns.labels[entity] for entity in entities]


def _separated_sentence(
    context: AnalysisContext, change: _Removal, removed: Sequence[str], own: str | None
) -> Sentence:
    goal = context.label(own) if own is not None and change.has_own else "the rest"
    who = names_in_words([context.label(iri) for iri in removed])
    names = _names(context, change.separated)
    total = counted(len(change.component), "organisation")
    number = share_in_words(len(names))
    colon = f": {names_in_words(names)}" if names else ""
    text = f"Without {who} and what is recorded with {'it' if len(removed) == 1 else 'them'}, {number} of {total}"
    return context.sentence(f"{text} would no longer be joined to {goal}{colon}", change.counted_lost())


def _figures(context: AnalysisContext, change: _Removal) -> Sentence:
    """Pairs, organisations and pieces, before and after."""
    text = f"Before {_figure(change.before)}; after {_figure(change.after)}"
    return context.sentence(text, change.counted_lost())


def _figure(projection: Projection) -> str:
    pairs, bodies = len(projection.pairs), len(projection.nodes)
    return f"{counted(pairs, 'pair')} of {counted(bodies, 'organisation')}{_pieces(projection)}"


def _pieces(projection: Projection) -> str:
    sizes = [len(part) for part in _components(projection)]
    if not sizes:
        return ""
    if len(sizes) == 1:
        return ", in one piece"
    largest = joined([f"{size:,}" for size in sizes[:NAMES]])
    of = f"of {largest}" if len(sizes) <= NAMES else f"the largest of {largest}"
    return f", in {len(sizes):,} pieces{',' if len(sizes) > NAMES else ''} {of}"


def _alone(context: AnalysisContext, change: _Removal) -> list[Sentence]:
    """Who has pairs before and none after, unless it was named as no longer joined."""
    alone = sorted({*change.before.nodes.tolist()} - {*change.after.nodes.tolist()} - change.removed)
    if not alone or alone == [*change.separated]:
        return []
    names = _names(context, alone)
    verb = "is" if len(names) == 1 else "are"
    text = f"{counted(len(names), 'organisation', first=True)} {verb} left without any pair: {names_in_words(names)}"
    return [context.sentence(text, change.counted_lost())]


def _groups_sentences(context: AnalysisContext, change: _Removal, removed: Sequence[str]) -> list[Sentence]:
    """Unnamed groups and undertakings whose counted claims all name the removed."""
    import numpy as np

    columns, options = context.columns, context.options
    usable = counted_claims(columns, options)
    lost = np.zeros(len(columns.claims), bool)
    lost[change.lost] = True
    ends = np.concatenate([columns.from_, columns.to])
    both = np.concatenate([usable, usable])
    total = np.bincount(ends[both], minlength=len(columns.entities))
    gone = np.bincount(ends[both & np.concatenate([lost, lost])], minlength=len(columns.entities))
    sentences = []
    for kind, noun in (("group", "unnamed group"), ("undertaking", "undertaking")):
        only = np.flatnonzero((columns.entity_kind == ENTITY_KINDS.index(kind)) & (total > 0) & (total == gone))
        only = only[~np.isin(only, list(change.removed))]
        if len(only):
            names = [group_in_words(name) for name in _names(context, only.tolist())]
            claims = np.flatnonzero(usable & lost & (np.isin(columns.from_, only) | np.isin(columns.to, only)))
            verb = "is" if len(only) == 1 else "are"
            who = "it" if len(removed) == 1 else "them"
            text = f"Beside these, {counted(len(only), noun)} {verb} recorded with {who} alone: {names_in_words(names)}"
            sentences.append(context.sentence(text, claims))
    return sentences


def counted_claims(columns: ClaimColumns, options: AnalysisOptions, kind: str | None = None) -> NDArray[np.bool_]:
    """Of each claim whether it is counted, of any kind but location and succession, or of one kind; see `project`."""
    import numpy as np

    wrong = DISPUTED | SUPERSEDED | RETRACTED | (0 if options.with_inferred else INFERRED)
    wanted = [code == kind if kind else code not in ("location", "succession") for code in columns.kinds]
    usable: NDArray[np.bool_] = columns.flags & wrong == 0
    if wanted:
        usable &= np.array(wanted, bool)[columns.kind]
    if options.as_of is not None:
        usable &= can_have_held(columns, options.as_of)
    return usable


def can_have_held(columns: ClaimColumns, when: str, *, surely: bool = False) -> NDArray[np.bool_]:
    """Of each claim whether it can have held on a date, or surely did; see `claims.date_window.holds_in_window`."""
    first, last = (date.fromisoformat(day).toordinal() for day in date_window(when))
    begins, begun, lasts, over = columns.bounds.T
    held: NDArray[np.bool_] = (begins <= last) & (over >= first) & (begins <= over)
    return held & (begun <= last) & (lasts >= first) if surely else held


def _beside(context: AnalysisContext, change: _Removal) -> Sentence:
    words = "With inferred claims" if change.before.scope.with_inferred else "Without inferred claims"
    names = _names(context, change.separated)
    colon = f": {names_in_words(names)}" if names else ""
    total = counted(len(change.component), "organisation")
    return context.sentence(f"{words}, {share_in_words(len(names))} of {total}{colon}", change.counted_lost())


def _without_rows(context: AnalysisContext, change: _Removal) -> list[tuple[Cell, ...]]:
    """Those that are no longer joined, then the others that lose a pair; each by name."""
    import numpy as np

    columns = context.columns
    before, after = _degrees(change.before), _degrees(change.after)
    claims = change.counted_lost()
    ends = np.concatenate([context.merged[columns.from_[claims]], context.merged[columns.to[claims]]])
    lost = np.bincount(ends, minlength=len(columns.entities))
    changed = {entity for entity, number in before.items() if number != after.get(entity, 0)}
    chosen = (changed | {*change.separated}) - change.removed
    separated = {*change.separated}
    return [
        (
            *(columns.labels[entity], columns.entities[entity], columns.types[entity] or None),
            *(before.get(entity, 0), after.get(entity, 0), "no" if entity in separated else "yes", int(lost[entity])),
        )
        for entity in sorted(chosen, key=lambda entity: (entity not in separated, columns.labels[entity], entity))
    ]


def _degrees(projection: Projection) -> dict[int, int]:
    degrees = PairGraph.of(projection).undirected.degree.tolist()
    return dict(zip(projection.nodes.tolist(), degrees, strict=True))


# The end of a funder


def what_if_ending(context: AnalysisContext, funder: str, at: str) -> AnalysisAnswer:
    """Whom a funder may be funding on a date (a year, month or day), who else may fund them then, and the members of
    those without another recorded funder. Raises `QueryError` for an unknown name, `UsageError` for a wrong date.
    """
    import numpy as np

    iri = context.organisation(funder)
    date_window(at)
    columns, own = context.columns, context.entity_index.get(iri, -1)
    options = replace(context.options, as_of=at)
    funding = counted_claims(columns, options, "funding")
    surely = can_have_held(columns, at, surely=True)
    paid = np.flatnonzero(funding & (columns.from_ == own))
    bodies = sorted({*columns.to[paid].tolist()}, key=lambda body: (columns.labels[body], body))
    name = context.label(iri)
    title = f"If funding by {name} ended {when_in_words(at)}"
    funders = _by_receiver(columns, np.flatnonzero(funding & (columns.from_ != own)), bodies)
    sure = {*columns.to[paid[surely[paid]]].tolist()}
    memberships = counted_claims(columns, options, "membership")
    alone = [body for body in bodies if not len(funders[body])]
    members = _by_receiver(columns, np.flatnonzero(memberships), alone)
    sentences = [
        *_funded_sentences(context, name, at, [body for body in bodies if body in sure], paid, funders, surely=True),
        *_funded_sentences(
            context, name, at, [body for body in bodies if body not in sure], paid, funders, surely=False
        ),
    ]
    if not bodies:
        sentences = [Sentence(f"No funding by {name} is recorded that can hold {when_in_words(at)}.")]
    having = {body: claims for body, claims in members.items() if len(claims)}
    sentences += [_members_sentence(context, body, claims) for body, claims in [*having.items()][:SHOWN]]
    if len(having) > SHOWN:
        rest = np.concatenate([*having.values()][SHOWN:])
        words = "have recorded members", "has recorded members"
        sentences.append(_more(context, len(having) - SHOWN, words, rest))
    rows = [
        (
            *(columns.labels[body], columns.entities[body], columns.types[body] or None),
            *("yes" if body in sure else "not known", _names_of(context, columns.from_[funders[body]]) or None),
            _names_of(context, columns.from_[members[body]]) or None if body in members else None,
        )
        for body in bodies
    ]
    without = [columns.entities[body] for body in members]
    # The funder itself stays: its claims of funding are what would end.
    highlight = Highlight(
        separated=tuple(sorted(without)), claims=tuple(columns.claims[claim] for claim in paid.tolist())
    )
    scope = context.projection(replace(options, projection="funding", roll_up=False, largest=None)).scope
    from partnergraph.analysis.projection import scope_sentence

    return context.answer("what-if", title, sentences, ENDING, rows, highlight=highlight, scope=scope_sentence(scope))


def _by_receiver(
    columns: ClaimColumns, claims: NDArray[np.int64], bodies: Sequence[int]
) -> dict[int, NDArray[np.int64]]:
    """The claims to each of some bodies, ascending."""
    import numpy as np

    to = columns.to[claims]
    order = np.argsort(to, kind="stable")
    begin, end = (np.searchsorted(to[order], bodies, side) for side in ("left", "right"))
    return {
        body: claims[order[first:last]] for body, first, last in zip(bodies, begin.tolist(), end.tolist(), strict=True)
    }


def _more(context: AnalysisContext, number: int, words: tuple[str, str], claims: NDArray[np.int64]) -> Sentence:
    """How many more stand in the table; the words for several and for one."""
    text = f"{number_in_words(number, first=True)} more {words[number == 1]}: see the table"
    return context.sentence(text, claims)


def _names_of(context: AnalysisContext, entities: Iterable[int]) -> str:
    return "; ".join(sorted({context.columns.labels[entity] for entity in entities}))


def _funded_sentences(
    context: AnalysisContext,
    name: str,
    at: str,
    bodies: list[int],
    paid: NDArray[np.int64],
    funders: dict[int, NDArray[np.int64]],
    *,
    surely: bool,
) -> list[Sentence]:
    """How many bodies the funder funds, and one sentence for each on its other funders; of many bodies one for all
    without any, and for the first of the others.
    """
    import numpy as np

    if not bodies:
        return []
    columns = context.columns
    names = names_in_words(_names(context, bodies))
    number = counted(len(bodies), "body", "bodies")
    doubt = "" if surely else " (the dates do not say so surely)"
    text = f"{name} {'funds' if surely else 'may be funding'} {number} {when_in_words(at)}{doubt}: {names}"
    sentences = [context.sentence(text, paid[np.isin(columns.to[paid], bodies)])]
    behind = _by_receiver(columns, paid, bodies)
    alone = [body for body in bodies if not len(funders[body])]
    many = len(bodies) > SHOWN and len(alone) > 0
    if many:
        which = "one has" if len(alone) == 1 else f"{len(alone):,} have"
        what = f"Of these, {which} no other recorded funder {when_in_words(at)}"
        if len(alone) == len(bodies):
            what = f"None of these has another recorded funder {when_in_words(at)}"
        claims = np.concatenate([behind[body] for body in alone])
        sentences.append(context.sentence(f"{what}: {names_in_words(_names(context, alone))}", claims))
    single = [body for body in bodies if not many or len(funders[body])]
    for body in single[:SHOWN]:
        others = sorted({*columns.from_[funders[body]].tolist()}, key=lambda other: (columns.labels[other], other))
        what = f"{columns.labels[body]} has {counted(len(others), 'other recorded funder')} {when_in_words(at)}"
        if others:
            what += f": {names_in_words([group_in_words(other) for other in _names(context, others)])}"
        sentences.append(context.sentence(what, [*funders[body].tolist(), *behind[body].tolist()]))
    if len(single) > SHOWN:
        rest = np.concatenate([claims for body in single[SHOWN:] for claims in (funders[body], behind[body])])
        words = "have other recorded funders", "has other recorded funders"
        sentences.append(_more(context, len(single) - SHOWN, words, rest))
    return sentences


def _members_sentence(context: AnalysisContext, body: int, claims: NDArray[np.int64]) -> Sentence:
    columns, group = context.columns, ENTITY_KINDS.index("group")
    members = sorted({*columns.from_[claims].tolist()}, key=lambda one: (columns.labels[one], one))
    named = [member for member in members if columns.entity_kind[member] != group]
    text = f"{columns.labels[body]} has {counted(len(named), 'recorded member')} then"
    text += f": {names_in_words(_names(context, named))}" if named else ""
    if len(named) < len(members):
        groups = [group_in_words(columns.labels[member]) for member in members if member not in named]
        text += f"; beside these, {counted(len(groups), 'unnamed group')}: {names_in_words(groups)}"
    return context.sentence(text, claims)

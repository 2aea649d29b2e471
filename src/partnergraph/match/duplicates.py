"""Likely duplicates: organisations that may be one body, claims that may be one claim, and what a merge would do.

Nothing is merged. Bodies are compared only within blocks (one identifier, one form of a name, one spelling but for a
word), so that the time grows with the number of names, not with its square.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from partnergraph.match.graph_snapshot import (
    SHARED,
    GraphSnapshot,
    OrganisationNames,
    StatedRelationship,
    are_disjoint,
    code_of,
    normalise_identifier,
)
from partnergraph.match.normalise import acronym_of, sorted_words
from partnergraph.store import Reader
from partnergraph.vocabulary import PG

__all__ = ["Duplicate", "Merge", "duplicate_claims", "duplicate_organisations", "duplicates"]

# A block of more members is compared with its first member, or with those that are written nearest, only.
LARGE = 12
NEXT = 6
# A host that more bodies have is one that many share.
HOST = 3


@dataclass(frozen=True, slots=True)
class Merge:
    """What would stand, what would be changed, and what does not agree, if two rows became one."""

    keep: str
    drop: str
    row: tuple[tuple[str, tuple[str, ...]], ...]
    changed: tuple[tuple[str, str], ...]
    conflicts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Duplicate:
    """Two things that are likely one. `sort`: organisation or claim; `likely`: certain, likely or possible."""

    sort: str
    likely: str
    a: str
    b: str
    a_label: str
    b_label: str
    reasons: tuple[str, ...]
    merge: Merge


def duplicates(reader: Reader) -> list[Duplicate]:
    """Every likely duplicate organisation and claim of a graph, the likeliest first."""
    told = GraphSnapshot(reader)
    return [*duplicate_organisations(told), *duplicate_claims(told)]


_ORDER = ("certain", "likely", "possible")
# A pair, the reason in words, and how strong it is (3: an identifier, 2: a name, 1: a hint).
_Reason = tuple[str, str, str, int]


def duplicate_organisations(told: GraphSnapshot) -> list[Duplicate]:
    """Organisations that are likely one: identifiers, names and websites that say so.

    Bodies that a change event connects, and a body and its part, are no duplicates.
    """
    linked, parents = _linked(told), _parents(told)
    reasons: dict[tuple[str, str], dict[str, int]] = {}
    for one, other, reason, strength in _reasons(told):
        reasons.setdefault((min(one, other), max(one, other)), {})[reason] = strength
    found = []
    for (one, other), why in sorted(reasons.items()):
        a, b = told.bodies[one], told.bodies[other]
        best, different = max(why.values()), _different(a, b)
        link = linked.get(frozenset((one, other)))
        if link == "succession" or (link and best < 3):
            continue
        siblings = bool(parents.get(one, set()) & parents.get(other, set()))
        if best == 1 and (different or siblings):
            continue
        if different and best < 3 and (a.keys[0] != b.keys[0] or not a.places & b.places):
            continue  # registers tell them apart, and nothing but a name or a place speaks against it
        likely = "possible" if different or best == 1 else "certain" if best == 3 and len(why) > 1 else "likely"
        told_why = tuple(sorted(why, key=lambda reason: (-why[reason], reason)))
        found.append(Duplicate("organisation", likely, one, other, a.label, b.label, told_why, _merge(told, a, b)))
    return sorted(found, key=lambda pair: (_ORDER.index(pair.likely), pair.a, pair.b))


def _linked(told: GraphSnapshot) -> dict[frozenset[str], str]:
    """Pairs that the graph itself tells apart: by a change, as a body and its part, or by any other claim."""
    found = {frozenset((claim.from_, claim.to)): claim.kind for claim in told.claims.values()}
    for claim in told.claims.values():
        if claim.kind == "part-of":
            found[frozenset((claim.from_, claim.to))] = "succession"
    for bodies, _ in told.changes:
        for one in bodies:
            for other in bodies - {one}:
                found[frozenset((one, other))] = "succession"
    return found


def _parents(told: GraphSnapshot) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for claim in told.claims.values():
        if claim.kind in ("part-of", "hosting"):
            part, whole = (claim.from_, claim.to) if claim.kind == "part-of" else (claim.to, claim.from_)
            found.setdefault(part, set()).add(whole)
    return found


def _different(a: OrganisationNames, b: OrganisationNames) -> list[str]:
    """The schemes of which the two have identifiers, but none in common."""
    schemes = {scheme for scheme, _ in a.identifiers} & {scheme for scheme, _ in b.identifiers} - SHARED
    own, theirs = _values(a), _values(b)
    return sorted(scheme for scheme in schemes if not own[scheme] & theirs[scheme])


def _values(body: OrganisationNames) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for scheme, value in body.identifiers:
        found.setdefault(scheme, set()).add(normalise_identifier(scheme, value))
    return found


def _reasons(told: GraphSnapshot) -> Iterator[_Reason]:
    yield from _by_identifier(told)
    yield from _by_name(told)
    yield from _by_acronym(told)
    yield from _by_spelling(told)


def _pairs(members: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Every pair of a small block; of a large one the first with each."""
    block = sorted(set(members))
    for number, one in enumerate(block if len(block) <= LARGE else block[:1]):
        for other in block[number + 1 :]:
            yield one, other


def _by_identifier(told: GraphSnapshot) -> Iterator[_Reason]:
    blocks: dict[tuple[str, str], list[str]] = {}
    for body in told.bodies.values():
        for scheme, value in body.identifiers:
            blocks.setdefault((scheme, normalise_identifier(scheme, value)), []).append(body.iri)
    parents = _parents(told)
    for (scheme, value), block in blocks.items():
        members = set(block)
        if scheme == "website":  # a body and its parts count once
            members = {one for one in block if not parents.get(one, set()) & members}
            if len(members) > HOST:
                continue
        for one, other in _pairs(members):
            if scheme == "website":
                yield one, other, f"both have a website at {value}", 1
            elif scheme == "wikipedia":
                yield one, other, "both have the same Wikipedia article", 2
            else:
                yield one, other, f"both have the {told.term(scheme)} {value}", 3


def _by_name(told: GraphSnapshot) -> Iterator[_Reason]:
    exact: dict[str, dict[str, tuple[str, str]]] = {}
    bags: dict[str, list[tuple[str, str]]] = {}
    joined: dict[str, list[tuple[str, str]]] = {}
    for body in told.bodies.values():
        for (name, kind), key in zip(body.names, body.keys, strict=True):
            exact.setdefault(key, {}).setdefault(body.iri, (name, kind))
            if " " in key and kind != "acronym":
                bags.setdefault(sorted_words(key), []).append((body.iri, name))
                joined.setdefault(key.replace(" ", ""), []).append((body.iri, name))
    for key, called in exact.items():
        for one, other in _pairs(called):
            (name, kind), (their, their_kind) = called[one], called[other]
            if "acronym" in (kind, their_kind) or (" " not in key and len(key) < 6):
                if told.bodies[one].places & told.bodies[other].places:
                    yield one, other, f"both are called {name} and are in one place", 2
            elif kind == their_kind == "current":
                yield (
                    one,
                    other,
                    f"both are called “{name}”" if name == their else f"“{name}” and “{their}” are one name",
                    2,
                )
            else:
                yield (
                    one,
                    other,
                    f"“{name}” ({_kind(told, kind)}) is “{their}” ({_kind(told, their_kind)}) of the other",
                    2,
                )
    for words, blocks in (("the same words in another order", bags), ("the same letters", joined)):
        for members in blocks.values():
            names = dict(reversed(members))
            for one, other in _pairs(names) if len(names) > 1 else ():
                if not set(told.bodies[one].keys) & set(told.bodies[other].keys):
                    yield one, other, f"“{names[one]}” and “{names[other]}” have {words}", 2


def _kind(told: GraphSnapshot, kind: str) -> str:
    return {"current": "name of today", "alternative": "other name", "as-written": "name as written"}.get(
        kind, f"{told.term(kind).lower().removesuffix(' name')} name" if kind != "acronym" else "acronym"
    )


def _by_acronym(told: GraphSnapshot) -> Iterator[_Reason]:
    """A name that is the initials of the other's, of a body in the same place."""
    short: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for body in told.bodies.values():
        for name, kind in body.names:
            letters = name.replace(".", "").casefold()
            if 3 <= len(letters) <= 8 and letters.isalpha() and (kind == "acronym" or name.replace(".", "").isupper()):
                for place in body.places:
                    short.setdefault((letters, place), []).append((body.iri, name))
    for body in told.bodies.values():
        for (name, _), key in zip(body.names, body.keys, strict=True):
            for place in body.places if key.count(" ") > 1 else ():
                for other, letters in short.get((acronym_of(key), place), ())[:LARGE]:
                    if other != body.iri:
                        yield (
                            body.iri,
                            other,
                            f"{letters} are the initials of “{name}”, and both are in {told.label(place)}",
                            2,
                        )


def _by_spelling(told: GraphSnapshot) -> Iterator[_Reason]:
    """Names that are written alike but for one word, which is nearly the same."""
    blocks: dict[str, dict[str, tuple[str, str, str]]] = {}
    for body in told.bodies.values():
        for (name, kind), key in zip(body.names, body.keys, strict=True):
            words = key.split()
            for number, word in enumerate(words if kind != "acronym" and len(words) < 12 else ()):
                if len(word) > 4 and word.isalpha():
                    rest = " ".join([*words[:number], f"{word[0]}_", *words[number + 1 :]])
                    blocks.setdefault(rest, {})[f"{word}\n{body.iri}"] = (word, body.iri, name)
    for members in blocks.values():
        block = [members[key] for key in sorted(members)] if len(members) > 1 else []
        reach = len(block) if len(block) <= LARGE else NEXT
        for number, (word, one, name) in enumerate(block):
            for near, other, their in block[number + 1 : number + 1 + reach]:
                if one != other and word != near and _near(word, near):
                    yield one, other, f"“{name}” and “{their}” are written nearly alike", 1


def _near(one: str, other: str) -> bool:
    from rapidfuzz.distance import DamerauLevenshtein

    return DamerauLevenshtein.distance(one, other) <= (1 if min(len(one), len(other)) < 9 else 2)


def _merge(told: GraphSnapshot, a: OrganisationNames, b: OrganisationNames) -> Merge:
    """The one to which more refers would be kept."""
    of = {body.iri: told.pointing(body.iri) for body in (a, b)}
    keep, drop = sorted((a, b), key=lambda body: (-len(of[body.iri]), body.iri))
    names = [f"{name} ({kind})" for name, kind in keep.names[1:]]
    names += [f"{name} ({'alternative' if kind == 'current' else kind})" for name, kind in drop.names]
    said = [told.organisations[body.iri] for body in (keep, drop)]
    evidence = [iri for values in said for iri in values.get(PG.evidence, ())]
    row = (
        ("name", (keep.label,)),
        ("other names", tuple(one for one in dict.fromkeys(names) if one != f"{keep.label} (alternative)")),
        ("types", tuple(dict.fromkeys(keep.types + drop.types))),
        ("identifiers", tuple(f"{s} {v}" for s, v in dict.fromkeys(keep.identifiers + drop.identifiers))),
        ("evidence", tuple(dict.fromkeys(told.proof(iri).id for iri in evidence))),
    )
    changed = tuple((sort, code_of(iri)) for sort, iri in of[drop.iri])
    return Merge(keep.iri, drop.iri, row, changed, tuple(_disagree(told, keep, drop)))


def _disagree(told: GraphSnapshot, keep: OrganisationNames, drop: OrganisationNames) -> Iterator[str]:
    if keep.keys[0] != drop.keys[0]:
        yield f"name: “{keep.label}” and “{drop.label}”"
    if keep.types and drop.types and not set(keep.types) & set(drop.types):
        yield f"type: {', '.join(keep.types)} and {', '.join(drop.types)}"
    own, theirs = _values(keep), _values(drop)
    for scheme in _different(keep, drop):
        yield f"{scheme}: {', '.join(sorted(own[scheme]))} and {', '.join(sorted(theirs[scheme]))}"
    ends = Counter[tuple[str, str, str]]()
    for claim in _claims_of(told, keep.iri, drop.iri):
        from_, to = (keep.iri if end == drop.iri else end for end in (claim.from_, claim.to))
        if from_ == to:
            yield f"the claim {claim.id} would connect the body with itself"
            continue
        ends[claim.kind, from_, to] += 1
    for (kind, from_, to), number in sorted(ends.items()):
        if number > 1:
            yield f"{number} claims would say the same: {told.label(from_)}, {kind}, {told.label(to)}"


def _claims_of(told: GraphSnapshot, *iris: str) -> list[StatedRelationship]:
    subjects = {iri for body in iris for sort, iri in told.pointing(body) if sort == "relationship"}
    claims = [told.claims[iri] for iri in sorted(subjects)]
    return [claim for claim in claims if claim.from_ in iris or claim.to in iris]


def claim_pairs(told: GraphSnapshot) -> Iterator[tuple[StatedRelationship, StatedRelationship]]:
    """Two claims of one kind between the same parties that may hold at one time."""
    blocks: dict[tuple[str, str, str], dict[str, StatedRelationship]] = {}
    for claim in told.claims.values():
        if claim.counts:
            blocks.setdefault(told.key(claim), {})[claim.iri] = claim
    for _, members in sorted(blocks.items()):
        for one, other in _pairs(members):
            a, b = members[one], members[other]
            via = not a.via or not b.via or set(a.via) == set(b.via)
            if a.overlaps(b) and via and (not a.role or not b.role or a.role == b.role):
                yield a, b


def duplicate_claims(told: GraphSnapshot) -> list[Duplicate]:
    """Claims that are likely one: the same parties and kind at one time. Marked as contradicting is not."""
    found = []
    for a, b in claim_pairs(told):
        if b.iri in told.relationships[a.iri].get(PG.contradicts, ()):
            continue
        reasons = [f"both say that {told.label(a.from_)} and {told.label(a.to)} are connected by: {told.term(a.kind)}"]
        if a.from_ != b.from_:
            reasons.append("each from its own side, and the kind is the same in both directions")
        undated = not any((*a.start, *a.end)) or not any((*b.start, *b.end))
        reasons.append("at least one of them has no dates" if undated else "their dates overlap")
        same = (a.start, a.end, a.role, a.via) == (b.start, b.end, b.role, b.via)
        likely = (
            "possible"
            if are_disjoint(a.start, b.start) or are_disjoint(a.end, b.end)
            else "certain"
            if same
            else "likely"
        )
        found.append(
            Duplicate("claim", likely, a.iri, b.iri, a.sentence, b.sentence, tuple(reasons), _merge_claims(told, a, b))
        )
    return sorted(found, key=lambda pair: (_ORDER.index(pair.likely), pair.a, pair.b))


def _merge_claims(told: GraphSnapshot, a: StatedRelationship, b: StatedRelationship) -> Merge:
    """The one with more evidence would be kept."""
    keep, drop = sorted((a, b), key=lambda claim: (-len(claim.evidence), claim.iri))
    dates = ((keep.start_text or drop.start_text), (keep.end_text or drop.end_text))
    parties = ((told.label(keep.from_),), (told.label(keep.to),))
    row = (
        ("kind", (keep.kind,)),
        ("from", parties[0]),
        ("to", parties[1]),
        ("via", tuple(told.label(party) for party in keep.via or drop.via)),
        ("role", tuple(role for role in (keep.role or drop.role,) if role)),
        ("start", tuple(date for date in dates[:1] if date)),
        ("end", tuple(date for date in dates[1:] if date)),
        ("evidence", tuple(dict.fromkeys(told.proof(iri).id for iri in keep.evidence + drop.evidence))),
    )
    conflicts = [
        f"{name}: {one} and {other}"
        for name, one, other in (
            ("start", keep.start_text, drop.start_text),
            ("end", keep.end_text, drop.end_text),
            ("standing", keep.standing, drop.standing),
        )
        if one and other and one != other
    ]
    changed = tuple((sort, code_of(iri)) for sort, iri in told.pointing(drop.iri))
    return Merge(keep.iri, drop.iri, row, changed, tuple(conflicts))

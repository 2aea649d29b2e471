"""Likely duplicates: organisations that may be one body, claims that may be one claim, and what a merge would do.

Nothing is merged. Bodies are compared only within blocks (one identifier, one form of a name, one spelling but for a
word), so that the time grows with the number of names, not with its square.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from partnergraph.claims.relationships import Claim
from partnergraph.claims.terms import concept_of
from partnergraph.match.graph_snapshot import (
    GraphSnapshot,
    OrganisationProfile,
    are_disjoint,
    is_in_effect,
    may_overlap,
)
from partnergraph.match.normalise import acronym_of, sorted_words, website_host
from partnergraph.store import Reader
from partnergraph.vocabulary.identifiers import SHARED_SCHEMES, normalise_identifier
from partnergraph.vocabulary.iri import last_segment

__all__ = ["Duplicate", "Merge", "duplicate_claims", "duplicate_organisations", "duplicates"]

MAX_PAIRED_BLOCK = 12  # members; of a larger block only the first, or the nearest spellings, are compared
SPELLING_WINDOW = 6  # how many following members of a large block, in alphabetical order, each is compared with
MAX_SHARING_HOST = 3  # organisations; a host that more of them have tells nothing


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
    """Two records that are likely one. `sort`: organisation or claim; `likely`: certain, likely or possible."""

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
    snapshot = GraphSnapshot(reader)
    return [*duplicate_organisations(snapshot), *duplicate_claims(snapshot)]


_ORDER = ("certain", "likely", "possible")
# A pair, the reason in words, and how strong it is (3: an identifier, 2: a name, 1: a hint).
_Reason = tuple[str, str, str, int]


def duplicate_organisations(snapshot: GraphSnapshot) -> list[Duplicate]:
    """Organisations that are likely one: identifiers, names and websites that say so.

    Bodies that a change event connects, and a body and its part, are no duplicates.
    """
    relations, parents = _relations(snapshot), _parents(snapshot)
    reasons: dict[tuple[str, str], dict[str, int]] = {}
    for iri, other, reason, strength in _reasons(snapshot):
        reasons.setdefault((min(iri, other), max(iri, other)), {})[reason] = strength
    pairs = []
    for (iri, other), strengths in sorted(reasons.items()):
        a, b = snapshot.organisations[iri], snapshot.organisations[other]
        relation = relations.get(frozenset((iri, other)))
        siblings = not parents.get(iri, set()).isdisjoint(parents.get(other, set()))
        likelihood = _likelihood(a, b, strengths, relation, siblings)
        if likelihood is not None:
            ordered = tuple(sorted(strengths, key=lambda reason: (-strengths[reason], reason)))
            merge = _merge(snapshot, a, b)
            pairs.append(Duplicate("organisation", likelihood, iri, other, a.label, b.label, ordered, merge))
    return sorted(pairs, key=lambda pair: (_ORDER.index(pair.likely), pair.a, pair.b))


def _likelihood(
    a: OrganisationProfile, b: OrganisationProfile, strengths: dict[str, int], relation: str | None, siblings: bool
) -> str | None:
    """Certain, likely or possible; None for what are no duplicates. `strengths`: how strong each reason is.

    `relation`: the kind of a relationship between the two; `siblings`: whether they are parts of one body.
    """
    strongest, different = max(strengths.values()), _different_schemes(a, b)
    if relation == "succession" or (relation and strongest < 3):
        return None
    if strongest == 1 and (different or siblings):
        return None
    if different and strongest < 3 and (a.keys[0] != b.keys[0] or a.places.isdisjoint(b.places)):
        return None  # registers tell them apart, and nothing but a name or a place speaks against it
    if different or strongest == 1:
        return "possible"
    return "certain" if strongest == 3 and len(strengths) > 1 else "likely"


def _relations(snapshot: GraphSnapshot) -> dict[frozenset[str], str]:
    """The kind of a relationship for each pair that has one; a change, and a body and its part, are a succession."""
    claims = snapshot.stated_claims.values()
    relations = {frozenset((claim.from_.iri, claim.to.iri)): claim.kind for claim in claims}
    for claim in claims:
        if claim.kind == "part-of":
            relations[frozenset((claim.from_.iri, claim.to.iri))] = "succession"
    for organisations, _ in snapshot.changes:
        for iri in organisations:
            for other in organisations - {iri}:
                relations[frozenset((iri, other))] = "succession"
    return relations


def _parents(snapshot: GraphSnapshot) -> dict[str, set[str]]:
    parents: dict[str, set[str]] = {}
    for claim in snapshot.stated_claims.values():
        if claim.kind in ("part-of", "hosting"):
            part, whole = (claim.from_, claim.to) if claim.kind == "part-of" else (claim.to, claim.from_)
            parents.setdefault(part.iri, set()).add(whole.iri)
    return parents


def _different_schemes(a: OrganisationProfile, b: OrganisationProfile) -> list[str]:
    """The schemes of which the two have identifiers, but none in common."""
    own, theirs = _identifiers_by_scheme(a), _identifiers_by_scheme(b)
    schemes = own.keys() & theirs.keys() - SHARED_SCHEMES
    return sorted(scheme for scheme in schemes if own[scheme].isdisjoint(theirs[scheme]))


def _identifiers_by_scheme(organisation: OrganisationProfile) -> dict[str, set[str]]:
    identifiers: dict[str, set[str]] = {}
    for scheme, value in organisation.identifiers:
        identifiers.setdefault(scheme, set()).add(normalise_identifier(scheme, value))
    return identifiers


def _reasons(snapshot: GraphSnapshot) -> Iterator[_Reason]:
    yield from _by_identifier(snapshot)
    yield from _by_name(snapshot)
    yield from _by_acronym(snapshot)
    yield from _by_spelling(snapshot)


def _pairs(members: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Every pair of a small block; of a large one the first with each."""
    block = sorted(set(members))
    for number, member in enumerate(block if len(block) <= MAX_PAIRED_BLOCK else block[:1]):
        for other in block[number + 1 :]:
            yield member, other


def _by_identifier(snapshot: GraphSnapshot) -> Iterator[_Reason]:
    blocks: dict[tuple[str, str], list[str]] = {}
    for organisation in snapshot.organisations.values():
        for scheme, value in organisation.identifiers:
            key = website_host(value) if scheme == "website" else normalise_identifier(scheme, value)
            blocks.setdefault((scheme, key), []).append(organisation.iri)
    parents = _parents(snapshot)
    for (scheme, value), block in blocks.items():
        members = set(block)
        if scheme == "website":  # a body and its parts count once
            members = {iri for iri in block if parents.get(iri, set()).isdisjoint(members)}
            if len(members) > MAX_SHARING_HOST:
                continue
        for iri, other in _pairs(members):
            if scheme == "website":
                yield iri, other, f"both have a website at {value}", 1
            elif scheme == "wikipedia":
                yield iri, other, "both have the same Wikipedia article", 2
            else:
                yield iri, other, f"both have the {concept_of(scheme).label} {value}", 3


def _by_name(snapshot: GraphSnapshot) -> Iterator[_Reason]:
    exact: dict[str, dict[str, tuple[str, str]]] = {}  # normal form -> organisation -> its name and the kind of name
    reordered: dict[str, list[tuple[str, str]]] = {}
    joined: dict[str, list[tuple[str, str]]] = {}
    for organisation in snapshot.organisations.values():
        for (name, kind), key in zip(organisation.names, organisation.keys, strict=True):
            exact.setdefault(key, {}).setdefault(organisation.iri, (name, kind))
            if " " in key and kind != "acronym":
                reordered.setdefault(sorted_words(key), []).append((organisation.iri, name))
                joined.setdefault(key.replace(" ", ""), []).append((organisation.iri, name))
    for key, named in exact.items():
        for iri, other in _pairs(named):
            if reason := _same_name(snapshot, key, (iri, *named[iri]), (other, *named[other])):
                yield iri, other, reason, 2
    for likeness, blocks in (("the same words in another order", reordered), ("the same letters", joined)):
        for members in blocks.values():
            names = dict(reversed(members))
            for iri, other in _pairs(names) if len(names) > 1 else ():
                if set(snapshot.organisations[iri].keys).isdisjoint(snapshot.organisations[other].keys):
                    yield iri, other, f"“{names[iri]}” and “{names[other]}” have {likeness}", 2


def _same_name(snapshot: GraphSnapshot, key: str, a: tuple[str, str, str], b: tuple[str, str, str]) -> str | None:
    """Why two organisations (IRI, name, kind of name) with one normal form of a name may be one; None: they need not.

    An acronym or a short name tells something only of organisations in one place.
    """
    (iri, name, kind), (other, other_name, other_kind) = a, b
    if "acronym" in (kind, other_kind) or (" " not in key and len(key) < 6):
        separate = snapshot.organisations[iri].places.isdisjoint(snapshot.organisations[other].places)
        return None if separate else f"both are called {name} and are in one place"
    if kind == other_kind == "current":
        return f"both are called “{name}”" if name == other_name else f"“{name}” and “{other_name}” are one name"
    return f"“{name}” ({_kind_label(kind)}) is “{other_name}” ({_kind_label(other_kind)}) of the other"


def _kind_label(kind: str) -> str:
    return {"current": "name of today", "alternative": "other name", "as-written": "name as written"}.get(
        kind, f"{concept_of(kind).label.lower().removesuffix(' name')} name" if kind != "acronym" else "acronym"
    )


def _by_acronym(snapshot: GraphSnapshot) -> Iterator[_Reason]:
    """A name that is the initials of the other's, of a body in the same place."""
    acronyms: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for organisation in snapshot.organisations.values():
        for name, kind in organisation.names:
            letters = name.replace(".", "").casefold()
            if 3 <= len(letters) <= 8 and letters.isalpha() and (kind == "acronym" or name.replace(".", "").isupper()):
                for place in organisation.places:
                    acronyms.setdefault((letters, place), []).append((organisation.iri, name))
    for organisation in snapshot.organisations.values():
        for (name, _), key in zip(organisation.names, organisation.keys, strict=True):
            for place in organisation.places if key.count(" ") > 1 else ():
                for other, acronym in acronyms.get((acronym_of(key), place), ())[:MAX_PAIRED_BLOCK]:
                    if other != organisation.iri:
                        reason = f"{acronym} are the initials of “{name}”, and both are in {snapshot.label(place)}"
                        yield organisation.iri, other, reason, 2


def _by_spelling(snapshot: GraphSnapshot) -> Iterator[_Reason]:
    """Names that are written alike but for one word, which is nearly the same."""
    blocks: dict[str, dict[str, tuple[str, str, str]]] = {}  # name without a word -> word, organisation, name
    for organisation in snapshot.organisations.values():
        for (name, kind), key in zip(organisation.names, organisation.keys, strict=True):
            words = key.split()
            for number, word in enumerate(words if kind != "acronym" and len(words) < 12 else ()):
                if len(word) > 4 and word.isalpha():
                    rest = " ".join([*words[:number], f"{word[0]}_", *words[number + 1 :]])
                    member = (word, organisation.iri, name)
                    blocks.setdefault(rest, {})[f"{word}\n{organisation.iri}"] = member
    for members in blocks.values():
        block = [members[key] for key in sorted(members)] if len(members) > 1 else []
        window = len(block) if len(block) <= MAX_PAIRED_BLOCK else SPELLING_WINDOW
        for number, (word, iri, name) in enumerate(block):
            for other_word, other, other_name in block[number + 1 : number + 1 + window]:
                if iri != other and word != other_word and _is_nearly(word, other_word):
                    yield iri, other, f"“{name}” and “{other_name}” are written nearly alike", 1


def _is_nearly(word: str, other: str) -> bool:
    from rapidfuzz.distance import DamerauLevenshtein

    return DamerauLevenshtein.distance(word, other) <= (1 if min(len(word), len(other)) < 9 else 2)


def _merge(snapshot: GraphSnapshot, a: OrganisationProfile, b: OrganisationProfile) -> Merge:
    """The one to which more refers would be kept."""
    references = {profile.iri: snapshot.references(profile.iri) for profile in (a, b)}
    keep, drop = sorted((a, b), key=lambda profile: (-len(references[profile.iri]), profile.iri))
    names = [f"{name} ({kind})" for name, kind in keep.names[1:]]
    names += [f"{name} ({'alternative' if kind == 'current' else kind})" for name, kind in drop.names]
    row = (
        ("name", (keep.label,)),
        ("other names", tuple(name for name in dict.fromkeys(names) if name != f"{keep.label} (alternative)")),
        ("types", tuple(dict.fromkeys(keep.types + drop.types))),
        ("identifiers", tuple(f"{s} {v}" for s, v in dict.fromkeys(keep.identifiers + drop.identifiers))),
        ("evidence", tuple(dict.fromkeys(snapshot.evidence_line(iri).id for iri in keep.evidence + drop.evidence))),
    )
    changed = tuple((type_, last_segment(iri)) for type_, iri in references[drop.iri])
    return Merge(keep.iri, drop.iri, row, changed, tuple(_merge_conflicts(snapshot, keep, drop)))


def _merge_conflicts(snapshot: GraphSnapshot, keep: OrganisationProfile, drop: OrganisationProfile) -> Iterator[str]:
    if keep.keys[0] != drop.keys[0]:
        yield f"name: “{keep.label}” and “{drop.label}”"
    if keep.types and drop.types and not set(keep.types) & set(drop.types):
        yield f"type: {', '.join(keep.types)} and {', '.join(drop.types)}"
    own, theirs = _identifiers_by_scheme(keep), _identifiers_by_scheme(drop)
    for scheme in _different_schemes(keep, drop):
        yield f"{scheme}: {', '.join(sorted(own[scheme]))} and {', '.join(sorted(theirs[scheme]))}"
    counts = Counter[tuple[str, str, str]]()
    for claim in _claims_of(snapshot, keep.iri, drop.iri):
        from_, to = (keep.iri if party.iri == drop.iri else party.iri for party in (claim.from_, claim.to))
        if from_ == to:
            yield f"the claim {claim.id} would connect the body with itself"
            continue
        counts[claim.kind, from_, to] += 1
    for (kind, from_, to), number in sorted(counts.items()):
        if number > 1:
            yield f"{number} claims would say the same: {snapshot.label(from_)}, {kind}, {snapshot.label(to)}"


def _claims_of(snapshot: GraphSnapshot, *iris: str) -> list[Claim]:
    subjects = {subject for iri in iris for type_, subject in snapshot.references(iri) if type_ == "relationship"}
    claims = [snapshot.stated_claims[iri] for iri in sorted(subjects)]
    return [claim for claim in claims if claim.from_.iri in iris or claim.to.iri in iris]


def claim_pairs(snapshot: GraphSnapshot) -> Iterator[tuple[Claim, Claim]]:
    """Two claims of one kind between the same parties that may hold at one time."""
    blocks: dict[tuple[str, str, str], dict[str, Claim]] = {}
    for claim in snapshot.stated_claims.values():
        if is_in_effect(claim):
            blocks.setdefault(_kind_and_parties(claim), {})[claim.iri] = claim
    for _, members in sorted(blocks.items()):
        for iri, other in _pairs(members):
            a, b = members[iri], members[other]
            same_via = not a.via or not b.via or set(a.via) == set(b.via)
            if may_overlap(a, b) and same_via and (not a.role or not b.role or a.role_code == b.role_code):
                yield a, b


def _kind_and_parties(claim: Claim) -> tuple[str, str, str]:
    """The kind and the two parties; for a symmetric kind in the order of their IRIs."""
    from_, to = claim.from_.iri, claim.to.iri
    return (claim.kind, to, from_) if claim.symmetric and to < from_ else (claim.kind, from_, to)


def duplicate_claims(snapshot: GraphSnapshot) -> list[Duplicate]:
    """Claims that are likely one: the same parties and kind at one time. Marked as contradicting is not."""
    pairs = []
    for a, b in claim_pairs(snapshot):
        if b.iri in a.contradicts:
            continue
        reasons = [f"both say that {a.from_.label} and {a.to.label} are connected by: {a.label}"]
        if a.from_ != b.from_:
            reasons.append("each from its own side, and the kind is the same in both directions")
        undated = not (a.start_bounds or a.end_bounds) or not (b.start_bounds or b.end_bounds)
        reasons.append("at least one of them has no dates" if undated else "their dates overlap")
        likelihood, merge = _claim_likelihood(a, b), _merge_claims(snapshot, a, b)
        sentences = a.dated_sentence, b.dated_sentence
        pairs.append(Duplicate("claim", likelihood, a.iri, b.iri, *sentences, tuple(reasons), merge))
    return sorted(pairs, key=lambda pair: (_ORDER.index(pair.likely), pair.a, pair.b))


def _claim_likelihood(a: Claim, b: Claim) -> str:
    if are_disjoint(a.start_bounds, b.start_bounds) or are_disjoint(a.end_bounds, b.end_bounds):
        return "possible"
    own, theirs = ((claim.start_bounds, claim.end_bounds, claim.role_code, claim.via) for claim in (a, b))
    return "certain" if own == theirs else "likely"


def _merge_claims(snapshot: GraphSnapshot, a: Claim, b: Claim) -> Merge:
    """The one with more evidence would be kept."""
    evidence = {claim.iri: snapshot.evidence_of(claim) for claim in (a, b)}
    keep, drop = sorted((a, b), key=lambda claim: (-len(evidence[claim.iri]), claim.iri))
    proofs = [*evidence[keep.iri], *evidence[drop.iri]]
    row = (
        ("kind", (keep.kind,)),
        ("from", (keep.from_.label,)),
        ("to", (keep.to.label,)),
        ("via", tuple(party.label for party in keep.via or drop.via)),
        ("role", _stated(keep.role_code, drop.role_code)),
        ("start", _stated(keep.start, drop.start)),
        ("end", _stated(keep.end, drop.end)),
        ("evidence", tuple(dict.fromkeys(snapshot.evidence_line(iri).id for iri in proofs))),
    )
    conflicts = [
        f"{name}: {value} and {other}"
        for name, value, other in (
            ("start", keep.start, drop.start),
            ("end", keep.end, drop.end),
            ("standing", keep.standing, drop.standing),
        )
        if value and other and value != other
    ]
    changed = tuple((type_, last_segment(iri)) for type_, iri in snapshot.references(drop.iri))
    return Merge(keep.iri, drop.iri, row, changed, tuple(conflicts))


def _stated(*values: str | None) -> tuple[str, ...]:
    """The first value that is stated."""
    return tuple(value for value in values if value)[:1]

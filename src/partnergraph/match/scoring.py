"""How well records of a register fit a body that is looked for: candidates, each with a score and reasons in words.

certain   an identifier that both have and names that agree; or the same whole name, of one record only, and place,
          country or website agree, and nothing speaks against it (in an address: see
          `partnergraph.match.affiliations.Mention.certain`)
likely    nearly all agrees, or one of these is not known
possible  worth a look: a part of the name, an acronym, a parent, a successor, or something differs
none      nothing was found

What is certain is still only offered: a person accepts it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from partnergraph.match.affiliations import find_affiliations
from partnergraph.match.countries import COUNTRIES, related_countries
from partnergraph.match.linking import comparable_identifier
from partnergraph.match.normalise import (
    GENERAL,
    body_families,
    is_respelt,
    normalise_name,
    normalised_words,
    website_host,
)
from partnergraph.match.record_index import NameEntry, RecordIndex
from partnergraph.model.register_records import Entry
from partnergraph.vocabulary import concepts

__all__ = ["NONE", "VERDICTS", "Candidate", "MatchQuery", "score_candidates"]

VERDICTS = ("certain", "likely", "possible", "none")
CERTAIN, LIKELY, POSSIBLE = 0.97, 0.85, 0.5
NEAR = 88.0  # of 100: how alike names must be written to be compared at all
ONE_ONLY = frozenset(["ror", "wikidata", "grid", "ods", "gss", "ukprn", "companies-house", "charity-ew", "charity-sc"])
_FEW = 3  # records of one short form that a person can look at
_SHORT = 4  # words of a name that speaks for itself only with place or country


@dataclass(frozen=True, slots=True)
class MatchQuery:
    """A body that is looked for. `names` are (name, kind), the name of today first; `part_of` names its parents."""

    id: str
    names: tuple[tuple[str, str], ...]
    identifiers: tuple[tuple[str, str], ...] = ()
    types: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    countries: frozenset[str] = frozenset()
    part_of: tuple[str, ...] = ()
    form: str = "organisation"

    @property
    def name(self) -> str:
        """Its name of today."""
        return self.names[0][0] if self.names else self.id


@dataclass(frozen=True, slots=True)
class Candidate:
    """A record that may be about the body."""

    record: str
    label: str
    verdict: str
    score: float
    reasons: tuple[str, ...]


NONE = Candidate("", "", "none", 0.0, ())


@dataclass
class _Evidence:
    """What speaks for and against one record."""

    entry: Entry
    score: float
    reasons: list[str]
    exact: bool = False
    identified: bool = False
    agrees: bool = False
    differs: bool = False
    limit: float = 1.0
    weak: set[str] = field(default_factory=set)


def score_candidates(sought: MatchQuery, register: RecordIndex, most: int = 5) -> list[Candidate]:
    """The records that fit best, the best first; none, where nothing fits."""
    cases: dict[str, _Evidence] = {}
    for case in (*_identified(sought, register), *_named(sought, register), *_nearly(sought, register)):
        old = cases.get(case.entry.record)
        if old is None or (case.identified, case.score) > (old.identified, old.score):
            cases[case.entry.record] = case
    for case in cases.values():
        _weigh(case, sought)
    exact = [case for case in cases.values() if case.exact and case.entry.live]
    found = [_classify(case, sought, exact, register) for case in cases.values()]
    found += list(_successors(cases.values(), register))
    found += [one for one in _parents(sought, register) if one.record not in cases]
    best: dict[str, Candidate] = {}
    for one in sorted(found, key=lambda one: (VERDICTS.index(one.verdict), -one.score, one.record)):
        best.setdefault(one.record, one)
    return [one for one in best.values() if one.verdict != "none"][:most]


def _identified(sought: MatchQuery, register: RecordIndex) -> Iterator[_Evidence]:
    for scheme, value in sought.identifiers:
        if scheme in ("website", "wikipedia"):
            continue
        for entry in register.identified(scheme, value):
            case = _Evidence(entry, 1.0, [f"same {scheme} {value}"], identified=True)
            if (told := _common(sought, entry)) is None:
                case.differs = True
                case.reasons.append("the names have nothing in common")
            else:
                case.reasons.append(told)
            yield case


def _common(sought: MatchQuery, entry: Entry) -> str | None:
    """What their names have in common."""
    own = {normalise_name(name): name for name, _ in sought.names}
    theirs = {normalise_name(name): name for name in (entry.name, *(other.name for other in entry.names))}
    if same := [key for key in own if key in theirs]:
        return f"same name “{theirs[same[0]]}”"
    words_ = {word for key in own for word in key.split()} & {word for key in theirs for word in key.split()}
    telling = sorted(words_ - GENERAL)
    return f"both names hold “{telling[0]}”" if telling else None


def _named(sought: MatchQuery, register: RecordIndex) -> Iterator[_Evidence]:
    for name, kind in sought.names:
        key = normalise_name(name)
        short = kind == "acronym" or (len(key.split()) == 1 and name.isupper() and len(name) <= 6)
        named = register.named(key)
        few = len({called.entry.record for called in named if called.entry.live}) <= _FEW
        for called in named:
            acronym = short or called.kind == "acronym"
            score = (POSSIBLE if few else 0.4) if acronym else 0.95 if called.kind == kind == "current" else 0.93
            yield _Evidence(called.entry, score, [_said(name, kind, called, acronym)], exact=not acronym)
        if not short and len(key.split()) > 1:
            for called in register.same_words(key):
                if called.kind != "acronym":
                    yield _Evidence(called.entry, 0.84, [f"same words in another order as its name “{called.name}”"])


def _said(name: str, kind: str, called: NameEntry, acronym: bool) -> str:
    its = {"current": "name", "former": "former name", "acronym": "acronym"}.get(called.kind, "other name")
    ours = {"current": "", "former": "our former name ", "acronym": "our acronym "}.get(kind, "our other name ")
    if acronym:
        return f"{ours or 'the name '}“{name}” is its {its} “{called.name}”; short forms alone tell little"
    return f"{ours}{'“' + name + '” is the' if ours else 'the'} same name as its {its} “{called.name}”"


def _nearly(sought: MatchQuery, register: RecordIndex) -> Iterator[_Evidence]:
    from rapidfuzz import fuzz

    for name, kind in sought.names:
        key = normalise_name(name)
        if kind == "acronym" or len(key) < 6:
            continue
        for called in register.near(key):
            if called.kind == "acronym" or called.key == key:
                continue
            alike = max(fuzz.ratio(key, called.key), fuzz.token_sort_ratio(key, called.key) - 2)
            if alike >= NEAR and is_respelt(key, called.key):
                yield _Evidence(called.entry, alike / 100 * 0.85, [f"written nearly as its name “{called.name}”"])
            elif set(key.split()) > set(called.key.split()) or set(key.split()) < set(called.key.split()):
                telling = (set(key.split()) & set(called.key.split())) - GENERAL
                if telling and min(len(key.split()), len(called.key.split())) > 1:
                    reason = f"one name holds all words of the other: “{called.name}”"
                    yield _Evidence(called.entry, 0.62, [reason], limit=0.8)


def _weigh(case: _Evidence, sought: MatchQuery) -> None:
    entry = case.entry
    theirs: dict[str, set[str]] = {}
    for scheme, value in entry.identifiers:
        theirs.setdefault(scheme, set()).add(comparable_identifier(scheme, value)[1])
    hosts = {website_host(value) for scheme, value in entry.identifiers if scheme == "website"}
    own: dict[str, set[str]] = {}
    for scheme, value in sought.identifiers:
        own.setdefault(scheme, set()).add(comparable_identifier(scheme, value)[1])
        if scheme == "website" and website_host(value) in hosts:
            case.agrees = True
            case.score += 0.04
            case.reasons.append(f"website {website_host(value)} agrees")
    for scheme in sorted(ONE_ONLY & own.keys() & theirs.keys()):
        if own[scheme].isdisjoint(theirs[scheme]):
            case.differs = True
            case.score -= 0.4
            case.reasons.append(f"another {scheme}: {', '.join(sorted(theirs[scheme]))}")
    _place(case, sought)
    _type(case, sought)


def _place(case: _Evidence, sought: MatchQuery) -> None:
    entry = case.entry
    countries = frozenset(place.country for place in entry.places if place.country)
    if sought.countries and countries:
        if shared := sought.countries & related_countries(countries):
            case.agrees = True
            case.score += 0.02
            case.reasons.append(f"country {', '.join(sorted(shared))} agrees")
        else:
            case.differs = True
            case.score -= 0.35
            case.reasons.append(
                f"country differs: {', '.join(sorted(sought.countries))} / {', '.join(sorted(countries))}"
            )
    towns = {" ".join(normalised_words(place.name)): place.name for place in entry.places if place.name}
    regions = {" ".join(normalised_words(place.region)): place.region for place in entry.places if place.region}
    own = {" ".join(normalised_words(place)) for place in sought.places}
    # "University of Newcastle" does not say in which of the towns of that name it is.
    own_names = " ".join(normalise_name(name) for name in (entry.name, *(other.name for other in entry.names)))
    in_names = " ".join(f" {normalise_name(name)} " for name, _ in sought.names)
    if both := sorted(own & towns.keys()):
        case.agrees = True
        case.score += 0.03
        case.reasons.append(f"place {towns[both[0]]} agrees")
    elif both := sorted(town for town in towns if town and f" {town} " in in_names and town not in own_names):
        case.agrees = True
        case.score += 0.02
        case.reasons.append(f"its place {towns[both[0]]} stands in the name")
    elif both := sorted(own & regions.keys()):
        case.reasons.append(f"region {regions[both[0]]} agrees")
    elif own and towns and not own & COUNTRIES.keys():
        case.score -= 0.03
        case.reasons.append(f"place differs: {', '.join(sought.places)} / {', '.join(towns.values())}")


def _type(case: _Evidence, sought: MatchQuery) -> None:
    """Families of the vocabulary and words of the names; a charity may be anything else besides.

    Registers call councils, the NHS and ministries alike a public body.
    """
    loose = frozenset(["civil-society", "people-and-others", "partnership-body"])
    if "public-body" in (*sought.types, *case.entry.types):
        loose |= {"central-government", "local-government", "health-service"}
    ours = {_family(code) for code in sought.types} - {None}
    theirs = {_family(code) for code in case.entry.types} - {None}
    if ours and theirs and not ours & theirs and not (ours | theirs) & loose:
        case.score -= 0.06
        case.weak.add("type")
        case.reasons.append(f"type differs: {', '.join(sought.types)} / {', '.join(case.entry.types)}")
        return
    if not case.exact and not case.identified:
        one, other = body_families(normalise_name(sought.name)), body_families(normalise_name(case.entry.name))
        if one and other and not one & other:
            case.score -= 0.15
            case.weak.add("type")
            case.reasons.append(f"the names speak of other sorts of body: {_listed(one)} / {_listed(other)}")


def _listed(codes: Iterable[str]) -> str:
    return ", ".join(sorted(codes))


def _family(code: str) -> str | None:
    if not _FAMILIES:
        _FAMILIES.update({one.code: one.broader for one in concepts("org-type")})
    return _FAMILIES.get(code)


_FAMILIES: dict[str, str | None] = {}


def _classify(case: _Evidence, sought: MatchQuery, exact: list[_Evidence], register: RecordIndex) -> Candidate:
    entry, score = case.entry, min(case.score, case.limit, 1.0)
    rivals = [other for other in exact if other.entry.record != entry.record and other.agrees >= case.agrees]
    sure = case.identified and not case.differs
    if case.exact and not case.identified and rivals and not case.differs:
        score = min(score, 0.8)
        case.reasons.append(f"{len(rivals)} more record{'s are' if len(rivals) > 1 else ' is'} called so")
    elif case.exact and not case.differs and not case.weak:
        telling = any(
            word not in GENERAL and register.rarity(word) <= 30 for word in normalise_name(entry.name).split()
        )
        sure = sure or case.agrees or (telling and len(normalise_name(sought.name).split()) >= _SHORT)
    if not entry.live:
        score, sure = min(score, 0.7), False
        case.reasons.append(f"{entry.status or 'no longer active'}{_succeeded(entry)}")
    if sought.form == "unit" and not case.identified and case.entry.name in sought.part_of:
        score, sure = min(score, 0.6), False
        case.reasons.append("it is the parent")
    score = max(score, 0.0)
    if sure:
        return Candidate(entry.record, entry.name, "certain", round(max(score, CERTAIN), 3), tuple(case.reasons))
    score = min(score, CERTAIN - 0.01)
    likely = score >= LIKELY and not case.differs
    verdict = "likely" if likely else "possible" if score >= POSSIBLE or (score >= 0.35 and case.agrees) else "none"
    return Candidate(entry.record, entry.name, verdict, round(score, 3), tuple(case.reasons))


def _succeeded(entry: Entry) -> str:
    """Who took over, as the register says."""
    after = [link for link in entry.links if link.kind == "succession" and not link.inverse]
    return "; succeeded by " + ", ".join(link.label or link.record or "" for link in after) if after else ""


def _successors(cases: Iterable[_Evidence], register: RecordIndex) -> Iterator[Candidate]:
    for case in cases:
        if case.entry.live or not (case.exact or case.identified):
            continue
        for link in case.entry.links:
            after = register.records.get(link.record or "")
            if link.kind == "succession" and not link.inverse and after is not None and after.live:
                reason = f"it took over from {case.entry.name} ({case.entry.status})"
                yield Candidate(after.record, after.name, "possible", 0.6, (reason,))


def _parents(sought: MatchQuery, register: RecordIndex) -> Iterator[Candidate]:
    """Registers hold few schools and departments: their parent is told, never as the body itself."""
    for name in sought.part_of:
        for called in register.named(normalise_name(name)):
            if called.entry.live and called.kind != "acronym":
                reasons = (f"parent: it is a part of “{called.name}”",)
                yield Candidate(called.entry.record, called.entry.name, "possible", 0.5, reasons)
    for mention in find_affiliations(sought.name, register):
        if mention.called.key != normalise_name(sought.name) and mention.score >= 0.65:
            entry = mention.called.entry
            reason = f"its name “{mention.called.name}” stands in the name; perhaps the parent"
            yield Candidate(entry.record, entry.name, "possible", 0.5, (reason,))


def match_address(text: str, register: RecordIndex) -> list[Candidate]:
    """The records that an address names ("Dept. of X, University of Y, Town, Country"), all of them."""
    found = []
    for mention in find_affiliations(text, register):
        verdict = "certain" if mention.certain else "likely" if mention.score >= 0.8 else "possible"
        score = max(mention.score, CERTAIN) if mention.certain else min(mention.score, CERTAIN - 0.01)
        entry = mention.called.entry
        found.append(Candidate(entry.record, entry.name, verdict, round(score, 3), mention.reasons))
    return found


def best_match(sought: MatchQuery, register: RecordIndex) -> list[Candidate]:
    """For one row of any list: the best record; or, for an address of several parts, every record that it names.

    A body whose `normalise_name` is "address" is the address of an author: the records it names, and nothing else.
    """
    if sought.form == "address":
        return [
            one for one in match_address(sought.name, register) if _in(register.records[one.record], sought.countries)
        ]
    own = score_candidates(sought, register, most=1)
    if own and own[0].verdict in ("certain", "likely"):
        return own
    named = [one for one in match_address(sought.name, register) if one.verdict != "possible"]
    named = [one for one in named if _in(register.records[one.record], sought.countries)]
    if named and not any(mark in sought.name for mark in ",;\n"):  # part of a name is not the body
        named = [replace(one, verdict="possible", score=min(one.score, 0.6)) for one in named]
    return named or own


def _in(entry: Entry, countries: frozenset[str]) -> bool:
    codes = frozenset(place.country for place in entry.places if place.country)
    return not countries or not codes or not countries.isdisjoint(related_countries(codes))

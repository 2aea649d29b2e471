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
from partnergraph.match.name_similarity import CONTAINED, REORDERED, SAME, SHORT_FORM, name_similarity
from partnergraph.match.normalise import (
    GENERAL,
    body_families,
    normalise_name,
    normalised_words,
    website_host,
)
from partnergraph.match.record_index import NameEntry, RecordIndex
from partnergraph.model.register_records import Entry
from partnergraph.vocabulary import concepts
from partnergraph.vocabulary.identifiers import SHARED_SCHEMES, normalise_identifier

__all__ = ["NONE", "VERDICTS", "Candidate", "MatchQuery", "score_candidates"]

VERDICTS = ("certain", "likely", "possible", "none")
CERTAIN, LIKELY, POSSIBLE = 0.97, 0.85, 0.5  # the scores at which the verdicts begin
# Schemes in which a body has one identifier: another one speaks against a record.
UNIQUE_SCHEMES = ("charity-ew", "charity-sc", "companies-house", "gss", "grid", "ods", "ror", "ukprn", "wikidata")
_SAME_FORMER = 0.93  # one name, which is not both bodies' name of today
_COMMON_SHORT_FORM = 0.4  # of more records than `_MAX_SHORT_FORMS`
_MAX_SHORT_FORMS = 3  # records of one short form that a person can look at
_MIN_TELLING_WORDS = 4  # a shorter name speaks for itself only with place or country


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


def score_candidates(query: MatchQuery, register: RecordIndex, limit: int = 5) -> list[Candidate]:
    """The records that fit best, the best first; none, where nothing fits."""
    cases: dict[str, _Evidence] = {}
    for case in (*_by_identifier(query, register), *_by_name(query, register), *_by_similar_name(query, register)):
        previous = cases.get(case.entry.record)
        if previous is None or (case.identified, case.score) > (previous.identified, previous.score):
            cases[case.entry.record] = case
    for case in cases.values():
        _weigh(case, query)
    exact = [case for case in cases.values() if case.exact and case.entry.live]
    candidates = [_classify(case, query, exact, register) for case in cases.values()]
    candidates += list(_successors(cases.values(), register))
    candidates += [candidate for candidate in _parents(query, register) if candidate.record not in cases]
    best: dict[str, Candidate] = {}
    for candidate in sorted(candidates, key=_rank):
        best.setdefault(candidate.record, candidate)
    return [candidate for candidate in best.values() if candidate.verdict != "none"][:limit]


def _rank(candidate: Candidate) -> tuple[int, float, str]:
    return VERDICTS.index(candidate.verdict), -candidate.score, candidate.record


def _by_identifier(query: MatchQuery, register: RecordIndex) -> Iterator[_Evidence]:
    for scheme, value in query.identifiers:
        if scheme in SHARED_SCHEMES:
            continue
        for entry in register.identified(scheme, value):
            case = _Evidence(entry, 1.0, [f"same {scheme} {value}"], identified=True)
            agreement = _name_agreement(query, entry)
            case.differs = agreement is None
            case.reasons.append(agreement or "the names have nothing in common")
            yield case


def _name_agreement(query: MatchQuery, entry: Entry) -> str | None:
    """What the names have in common, as a reason; None for nothing."""
    own = {normalise_name(name): name for name, _ in query.names}
    theirs = {normalise_name(name): name for name in (entry.name, *(other.name for other in entry.names))}
    if same := [key for key in own if key in theirs]:
        return f"same name “{theirs[same[0]]}”"
    common = {word for key in own for word in key.split()} & {word for key in theirs for word in key.split()}
    telling = sorted(common - GENERAL)
    return f"both names hold “{telling[0]}”" if telling else None


def _by_name(query: MatchQuery, register: RecordIndex) -> Iterator[_Evidence]:
    for name, kind in query.names:
        key = normalise_name(name)
        is_short = kind == "acronym" or (len(key.split()) == 1 and name.isupper() and len(name) <= 6)
        entries = register.named(key)
        few = len({entry.entry.record for entry in entries if entry.entry.live}) <= _MAX_SHORT_FORMS
        for entry in entries:
            acronym = is_short or entry.kind == "acronym"
            if acronym:
                score = SHORT_FORM if few else _COMMON_SHORT_FORM
            else:
                score = SAME if entry.kind == kind == "current" else _SAME_FORMER
            yield _Evidence(entry.entry, score, [_same_name_reason(name, kind, entry, acronym)], exact=not acronym)
        if not is_short and len(key.split()) > 1:
            for entry in register.same_words(key):
                if entry.kind != "acronym":
                    reason = f"same words in another order as its name “{entry.name}”"
                    yield _Evidence(entry.entry, REORDERED, [reason])


def _same_name_reason(name: str, kind: str, entry: NameEntry, acronym: bool) -> str:
    its = {"current": "name", "former": "former name", "acronym": "acronym"}.get(entry.kind, "other name")
    ours = {"current": "", "former": "our former name ", "acronym": "our acronym "}.get(kind, "our other name ")
    if acronym:
        return f"{ours or 'the name '}“{name}” is its {its} “{entry.name}”; short forms alone tell little"
    return f"{ours}{'“' + name + '” is the' if ours else 'the'} same name as its {its} “{entry.name}”"


def _by_similar_name(query: MatchQuery, register: RecordIndex) -> Iterator[_Evidence]:
    for name, kind in query.names:
        key = normalise_name(name)
        if kind == "acronym" or len(key) < 6:
            continue
        for entry in register.near(key):
            if entry.kind == "acronym":
                continue
            similarity, score = name_similarity(key, entry.key)
            if similarity == "respelt":
                yield _Evidence(entry.entry, score, [f"written nearly as its name “{entry.name}”"])
            elif similarity == "contained":
                reason = f"one name holds all words of the other: “{entry.name}”"
                yield _Evidence(entry.entry, CONTAINED, [reason], limit=0.8)


def _weigh(case: _Evidence, query: MatchQuery) -> None:
    """Add to a case what identifiers, website, country, place and type say."""
    _weigh_website(case, query)
    _weigh_identifiers(case, query)
    _weigh_country(case, query)
    _weigh_place(case, query)
    _weigh_type(case, query)


def _weigh_website(case: _Evidence, query: MatchQuery) -> None:
    hosts = {website_host(value) for scheme, value in case.entry.identifiers if scheme == "website"}
    for scheme, value in query.identifiers:
        if scheme == "website" and website_host(value) in hosts:
            case.agrees = True
            case.score += 0.04
            case.reasons.append(f"website {website_host(value)} agrees")


def _weigh_identifiers(case: _Evidence, query: MatchQuery) -> None:
    own, theirs = _unique_identifiers(query.identifiers), _unique_identifiers(case.entry.identifiers)
    for scheme in sorted(own.keys() & theirs.keys()):
        if own[scheme].isdisjoint(theirs[scheme]):
            case.differs = True
            case.score -= 0.4
            case.reasons.append(f"another {scheme}: {', '.join(sorted(theirs[scheme]))}")


def _unique_identifiers(identifiers: Iterable[tuple[str, str]]) -> dict[str, set[str]]:
    by_scheme: dict[str, set[str]] = {}
    for scheme, value in identifiers:
        if scheme in UNIQUE_SCHEMES:
            by_scheme.setdefault(scheme, set()).add(normalise_identifier(scheme, value))
    return by_scheme


def _weigh_country(case: _Evidence, query: MatchQuery) -> None:
    countries = frozenset(place.country for place in case.entry.places if place.country)
    if not query.countries or not countries:
        return
    if shared := query.countries & related_countries(countries):
        case.agrees = True
        case.score += 0.02
        case.reasons.append(f"country {', '.join(sorted(shared))} agrees")
    else:
        case.differs = True
        case.score -= 0.35
        case.reasons.append(f"country differs: {', '.join(sorted(query.countries))} / {', '.join(sorted(countries))}")


def _weigh_place(case: _Evidence, query: MatchQuery) -> None:
    entry = case.entry
    towns = {" ".join(normalised_words(place.name)): place.name for place in entry.places if place.name}
    regions = {" ".join(normalised_words(place.region)): place.region for place in entry.places if place.region}
    own = {" ".join(normalised_words(place)) for place in query.places}
    # "University of Newcastle" does not say in which of the towns of that name it is.
    record_names = " ".join(normalise_name(name) for name in (entry.name, *(other.name for other in entry.names)))
    query_names = " ".join(f" {normalise_name(name)} " for name, _ in query.names)
    if common := sorted(own & towns.keys()):
        case.agrees = True
        case.score += 0.03
        case.reasons.append(f"place {towns[common[0]]} agrees")
    elif common := sorted(town for town in towns if town and f" {town} " in query_names and town not in record_names):
        case.agrees = True
        case.score += 0.02
        case.reasons.append(f"its place {towns[common[0]]} stands in the name")
    elif common := sorted(own & regions.keys()):
        case.reasons.append(f"region {regions[common[0]]} agrees")
    elif own and towns and not own & COUNTRIES.keys():
        case.score -= 0.03
        case.reasons.append(f"place differs: {', '.join(query.places)} / {', '.join(towns.values())}")


def _weigh_type(case: _Evidence, query: MatchQuery) -> None:
    """Families of the vocabulary and words of the names; a charity may be anything else besides.

    Registers call councils, the NHS and ministries alike a public body.
    """
    compatible = frozenset(["civil-society", "people-and-others", "partnership-body"])
    if "public-body" in (*query.types, *case.entry.types):
        compatible |= {"central-government", "local-government", "health-service"}
    ours = {_family(code) for code in query.types} - {None}
    theirs = {_family(code) for code in case.entry.types} - {None}
    if ours and theirs and not ours & theirs and not (ours | theirs) & compatible:
        case.score -= 0.06
        case.weak.add("type")
        case.reasons.append(f"type differs: {', '.join(query.types)} / {', '.join(case.entry.types)}")
        return
    if not case.exact and not case.identified:
        own, other = body_families(normalise_name(query.name)), body_families(normalise_name(case.entry.name))
        if own and other and not own & other:
            case.score -= 0.15
            case.weak.add("type")
            case.reasons.append(f"the names speak of other sorts of body: {_joined(own)} / {_joined(other)}")


def _joined(codes: Iterable[str]) -> str:
    return ", ".join(sorted(codes))


def _family(code: str) -> str | None:
    if not _FAMILIES:
        _FAMILIES.update({concept.code: concept.broader for concept in concepts("org-type")})
    return _FAMILIES.get(code)


_FAMILIES: dict[str, str | None] = {}


def _classify(case: _Evidence, query: MatchQuery, exact: list[_Evidence], register: RecordIndex) -> Candidate:
    """The candidate with its verdict. `exact`: all cases of active records that have exactly the name."""
    entry, score = case.entry, min(case.score, case.limit, 1.0)
    rivals = [other for other in exact if other.entry.record != entry.record and other.agrees >= case.agrees]
    certain = case.identified and not case.differs
    if case.exact and not case.identified and rivals and not case.differs:
        score = min(score, 0.8)
        case.reasons.append(f"{len(rivals)} more record{'s are' if len(rivals) > 1 else ' is'} called so")
    elif case.exact and not case.differs and not case.weak:
        certain = certain or case.agrees or _is_telling(query, entry, register)
    if not entry.live:
        score, certain = min(score, 0.7), False
        case.reasons.append(f"{entry.status or 'no longer active'}{_successor_clause(entry)}")
    if query.form == "unit" and not case.identified and case.entry.name in query.part_of:
        score, certain = min(score, 0.6), False
        case.reasons.append("it is the parent")
    score = max(score, CERTAIN) if certain else min(max(score, 0.0), CERTAIN - 0.01)
    return Candidate(entry.record, entry.name, _verdict(case, score, certain), round(score, 3), tuple(case.reasons))


def _verdict(case: _Evidence, score: float, certain: bool) -> str:
    if certain:
        return "certain"
    if score >= LIKELY and not case.differs:
        return "likely"
    return "possible" if score >= POSSIBLE or (score >= 0.35 and case.agrees) else "none"


def _is_telling(query: MatchQuery, entry: Entry, register: RecordIndex) -> bool:
    """Whether a name is long enough, and has a word rare enough, to tell one body from all others by itself."""
    rare = any(word not in GENERAL and register.rarity(word) <= 30 for word in normalise_name(entry.name).split())
    return rare and len(normalise_name(query.name).split()) >= _MIN_TELLING_WORDS


def _successor_clause(entry: Entry) -> str:
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


def _parents(query: MatchQuery, register: RecordIndex) -> Iterator[Candidate]:
    """The parents, of which registers hold more than of schools and departments: possible, never the body itself."""
    for name in query.part_of:
        for named in register.named(normalise_name(name)):
            if named.entry.live and named.kind != "acronym":
                reasons = (f"parent: it is a part of “{named.name}”",)
                yield Candidate(named.entry.record, named.entry.name, "possible", POSSIBLE, reasons)
    for mention in find_affiliations(query.name, register):
        if mention.named.key != normalise_name(query.name) and mention.score >= 0.65:
            entry = mention.named.entry
            reason = f"its name “{mention.named.name}” stands in the name; perhaps the parent"
            yield Candidate(entry.record, entry.name, "possible", POSSIBLE, (reason,))


def match_address(text: str, register: RecordIndex) -> list[Candidate]:
    """The records that an address names ("Dept. of X, University of Y, Town, Country"), all of them."""
    candidates = []
    for mention in find_affiliations(text, register):
        verdict = "certain" if mention.certain else "likely" if mention.score >= 0.8 else "possible"
        score = max(mention.score, CERTAIN) if mention.certain else min(mention.score, CERTAIN - 0.01)
        entry = mention.named.entry
        candidates.append(Candidate(entry.record, entry.name, verdict, round(score, 3), mention.reasons))
    return candidates


def best_match(query: MatchQuery, register: RecordIndex) -> list[Candidate]:
    """For one row of any list: the best record; or, for an address of several parts, every record that it names.

    A query of the form "address" is the address of an author: the records it names, and nothing else.
    """
    if query.form == "address":
        return _in_countries(match_address(query.name, register), register, query.countries)
    best = score_candidates(query, register, limit=1)
    if best and best[0].verdict in ("certain", "likely"):
        return best
    mentioned = [candidate for candidate in match_address(query.name, register) if candidate.verdict != "possible"]
    mentioned = _in_countries(mentioned, register, query.countries)
    if mentioned and not any(mark in query.name for mark in ",;\n"):  # part of a name is not the body
        mentioned = [replace(mention, verdict="possible", score=min(mention.score, 0.6)) for mention in mentioned]
    return mentioned or best


def _in_countries(candidates: Iterable[Candidate], register: RecordIndex, countries: frozenset[str]) -> list[Candidate]:
    """The candidates that may lie in one of the countries; all of them where none is given."""

    def is_in_countries(entry: Entry) -> bool:
        codes = frozenset(place.country for place in entry.places if place.country)
        return not countries or not codes or not countries.isdisjoint(related_countries(codes))

    return [candidate for candidate in candidates if is_in_countries(register.records[candidate.record])]

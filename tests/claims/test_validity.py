"""Nothing holds outside the life of a party: the rule in Python, the rules in SPARQL, and a reference that enumerates
days say the same.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from itertools import product

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from partnergraph.claims.as_of import as_of
from partnergraph.claims.date_window import date_window, holds_in_window
from partnergraph.claims.property_values import Days
from partnergraph.claims.relationships import Claim, read_claims
from partnergraph.claims.validity import Life, LifeEvent, Validity, effective_validity, joint_validity
from partnergraph.network import build_network
from partnergraph.store import Reader, Writer
from partnergraph.vocabulary import PG, rules

FIRST = date(2000, 1, 1)
HORIZON = 8  # days that the reference enumerates; the first and the last stand for long before and long after
DAYS = [(FIRST + timedelta(days=number)).isoformat() for number in range(HORIZON)]
G = "https://w3id.org/partnergraph/graph/"


def ranges() -> st.SearchStrategy[tuple[int, int]]:
    """First and last of some days, never the first or the last of all."""
    return st.tuples(st.integers(1, HORIZON - 2), st.integers(1, HORIZON - 2)).map(lambda pair: (min(pair), max(pair)))


def days(numbers: tuple[int, int] | None) -> Days | None:
    return (DAYS[numbers[0]], DAYS[numbers[1]]) if numbers else None


optional = st.none() | ranges()
lives = st.lists(st.tuples(optional, optional), max_size=3)


def life(began: tuple[int, int] | None, ended: tuple[int, int] | None, number: int = 0) -> Life:
    start = (LifeEvent(f"urn:start{number}", days(began) or ("", "")),) if began else ()
    end = (LifeEvent(f"urn:end{number}", days(ended) or ("", "")),) if ended else ()
    return Life(start, end)


def possible(own: tuple[int, int] | None, parties: Iterable[tuple[int, int]], later: Callable[..., int]) -> set[int]:
    """Every day that can be the start (`later` is max) or the end (min), over all choices of days for all dates: those
    in which the parties exist at the day stated, if there are any.
    """
    stated = range(own[0], own[1] + 1) if own else range(HORIZON)
    choices = list(product(stated, *(range(first, last + 1) for first, last in parties)))
    consistent = [choice for choice in choices if choice[0] == later(choice)]
    return {later(choice) for choice in consistent or choices}


@settings(max_examples=300, deadline=None)
@given(optional, optional, lives, ranges())
def test_the_answers_are_those_of_a_reference_that_enumerates_days(
    start: tuple[int, int] | None,
    end: tuple[int, int] | None,
    parties: list[tuple[tuple[int, int] | None, tuple[int, int] | None]],
    window: tuple[int, int],
) -> None:
    validity = effective_validity(days(start), days(end), [life(*party) for party in parties])
    starts = possible(start, [began for began, _ in parties if began], max)
    ends = possible(end, [ended for _, ended in parties if ended], min)
    for day in range(1, HORIZON - 1):
        then = {first <= day <= last for first, last in product(starts, ends)}
        expected = "unknown" if len(then) == 2 else "yes" if then == {True} else "no"
        assert holds_in_window(validity.start, validity.end, (DAYS[day], DAYS[day])) == expected
    in_window = {max(first, window[0]) <= min(last, window[1]) for first, last in product(starts, ends)}
    answer = holds_in_window(validity.start, validity.end, (DAYS[window[0]], DAYS[window[1]]))
    assert answer != "no" or in_window == {False}
    assert answer != "yes" or True in in_window


@settings(max_examples=300, deadline=None)
@given(optional, optional, lives)
def test_nothing_holds_outside_the_life_of_a_party(
    start: tuple[int, int] | None,
    end: tuple[int, int] | None,
    parties: list[tuple[tuple[int, int] | None, tuple[int, int] | None]],
) -> None:
    validity = effective_validity(days(start), days(end), [life(*party) for party in parties])
    for began, ended in parties:
        for day in range(HORIZON):
            if (began and day < began[0]) or (ended and day > ended[1]):
                assert holds_in_window(validity.start, validity.end, (DAYS[day], DAYS[day])) == "no"


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(optional, optional), min_size=1, max_size=3))
def test_what_rests_on_several_claims_holds_only_while_all_do(
    premises: list[tuple[tuple[int, int] | None, tuple[int, int] | None]],
) -> None:
    joint, together = joint_validity(
        Validity(days(start) or (None, None), days(end) or (None, None)) for start, end in premises
    )
    for day in DAYS[1:-1]:
        answers = {
            holds_in_window(days(start), days(end), (day, day)) if not (start and end and start[0] > end[1]) else "no"
            for start, end in premises
        }
        answer = holds_in_window(joint.start, joint.end, (day, day))
        assert answer != "yes" or answers == {"yes"}
        if "no" in answers:
            assert answer == "no"
    assert together == all(
        a and b and a[1] <= b[0] for a, b in product([s for s, _ in premises], [e for _, e in premises])
    )


BODIES = ("a", "b", "c", "d")
EVENT_KINDS = ("start", "end", "change", "merger")
BASES = ("stated", "inferred")


def _dates(name: str, numbers: tuple[int, int] | None) -> str:
    if numbers is None:
        return ""
    first, last = (f'"{DAYS[number]}"^^<http://www.w3.org/2001/XMLSchema#date>' for number in numbers)
    return f" ; pg:{name}Earliest {first} ; pg:{name}Latest {last}"


@st.composite
def graphs(draw: st.DrawFn) -> str:
    """A graph of four bodies: claims, part-of, memberships; starts, ends, changes; some disputed, some inferred."""
    lines = [f"o:{body} a org:Organization ." for body in BODIES]
    lines += [f"ev:{basis} a pg:Evidence ; pg:basis code:{basis} ." for basis in BASES]
    kinds = st.sampled_from(["membership", "membership", "part-of", "funding"])
    for number in range(draw(st.integers(1, 6))):
        from_, to, via = draw(st.permutations(BODIES))[:3]
        if draw(kinds) == "part-of":
            from_, to = sorted((from_, to))  # no loops
            kind, through = "part-of", ""
        else:
            kind = draw(st.sampled_from(["membership", "funding"]))
            through = f" ; pg:via o:{via}" if kind == "funding" and draw(st.booleans()) else ""
        standing = draw(st.sampled_from(["", "", " ; pg:standing code:disputed", " ; pg:standing code:retracted"]))
        dates = _dates("start", draw(optional)) + _dates("end", draw(optional))
        lines.append(
            f"rel:r{number} a pg:Relationship ; pg:kind code:{kind} ; pg:from o:{from_} ; pg:to o:{to}{through} ; "
            f"pg:evidence ev:{draw(st.sampled_from(BASES))}{standing}{dates} ."
        )
    for number in range(draw(st.integers(0, 6))):
        kind, basis = draw(st.sampled_from(EVENT_KINDS)), draw(st.sampled_from(["stated", "stated", "inferred"]))
        doubt = draw(st.sampled_from(["", "", "", " ; pg:standing code:disputed"]))
        what = f"pg:kind code:{kind} ; pg:evidence ev:{basis}{doubt}{_dates('date', draw(optional))} ."
        if kind in ("start", "end"):
            about = draw(st.sampled_from([*(f"o:{body}" for body in BODIES), "rel:r0"]))
            lines.append(f"rel:e{number} a pg:LifecycleEvent ; pg:about {about} ; {what}")
        else:
            before = draw(st.lists(st.sampled_from(BODIES), min_size=1, max_size=2, unique=True))
            after = draw(st.sampled_from(BODIES))
            olds = " , ".join(f"o:{body}" for body in before)
            lines.append(
                f"rel:e{number} a pg:ChangeEvent ; org:originalOrganization {olds} ; "
                f"org:resultingOrganization o:{after} ; {what}"
            )
    return "\n".join(lines)


def _built(turtle: str, vocabulary: list[str]) -> tuple[Reader, Reader]:
    """The graph before and after the rules."""
    from io import BytesIO

    import pyoxigraph as ox

    from partnergraph.vocabulary import PREFIXES

    head = "".join(f"@prefix {prefix}: <{iri}> .\n" for prefix, iri in PREFIXES.items())
    head += "@prefix ev: <https://w3id.org/partnergraph/id/evidence/x/> .\n"
    plain = Writer.memory()
    quads = ox.parse(BytesIO((head + turtle).encode()), format=ox.RdfFormat.TURTLE)
    plain.add(f"{quad.triple} <{G}source/x> .\n" for quad in quads)
    plain.add(vocabulary)
    plain.merge()
    ruled = plain.reader().without((), ())
    for rule in rules():
        ruled.construct(rule.sparql, G + rule.graph)
    return plain.reader(), ruled.reader()


@pytest.fixture(scope="module")
def vocabulary(whole: Reader) -> list[str]:
    """The concept lists, which the rules need."""
    return [line for line in whole.nquads() if line.endswith("graph/vocabulary> .\n")]


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(turtle=graphs(), asked=st.sampled_from(DAYS))
def test_sparql_library_network_and_view_agree_on_random_graphs(vocabulary: list[str], turtle: str, asked: str) -> None:
    plain, ruled = _built(turtle, vocabulary)
    computed, stored = read_claims(plain), read_claims(ruled)
    assert [(c.iri, c.validity, c.bounded_by) for c in computed] == [(c.iri, c.validity, c.bounded_by) for c in stored]
    everything = read_claims(ruled, derived=True)
    _check_premises(everything)
    answers = {claim.iri: claim.holds(asked, asked) for claim in everything}
    assert _by_sparql(ruled, asked) == answers
    view = as_of(ruled, asked)
    kept = {str(row["r"]): row["then"] for row in view.rows("SELECT ?r ?then { ?r pg:inForce ?then }")}
    stated = {claim.iri for claim in stored}
    assert {iri: then for iri, then in kept.items() if iri in stated} == {
        iri: then for iri, then in answers.items() if iri in stated and then != "no"
    }
    assert kept == {claim.iri: claim.holds(asked, asked) for claim in read_claims(view, derived=True)}
    assert "no" not in kept.values()
    edges = build_network(ruled, as_of=asked, derived=True).edges(keys=True, data=True)
    assert {key: data["holds"] for _, _, key, data in edges} == kept


def _check_premises(claims: list[Claim]) -> None:
    """A derived claim has the bounds and the weakest standing of its premises."""
    by_iri = {claim.iri: claim for claim in claims}
    for claim in claims:
        premises = [by_iri[iri] for iri in claim.derived_from if iri in by_iri]
        if not premises:
            continue
        joint, together = joint_validity(Validity(premise.valid_from, premise.valid_until) for premise in premises)
        assert (claim.valid_from, claim.valid_until) == (joint.start, joint.end)
        assert claim.standing == ("disputed" if any(p.standing == "disputed" for p in premises) else "accepted")
        assert claim.inferred == any(premise.inferred for premise in premises)
        assert claim.overlap == (None if len(premises) == 1 else "yes" if together else "unknown")
        assert {premise.iri for premise in claim.premises} == set(claim.derived_from)
        assert not any(premise.standing in ("retracted", "superseded") for premise in premises)


def _by_sparql(reader: Reader, day: str) -> dict[str, str]:
    """What the bounds in the graph answer for a day."""
    rows = reader.rows(f"""SELECT ?r ?then {{
      ?r a pg:Relationship ; pg:from ?a ; pg:to ?b .
      OPTIONAL {{ ?r pg:validFromEarliest ?begins }} OPTIONAL {{ ?r pg:validFromLatest ?begun }}
      OPTIONAL {{ ?r pg:validUntilEarliest ?lasts }} OPTIONAL {{ ?r pg:validUntilLatest ?over }}
      BIND("{day}"^^xsd:date AS ?day)
      BIND(IF(COALESCE(?begins > ?day, false) || COALESCE(?over < ?day, false), "no",
        IF(COALESCE(?begun <= ?day && ?lasts >= ?day, false), "yes", "unknown")) AS ?then) }}""")
    return {str(row["r"]): str(row["then"]) for row in rows}


def _random_days(number: int) -> list[str]:
    choose = random.Random(16)
    return [(date(1990, 1, 1) + timedelta(days=choose.randrange(40 * 365))).isoformat() for _ in range(number)]


def test_sparql_library_network_and_exports_agree_on_a_thousand_dates(whole: Reader) -> None:
    claims = read_claims(whole, derived=True)
    network = build_network(whole, derived=True, places=True)
    edges = {key: data for _, _, key, data in network.edges(keys=True, data=True)}
    for number, day in enumerate(_random_days(1000)):
        answers = {claim.iri: claim.holds(day, day) for claim in claims}
        assert answers == {
            key: holds_in_window(data["valid_from"], data["valid_until"], (day, day)) for key, data in edges.items()
        }
        if number % 10 == 0:
            assert answers == _by_sparql(whole, day)


@pytest.mark.parametrize("day", _random_days(6))
def test_the_view_of_a_day_has_what_the_bounds_leave(whole: Reader, day: str) -> None:
    view = as_of(whole, day)
    expected = {claim.iri: claim.holds(*date_window(day)) for claim in read_claims(whole, derived=True)}
    kept = {str(row["r"]): row["then"] for row in view.rows("SELECT ?r ?then { ?r pg:inForce ?then }")}
    assert kept == {iri: then for iri, then in expected.items() if then != "no"}
    assert _by_sparql(view, day) == kept


def test_the_rule_in_python_gives_what_the_build_wrote(whole: Reader) -> None:
    derived = {graph for graph in whole.named_graphs() if "/graph/derived/" in graph}
    computed, stored = read_claims(whole.without((), derived).reader()), read_claims(whole)
    assert [(c.iri, c.validity) for c in computed] == [(c.iri, c.validity) for c in stored]
    assert any(claim.bounded_by for claim in stored)
    seen = {
        str(row["r"]): (row["a"], row["b"])
        for row in whole.rows(f"SELECT * {{ ?r <{PG.firstSeen}> ?a ; <{PG.lastConfirmed}> ?b }}")
    }
    assert seen == {c.iri: (c.first_seen, c.last_confirmed) for c in stored if c.last_confirmed}

"""The command `survival`: the estimate against a published example and fractions, durations against the claims."""

from __future__ import annotations

import re
from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partnergraph.analysis.drawing import answer_network
from partnergraph.analysis.survival import YEAR, share_after, survival, survival_curve
from partnergraph.claims.date_window import date_window
from partnergraph.claims.relationships import read_claims
from partnergraph.errors import UsageError
from partnergraph.page.step_chart import step_chart
from partnergraph.store import Reader
from tests.analysis.network_graphs import context_of, small_reader

# Weeks of remission in leukaemia, 6-mercaptopurine against placebo: Freireich et al. 1963, Blood 21, 699. Negative:
# still in remission when last seen. The estimate is printed in Kleinbaum & Klein, Survival Analysis, chapter 2, and in
# many other textbooks.
TREATED = [6, 6, 6, 7, 10, 13, 16, 22, 23, -6, -9, -10, -11, -17, -19, -20, -25, -32, -32, -34, -35]
PRINTED = {6: 0.8571, 7: 0.8067, 10: 0.7529, 13: 0.6902, 16: 0.6275, 22: 0.5378, 23: 0.4482}
AT_RISK = {6: 21, 7: 17, 10: 15, 13: 12, 16: 11, 22: 7, 23: 6}
PLACEBO = [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23]


def test_the_remission_times_of_freireich() -> None:
    steps = survival_curve((abs(week), week > 0) for week in TREATED)
    ends = [step for step in steps if step.ended]
    assert {step.time: round(step.share, 4) for step in ends} == PRINTED
    assert {step.time: step.at_risk for step in ends} == AT_RISK
    assert sum(step.censored for step in steps) == 12
    share, at_risk = share_after(steps, 12)
    assert (round(share or 0, 4), at_risk) == (0.7529, 12)
    share, at_risk = share_after(steps, 30)
    assert (round(share or 0, 4), at_risk) == (0.4482, 4)
    assert share_after(steps, 36) == (None, 0)  # twelve are still in remission


def test_without_censoring_it_is_the_share_that_is_left() -> None:
    steps = survival_curve((week, True) for week in PLACEBO)
    for step in steps:
        assert step.share == pytest.approx(sum(week > step.time for week in PLACEBO) / 21)
    assert share_after(steps, 23) == (0, 1)
    assert share_after(steps, 24) == (0, 0)


@given(st.lists(st.tuples(st.integers(1, 12), st.booleans()), min_size=1, max_size=40))
def test_it_is_the_product_of_the_shares_at_risk(durations: list[tuple[int, bool]]) -> None:
    for step in survival_curve(durations):
        share = Fraction(1)
        for time in range(1, step.time + 1):
            at_risk = sum(own >= time for own, _ in durations)
            share *= 1 - Fraction(sum(own == time and ended for own, ended in durations), at_risk)
        assert step.share == pytest.approx(float(share), abs=1e-12)
        assert step.at_risk == sum(own >= step.time for own, _ in durations)
        assert (step.ended, step.censored) == tuple(
            sum(own == step.time and ended is way for own, ended in durations) for way in (True, False)
        )


def _days(text: str) -> tuple[int, int]:
    first, last = (date.fromisoformat(day).toordinal() for day in date_window(text))
    return first, last


def test_the_durations_of_the_keele_graph(reference_reader: Reader) -> None:
    """All durations, by the read model: the table has each of them."""
    expected: dict[str, list[tuple[int, bool]]] = {"shortest": [], "longest": []}
    undated = unconfirmed = 0
    for claim in read_claims(reference_reader):
        stated = any(item.form != "inferred" for item in claim.evidence)
        if not stated or claim.standing in ("disputed", "superseded", "retracted"):
            continue
        if claim.kind in ("location", "succession", "part-of"):
            continue
        begins, begun = claim.valid_from
        if claim.start_bounds is None or begins is None or begun is None:
            undated += 1
            continue
        early, late = (date.fromisoformat(day).toordinal() for day in (begins, begun))
        ends, over = claim.valid_until
        if claim.end_bounds is not None:
            assert over
            first, last, ended = _days(ends)[0] if ends else 0, _days(over)[0], True
        elif claim.last_confirmed is None or _days(claim.last_confirmed)[1] < early:
            unconfirmed += 1
            continue
        else:
            first, last = (min(day, _days(over)[0] if over else day) for day in _days(claim.last_confirmed))
            ended = False
        expected["shortest"].append((max(1, first - late + 1), ended))
        expected["longest"].append((max(1, last - early + 1), ended))
    answer = survival(context_of(reference_reader))
    for name, durations in expected.items():
        rows = [row for row in answer.rows if row[0] == name]
        for _, days, years, at_risk, ends_then, censored, _ in rows:
            assert at_risk == sum(own >= days for own, _ in durations)  # type: ignore[operator]
            assert (ends_then, censored) == (durations.count((days, True)), durations.count((days, False)))  # type: ignore[arg-type]
            assert years == pytest.approx(days / YEAR, rel=1e-5)  # type: ignore[operator]
        assert [row[1] for row in rows] == sorted({days for days, _ in durations})
    assert len(answer.highlight.claims) == len(expected["longest"]) > 40
    texts = [sentence.text for sentence in answer.sentences]
    total = len(expected["longest"]) + undated + unconfirmed
    assert texts[0].startswith(f"Of {total} counted claims {len(expected['longest'])} have a duration that is known: ")
    assert texts[1].startswith(f"Left out: {undated} claims without a start that is known from both sides (")


def _spoke(years: list[int], **options: object) -> Reader:
    """Claims of A that began in 2000 and lasted so many years; negative: without an end, last confirmed then."""
    dates = {
        number: ("2000-01-01", f"{1999 + length}-12-31" if length > 0 else "") for number, length in enumerate(years)
    }
    confirmed = {number: f"{1999 - length}-12-31" for number, length in enumerate(years) if length < 0}
    links = [("A", f"B{number}") for number in range(len(years))]
    return small_reader(links, dates=dates, confirmed=confirmed, **options)  # type: ignore[arg-type]


def test_shares_and_claims_at_risk_in_words() -> None:
    answer = survival(context_of(_spoke([1, 1, 2, 2, 3, 3, 5, 6, -6, -8, -8, 12])))
    first, *others = [sentence.text for sentence in answer.sentences]
    basis = "(12 claims, all dated)."
    assert first == (
        "Of 12 counted claims 12 have a duration that is known: 9 to a stated end, 3 without an end to the last "
        f"confirmation {basis}"
    )
    expected = {
        "one year": ("83.3%", "10"),
        "2 years": ("66.7%", "8"),
        "5 years": ("41.7%", "5"),
        "10 years": ("33.3%", "one"),
    }
    for text, (years, (share, number)) in zip(others, expected.items(), strict=True):
        both = [
            f"{share} held by the {name} possible durations, {number} observed so long"
            for name in ("shortest", "longest")
        ]
        assert text == f"After {years}: {'; '.join(both)} {basis}"


def test_beyond_the_last_observation() -> None:
    ended = survival(context_of(_spoke([3] * 10))).sentences[-1].text
    assert ended.startswith("After 10 years: none held by the shortest possible durations; none held by the longest")
    censored = survival(context_of(_spoke([3] * 9 + [-4]))).sentences[-1].text
    assert censored.startswith(
        "After 10 years: nothing is known by the shortest possible durations, as none was observed so long; nothing is"
    )


def test_too_few_and_what_is_left_out() -> None:
    reader = small_reader(
        [("A", "B"), ("A", "C"), ("A", "D"), ("A", "E")],
        dates={0: ("2000-01-01", "2004-12-31"), 1: ("", "2004-12-31"), 2: ("2000-01-01", ""), 3: ("2010-01-01", "")},
        confirmed={3: "2005"},
    )
    answer = survival(context_of(reader))
    assert [sentence.text for sentence in answer.sentences] == [
        "Of 4 counted claims one has a duration that is known: one to a stated end (one claim, dated).",
        "Left out: one claim without a start that is known from both sides (one claim, dated).",
        "Left out: 2 claims without an end that no dated source confirms after their start (2 claims, all dated).",
        "A curve of fewer than 10 claims would say nothing, so that none is given.",
    ]
    assert not answer.rows


def test_parts_are_no_partnerships_and_a_kind_is_a_kind() -> None:
    links = [("A", "B", "part-of"), ("A", "C", "membership")]
    reader = small_reader(links, dates=dict.fromkeys(range(2), ("2000-01-01", "2004-12-31")))
    assert survival(context_of(reader)).highlight.claims == ("https://e.org/r/0001",)
    assert survival(context_of(reader), "part-of").highlight.claims == ("https://e.org/r/0000",)
    assert survival(context_of(reader), "membership").scope == (
        "Claims of the kind membership, stated claims of all dates; disputed ones left out."
    )
    with pytest.raises(UsageError, match=r"No claim is of the kind 'funding'\. There are: membership, part-of\."):
        survival(context_of(reader), "funding")
    with pytest.raises(UsageError, match="Durations are of all dates"):
        survival(context_of(reader, as_of="2014"))


def test_the_two_curves_are_drawn_as_steps(reference_reader: Reader) -> None:
    context = context_of(reference_reader)
    answer = survival(context)
    chart = answer_network(answer, context).graph["answer"]["chart"]
    for curve, name in (("surely", "shortest"), ("at_most", "longest")):
        steps = {float(row[2] or 0): float(row[-1] or 0) for row in answer.rows if row[0] == name}
        drawn = dict(zip(chart["years"], chart[curve], strict=True))
        assert drawn[0] == 100
        last = max(steps)
        for time, share in steps.items():
            if time != last and time in drawn:
                assert drawn[time] == pytest.approx(100 * share)
        assert all((number is None) == (time >= last and steps[last] > 0) for time, number in drawn.items())
    assert chart["until"] == max(float(row[2] or 0) for row in answer.rows)
    svg = step_chart(**chart)
    assert "% still holding by years since the start, up to " in svg
    assert "by the shortest durations from " in svg
    assert svg.count("stroke-dasharray") == 2  # the second line, and its key
    sure = re.findall(r'<path class="edge" d="([^"h]+)"', svg)[1]
    heights = [float(height) for height in re.findall(r" ([\d.]+)(?=[LM]|$)", sure)]
    assert heights == sorted(heights), "no share grows"
    assert sure.count("M") == 1


def test_few_claims_have_no_chart() -> None:
    context = context_of(small_reader([("A", "B")], dates={0: ("2009-01-01", "2012-12-31")}))
    assert answer_network(survival(context), context).graph["answer"]["chart"] is None


def test_a_curve_that_ends_at_nought_stays_there() -> None:
    svg = step_chart([0, 1.5, 2], [100, 0.0, 0.0], [100, 50, None], "%", bounded=False, until=3.25, lines=(" a", "b"))
    assert "% by years since the start, up to 3.25: a from 0 to 100, b from 50 to 100; no bounds" in svg
    assert re.findall(r">([^<%]+)</text>", svg)[-5:-1] == ["0", "1", "2", "3 years"]

"""Dates as precise as their source: bounds, the literal at the precision stated, intervals, and wrong forms."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partnergraph.model.dates import PartialDate
from partnergraph.store import Reader

XSD = "http://www.w3.org/2001/XMLSchema#"


@pytest.mark.parametrize(
    ("text", "earliest", "latest", "datatype"),
    [
        ("2009", "2009-01-01", "2009-12-31", "gYear"),
        ("2009-08", "2009-08-01", "2009-08-31", "gYearMonth"),
        ("2009-02", "2009-02-01", "2009-02-28", "gYearMonth"),
        ("2008-02", "2008-02-01", "2008-02-29", "gYearMonth"),
        ("1900-02", "1900-02-01", "1900-02-28", "gYearMonth"),
        ("2009-12", "2009-12-01", "2009-12-31", "gYearMonth"),
        ("2009-08-01", "2009-08-01", "2009-08-01", "date"),
        ("1096", "1096-01-01", "1096-12-31", "gYear"),
        ("0001", "0001-01-01", "0001-12-31", "gYear"),
        ("9999-12", "9999-12-01", "9999-12-31", "gYearMonth"),
    ],
)
def test_a_date_means_its_first_to_its_last_day(text: str, earliest: str, latest: str, datatype: str) -> None:
    parsed = PartialDate.parse(text)
    assert (parsed.earliest, parsed.latest) == (date.fromisoformat(earliest), date.fromisoformat(latest))
    assert parsed.literal is not None
    assert (parsed.literal.text, parsed.literal.datatype) == (text, XSD + datatype)
    assert [bound.n3 for bound in parsed.bounds] == [f'"{earliest}"^^<{XSD}date>', f'"{latest}"^^<{XSD}date>']


@pytest.mark.parametrize(
    ("text", "written", "earliest", "latest"),
    [
        ("2022-03/2025-07", "2022-03/2025-07", "2022-03-01", "2025-07-31"),
        ("2009/2010", "2009/2010", "2009-01-01", "2010-12-31"),
        ("2009 / 2010", "2009/2010", "2009-01-01", "2010-12-31"),
        ("2009 /2010", "2009/2010", "2009-01-01", "2010-12-31"),  # ten characters, and still no day
        ("2009/2009", "2009/2009", "2009-01-01", "2009-12-31"),
        ("2009-08-01/2009", "2009-08-01/2009", "2009-08-01", "2009-12-31"),
    ],
)
def test_an_interval_is_bounded_and_has_no_literal(text: str, written: str, earliest: str, latest: str) -> None:
    """EDTF, level 0: two dates with a slash between them."""
    parsed = PartialDate.parse(text)
    assert (str(parsed.earliest), str(parsed.latest)) == (earliest, latest)
    assert parsed.literal is None
    assert parsed.text == written


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "09", "209", "20090", "2009-8", "2009-08-1", "2009-008", "2009-08-01T00:00:00", "2009-08-01Z"),
        *("-2009", "+2009", "2009-", "2009?", "c. 2009", "2009~", "2009-XX", "200X", "August 2009", "1st August 2009"),
        *("2009–2010", "2009/", "/2009", "2009/..", "../2009", "2009//2010", "2009/2010/2011", "2009-08-01/tomorrow"),
        *("２００９", "٢٠٠٩", "2009\n", "2009-08-01 ", "20090801", "today", "99/99/9999", "29.02.2009"),
    ],
)
def test_another_form_is_refused_with_the_right_ones(text: str) -> None:
    with pytest.raises(ValueError, match="is not a date in the form 2009, 2009-08 or 2009-08-01"):
        PartialDate.parse(text)


@pytest.mark.parametrize(
    "text", ["2009-13", "2009-00", "2009-02-29", "2009-04-31", "2009-01-00", "0000", "2009/2010-13"]
)
def test_a_day_that_does_not_exist_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a day of the calendar"):
        PartialDate.parse(text)


@pytest.mark.parametrize("text", ["2010/2009", "2009-05/2009-02", "2009-08-02/2009-08-01"])
def test_an_interval_that_ends_before_it_begins_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="ends before it begins"):
        PartialDate.parse(text)


@pytest.mark.parametrize("text", ["31/03/2021", "31.03.2021", "31.3.2021", "31/3/2021"])
def test_a_day_written_as_people_do_is_told_how_to_write_it(text: str) -> None:
    with pytest.raises(ValueError, match=r"For 31 March 2021 write 2021-03-31\."):
        PartialDate.parse(text)


@given(st.dates(date(1, 1, 1)), st.integers(1, 3))
def test_every_day_of_the_calendar_lies_in_its_day_month_and_year(day: date, parts: int) -> None:
    text = "-".join(day.isoformat().split("-")[:parts])
    parsed = PartialDate.parse(text)
    assert parsed.earliest <= day <= parsed.latest
    assert parsed.text == text
    assert (parsed.latest - parsed.earliest).days < (1, 366, 31, 1)[parts]


@given(st.dates(date(1, 1, 1)), st.dates(date(1, 1, 1)))
def test_the_engine_compares_bounds_as_the_calendar_does(one: date, two: date) -> None:
    """The reason for the bounds: engines disagree on years and months, and agree on `xsd:date`."""
    first, second = (PartialDate.parse(day.isoformat()).bounds[0].n3 for day in (one, two))
    assert Reader.nquads_lines([]).ask(f"ASK {{ FILTER({first} < {second}) }}") is (one < two)

"""What a sentence states, and what it denies, plans, or has behind it; since when and until when."""

from __future__ import annotations

import pytest

from tests.extraction.scoring import load_texts, proposed_dates, proposed_names, proposed_relationships, read_text
from tests.growth import assert_linear


def _links(text: str) -> set[str]:
    """The relationships of a text of the Corve Trust, as 'kind giver > taker start..end'."""
    links = set()
    for kind, giver, taker, row in proposed_relationships(read_text(text, "Corve Trust")).values():
        dates = f" {row['start']}..{row['end']}" if row["start"] or row["end"] else ""
        links.add(f"{kind} {giver} > {taker}{dates}")
    return links


@pytest.mark.parametrize(
    "text",
    [
        "We have declined funding from Elm Council.",
        "Corve Trust was not funded by Elm Council.",
        "Corve Trust isn't funded by Elm Council.",
        "Corve Trust doesn’t work with Elm Council.",
        "Corve Trust has never been a member of the Ash Network.",
        "Corve Trust neither funds nor supports Oak School.",
        "Neither Elm Council nor the Oak Trust funds us.",
        "We no longer work with Elm Council.",
        "We are not aware of any funding from Elm Council.",
        "Elm Council refused to fund us.",
        "Elm Council withdrew its funding from Corve Trust.",
        "Elm Council denied that it funds Corve Trust.",
        "It is untrue that Corve Trust is funded by Elm Council.",
        "Corve Trust competes with Oak School instead of working with Oak School.",
        "Funding from Elm Council was refused.",
        "The proposed partnership with Elm Council did not go ahead.",
        "We hope to be funded by Elm Council.",
        "Corve Trust plans to join the Ash Network.",
        "We applied to the Ash Foundation.",
        "We will work with Elm Council next year.",
        "Elm Council has agreed to fund Corve Trust.",
        "We might join the Ash Network.",
        "We are seeking funding from Elm Council.",
        "If Elm Council agrees, we will be funded by Oak Trust.",
        "We invited Oak School to work with Elm Council.",
        "We used to be funded by Elm Council.",
        "Corve Trust was formerly part of Elm Council.",
        "Our partnership with Elm Council ended.",
        "We ended our partnership with Elm Council.",
        "Corve Trust left the Ash Network.",
        "Corve Trust's membership of the Ash Network ended.",
        "Elm Council is consulting on whether to fund Corve Trust.",
        "Corve Trust is funded by all members of the Ash Network except Oak School.",
        "We ran this as part of the Ash Network.",
        "Dr Jane Smith of Oak University chairs the Ash Network.",
    ],
)
def test_what_is_denied_planned_or_over_is_no_fact(text: str) -> None:
    assert _links(text) == set()


@pytest.mark.parametrize(
    ("text", "links"),
    [
        ("We would like to thank Elm Council for its support.", {"support elm council > corve trust"}),
        ("We could not have opened without funding from Elm Council.", {"funding elm council > corve trust"}),
        ("We will continue to work with Elm Council.", {"working-alongside corve trust > elm council"}),
        ("We have not only worked with Elm Council.", {"working-alongside corve trust > elm council"}),
        ("We declined funding from Elm Council but are funded by Oak Trust.", {"funding oak trust > corve trust"}),
        ("Although we declined funding from Elm Council, Oak Trust funded us.", {"funding oak trust > corve trust"}),
        ("Unlike Oak School, Corve Trust is funded by Elm Council.", {"funding elm council > corve trust"}),
        ("Corve Trust is funded by Elm Council but not by Oak Trust.", {"funding elm council > corve trust"}),
        ("Elm Council paid for our van.", {"funding elm council > corve trust"}),
        ("Elm Council commissioned us to run a shop.", {"funding elm council > corve trust"}),
        ("We worked with Elm Council.", {"working-alongside corve trust > elm council"}),
        ("We run a shop jointly with Elm Council.", {"collaboration corve trust > elm council"}),
        ("The Oak Trust hosts our clinic.", {"hosting oak trust > corve trust"}),
        ("In partnership with Elm Council we run a shop.", {"partnership corve trust > elm council"}),
        ("Elm Council is one of our main funders.", {"funding elm council > corve trust"}),
        (
            "Elm Council and the Oak Trust jointly fund Fir School.",
            {"funding elm council > fir school", "funding oak trust > fir school"},
        ),
        (
            "Ash Hospital, part of Elm NHS Trust, hosts our clinic.",
            {"part-of ash hospital > elm nhs trust", "hosting ash hospital > corve trust"},
        ),
        (
            "Oak Trust and Fir School work together on a report paid for by Elm Council.",
            {"working-alongside oak trust > fir school"},
        ),
        (
            "The Ash Network is led by Oak University and funded by Elm Council.",
            {"leadership oak university > ash network", "funding elm council > ash network"},
        ),
    ],
)
def test_what_is_stated_has_its_parties_and_direction(text: str, links: set[str]) -> None:
    assert _links(text) == links


@pytest.mark.parametrize(
    ("text", "links"),
    [
        ("Elm Council has funded us since 2012.", {"funding elm council > corve trust 2012.."}),
        ("Since May 2012 Elm Council has funded us.", {"funding elm council > corve trust 2012-05.."}),
        ("Until 2019 we worked with Elm Council.", {"working-alongside corve trust > elm council ..2019"}),
        ("Between 2015 and 2019 Elm Council funded us.", {"funding elm council > corve trust 2015..2019"}),
        ("We joined the Ash Network in 2018.", {"membership corve trust > ash network 2018.."}),
        ("In 2018 we left the Ash Network.", {"membership corve trust > ash network ..2018"}),
        ("Our partnership with Elm Council was established in 2015.", {"partnership corve trust > elm council 2015.."}),
        ("We stopped working with Elm Council in 2019.", {"working-alongside corve trust > elm council ..2019"}),
        ("Our funding from Elm Council ended in March 2020.", {"funding elm council > corve trust ..2020-03"}),
        (
            "We are funded by Elm Council; that contract ended on 31 March 2024.",
            {"funding elm council > corve trust ..2024-03-31"},
        ),
        (
            "We are supported by Oak Trust (since 2015) and Elm Council.",
            {"support oak trust > corve trust 2015..", "support elm council > corve trust"},
        ),
        (
            "We are supported by Oak Trust and, since 2020, Ash School.",
            {"support oak trust > corve trust", "support ash school > corve trust 2020.."},
        ),
        (
            "We are a member of the Ash Network, which has existed since 1990.",
            {"membership corve trust > ash network"},
        ),
        ("Elm Council, which was founded in 1974, funds us.", {"funding elm council > corve trust"}),
    ],
)
def test_a_date_dates_the_relationship_that_it_belongs_to(text: str, links: set[str]) -> None:
    assert _links(text) == links


@pytest.mark.parametrize(
    ("text", "dates"),
    [
        ("Founded in 2003, Fir Trust grew.", {("start", "2003", ("fir trust",))}),
        ("Fir Trust, which was opened in May 2003, grew.", {("start", "2003-05", ("fir trust",))}),
        ("Fir Trust grew. It was founded in 2003.", {("start", "2003", ("fir trust",))}),
        ("Fir Trust closed on 31 May 2003.", {("end", "2003-05-31", ("fir trust",))}),
        ("Fir Trust has run a shop since 2010.", set()),
        ("Since 2010 Fir Trust has helped 40 families.", set()),
        ("A project of Fir Trust launched in 2010.", set()),
        ("Fir Trust's project was launched in 2010.", set()),
        ("The work with Fir Trust was established in 2010.", set()),
        ("The study, funded by Fir Trust and Ash Trust, launched in 2010.", set()),
        ("A study, supported by Fir Trust, began in 2010.", set()),
        ("Fir Trust has never been founded in 2010.", set()),
        ("Fir Trust merged into Ash Trust in 2019.", {("merger", "2019", ("fir trust",))}),
        (
            "In 2019 Fir Trust merged with Ash Trust to form Oak Trust.",
            {("merger", "2019", ("ash trust", "fir trust"))},
        ),
        (
            "Fir Trust and Ash Trust merged in 2019 to form Oak Trust.",
            {("merger", "2019", ("ash trust", "fir trust"))},
        ),
    ],
)
def test_only_the_subject_is_founded_closed_or_merged(text: str, dates: set[object]) -> None:
    assert proposed_dates(read_text(text, None)) == dates


def test_a_merger_names_what_it_formed_and_says_when_that_is_assumed() -> None:
    [event] = read_text("In 2019 Fir Trust merged with Ash Trust to form Oak Trust.", None).tables["events"]
    assert (event["from"], event["to"], event.get("about")) == ("fir-trust; ash-trust", "oak-trust", None)
    reading = read_text("In 2019 Fir Trust merged with Ash Trust.", None)
    [proposal] = [row for row in reading.proposals if row["table"] == "events"]
    assert (reading.tables["events"][0]["to"], proposal["confidence"]) == ("fir-trust", "low")
    assert "is assumed" in proposal["reason"]


def test_names_with_dots_are_whole() -> None:
    text = "We work with St. Mary's Hospital Trust, e.g. the N.H.S. Health Board, and the U.K. Research Council. We do."
    reading = read_text(text, None)
    expected = {"st mary hospital trust", "n h s health board", "u k research council"}
    assert set(proposed_names(reading).values()) == expected
    assert len(reading.document.passages) == 2


def test_the_speaker_has_a_row_of_its_own_even_if_the_text_never_names_it() -> None:
    reading = read_text("We are funded by Elm Council.", "Kestrel Festival")
    rows = {row["name"]: row["evidence"] for row in reading.tables["organisations"]}
    words = {row["id"]: (row["words"], row["basis"]) for row in reading.tables["evidence"]}
    assert words[rows["Kestrel Festival"]] == ("We", "implied")
    named = read_text("Kestrel Festival is funded by Elm Council.", "Kestrel Festival")
    assert {row["name"] for row in named.tables["organisations"]} == {"Kestrel Festival", "Elm Council"}


def test_the_time_grows_with_the_text_alone() -> None:
    texts = " ".join(text["text"].strip() for text in load_texts("development"))
    further = "That contract ended in 2020. The trust joined the network in 2019. We stopped working with it. "
    assert_linear(lambda size: read_text(f"{texts} {further}\n" * size, "Riverside Trust"), 24)


@pytest.mark.parametrize(
    ("text", "links"),
    [
        (
            "We are funded by:\n\n- Elm Council\n- the Oak Trust (since 2019)\n- our members\n\nFir School is large.",
            {"funding elm council > corve trust", "funding oak trust > corve trust 2019.."},
        ),
        (
            "Our funders\n\nElm Council\nOak Trust and Ash Trust\n\n"
            "We thank them all for what they have done in the year.\nFir School\n",
            {f"funding {name} > corve trust" for name in ("elm council", "oak trust", "ash trust")},
        ),
        (
            "Our members:\n* Elm Council\n* Fir School\n",
            {"membership elm council > corve trust", "membership fir school > corve trust"},
        ),
        (
            "The Ash Network brings together the following bodies:\n1. Elm Council\n2. Fir School",
            {"membership elm council > ash network", "membership fir school > ash network"},
        ),
        (
            "Our main funders\n\n- Arts East\n- Brightwater (since 2019)\n- see below\n",
            {"funding arts east > corve trust", "funding brightwater > corve trust 2019.."},
        ),
        ("Former partners\n\n- Elm Council\n", set()),
        ("Potential funders\n\n- Elm Council\n", set()),
        ("We are not funded by:\n- Elm Council\n", set()),
        ("Our history\n\n- Elm Council\n", set()),
    ],
)
def test_the_items_of_a_list_are_related_as_its_introduction_says(text: str, links: set[str]) -> None:
    assert _links(text) == links

"""Texts of different style, with invented organisations: what must be found, and what must not."""

from __future__ import annotations

import pytest

from partnergraph.extraction.entity_mentions import DocumentMentions, find_mentions, slug_of
from partnergraph.extraction.gazetteer import Gazetteer, KnownOrganisation
from partnergraph.extraction.input import document_from_bytes

NEWS = """PARTNERS AND FUNDING IN THE NORTH

Our Research Partnerships

In May, Dr Elin Prys of the Harrowmere Centre for Rural Health joined the board of the \
Vale and Downs NHS Foundation Trust. \
The Impact of the work was plain. The project is funded by the Brackwater Foundation and hosted by Tolland University, \
which leads the Northfold Ageing Research Network (NARN). NARN works with Age Better Wales and 12 local charities. \
Write to office@tolland-university.ac.uk or see https://www.narn.org/Partners/Tolland-Council for more. \
Professor J. R. Quill said on Monday that Tolland University's role would grow until 2027.
"""
MINUTES = """Item 4. Skills

- Penmoor Town Council
- Smith & Daughters Ltd
- Ysgol Glan-yr-afon

Members noted that Ashby, Corve and Wenlow Universities had signed. The Skills Board, established in March 2019, is \
chaired by the Corve Chamber Partnership. Cyngor Llanfedw and the Ministry of Inland Fisheries, Forests and Rivers \
sent apologies. Stoke on Avon was discussed. The Green Review and Annual Plan were approved on 3 June 2021.
"""
REPORT = """The Institute for Tidal Studies is part of Seaward College. It was founded in 1998 and works alongside the \
"Deep Water Watch" and the Royal Society of Estuaries. This institute brings together 3 universities and \
many stakeholders. We are a member of the Blue Coast Alliance, whose members are Hartland County Council and HMRX. \
HMRX-funded teams met in Newport. Jane Doe, Director of the Marine Training Academy, retired in April. \
After 2010 the European Union of Ferry Operators closed.
"""


def _read(text: str, known: Gazetteer | None = None) -> DocumentMentions:
    return find_mentions(document_from_bytes("text.txt", text.encode(), "text"), known or Gazetteer())


def _organisations(mentions: DocumentMentions) -> set[str]:
    return {party.name for party in mentions.parties.values() if party.type == "organisation"}


def _groups(mentions: DocumentMentions) -> set[str]:
    return {party.name for party in mentions.parties.values() if party.type == "group"}


def test_a_news_item_gives_its_organisations_and_no_people_months_headings_or_addresses() -> None:
    mentions = _read(NEWS)
    assert _organisations(mentions) == {
        "Harrowmere Centre for Rural Health",
        "Vale and Downs NHS Foundation Trust",
        "Brackwater Foundation",
        "Tolland University",
        "Northfold Ageing Research Network",
        "Age Better Wales",
    }
    assert _groups(mentions) == {"12 local charities"}
    assert list(mentions.abbreviations) == ["NARN"]


def test_minutes_give_lists_shared_words_welsh_names_and_ampersands() -> None:
    mentions = _read(MINUTES)
    assert _organisations(mentions) == {
        "Penmoor Town Council",
        "Smith & Daughters Ltd",
        "Ysgol Glan-yr-afon",
        "Ashby University",
        "Corve University",
        "Wenlow University",
        "Skills Board",
        "Corve Chamber Partnership",
        "Cyngor Llanfedw",
        "Ministry of Inland Fisheries, Forests and Rivers",
    }


def test_a_report_gives_quoted_names_abbreviations_beside_organisations_and_unnamed_groups() -> None:
    mentions = _read(REPORT)
    assert _organisations(mentions) == {
        "Institute for Tidal Studies",
        "Seaward College",
        "Deep Water Watch",
        "Royal Society of Estuaries",
        "Blue Coast Alliance",
        "Hartland County Council",
        "HMRX",
        "Marine Training Academy",
        "European Union of Ferry Operators",
    }
    assert _groups(mentions) == {"3 universities", "many stakeholders"}


@pytest.mark.parametrize("text", [NEWS, MINUTES, REPORT], ids=["news", "minutes", "report"])
def test_every_mention_is_where_it_says(text: str) -> None:
    mentions = _read(text)
    for number, in_sentence in mentions.sentences.items():
        for mention in in_sentence:
            words = text[mention.start : mention.end]
            assert words.strip() == words
            assert words
            assert mention.sentence == number
            assert mention.reading or mention.party.name == words or mention.party.known


@pytest.mark.parametrize(
    "text",
    [
        "In May and June the work went on.",
        "The Impact was large. The Annual Review of March was read.",
        "Dr Mary Jones met Mr Tom Price and Sir John Hall.",
        "Jane Doe and J. Smith of Corve wrote to jane.doe@trust.org.uk about it.",
        "See www.university.ac.uk/School-of-Law for the list.",
        "Birmingham, Stoke and North Staffordshire are places.",
        "The UK and the EU agreed on a PDF with the NHS.",
        "NHS Trusts are many.",
        "North West England is wet.",
    ],
)
def test_false_friends_are_no_organisations(text: str) -> None:
    assert _organisations(_read(text)) == set()


def test_the_name_of_a_person_is_no_part_of_an_organisation() -> None:
    mentions = _read("Ann Lee of Elm University met Dr Bo Ray of the Ash Trust and Friends of Elm Council.")
    assert _organisations(mentions) == {"Elm University", "Ash Trust", "Friends of Elm Council"}


def test_the_longest_known_name_is_found_by_any_of_its_names() -> None:
    known = Gazetteer()
    body = KnownOrganisation("Tolland University", "mine", "tolland-university")
    for name in ("Tolland University", "TU-North", "Tolland Polytechnic", "University of Tolland"):
        known.add(name, body)
    known.add("Tolland", KnownOrganisation("Tolland Town Council", "mine", "tolland-town-council"))
    text = "The University of Tolland was TOLLAND POLYTECHNIC once. Tolland University’s staff live in Tolland."
    mentions = _read(text, known)
    met = [(m.party.slug, text[m.start : m.end]) for in_sentence in mentions.sentences.values() for m in in_sentence]
    assert met == [
        ("tolland-university", "University of Tolland"),
        ("tolland-university", "TOLLAND POLYTECHNIC"),
        ("tolland-university", "Tolland University"),
        ("tolland-town-council", "Tolland"),
    ]


def test_a_name_that_differs_only_in_small_words_is_a_reading() -> None:
    known = Gazetteer()
    known.add(
        "Vale School for Care Research", KnownOrganisation("Vale School for Care Research", "mine", "vale-school")
    )
    mentions = _read("The Vale School of Care Research grew.", known)
    [mention] = mentions.sentences[1]
    assert mention.party.slug == "vale-school"
    assert "small words" in mention.reading


def test_a_name_of_several_bodies_is_left_to_a_person() -> None:
    known = Gazetteer()
    known.add("Park Trust", KnownOrganisation("Park Trust", "mine", "park-trust"))
    known.add("Park Trust", KnownOrganisation("Park Trust of Wenlow", "mine", "park-trust-of-wenlow"))
    [party] = _read("The Park Trust grew.", known).parties.values()
    assert party.confidence == "low"
    assert [body.slug for body in party.others] == ["park-trust-of-wenlow"]


def test_the_school_is_read_only_where_one_body_can_be_meant() -> None:
    one = _read("Corve School of Art opened. The School grew.")
    assert [m.reading for m in one.sentences[2]] == [
        "'The School' is read as Corve School of Art: the only body of the text that is called so"
    ]
    two = _read("Corve School of Art and Wenlow School of Law opened. The School grew.")
    assert two.sentences[2] == []


def test_an_id_is_made_of_small_letters_whatever_the_name() -> None:
    assert slug_of("Prifysgol Tŷ Gwyn & Co/Ltd") == "prifysgol-ty-gwyn-and-co-ltd"
    assert slug_of("東京") == "unnamed"

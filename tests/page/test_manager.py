"""What a manager asks is answered by the page alone: type, click, choose and read; every answer is visible text."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from partnergraph.page import Page
from tests.page.driving import SCHOOL, TEACHING, filled, find, panel_of

if TYPE_CHECKING:
    from playwright.sync_api import Page as Tab

    from tests.page.conftest import Opener

pytestmark = pytest.mark.browser

OUR_PAGE = "Our partners (School of Primary, Community and Social Care, Keele University), Keele University"
SPCR = "NIHR School for Primary Care Research"


def _links(tab: Tab) -> list[str]:
    """The relationships that the panel lists, each as one line, without what they are on the day."""
    texts = tab.locator("#panel .links > li > details > summary").evaluate_all(
        """(all) => all.map((one) => [...one.childNodes].filter((part) => part.className !== "then")
          .map((part) => part.textContent).join(""))"""
    )
    return [" ".join(text.split()) for text in texts]


def _statuses(tab: Tab) -> list[str]:
    """What each of them is on the day."""
    return tab.locator("#panel .links > li > details > summary > .then").all_inner_texts()


def _rows(tab: Tab) -> list[str]:
    """The rows of the table of relationships that are shown, each as one line."""
    return [" ".join(text.split()) for text in tab.locator("#claims tbody tr:visible").all_inner_texts()]


def _open(tab: Tab, text: str) -> str:
    """Open a relationship in the panel and read it."""
    item = tab.locator("#panel .links > li", has_text=text).first
    item.locator("summary").click()
    filled(tab)
    return " ".join(item.inner_text().split())


@pytest.fixture
def said_by_us(keele_page: Page, show: Opener) -> Tab:
    """The page with only what the School's own page says."""
    tab = show(keele_page.html).tab
    tab.select_option("#source", label=OUR_PAGE)
    return tab


def test_who_are_our_partners_and_how_are_we_connected_to_them(said_by_us: Tab) -> None:
    find(said_by_us, SCHOOL)
    links = _links(said_by_us)
    for answer in (
        "had a close relationship with NHS partners of the School",
        "had a close relationship with patients",
        f"collaborated with other members of the {SPCR}",
        "was a member of NIHR Collaboration for Leadership in Applied Health Research and Care West Midlands",
        f"was a member of {SPCR}",
        "was a member of Primary Care Research Consortium",
        f"was a member of {TEACHING}",
        "supported stakeholders",
    ):
        assert [link for link in links if link.startswith(answer)], answer
    # What the School's unit works alongside is one click away.
    unit = said_by_us.locator("#panel .links > li", has_text="Impact Accelerator Unit").first
    unit.locator("summary").click()
    unit.locator("a", has_text="Impact Accelerator Unit").first.click()
    assert said_by_us.inner_text("#panel-heading") == "Impact Accelerator Unit"
    alongside = {re.sub(r"^work(s|ed) alongside ", "", link) for link in _links(said_by_us) if link.startswith("work")}
    assert alongside == {
        "Chartered Society of Physiotherapy",
        "National Institute for Health and Care Excellence",
        "Public Health England",
        "Royal College of General Practitioners",
        "Wellcome Trust",
        "West Midlands Academic Health Science Network",
        "our NHS consortium partners",
    }


def test_which_partnerships_and_consortia_are_we_a_member_of(said_by_us: Tab) -> None:
    said_by_us.select_option("#kind", label="membership")
    find(said_by_us, SCHOOL)
    assert {link.removeprefix("was a member of ") for link in _links(said_by_us)} == {
        "NIHR Collaboration for Leadership in Applied Health Research and Care West Midlands",
        SPCR,
        "Primary Care Research Consortium",
        TEACHING,
    }


def test_what_have_we_won_competitively_and_when(keele_page: Page, show: Opener) -> None:
    tab = show(keele_page.html).tab
    tab.fill("#filter-bodies", "award competitive")
    won = [" ".join(text.split()) for text in tab.locator("#bodies tbody tr:visible .event > p").all_inner_texts()]
    assert [text for text in won if "competitive" in text] == [
        "2008 award (competitive): Primary Care Versus Arthritis",
        f"2009 award (competitive): membership: {SPCR}",
    ]
    proofs = " ".join(tab.locator("#bodies tbody tr:visible .event").all_inner_texts())
    assert "competitively awarded in 2008" in proofs


def test_who_pays_for_the_teaching_partnership_and_through_whom(said_by_us: Tab) -> None:
    said_by_us.select_option("#kind", label="funding")
    find(said_by_us, TEACHING)
    assert _links(said_by_us) == [
        "is funded by Department for Education, disputed",
        "is funded by Department of Health and Social Care, disputed",
    ]
    for funder in ("Department for Education", "Department of Health and Social Care"):
        assert "through Coventry University" in _open(said_by_us, funder)


def test_who_leads_the_teaching_partnership_according_to_our_page(said_by_us: Tab) -> None:
    find(said_by_us, TEACHING)
    [link] = [link for link in _links(said_by_us) if link.startswith("is led by")]
    assert link.startswith("is led by Coventry University")
    assert "as lead authority" in _open(said_by_us, "is led by Coventry University")
    # The School's page disputes nothing: every other leader comes from another source.
    said_by_us.select_option("#kind", label="leadership")
    assert len([row for row in _rows(said_by_us) if TEACHING in row.split(" leads ")[-1]]) == 1


def test_who_says_otherwise_about_who_leads_the_teaching_partnership(keele_page: Page, show: Opener) -> None:
    tab = show(keele_page.html).tab
    find(tab, TEACHING)
    leaders = [link for link in _links(tab) if link.startswith("is led by")]
    assert [link for link in leaders if "Coventry University" in link and "disputed" in link]
    assert [link for link in leaders if "Coventry City Council" in link]
    said = _open(tab, "is led by Coventry University")
    assert "Contradicted by: Coventry City Council leads" in said
    assert "Cabinet, 28 August 2018" in said
    assert "who acts as the lead authority" in said


def test_how_many_councils_and_universities_and_which_by_name(keele_page: Page, show: Opener) -> None:
    tab = show(keele_page.html).tab
    tab.select_option("#source", label=OUR_PAGE)
    tab.select_option("#kind", label="membership")
    find(tab, TEACHING)
    members = {re.sub(r"^ha[sd] as a member ", "", link) for link in _links(tab)}
    assert members == {
        "14 local authorities in the West Midlands",
        "8 universities drawn from across the region",
        "children’s and adults services",
        SCHOOL,
    }
    # Neither group has a member that our page names: the editor infers some, and says so.
    for group, reason in (
        ("14 local authorities", "two of those that are counted"),
        ("8 universities", "taken to be one"),
    ):
        find(tab, group)
        assert reason in panel_of(tab)
    tab.click("#everything")
    find(tab, TEACHING)
    everybody = " ".join(_links(tab))
    for group in ("fifteen local authorities", "nine universities", "two NHS trusts"):
        assert group in everybody


def test_where_does_it_say_that_we_are_a_member_of_the_clahrc(said_by_us: Tab) -> None:
    find(said_by_us, SCHOOL)
    said = _open(said_by_us, "NIHR Collaboration for Leadership in Applied Health Research and Care West Midlands")
    item = said_by_us.locator("#panel .links > li", has_text="Collaboration for Leadership").first
    marked = item.locator("mark").first.inner_text()
    assert marked == "membership of the Collaboration for Applied Health Research and Care (CLAHRC) West Midlands"
    assert "S28" in said
    assert "Our partners" in said


def test_what_is_the_teaching_partnership_meant_to_achieve(keele_page: Page, show: Opener) -> None:
    tab = show(keele_page.html).tab
    find(tab, TEACHING)
    said = panel_of(tab)
    for purpose in (
        "creation of a consistent approach to professional education in social work, grounded in a commitment to "
        "inter-agency training and collaboration",
        "shared strategic planning",
        "a commitment to improvement with university platforms",
    ):
        assert f"purpose {purpose}" in said


def test_how_good_is_our_research_impact_and_who_says_so(keele_page: Page, show: Opener) -> None:
    tab = show(keele_page.html).tab
    find(tab, SCHOOL)
    said = panel_of(tab)
    assert "finding REF rated 90% of “our” research impact as world-leading" in said
    marked = tab.locator("#panel .statement", has_text="finding REF rated").locator("mark").first.inner_text()
    assert marked == "REF rated 90% of our research impact to be world-leading"


@pytest.mark.parametrize(
    ("former", "what", "later", "date"),
    [
        (
            "Public Health England",
            "change",
            ["UK Health Security Agency", "Office for Health Improvement"],
            "2021-10-01",
        ),
        ("NHS Stoke on Trent CCG", "merger", ["Staffordshire and Stoke-on-Trent Integrated Care Board"], "2022-07-01"),
        ("Arthritis Research UK", "change", ["Arthritis UK"], "2018-09-19"),
        ("University Hospital of North Staffordshire NHS Trust", "change", ["North Midlands NHS Trust"], "2014-11-01"),
        (SCHOOL, "merger", ["Keele University School of Medicine"], "2020-08"),
    ],
)
def test_what_became_of_a_partner_and_when(
    keele_page: Page, show: Opener, former: str, what: str, later: list[str], date: str
) -> None:
    tab = show(keele_page.html).tab
    find(tab, former)
    assert tab.inner_text("#panel-heading") == former
    events = [" ".join(text.split()) for text in tab.locator("#panel .event > p").all_inner_texts()]
    [event] = [one for one in events if one.startswith(f"{date} {what}: ") and all(name in one for name in later)]
    assert former in event.split("→")[0]


def test_which_of_our_partners_have_changed_is_one_list(keele_page: Page, show: Opener) -> None:
    tab = show(keele_page.html).tab
    tab.fill("#filter-claims", "follows from the event")
    rows = _rows(tab)
    assert len(rows) >= 10
    assert all(re.search(r"\b\d{4}", row) or "not stated" in row for row in rows)
    assert [row for row in rows if row.startswith("Public Health England") and "UK Health Security Agency" in row]


@pytest.mark.parametrize(
    ("month", "surely", "inferred", "not_yet"),
    [
        ("2012-06", {"University of Southampton", "University of Birmingham"}, set(), "University of Exeter"),
        ("2016-06", {"University of Cambridge", "Newcastle University"}, set(), "Queen Mary University of London"),
        ("2022-06", {"University of Exeter", "University of Bristol"}, set(), "Newcastle"),
        ("2007-06", set(), {"University of Bristol", "University of Oxford"}, "University of Exeter"),
    ],
)
def test_who_were_the_members_of_the_national_school(
    keele_page: Page, show: Opener, month: str, surely: set[str], inferred: set[str], not_yet: str
) -> None:
    tab = show(keele_page.html, address=f"#&date={month}&kind=membership").tab
    find(tab, SPCR)
    links = [link for link in _links(tab) if link.startswith("has as a member")]
    status = dict(zip(_links(tab), _statuses(tab), strict=True))
    known = {link for link in links if status[link] == "current" and "inferred" not in link}
    for name in surely:
        assert [link for link in known if name in link], (name, links)
    for name in inferred:
        assert [link for link in links if name in link and "inferred" in link], (name, links)
    assert not [link for link in links if not_yet in link]
    # The School's own membership has no stated dates: whether it was valid is not known, until the School ended.
    own = [status[link] for link in links if SCHOOL in link]
    assert own == (["last confirmed 2020-08-31 (status not known)"] if month < "2020-08" else [])


def test_what_rests_on_inference_only(keele_page: Page, show: Opener) -> None:
    tab = show(keele_page.html).tab
    every = len(_rows(tab))
    tab.uncheck("#inferred")
    stated = len(_rows(tab))
    tab.check("#inferred")
    tab.fill("#filter-claims", "inferred")
    rows = _rows(tab)
    assert every - stated > 20
    assert len([row for row in rows if re.search(r"Inferred(, \w+)?:", row)]) >= every - stated


# A question or the group of its choices in the menu, the choice (None: there is none), and what the answer says.
ASKED = [
    (
        "Who were our main partners?",
        None,
        "had 13 partners and five groups on record: four partnerships and four groups of partners directly; nine "
        "partners and one group only through its units. The best connected were "
        f"the {TEACHING}, the {SPCR} and the Primary Care Research Consortium.",
        f"was a member of {TEACHING}",
    ),
    (
        "Which of our partners were …",
        "NHS bodies or providers of care (4 and 5 groups)",
        "These are four bodies and five groups: two groups directly with us or our units, four bodies and "
        "three groups only through a partnership",
        "had a close relationship with NHS partners of the School",
    ),
    (
        "Which of our partners were …",
        "universities or colleges (19 and 2 groups)",
        "These are 19 bodies and two groups: one body directly with us or our units, 18 bodies and two "
        "groups only through a partnership",
        "Keele University hosts Primary Care Versus Arthritis",
    ),
    (
        "Which of our partners were …",
        "councils or other local government (14 and 3 groups)",
        "These are 14 bodies and three groups, all only through a partnership.",
        f"Staffordshire County Council is a member of {TEACHING}",
    ),
    (
        "Since when were we partners?",
        None,
        "The earliest beginning on record is 2008, with Arthritis Research UK. A beginning is known for four of 19 "
        "relationships with partners.",
        "Arthritis Research UK funded Primary Care Versus Arthritis",
    ),
    (
        "Who funds … or part of its work",
        TEACHING,
        f"Two bodies are named as funding the {TEACHING} or part of its work: the Department for Education through "
        "Coventry University (disputed) and through Coventry City Council (ended between 2020-03-01 and 2024-03-31); "
        "and the Department of Health and ",
        "is funded by Department for Education",
    ),
    (
        "Who leads …, and is it disputed?",
        TEACHING,
        f"Two bodies are named as leading the {TEACHING}: Coventry City Council as lead authority (according to "
        "“Cabinet, 28 August 2018, item 36",
        "is led by Coventry City Council",
    ),
    (
        "What changed since …",
        "2020",
        " ended and six times one body became another. Only what surely did is counted.",
        "was a member of NIHR Applied Research Collaboration West Midlands ended 2026-03",
    ),
    ("What has ended?", None, "of 174 relationships are known to have ended.", "was a member of"),
    (
        "How is … connected to us?",
        "Keele University",
        f"Directly: the {SCHOOL} was part of Keele University (ended 2020-08). In two steps: through the {SPCR}",
        f"{SCHOOL} was part of Keele University",
    ),
    (
        "What do we know only from one source?",
        None,
        "100 of 174 relationships rest on one source alone;",
        f"{SCHOOL} was a member of Primary Care Research Consortium",
    ),
    (
        "What do we know only by inference?",
        None,
        "No source states 31 of 174 relationships: they are inferred, each with its reason.",
        f"Birmingham City Council is a member of {TEACHING}",
    ),
]


@pytest.mark.parametrize(
    ("question", "choice", "sentence", "row"), ASKED, ids=[f"{q} {c or ''}" for q, c, _, _ in ASKED]
)
def test_a_question_of_the_menu_is_answered_in_two_clicks(
    keele_page: Page, show: Opener, question: str, choice: str | None, sentence: str, row: str
) -> None:
    tab = show(keele_page.html).tab
    clicks = 0
    group = "#questions-menu " + ("" if choice is None else f"[role=group]:has(p:text-is('{question}')) ")
    for target in ("#questions-menu summary", f'{group}button:text-is("{choice or question}")'):
        tab.click(target)
        clicks += 1
    assert clicks <= 2
    said = " ".join(" ".join(tab.locator("#panel .answer-text").all_inner_texts()).split())
    print(f"\n{question} {choice or ''}\n  {clicks} clicks: {said}")
    assert sentence in said
    assert tab.inner_text("#panel-heading").endswith("?")
    # The table below it has the claims with their evidence, and the map brings the same forward.
    rows = [" ".join(text.split()) for text in tab.locator(".answer-rows tbody tr").all_inner_texts()]
    assert [text for text in rows if row in text], rows
    assert tab.locator(".answer-rows .evidence-button").count() == len(rows) > 0
    assert len(tab.evaluate("questionClaims()")) >= len(rows)
    assert tab.locator("#map canvas").is_visible()

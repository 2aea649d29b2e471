"""The questions that the page answers: which it offers for a network, and the answers that need no day and no choice.

Each has the name of a named question (`ontology/questions`), and a test holds its answer to the rows of that one. Here
claims are chosen; `templates/questions.js` adds what depends on the reader's day or on a body that is chosen.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from partnergraph.grammar import with_article
from partnergraph.page.headline_facts import status
from partnergraph.page.partner_counts import PartnerCounts, partner_counts

if TYPE_CHECKING:
    from partnergraph.page.view_model import ViewModel

    Plain = dict[str, Any]

# What the page's own anchors are called: `question-` and the name of the question.
QUESTION_NAMES = (
    *("partners", "partners-of-family", "since-when", "who-pays", "who-leads", "way-to-us"),
    *("changed-since", "ended", "single-source", "inferred-only"),
)
MAX_SECTION_ROWS = 12  # relationships of an answer that the page shows without scripts
MAX_LISTED_BODIES = 40  # bodies of a family that it lists
NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
NOT_DIRECT = ("disputed", "superseded", "retracted")  # standings of claims from which nothing is concluded


@dataclass(frozen=True)
class PartnershipClaim:
    """A claim that joins a body with the focus, one of its units (`through`), or a partnership of both (`through`)."""

    claim: int
    body: int
    through: int | None = None


@dataclass(frozen=True)
class QuestionSection:
    """An answer as the page shows it without scripts: a text, then claims (the first of them) or bodies by family.

    `name` is that of the question, `title` the question in words; where something has to be chosen, `prompt` stands
    before the choices. Without `answered` it needs a day or a choice, and has no section. A family is its code, its
    label and its bodies.
    """

    name: str
    title: str = ""
    text: str = ""
    claims: list[int] = field(default_factory=list)
    families: list[tuple[str, str, list[int]]] = field(default_factory=list)
    prompt: str = ""
    answered: bool = True


class PageQuestions:
    """The questions that make sense for a network, with the claims of the answers that do not depend on a day."""

    def __init__(self, model: ViewModel, families: list[Plain]) -> None:
        self.model, self.focus, self.families = model, model.diagram.focus, families
        graph = model.graph.graph
        is_offered = not graph.get("answer") and not graph.get("compared") and bool(model.claims)
        self.own = _own_units(model) if is_offered else set()
        self.partners = sorted(self._partners(), key=self._beginning)
        self.wider = self._wider_partners()
        self.counts = self._counts()
        self.single = [int(_has_single_source(claim, model)) for claim in model.claims] if is_offered else []
        self.has_ended = _has_ended(model)
        self.sections = list(self._sections()) if is_offered else []

    def script_data(self) -> Plain | None:
        """What the scripts need, None where no question is offered: titles and texts, and rows in columns."""
        if not self.sections:
            return None
        return {
            "offered": [[section.name, section.prompt or section.title, section.text] for section in self.sections],
            "partners": [[row.claim, row.body, row.through] for row in self.partners],
            "wider": [[row.claim, row.body, row.through] for row in self.wider],
            "single": self.single,
        }

    def _counts(self) -> PartnerCounts:
        near, direct = {row.body for row in self.partners}, {row.body for row in self.partners if row.through is None}
        return partner_counts(self.model, direct, near - direct, {row.body for row in self.wider} - near)

    def _partners(self) -> list[PartnershipClaim]:
        """As the named question `partners`: what joins the focus or a unit of it with a body that is none of them."""
        rows = []
        for number, claim in enumerate(self.model.claims):
            own, body = claim["from"], claim["to"]
            if body in self.own:
                own, body = body, own
            if own in self.own and body not in self.own and self._is_partnership(claim, body):
                rows.append(PartnershipClaim(number, body, own if own != self.focus else None))
        return rows

    def _is_partnership(self, claim: Plain, body: int) -> bool:
        is_body = self.model.bodies[body]["sort"] in ("organisation", "group")
        return is_body and not claim["derived"] and claim["kind"] != "part-of"

    def _wider_partners(self) -> list[PartnershipClaim]:
        """The other members of the partnerships that the focus or a unit of it is a member of."""
        members = [
            (number, claim)
            for number, claim in enumerate(self.model.claims)
            if claim["kind"] == "membership" and not claim["derived"]
        ]
        shared = {claim["to"] for _, claim in members if claim["from"] in self.own}
        return [
            PartnershipClaim(number, claim["from"], claim["to"])
            for number, claim in members
            if claim["to"] in shared and claim["from"] not in self.own and self._is_partnership(claim, claim["from"])
        ]

    def _beginning(self, row: PartnershipClaim) -> tuple[str, int]:
        bounds = self.model.claims[row.claim]["start_bounds"]
        return (bounds and bounds[0]) or "9999", row.claim

    def _sections(self) -> Iterator[QuestionSection]:
        claims = self.model.claims
        kinds = {claim["kind"] for claim in claims if not claim["derived"]}
        if self.partners:
            yield self._partners_section()
        if families := self._families():
            yield QuestionSection(
                "partners-of-family",
                f"What sorts of partners {'did' if self.has_ended else 'do'} we have?",
                f"{self._label(self.focus, first=True)} {self._has} {self.counts.total} on record: "
                f"{self.counts.parts}.",
                families=families,
                prompt=f"Which of our partners {'were' if self.has_ended else 'are'} …",
            )
        if self.partners:
            yield self._since_section()
        if "funding" in kinds:
            yield QuestionSection("who-pays", prompt="Who funds … or part of its work", answered=False)
        if "leadership" in kinds:
            yield QuestionSection("who-leads", prompt="Who leads …, and is it disputed?", answered=False)
        if self.focus is not None and self.model.bodies[self.focus]["claims"]:
            yield QuestionSection("way-to-us", prompt="How is … connected to us?", answered=False)
        if any(claim["valid_from"] or claim["valid_until"] for claim in claims):
            yield QuestionSection("changed-since", prompt="What changed since …", answered=False)
        yield from self._doubt_sections()

    def _doubt_sections(self) -> Iterator[QuestionSection]:
        claims = self.model.claims
        stated = [number for number, claim in enumerate(claims) if not claim["derived"]]
        last_days = {n: claims[n]["valid_until"][1] for n in stated if (claims[n]["valid_until"] or (None, None))[1]}
        if last_days:
            ended = sorted(last_days, key=lambda number: (last_days[number], -number), reverse=True)
            text = (
                f"A last day is known for {_number(len(ended))} of {_count(len(stated), 'relationship')}: a source "
                f"states the end, or one of the two organisations ended. {self._order}"
            )
            yield QuestionSection("ended", "What has ended?", text, self._nearest_first(ended))
        single = [number for number, is_single in enumerate(self.single) if is_single]
        if single:
            yield QuestionSection(
                "single-source", "What do we know only from one source?", self._single_text(single, len(stated)), single
            )
        inferred = [number for number in stated if claims[number]["inferred"]]
        if inferred:
            reason = (
                "it is inferred, with its reason" if len(inferred) == 1 else "they are inferred, each with its reason"
            )
            text = f"No source states {_number(len(inferred))} of {_count(len(stated), 'relationship')}: {reason}."
            yield QuestionSection("inferred-only", "What do we know only by inference?", text, inferred)

    def _partners_section(self) -> QuestionSection:
        direct, counts = {row.body for row in self.partners if row.through is None}, self.counts
        bodies = sorted(
            {row.body for row in self.partners},
            key=lambda body: (body not in direct, -len(self.model.bodies[body]["claims"]), body),
        )
        names = _listing([self._label(body) for body in bodies[:3]])
        focus = self._label(self.focus, first=True)
        text = f"{focus} {self._has} {counts.near} on record{'' if counts.is_simple else f': {counts.near_parts}'}"
        if len(bodies) > 3:
            text += f". The best connected {'were' if self.has_ended else 'are'} {names}."
        else:
            text += f": {names}." if counts.is_simple else f". They {'were' if self.has_ended else 'are'} {names}."
        if counts.far:
            text += f" Not counted among these: {counts.far_parts}."
        place = {body: number for number, body in enumerate(bodies)}
        claims = [row.claim for row in sorted(self.partners, key=lambda row: (place[row.body], row.claim))]
        return QuestionSection(
            "partners",
            f"Who {'were' if self.has_ended else 'are'} our main partners?",
            text,
            list(dict.fromkeys(claims)),
        )

    @property
    def _order(self) -> str:
        return (
            "The latest comes first."
            if self.focus is None
            else "What is ours stands first, then what is our partners’; of each the latest first."
        )

    @property
    def _has(self) -> str:
        return "had" if self.has_ended else "has"

    def _nearest_first(self, claims: list[int]) -> list[int]:
        """Claims of the focus first, then those of its partners, then all others; each in their order."""
        partners = {row.body for row in self.partners}

        def rank(number: int) -> int:
            ends = {self.model.claims[number]["from"], self.model.claims[number]["to"]}
            return 0 if self.focus in ends else 1 if ends & partners else 2

        return sorted(claims, key=rank)

    def _since_section(self) -> QuestionSection:
        claims = list(dict.fromkeys(row.claim for row in self.partners))
        dated = [row for row in self.partners if self.model.claims[row.claim]["start_bounds"]]
        if dated:
            first, number = dated[0], len({row.claim for row in dated})
            start = self.model.graph.edges[self.model.diagram.claims[first.claim]].get("start")
            note = " (only inferred)" if self.model.claims[first.claim]["inferred"] else ""
            text = f"The earliest beginning on record is {start}, with {self._label(first.body)}{note}."
            if number < len(claims):
                text += (
                    f" A beginning is known for {_number(number)} of {_count(len(claims), 'relationship')} "
                    "with partners."
                )
        else:
            text = f"It is not known: no beginning is stated for {_count(len(claims), 'relationship')} with partners."
        return QuestionSection(
            "since-when", f"Since when {'were' if self.has_ended else 'are'} we partners?", text, claims
        )

    def _families(self) -> list[tuple[str, str, list[int]]]:
        """The bodies of each family that has some, unless all are of one."""
        families: dict[int, list[int]] = {}
        for body in sorted({row.body for row in (*self.partners, *self.wider)}):
            families.setdefault(self.model.bodies[body]["family"], []).append(body)
        if len(families) < 2:
            return []
        return [
            (self.families[number]["code"], self.families[number]["label"], families[number])
            for number in sorted(families)
        ]

    def _single_text(self, single: list[int], stated: int) -> str:
        titles = Counter(
            next(piece["title"] for piece in self.model.claims[number]["evidence"] if _is_source(piece))
            for number in single
        )
        most = max(titles.values())
        title = min(name for name, number in titles.items() if number == most)
        of_it = f" “{title}” is the only source of {most} of them." if most > 1 and len(titles) > 1 else ""
        verb = "rests" if len(single) == 1 else "rest"
        return (
            f"{_number(len(single)).capitalize()} of {_count(stated, 'relationship')} {verb} on one source alone; what "
            f"one publisher says on several pages may count as one.{of_it}"
        )

    def _label(self, body: int | None, *, first: bool = False) -> str:
        return "" if body is None else with_article(str(self.model.bodies[body]["label"]), first=first)


def _has_ended(model: ViewModel) -> bool:
    """Whether the focus itself has ended on any day of reading."""
    end = None if model.diagram.focus is None else model.bodies[model.diagram.focus]["end"]
    return end is not None and status((None, None), (end[0], end[1]), *model.known_days) == "ended"


def _own_units(model: ViewModel) -> set[int]:
    """The focus and what is part of it, however many steps down; only a claim that a source states counts."""
    parts: dict[int, list[int]] = {}
    for claim in model.claims:
        is_stated = any(piece["basis"] != "inferred" for piece in claim["evidence"])
        if claim["kind"] == "part-of" and is_stated and claim["standing"] not in NOT_DIRECT:
            parts.setdefault(claim["to"], []).append(claim["from"])
    own = set() if model.diagram.focus is None else {model.diagram.focus}
    edge = [*own]
    while edge:
        edge = [part for whole in edge for part in parts.get(whole, []) if part not in own]
        own.update(edge)
    return own


def _is_source(piece: Plain) -> bool:
    """Whether a piece of evidence is a source's: neither an inference nor the editor's own word."""
    return piece["basis"] not in ("inferred", "editor")


def _has_single_source(claim: Plain, model: ViewModel) -> bool:
    """Whether the sources of a claim have one origin; an origin is a publisher's pages, or a source by itself."""
    if claim["derived"]:
        return False
    sources = {piece["source"] for piece in claim["evidence"] if _is_source(piece)}
    return len({model.sources.get(source, {}).get("origin") or source for source in sources}) == 1


def _count(number: int, noun: str) -> str:
    """A number with its noun, in words up to nine.

    >>> _count(1, "partner"), _count(12, "partner")
    ('one partner', '12 partners')
    """
    return f"{_number(number)} {noun}{'' if number == 1 else 's'}"


def _number(number: int) -> str:
    return NUMBERS[number] if number < len(NUMBERS) else str(number)


def _listing(names: list[str]) -> str:
    """Names in a row.

    >>> _listing(["A", "B", "C"])
    'A, B and C'
    """
    return " and ".join([part for part in (", ".join(names[:-1]), *names[-1:]) if part])

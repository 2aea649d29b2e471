"""The named questions: `ontology/questions/*.rq`, SPARQL whose first lines say title, audience, parameters and columns.

They are data like the rules, so the build can write them into the graph and `partnergraph.questions` can ask them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from partnergraph.vocabulary import PREFIXES, ontology_dir

FOCUS = "@focus"
TODAY = "@today"
# The day of asking, in a query that stands alone; rdflib does not cast a date and time to xsd:date.
DAY_OF_ASKING = "STRDT(SUBSTR(STR(NOW()), 1, 10), xsd:date)"
# The comments of the head, the text up to the pattern, and up to that of a subquery that stands first in it.
_PATTERN = re.compile(r"(?:#[^\n]*\n)*[^{]*\{(?:\s*\{\s*SELECT[^{]*\{)?")


@dataclass(frozen=True)
class Parameter:
    """A value that a question takes: an `organisation` by any name, a `date`, a `kind` of relationship, a `type` or
    a `family` of organisations, a `text`, a `number`, or a second `graph`. Default None: required.
    """

    name: str
    type: str
    default: str | None
    help: str


@dataclass(frozen=True)
class Question:
    """A question with an answer in the graph. `also` holds further words by which people ask for it."""

    name: str
    title: str
    audience: str
    question: str
    columns: tuple[str, ...]
    parameters: tuple[Parameter, ...]
    text: str
    help: str = ""
    also: str = ""

    @property
    def full_text(self) -> str:
        """The query with every prefix it uses written out, for other tools; today is the day on which one asks it."""
        return self.standing_alone(self._with_head(" ".join(self._days_of_asking({}).values())))

    def bound(self, terms: Mapping[str, str]) -> str:
        """The query with terms (as SPARQL writes them) for its parameters: VALUES at the head of its pattern, or of the
        subquery with which that begins, which would not see what stands outside. A day that is left open and is today
        by default is the day on which one asks the query.
        """
        days = self._days_of_asking(terms)
        names = [parameter.name for parameter in self.parameters if parameter.name not in days]
        variables = " ".join(f"?_{name}" for name in names)
        values = " ".join(terms.get(name, "UNDEF") for name in names)
        return self._with_head(" ".join([f"VALUES ({variables}) {{ ({values}) }}", *days.values()]))

    def _days_of_asking(self, terms: Mapping[str, str]) -> dict[str, str]:
        """By the name of its parameter, what binds each day that is not among the terms and is today by default."""
        names = [p.name for p in self.parameters if p.default == TODAY and p.name not in terms]
        return {name: f"BIND({DAY_OF_ASKING} AS ?_{name})" for name in names}

    def _with_head(self, bindings: str) -> str:
        """The query with these bindings at the head of its pattern."""
        match = _PATTERN.match(self.text)
        if match is None:
            raise ValueError(f"{self.name} has no pattern")
        return f"{match[0]} {bindings}{self.text[match.end() :]}" if bindings else self.text

    def standing_alone(self, text: str) -> str:
        """A text of this question without its head and with every prefix it uses written out."""
        body = "\n".join(line for line in text.splitlines() if not line.startswith("#"))
        used = [p for p in PREFIXES if re.search(rf"(?<![\w:]){p}:", body)]
        return "".join(f"PREFIX {p}: <{PREFIXES[p]}>\n" for p in used) + body.strip() + "\n"


@cache
def questions() -> tuple[Question, ...]:
    """Every named question, sorted by name."""
    return tuple(sorted(map(_read, (ontology_dir() / "questions").glob("*.rq")), key=lambda question: question.name))


def _read(path: Path) -> Question:
    text = path.read_text("utf-8")
    head: dict[str, list[str]] = {}
    for line in text.splitlines():
        if match := re.match(r"# ([a-z]+): (.+)", line):
            head.setdefault(match[1], []).append(match[2])
    parameters = []
    for entry in head.get("parameter", []):
        name, type_, rest = entry.split(" ", 2)
        default, _, help_ = rest.partition(" - ")
        parameters.append(Parameter(name, type_, None if default == "required" else default.strip("'"), help_))
    return Question(
        name=path.stem,
        title=head["title"][0],
        audience=head["for"][0],
        question=head["question"][0],
        columns=tuple(head["columns"][0].split()),
        parameters=tuple(parameters),
        text=text,
        help=" ".join(head.get("help", [])),
        also=" ".join(head.get("also", [])),
    )

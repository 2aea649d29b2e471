"""Named questions: `*.rq` files beside this one. Their first lines are their help; parameters are bound as terms."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from functools import cache
from pathlib import Path

from partnergraph.errors import QueryError, UsageError
from partnergraph.queries.names import one
from partnergraph.queries.tokens import tokens
from partnergraph.store import Reader
from partnergraph.vocabulary import PREFIXES, concepts

# A `graph` parameter is a second graph; its merge is asked as the named graph of this IRI and the parameter's name.
BESIDE = "urn:x-partnergraph:beside/"
HERE = Path(__file__).resolve().parent


@dataclass(frozen=True)
class Parameter:
    """A value that a question takes: `organisation` by any name, `date`, `kind`, `text` or `graph`; None: required."""

    name: str
    type: str
    default: str | None
    help: str


@dataclass(frozen=True)
class Question:
    """A question with an answer in the graph."""

    name: str
    title: str
    audience: str
    question: str
    columns: tuple[str, ...]
    parameters: tuple[Parameter, ...]
    text: str

    @property
    def full_text(self) -> str:
        """The query with every prefix it uses written out, for other tools."""
        body = "\n".join(line for line in self.text.splitlines() if not line.startswith("#"))
        used = [p for p in PREFIXES if re.search(rf"(?<![\w:]){p}:", body)]
        return "".join(f"PREFIX {p}: <{PREFIXES[p]}>\n" for p in used) + body.strip() + "\n"


@cache
def all_questions() -> tuple[Question, ...]:
    """Every named question, sorted by name."""
    return tuple(_read(path) for path in sorted(HERE.glob("*.rq")))


def is_name(text: str) -> bool:
    """Whether a question is asked by its name: SPARQL always has a space, a brace or an IRI.

    >>> is_name("who-leads"), is_name("ASK{}"), is_name("DESCRIBE o:keele-university")
    (True, False, False)
    """
    return re.search(r"[\s{<]", text.strip()) is None and text.strip() != ""


def get(name: str) -> Question:
    """The question of this name. Raises `UsageError` with the nearest name."""
    found = {question.name: question for question in all_questions()}
    if name not in found:
        near = get_close_matches(name, found, n=1)
        hint = f" Did you mean '{near[0]}'?" if near else ""
        raise UsageError(f"There is no question '{name}'.{hint} All of them: partnergraph queries")
    return found[name]


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
    )


def bind(question: Question, values: Mapping[str, str], reader: Reader) -> str:
    """The query with its parameters bound as terms: VALUES at the head of its pattern, never pasted text.

    Raises `UsageError` for a parameter that is unknown, missing or not of its type.
    """
    known = {p.name: p for p in question.parameters}
    for name in values:
        if name not in known:
            near = get_close_matches(name, known, n=1)
            hint = f" Did you mean '{near[0]}'?" if near else f" It takes: {', '.join(known) or 'none'}."
            raise UsageError(f"'{question.name}' has no parameter '{name}'.{hint}")
    if not known:
        return question.text
    terms = []
    for name, parameter in known.items():
        value = values.get(name, parameter.default)
        if value is None:
            raise UsageError(f"'{question.name}' needs --param {name}=...: {parameter.help}")
        terms.append(_term(parameter, value, reader))
    variables = " ".join(f"?_{name}" for name in known)
    found = list(tokens(question.text))
    start = next(i for i, token in enumerate(found) if token.word == "SELECT")
    brace = next(token for token in found[start:] if token.text == "{")
    head, tail = question.text[: brace.at + 1], question.text[brace.at + 1 :]
    return f"{head} VALUES ({variables}) {{ ({' '.join(terms)}) }}{tail}"


def beside(question: Question, values: Mapping[str, str], reader: Reader) -> Reader:
    """The reader that also holds the second graphs a question takes (its `graph` parameters), each a named graph."""
    for parameter in question.parameters:
        if parameter.type == "graph" and parameter.name in values:
            reader = reader.beside(Reader.at(Path(values[parameter.name])), BESIDE + parameter.name)
    return reader


def _term(parameter: Parameter, value: str, reader: Reader) -> str:
    if value == "any" and parameter.default == "any":
        return "UNDEF"
    if parameter.type == "graph":
        return f"<{BESIDE}{parameter.name}>"
    if parameter.type == "organisation":
        if value == "@focus":
            [row] = reader.rows("SELECT ?f { GRAPH g:catalogue { ?c a dcat:Catalog ; pg:about ?f } }")
            return f"<{row['f']}>"
        try:
            return f"<{one(reader, value).iri}>"
        except QueryError as error:
            raise UsageError(str(error)) from None
    if parameter.type == "date":
        try:
            return f'"{date.fromisoformat(value).isoformat()}"^^xsd:date'
        except ValueError:
            raise UsageError(f"{parameter.name}: '{value}' is not a day. Write it as 2018-08-28.") from None
    if parameter.type == "kind":
        codes = [concept.code for concept in concepts("relationship-kind")]
        if value not in codes:
            near = get_close_matches(value, codes, n=1)
            hint = f" Did you mean '{near[0]}'?" if near else ""
            raise UsageError(f"'{value}' is not a kind of relationship.{hint} All: partnergraph kinds")
        return f"<{PREFIXES['code']}{value}>"
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\r", "\\r")
    return f'"{escaped}"'

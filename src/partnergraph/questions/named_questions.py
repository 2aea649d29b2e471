"""Binds the parameters of a named question (see `partnergraph.vocabulary.questions`) as RDF terms."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from difflib import get_close_matches
from pathlib import Path

from partnergraph.claims.name_search import resolve_name
from partnergraph.errors import QueryError, UsageError
from partnergraph.store import Reader
from partnergraph.vocabulary import PREFIXES, concepts
from partnergraph.vocabulary.questions import FOCUS, TODAY, Parameter, Question
from partnergraph.vocabulary.questions import questions as all_questions

__all__ = [
    "SECOND_GRAPH",
    "Parameter",
    "Question",
    "all_questions",
    "bind_parameters",
    "get_question",
    "is_question_name",
    "with_second_graphs",
]

# A `graph` parameter is a second graph; its merge is asked as the named graph of this IRI and the parameter's name.
SECOND_GRAPH = "urn:x-partnergraph:beside/"
# Types of parameters that are codes of a concept scheme: the scheme, a noun for the code, the command that lists them.
CONCEPT_TYPES = {
    "kind": ("relationship-kind", "a kind of relationship", "partnergraph kinds"),
    "family": ("org-family", "a family of organisations", "partnergraph kinds --list org-family"),
    "type": ("org-type", "a type of organisation", "partnergraph kinds --list org-type"),
}


def is_question_name(text: str) -> bool:
    """Whether a text is the name of a question: SPARQL always has a space, a brace or an IRI.

    >>> is_question_name("who-leads"), is_question_name("ASK{}"), is_question_name("DESCRIBE o:keele-university")
    (True, False, False)
    """
    return re.search(r"[\s{<]", text.strip()) is None and text.strip() != ""


# Questions that looked two steps far, where commands take each body out of the whole network.
REPLACED = {
    "brokers": "partnergraph brokers [--organisation NAME]",
    "only-through": "partnergraph brokers [--organisation NAME], or partnergraph what-if --without NAME",
}


def get_question(name: str) -> Question:
    """The question of this name. Raises `UsageError` with the nearest name."""
    by_name = {question.name: question for question in all_questions()}
    if name in REPLACED:
        raise UsageError(f"'{name}' is no longer a question, but a command: {REPLACED[name]}")
    if name not in by_name:
        near = get_close_matches(name, by_name, n=1)
        hint = f" Did you mean '{near[0]}'?" if near else ""
        raise UsageError(f"There is no question '{name}'.{hint} All of them: partnergraph queries")
    return by_name[name]


def bind_parameters(question: Question, values: Mapping[str, str], reader: Reader, today: str | None = None) -> str:
    """The query with its parameters bound as terms: VALUES at the head of its pattern, never pasted text.

    `today` is what a day is by default (2018-08-28); without it, the day of asking. Raises `UsageError` for a parameter
    that is unknown, missing or not of its type.
    """
    known = {p.name: p for p in question.parameters}
    for name in values:
        if name not in known:
            near = get_close_matches(name, known, n=1)
            hint = f" Did you mean '{near[0]}'?" if near else f" It takes: {', '.join(known) or 'none'}."
            raise UsageError(f"'{question.name}' has no parameter '{name}'.{hint}")
    if not known:
        return question.text
    terms = {}
    for name, parameter in known.items():
        value = values.get(name, parameter.default)
        if value is None:
            raise UsageError(f"'{question.name}' needs --param {name}=...: {parameter.help}")
        if value == TODAY and parameter.type == "date":
            value = today or date.today().isoformat()
        terms[name] = _parameter_term(parameter, value, reader)
    return question.bound(terms)


def with_second_graphs(question: Question, values: Mapping[str, str], reader: Reader) -> Reader:
    """The reader that also holds the second graphs a question takes (its `graph` parameters), each a named graph."""
    for parameter in question.parameters:
        if parameter.type == "graph" and parameter.name in values:
            reader = reader.with_second_graph(Reader.at(Path(values[parameter.name])), SECOND_GRAPH + parameter.name)
    return reader


def _parameter_term(parameter: Parameter, value: str, reader: Reader) -> str:
    if value == "any" and parameter.default == "any":
        return "UNDEF"
    if parameter.type == "graph":
        return f"<{SECOND_GRAPH}{parameter.name}>"
    if parameter.type == "organisation":
        return f"<{_organisation_iri(parameter, value, reader)}>"
    if parameter.type == "date":
        try:
            return f'"{date.fromisoformat(value).isoformat()}"^^xsd:date'
        except ValueError:
            raise UsageError(f"{parameter.name}: '{value}' is not a day. Write it as 2018-08-28.") from None
    if parameter.type == "number":
        if not re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", value, re.ASCII):
            raise UsageError(f"{parameter.name}: '{value}' is not a number. Write it as 2014 or 0.5.")
        return value
    if parameter.type in CONCEPT_TYPES:
        scheme, what, where = CONCEPT_TYPES[parameter.type]
        codes = [concept.code for concept in concepts(scheme)]
        if value not in codes:
            near = get_close_matches(value, codes, n=1)
            hint = f" Did you mean '{near[0]}'?" if near else ""
            raise UsageError(f"'{value}' is not {what}.{hint} All: {where}")
        return f"<{PREFIXES['code']}{value}>"
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\r", "\\r")
    return f'"{escaped}"'


def _organisation_iri(parameter: Parameter, value: str, reader: Reader) -> str:
    """The IRI of the body with this name; for `@focus` of the body that the graph is about."""
    if value != FOCUS:
        try:
            return resolve_name(reader, value).iri
        except QueryError as error:
            raise UsageError(str(error)) from None
    rows = reader.rows("SELECT ?f { ?c a dcat:Catalog ; pg:about ?f } ORDER BY ?f")
    if not rows:
        raise UsageError(
            f"This graph does not say whose it is (focus in its partnergraph.toml): name the body, with "
            f"--param {parameter.name}=..."
        )
    return str(rows[0]["f"])

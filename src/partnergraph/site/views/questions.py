"""The named questions for the workbench: all, the nearest to some words, and one as the SPARQL it stands for."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from partnergraph.errors import QueryRefused
from partnergraph.site.view import RenderedView

if TYPE_CHECKING:
    from partnergraph.questions.named_questions import Question
    from partnergraph.store import Reader

JSON = "application/json"
MAX_LENGTH = 300  # characters of somebody's own words


def offered_questions() -> list[Question]:
    """The questions that can be asked over HTTP: those that do not read a second graph from a file."""
    from partnergraph.questions.named_questions import all_questions

    return [question for question in all_questions() if not _reads_a_file(question)]


def allowed_question(name: str) -> Question:
    """The question of this name. Raises `UsageError` where there is none, `QueryRefused` for one that reads a file."""
    from partnergraph.questions.named_questions import get_question

    question = get_question(name)
    if _reads_a_file(question):
        raise QueryRefused(
            f"'{name}' reads a second graph from a file, which a server does not. Ask it with: query {name}"
        )
    return question


def _reads_a_file(question: Question) -> bool:
    return any(parameter.type == "graph" for parameter in question.parameters)


def render(reader: Reader, values: dict[str, Any]) -> RenderedView:
    """One question (`name`, `parameters`) as SPARQL; the nearest to some `words`, best first; or all of them."""
    if values.get("name"):
        result = _bound(reader, values["name"], values.get("parameters") or {})
    elif values.get("words"):
        result = _nearest(reader, values["words"][:MAX_LENGTH])
    else:
        result = {"questions": list(map(_question_json, offered_questions())), "lists": _lists()}
    return RenderedView(JSON, json.dumps(result, ensure_ascii=False).encode())


def _bound(reader: Reader, name: str, parameters: dict[str, str]) -> dict[str, Any]:
    from partnergraph.questions.named_questions import bind_parameters

    question = allowed_question(name)
    bound = bind_parameters(question, parameters, reader)
    # A value is one line of a comment here, whatever it holds.
    heads = [f"# {question.title}", *(f"# {known}: {' '.join(value.split())}" for known, value in parameters.items())]
    bound = bound.replace("{ VALUES (", "{\n  VALUES (", 1)
    lines = [line for line in bound.splitlines() if not line.startswith("#")]
    return {"name": name, "title": question.title, "sparql": "\n".join([*heads, *lines]) + "\n"}


def _nearest(reader: Reader, words: str) -> dict[str, Any]:
    from partnergraph.questions.question_search import search_questions

    names = {question.name for question in offered_questions()}
    result = [offer for offer in search_questions(words, reader, most=len(names)) if offer.question.name in names]
    return {"offers": [{"name": offer.question.name, "values": offer.values} for offer in result[:6]]}


def _question_json(question: Question) -> dict[str, Any]:
    return {
        "name": question.name,
        "title": question.title,
        "audience": question.audience,
        "question": question.question,
        "help": question.help,
        "columns": list(question.columns),
        "parameters": [
            {"name": parameter.name, "type": parameter.type, "default": parameter.default, "help": parameter.help}
            for parameter in question.parameters
        ],
    }


def _lists() -> dict[str, list[dict[str, str]]]:
    """What a parameter that is one of a list can be."""
    from partnergraph.questions.named_questions import CONCEPT_TYPES
    from partnergraph.vocabulary import concepts

    return {
        type_: [{"code": concept.code, "label": concept.label} for concept in concepts(scheme)]
        for type_, (scheme, _, _) in CONCEPT_TYPES.items()
    }

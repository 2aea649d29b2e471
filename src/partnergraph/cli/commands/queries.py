"""`partnergraph queries`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from partnergraph.cli.options import Command, format_option, graph_option, print_text

if TYPE_CHECKING:
    from partnergraph.questions.named_questions import Question

AUDIENCES = {"manager": "For managers", "analyst": "For analysts"}


@click.command(cls=Command)
@click.argument("words", nargs=-1, metavar="[NAME | ask WORDS...]")
@graph_option
@format_option("table", "json", default="table")
def queries(words: tuple[str, ...], graph: Path | None, format_: str) -> None:
    """List the named questions; show one with its help and its SPARQL; or find one: ask "who pays for ...".

    `ask` offers the questions that are nearest to your words, best first, each with the command to run. Organisations,
    days, years, kinds and types among the words become parameters.
    """
    from dataclasses import asdict

    from partnergraph.errors import UsageError
    from partnergraph.questions.named_questions import all_questions, get_question

    if words[:1] == ("ask",):
        _search(" ".join(words[1:]), graph, format_)
        return
    if len(words) > 1:
        raise UsageError("Give one name, or ask: partnergraph queries ask WORDS...")
    questions = (get_question(words[0]),) if words else all_questions()
    if format_ == "json":
        rows = [{k: v for k, v in asdict(question).items() if k != "text"} for question in questions]
        click.echo(json.dumps(rows, ensure_ascii=False, indent=1))
    elif words:
        _show(questions[0])
    else:
        _list(questions)


def _list(questions: tuple[Question, ...]) -> None:
    width = max(len(question.name) for question in questions)
    for number, (audience, heading) in enumerate(AUDIENCES.items()):
        click.echo(f"{chr(10) if number else ''}{heading}")
        for question in questions:
            if question.audience == audience:
                takes = [f" -p {p.name}={'...' if p.default is None else p.default}" for p in question.parameters]
                click.echo(f"  {question.name:{width}}  {question.question}{''.join(takes)}")


def _show(question: Question) -> None:
    click.echo(f"# {question.title}\n# {question.question}")
    if question.help:
        click.echo(f"# {question.help}")
    for parameter in question.parameters:
        default = "required" if parameter.default is None else f"default {parameter.default}"
        click.echo(f"# parameter ?_{parameter.name} ({parameter.type}, {default}): {parameter.help}")
    click.echo(f"# columns: {', '.join(question.columns)}")
    click.echo(question.full_text, nl=False)


def _search(text: str, graph: Path | None, format_: str) -> None:
    from partnergraph.errors import StoreError, UsageError
    from partnergraph.questions.question_search import search_questions
    from partnergraph.store import Reader

    if not text.strip():
        raise UsageError('Ask in your own words: partnergraph queries ask "who pays for ..."')
    try:
        reader = Reader.at(graph)
    except StoreError as error:
        if graph is not None:
            raise
        reader = None
        nothing = not any(Path(name).exists() for name in ("build", "data"))
        why = "There is no graph here yet" if nothing else f"The graph cannot be read ({error})"
        click.echo(f"{why}, so names of organisations are not recognised.", err=True)
    matches = search_questions(text, reader)
    if format_ == "json":
        rows = [{"name": o.question.name, "question": o.question.question, "command": o.command} for o in matches]
        click.echo(json.dumps(rows, ensure_ascii=False, indent=1))
        return
    if not matches:
        raise UsageError("No question has any of these words. All of them: partnergraph queries")
    width = max(len(match.question.name) for match in matches)
    for match in matches:
        print_text(f"{match.question.name:{width}}  {match.question.question}\n{'':{width}}  {match.command}")

"""What the network says: the commands of the analysis as questions with forms, and an answer as a page or a map."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from partnergraph.errors import MissingExtra, QueryError, UsageError
from partnergraph.site.resource_description import base_iri, local_path
from partnergraph.site.templating import HTML, render_template
from partnergraph.site.view import RenderedView

if TYPE_CHECKING:
    from partnergraph.analysis.answer import AnalysisAnswer
    from partnergraph.analysis.context import AnalysisContext
    from partnergraph.store import Reader

MAX_LENGTH = 300  # characters of a value
MAX_SHOWN_CLAIMS = 8  # of a sentence, as links


@dataclass(frozen=True)
class InputField:
    """A value that a question asks for. `type`: of the HTML input."""

    name: str
    label: str
    required: bool = True
    type: str = "text"


@dataclass(frozen=True)
class NetworkQuestion:
    """A command as a question. `dated` and `projected`: it takes a date, and a projection."""

    command: str
    title: str
    help: str
    fields: tuple[InputField, ...] = ()
    dated: bool = True
    projected: bool = True


_ORGANISATION = InputField("organisation", "Organisation (by default the one that the graph is about)", required=False)
_PAIR = (InputField("a", "One organisation"), InputField("b", "Another organisation"))
QUESTIONS = (
    NetworkQuestion(
        "summary", "What does the network say?", "Size, neighbours, brokers, gaps and sets, in short.", (_ORGANISATION,)
    ),
    NetworkQuestion(
        "brokers", "Who alone joins others?", "By removing each body, and by betweenness.", (_ORGANISATION,)
    ),
    NetworkQuestion("routes", "How are two organisations joined?", "The shortest routes of up to six steps.", _PAIR),
    NetworkQuestion("overlap", "Which partners do two organisations share?", "In common, and of each alone.", _PAIR),
    NetworkQuestion(
        "gaps", "Whom do our partners work with?", "Partners of partners that no claim joins to us.", (_ORGANISATION,)
    ),
    NetworkQuestion(
        "what-if",
        "What would no longer be joined without one?",
        "By taking it out, with every claim that names it.",
        (InputField("without", "Without this organisation"), _ORGANISATION),
    ),
    NetworkQuestion(
        "ending",
        "Whose funding would end with a funder?",
        "Whom it may fund on a date, and who else does.",
        (InputField("funder", "Funder"), InputField("at", "Date: 2026, 2026-04 or 2026-04-01")),
        dated=False,
        projected=False,
    ),
    NetworkQuestion(
        "timeline",
        "How many partners, year by year?",
        "Surely and at most, by the dates; or a measure.",
        (_ORGANISATION, InputField("measure", "Measure, such as core or pairs (by default partners)", required=False)),
        dated=False,
    ),
    NetworkQuestion(
        "changes",
        "What began and ended between two dates?",
        "What surely did, and what may have.",
        (
            InputField("first", "First date: 2018, 2018-04 or 2018-04-01"),
            InputField("last", "Last date"),
            InputField("organisation", "Organisation (by default all)", required=False),
        ),
        dated=False,
    ),
    NetworkQuestion(
        "survival",
        "How long do partnerships hold?",
        "The share that still hold after some years.",
        (InputField("kind", "Kind, such as membership (by default all but parts)", required=False),),
        dated=False,
        projected=False,
    ),
    NetworkQuestion("communities", "Which bodies belong together?", "Sets, beside graphs rewired at random."),
    NetworkQuestion(
        "stale",
        "Which claims were not confirmed for long?",
        "Those that can hold, by when a source last spoke for them.",
        (InputField("months", "Months (by default 24)", required=False, type="number"),),
        projected=False,
    ),
)
PROJECTIONS = ("claims", "co-membership", "two-mode", "funding")


def render(reader: Reader, values: dict[str, Any]) -> RenderedView:
    """All questions; or the answer to one (`command` and the values of its fields), as a page, or drawn (`draw`).

    What is wrong with the values stands on the page of the question, with the status 400. Raises `UsageError` for a
    question that there is not.
    """
    from partnergraph.analysis.drawing import answer_table
    from partnergraph.network import graph_metadata

    page: dict[str, Any] = {"projections": PROJECTIONS, "answer": None, "inputs": {}, "error": None}
    command = values.get("command")
    if not command:
        return RenderedView(HTML, render_template("analysis.html.j2", reader, questions=QUESTIONS, **page))
    question = next((question for question in QUESTIONS if question.command == command), None)
    if question is None:
        raise UsageError(
            f"There is no question '{command}'. There are: {', '.join(each.command for each in QUESTIONS)}."
        )
    inputs = {name: str(value).strip()[:MAX_LENGTH] for name, value in values.items() if str(value).strip()}
    page["inputs"] = inputs
    try:
        answer = _answer(reader, question, inputs)
    except (MissingExtra, QueryError, UsageError) as error:
        page["error"] = str(error)
        return RenderedView(HTML, render_template("analysis.html.j2", reader, questions=[question], **page), 400)
    if "draw" in inputs:
        return RenderedView(HTML, answer.draw().html.encode())
    start = base_iri(reader)
    page |= answer_table(answer, graph_metadata(reader, None, {})["types"]) | {
        "answer": answer,
        "sentences": list(_sentences(answer, start)),
    }
    for row in page["rows"]:
        for cell in row:
            iri = cell.get("node") or cell.get("claim")
            cell["link"] = local_path(iri, start) if iri else None
    return RenderedView(HTML, render_template("analysis.html.j2", reader, questions=[question], **page))


def _answer(reader: Reader, question: NetworkQuestion, inputs: dict[str, str]) -> AnalysisAnswer:
    from partnergraph.analysis.context import AnalysisContext, AnalysisOptions

    missing = [field.label for field in question.fields if field.required and field.name not in inputs]
    if missing:
        raise UsageError(f"'{question.title}' needs: {', '.join(missing)}.")
    months = inputs.get("months", "24")
    if not (months.isascii() and months.isdigit() and 0 < int(months[:6]) <= 1200):
        raise UsageError(f"'{months}' is not a number of months from 1 to 1200.")
    options = AnalysisOptions(
        projection=inputs.get("projection", "claims") if question.projected else "claims",
        with_inferred="with_inferred" in inputs,
        as_of=inputs.get("as_of") if question.dated and question.command != "stale" else None,
    )
    return _run(question.command)(AnalysisContext(reader, options), inputs, int(months))


def _run(command: str) -> Callable[[AnalysisContext, dict[str, str], int], AnalysisAnswer]:
    """The command behind a question; each is imported when it is inputs."""
    from partnergraph.analysis.brokers import brokers
    from partnergraph.analysis.changes_between import changes_between
    from partnergraph.analysis.community_answer import community_answer
    from partnergraph.analysis.gaps import gaps
    from partnergraph.analysis.measure_timeline import measure_timeline
    from partnergraph.analysis.overlap import overlap
    from partnergraph.analysis.routes import routes
    from partnergraph.analysis.stale import stale
    from partnergraph.analysis.summary import summary
    from partnergraph.analysis.survival import survival
    from partnergraph.analysis.timeline import timeline
    from partnergraph.analysis.what_if import what_if_ending, what_if_without

    return {
        "summary": lambda context, inputs, _: summary(context, inputs.get("organisation")),
        "brokers": lambda context, inputs, _: brokers(context, inputs.get("organisation")),
        "routes": lambda context, inputs, _: routes(context, inputs["a"], inputs["b"]),
        "overlap": lambda context, inputs, _: overlap(context, inputs["a"], inputs["b"]),
        "gaps": lambda context, inputs, _: gaps(context, inputs.get("organisation")),
        "what-if": lambda context, inputs, _: what_if_without(context, [inputs["without"]], inputs.get("organisation")),
        "ending": lambda context, inputs, _: what_if_ending(context, inputs["funder"], inputs["at"]),
        "timeline": lambda context, inputs, _: (
            measure_timeline(context, inputs["measure"], inputs.get("organisation"))
            if "measure" in inputs
            else timeline(context, inputs.get("organisation"))
        ),
        "changes": lambda context, inputs, _: changes_between(
            context, inputs["first"], inputs["last"], inputs.get("organisation")
        ),
        "survival": lambda context, inputs, _: survival(context, inputs.get("kind")),
        "communities": lambda context, _, __: community_answer(context),
        "stale": lambda context, inputs, months: stale(context, months, inputs.get("as_of")),
    }[command]


def _sentences(answer: AnalysisAnswer, start: str) -> Iterator[dict[str, Any]]:
    """Each sentence with the addresses of its first claims."""
    for sentence in answer.sentences:
        links = [local_path(iri, start) for iri in sentence.claims[:MAX_SHOWN_CLAIMS]]
        yield {"text": sentence.text, "links": links, "more": max(0, len(sentence.claims) - MAX_SHOWN_CLAIMS)}

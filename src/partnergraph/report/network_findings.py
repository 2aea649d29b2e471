"""What the network says around a body: the first sentences of the commands that analyse it, of the day of the brief."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from partnergraph.analysis.answer import Sentence
from partnergraph.analysis.brokers import only_through
from partnergraph.analysis.context import AnalysisContext
from partnergraph.analysis.gaps import first_gaps
from partnergraph.analysis.overlap import most_in_common
from partnergraph.analysis.projection import scope_sentence
from partnergraph.analysis.timeline import dated_changes
from partnergraph.analysis.words import when_in_words
from partnergraph.report.body_records import BodyRecords
from partnergraph.report.text_fit import clipped, lines

SHOWN = 4  # sentences of a command
MAX_SENTENCE = 420  # characters


@dataclass(frozen=True)
class CommandFinding:
    """The first sentences of a command. `has_more`: it has others beside them."""

    heading: str
    command: str
    sentences: tuple[str, ...]
    has_more: bool


@dataclass(frozen=True)
class NetworkFindings:
    """What is found, and the sentence that says what was counted."""

    findings: tuple[CommandFinding, ...]
    scope: str

    @property
    def columns(self) -> tuple[tuple[CommandFinding, ...], ...]:
        """What stands in the left and the right column, so that the longer one is as short as can be."""
        splits = [(self.findings[:place], self.findings[place:]) for place in range(1, len(self.findings) + 1)]
        return min(splits, key=lambda split: max(map(_height, split)), default=())

    @property
    def height(self) -> float:
        """In print, in millimetres."""
        return 13 + max(map(_height, self.columns), default=0.0) + 3.4 * lines(self.scope, 140)


def network_findings(context: AnalysisContext, undated: AnalysisContext, records: BodyRecords) -> NetworkFindings:
    """Brokers, shared partners, gaps and changes around a body. `context` is of the day, `undated` of all dates: of
    those are the findings on a body that nothing can join to others on the day.
    """
    iri, before = records.iri, ""
    changes = _finding("What began and ended", "timeline", dated_changes(undated, iri))
    is_over = context.position(context.projection(), iri) is None
    if is_over and undated.position(undated.projection(), iri) is not None:
        when = when_in_words(context.options.as_of or "")
        before = (
            f"No counted claim that can have held {when} joins it to another organisation; so this is of all dates. "
        )
        context = undated
    projection = context.projection()
    scope = before + scope_sentence(projection.scope, {large: context.label(large) for large in projection.scope.large})
    if context.position(projection, iri) is None:
        absent = CommandFinding("In the network", "summary", (_text(undated.absence(iri)),), has_more=False)
        return NetworkFindings((absent, *([changes] if changes.sentences else [])), scope)
    findings = [
        _finding("Only through one body", "brokers", only_through(context, iri, SHOWN + 1)),
        _finding("Partners in common", "overlap", most_in_common(context, iri, SHOWN + 1)),
        _finding("Gaps", "gaps", first_gaps(context, iri, SHOWN + 1)),
        changes,
    ]
    return NetworkFindings(tuple(finding for finding in findings if finding.sentences), scope)


def _height(findings: Iterable[CommandFinding]) -> float:
    return sum(8 + sum(4.1 * lines(text, 58) + 0.8 for text in finding.sentences) for finding in findings)


def _finding(heading: str, command: str, sentences: Iterable[Sentence]) -> CommandFinding:
    every = [_text(sentence) for sentence in sentences]
    return CommandFinding(heading, command, tuple(every[:SHOWN]), len(every) > SHOWN)


def _text(sentence: Sentence) -> str:
    return clipped(sentence.text, MAX_SENTENCE)

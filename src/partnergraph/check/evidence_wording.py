"""Evidence whose wording does not carry its claim, a plan taken for a fact; and wording about a person."""

from __future__ import annotations

import re
from collections.abc import Iterator

from partnergraph.check.graph_values import GraphValues
from partnergraph.errors import Finding
from partnergraph.vocabulary import CODE, ORG, PG, SKOS

Located = tuple[Finding, str | None]

# Columns of evidence.csv that hold sentences, by the property they become.
_COLUMNS = {PG.words: "words", PG.says: "says", PG.reason: "says", PG.locator: "locator", SKOS.note: "note"}
# What is still to come. Not what is refused (would not), nor a manner of speaking (would like to thank).
_PLAN = re.compile(
    r"\b(?:would(?! not\b| like to (?:thank|acknowledge))|will(?! not\b| of\b)|"
    r"(?:plan(?:s|ned|ning)?|propos(?:es|ed|ing|al)|intend(?:s|ed|ing)?|hop(?:es|ed|ing)|aim(?:s|ed|ing)|expect(?:s|ed)?)"
    r" to|(?:is|are|was|were) to (?:be|become|join|lead|host|fund|merge)|"
    r"appl(?:ies|y|ied|ying) (?:for|to (?:be|become|join|lead|host|take|run|the)))\b"
)
_TITLE = r"(?:Mrs?|Ms|Miss|Dr|Prof|Professor|Sir|Dame|Cllr|Councillor|Rev|Reverend)\b\.?"
_ROLE = (
    r"(?:director|chief executive|chair(?:man|woman|person)?|president|vice-chancellor|dean|manager|head teacher|"
    r"social worker|nurse|physician|employee|officer|trustee|researcher|student|patient)"
)
_NAME = r"(?!(?:of|for|in|at|University|College|Council|Trust|School|Institute|Foundation|Centre|NHS)\b)[A-Z][\w'’-]+"
# A person by name, by the one office that he or she holds, or by what is personal.
_PERSON = re.compile(
    rf"\b{_TITLE} (?:[A-Z]\. ?)*{_NAME}"
    rf"|\b(?:[Aa]|[Aa]n|[Tt]he|[Ii]ts|[Tt]heir|[Oo]ne) (?:(?:former|first|new|then|clinical|academic) )?{_ROLE}['’]s\b"
    rf"|\b{_ROLE},? (?:[A-Z][\w'’-]+) (?:[A-Z][\w'’-]+)(?=[ ,.;)]|$)"
    r"|\b(?:former|current|previous) employer\b|\bformerly employed (?:at|by)\b"
)
_PRONOUN = re.compile(r"(?:^|(?<= ))(?:[Hh]e|[Ss]he|[Hh]is|[Hh]er|hers|him)(?= )")

# Parts of words of which one stands in whatever the patterns match: much faster to look for, and seldom there.
_OF_PLANS = ("would", "will", " to ", "appl")
_OF_PERSONS = tuple(
    "Mr|Ms|Miss|Dr|Prof|Sir|Dame|Cllr|Councillor|Rev|director|executive|chair|president|chancellor|dean|manager|teacher|"
    "worker|nurse|physician|employe|officer|trustee|researcher|student|patient| he | she | his | her | hers | him |He |"
    "She |His |Her ".split("|")
)


def validate(values: GraphValues) -> Iterator[Located]:
    """Each such piece of evidence, and the column of the tables where its wording stands."""
    for predicate, column in _COLUMNS.items():
        for subject, texts in sorted(values.all(predicate).items()):
            for text in texts:
                if predicate in (PG.words, PG.says) and any(map(text.__contains__, _OF_PLANS)):
                    yield from _plans(values, subject, column, text)
                if any(map(text.__contains__, _OF_PERSONS)):
                    yield from _persons(values, subject, column, text)


def _plans(values: GraphValues, evidence: str, column: str, text: str) -> Iterator[Located]:
    plan = _PLAN.search(text)
    if plan is None or CODE.stated not in values.of(evidence, PG.basis):
        return
    if claim := _supported_claim(values, evidence):
        subject = values.sentence(claim) if values.of(claim, PG.to) else values.label(claim)
        message = f"'{plan[0]}' tells what was to come; as stated evidence it supports: {subject}."
        fix = "Cite what says that it came about, or write implied as basis and the reading in note."
        yield Finding("plan-as-stated", "warning", message, None, plan[0], fix, evidence), column


def _supported_claim(values: GraphValues, evidence: str) -> str | None:
    """The first relationship or event, in order, that rests on this evidence and that no editor accepted."""
    claims = [
        claim
        for claim in values.pointing(PG.evidence, evidence)
        if (values.of(claim, PG.to) or values.of(claim, PG.dateEarliest)) and claim not in values.settled
    ]
    return next(iter(claims), None)


def _persons(values: GraphValues, evidence: str, column: str, text: str) -> Iterator[Located]:
    persons = [match[0] for match in _PERSON.finditer(text) if not _is_body(values, match[0])]
    if (persons or _PRONOUN.search(text)) and values.of(evidence, PG.basis):
        message = "This seems to be about an identifiable person; a graph of organisations is published without them."
        fix = "Say what it means for the body, without the person. Of quoted words, quote fewer."
        yield Finding("person-in-evidence", "warning", message, None, None, fix, evidence), column


def _is_body(values: GraphValues, text: str) -> bool:
    """Whether it is a part of the name of a body: Dr Barnardo's Homes."""
    return any(text in values.label(body) for body in values.all(ORG.classification))

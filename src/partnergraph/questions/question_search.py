"""Full-text search for named questions: words weighted by their rarity, and names in the text bound to parameters."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from math import log, sqrt

from partnergraph.claims.name_search import SMALL, bodies_by_name, fold_name
from partnergraph.errors import shell_quote
from partnergraph.questions.named_questions import CONCEPT_TYPES, Question, all_questions
from partnergraph.store import Reader
from partnergraph.vocabulary import concepts
from partnergraph.vocabulary.questions import FOCUS

# Stop words: words of questions in general; "we" and "us" are the focus, the default of most questions.
STOP_WORDS = SMALL | frozenset(
    re.findall(
        r"\w+",
        """
        i me my we us our ours you your yours they them their it its he she is are was were be been being am do does did
        done has have had having will would can could may might should shall this that these those there here which what
        who whom whose if or as by with from into than then so any some all each every please tell show give list find
        get
        """,
    )
)
# Weights of a word by the field of the question in which it occurs: its name, its title and text, synonyms, the help.
NAME_WEIGHT, TITLE_WEIGHT, SYNONYM_WEIGHT, HELP_WEIGHT = 1.5, 1.0, 1.0, 0.4
PREFIX_FACTOR = 0.6  # factor for a word of which only the beginning agrees
MIN_PREFIX_LENGTH = 5  # letters that must agree then
NAMED_FACTOR = 1.4  # factor for each parameter whose value the text names
NEEDED_FACTOR = 1.8  # factor for each of these that has no default, or is the focus
NAMED_BONUS = 0.15  # added for each of these, whatever the other words
UNUSED_FACTOR = 0.75  # factor for each value that the text names and the question has no parameter for
MISSING_FACTOR = 0.85  # factor for each parameter without a default that the text does not name
MAX_NAME_WORDS = 14  # words of a name
LENGTH_SMOOTHING = 25  # added to the length of a question, so that long ones are not put at a disadvantage
_ENDINGS = ("ing", "ed", "es", "s", "e")
_DAY = re.compile(r"(?<![0-9-])[0-9]{4}-[0-9]{2}-[0-9]{2}(?![0-9-])", re.ASCII)
_YEAR = re.compile(r"(?:1[0-9]|20)[0-9]{2}", re.ASCII)
# Folded names, each with the bodies that have or had it: IRI and name of today.
OrganisationsByName = dict[str, set[tuple[str, str]]]


@dataclass(frozen=True)
class QuestionMatch:
    """A named question that may be meant, the values of its parameters that the text names, and its score."""

    question: Question
    values: dict[str, str]
    score: float

    @property
    def command(self) -> str:
        """The command that asks it; a parameter without a value and without a default is written as `...`."""
        parts = ["partnergraph query", self.question.name]
        for parameter in self.question.parameters:
            if parameter.name in self.values:
                parts.append(f"-p {parameter.name}={shell_quote(self.values[parameter.name])}")
            elif parameter.default is None:
                parts.append(f"-p {parameter.name}=...")
        return " ".join(parts)


@dataclass
class _SearchText:
    """A text in parts: the values that it names (bodies, days, years, kinds, types) and the other words."""

    words: list[str]
    values: dict[str, list[str]] = field(default_factory=dict)


def search_questions(text: str, reader: Reader | None = None, most: int = 5) -> list[QuestionMatch]:
    """The named questions that match a text, best first; none when no word of it is in any question.

    With a reader, names of its bodies in the text become parameters.
    """
    search = _parse_text(text, reader)
    matches = [_score(question, search) for question in all_questions()]
    matches = [match for match in matches if match.score > 0]
    return sorted(matches, key=lambda match: (-match.score, match.question.name))[:most]


def _score(question: Question, search: _SearchText) -> QuestionMatch:
    index, rarity = _word_index()
    weights = index[question.name]
    matched = {word: _word_weight(word, weights) for word in map(stem_word, search.words) if word not in _STOP_STEMS}
    total = sum(map(rarity, matched))
    covered = sum(rarity(word) for word, weight in matched.items() if weight) / total if total else 0.0
    score = sum(rarity(word) * weight for word, weight in matched.items())
    score /= sqrt(sum(weights.values()) + LENGTH_SMOOTHING)
    values, unused = _fill_parameters(question, search.values)
    score = score * (0.5 + 0.5 * covered) + NAMED_BONUS * len(values)
    for parameter in question.parameters:
        if parameter.name in values:
            score *= NEEDED_FACTOR if parameter.default in (None, FOCUS) else NAMED_FACTOR
        elif parameter.default is None:
            score *= MISSING_FACTOR
    return QuestionMatch(question, values, score * UNUSED_FACTOR**unused)


def _fill_parameters(question: Question, named: dict[str, list[str]]) -> tuple[dict[str, str], int]:
    """The values of the parameters that the text names, and how many values the question has no parameter for.

    Where the text names fewer bodies than it has parameters, those without a default come first, the focus last.
    """
    left = {type_: list(values) for type_, values in named.items()}
    order = list(question.parameters)
    if len(left.get("organisation", ())) < sum(parameter.type == "organisation" for parameter in order):
        order.sort(key=lambda p: (p.default is not None, p.default == FOCUS))
    values: dict[str, str] = {}
    for parameter in order:
        for type_ in {"date": ("date", "year"), "number": ("year",)}.get(parameter.type, (parameter.type,)):
            if left.get(type_) and parameter.name not in values:
                values[parameter.name] = _parameter_value(parameter.type, left[type_].pop(0))
    return values, sum(map(len, left.values()))


def _parameter_value(type_: str, value: str) -> str:
    """The value in the form of its type: where a day is needed, the middle of a year."""
    return f"{value}-06-30" if type_ == "date" and len(value) == len("2018") else value


def _word_weight(word: str, weights: dict[str, float]) -> float:
    if word in weights:
        return weights[word]
    near = (
        weight
        for other, weight in weights.items()
        if len(word) >= MIN_PREFIX_LENGTH <= len(other) and _share_beginning(word, other)
    )
    return PREFIX_FACTOR * max(near, default=0.0)


def _share_beginning(word: str, other: str) -> bool:
    return word.startswith(other) or other.startswith(word)


def stem_word(word: str) -> str:
    """A word without its ending, so that 'funds', 'funded' and 'funding' are one.

    >>> [stem_word(word) for word in ("funds", "funded", "funding", "bodies", "share", "shared", "was")]
    ['fund', 'fund', 'fund', 'body', 'shar', 'shar', 'was']
    """
    if word.endswith("ies") and len(word) > len("ties"):
        return word[:-3] + "y"
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)]
    return word


_STOP_STEMS = frozenset(map(stem_word, STOP_WORDS))


@dataclass(frozen=True)
class _Rarity:
    """Inverse document frequency of a word, a document being a question."""

    counts: Counter[str]
    of: int

    def __call__(self, word: str) -> float:
        return log(1 + self.of / (1 + self.counts[word]))


@cache
def _word_index() -> tuple[dict[str, dict[str, float]], _Rarity]:
    """The stems of each question with their weights, and the rarity of a stem."""
    index: dict[str, dict[str, float]] = {}
    for question in all_questions():
        weights: dict[str, float] = {}
        parts = [
            (NAME_WEIGHT, question.name),
            (TITLE_WEIGHT, f"{question.title} {question.question}"),
            (SYNONYM_WEIGHT, question.also),
            (HELP_WEIGHT, " ".join([question.help, *(f"{p.name} {p.help}" for p in question.parameters)])),
        ]
        for weight, text in parts:
            for word in fold_name(text).split():
                if word not in STOP_WORDS:
                    weights[stem_word(word)] = max(weight, weights.get(stem_word(word), 0.0))
        index[question.name] = weights
    return index, _Rarity(Counter(word for weights in index.values() for word in weights), len(index))


def _parse_text(text: str, reader: Reader | None) -> _SearchText:
    search = _SearchText([word for word in fold_name(_DAY.sub(" ", text)).split() if word != "graph"])
    years = [word for word in search.words if _YEAR.fullmatch(word)]
    search.words = [word for word in search.words if word not in years]
    search.values = {"date": [day for day in _DAY.findall(text) if _is_day(day)], "year": years}
    if reader is not None:
        search.values["organisation"] = _extract_organisations(search, reader)
    for type_, (scheme, _, _) in CONCEPT_TYPES.items():
        names = {form: concept.code for concept in concepts(scheme) for form in _singular_and_plural(concept.label)}
        search.values[type_] = list(
            dict.fromkeys(names[sequence] for sequence in _word_sequences(search.words) if sequence in names)
        )
    return search


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _singular_and_plural(label: str) -> Iterable[str]:
    """A label and its plural."""
    folded = fold_name(label)
    return folded, folded + "s", re.sub(r"y$", "ies", folded)


def _word_sequences(words: list[str]) -> Iterable[str]:
    """Every sequence of adjacent words, the longest first."""
    for length in range(min(MAX_NAME_WORDS, len(words)), 0, -1):
        for start in range(len(words) - length + 1):
            yield " ".join(words[start : start + length])


def _extract_organisations(search: _SearchText, reader: Reader) -> list[str]:
    """The bodies that the text names, in their order; their words are removed from it.

    A sequence of words names a body when it is one of its names, or a subsequence of one of them and of no name of
    another body, unless that contains all words of the name.
    """
    names = bodies_by_name(reader)
    _, rarity = _word_index()
    bodies: list[tuple[int, str]] = []
    free = [True] * len(search.words)
    for length in range(min(MAX_NAME_WORDS, len(search.words)), 0, -1):
        for start in range(len(search.words) - length + 1):
            sequence = search.words[start : start + length]
            if not all(free[start : start + length]) or sequence[0] in STOP_WORDS or sequence[-1] in STOP_WORDS:
                continue
            body = _organisation_named(
                sequence, names, ordinary=length == 1 and bool(rarity.counts[stem_word(sequence[0])])
            )
            if body is not None:
                bodies.append((start, body))
                free[start : start + length] = [False] * length
    search.words = [word for word, still in zip(search.words, free, strict=True) if still]
    return list(dict.fromkeys(body for _, body in sorted(bodies)))


def _organisation_named(sequence: list[str], names: OrganisationsByName, *, ordinary: bool) -> str | None:
    """The name of today of the only body that a sequence of words names; an `ordinary` word must be a whole name."""
    exact = names.get(" ".join(sequence), set())
    if exact or ordinary:
        return next(iter(exact))[1] if len(exact) == 1 else None
    wanted = [word for word in sequence if word == "and" or word not in SMALL]
    near = sorted((name for name in names if _is_subsequence(wanted, name.split())), key=lambda name: (len(name), name))
    if not near or len(names[near[0]]) > 1:
        return None
    [body] = names[near[0]]
    others = (name for name in near if body not in names[name])
    return body[1] if all(set(near[0].split()) <= set(other.split()) for other in others) else None


def _is_subsequence(wanted: list[str], name: list[str]) -> bool:
    """Whether the words are a subsequence of those of a name."""
    rest = iter(name)
    return all(word in rest for word in wanted)

"""From a person's words to the nearest named questions. No language model: words, weighted by how rare they are."""

from __future__ import annotations

import re
import shlex
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from math import log, sqrt

from partnergraph.claims.name_search import SMALL, bodies_by_name, fold_name
from partnergraph.questions.named_questions import LISTED, Question, all_questions
from partnergraph.store import Reader
from partnergraph.vocabulary import concepts
from partnergraph.vocabulary.questions import FOCUS

# Words that say that something is asked, not what; "we" and "us" are the focus, the default of most questions.
IDLE = SMALL | frozenset(
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
# How much a word counts where it stands: in the name, the question and its title, other words for it, the help.
NAME, TITLE, ALSO, HELP = 1.5, 1.0, 1.0, 0.4
NEARLY = 0.6  # a word of which only the beginning agrees
PREFIX = 5  # letters that must agree then
NAMED = 1.4  # for each thing that the words name and the question takes
NEEDED = 1.8  # for each that it cannot do without, or that it is about
BARE = 0.15  # a question fits a little when things that it takes are named, whatever the other words
LOST = 0.75  # for each thing that they name and it cannot take
ASKED_FOR = 0.85  # for each thing that it needs and they do not name
MAX_LENGTH = 14  # words of a name
EVEN = 25  # how little it counts that a question has many words of its own
_ENDINGS = ("ing", "ed", "es", "s", "e")
_DAY = re.compile(r"(?<![0-9-])[0-9]{4}-[0-9]{2}-[0-9]{2}(?![0-9-])", re.ASCII)
_YEAR = re.compile(r"(?:1[0-9]|20)[0-9]{2}", re.ASCII)
# Names, folded, with the bodies that are or were called so: IRI and name of today.
Names = dict[str, set[tuple[str, str]]]


@dataclass(frozen=True)
class QuestionMatch:
    """A named question that may be meant, the parameters that the words name, and how near it is."""

    question: Question
    values: dict[str, str]
    score: float

    @property
    def command(self) -> str:
        """What to run; a parameter that is needed and was not named stands as `...`."""
        parts = ["partnergraph query", self.question.name]
        for parameter in self.question.parameters:
            if parameter.name in self.values:
                parts.append(f"-p {parameter.name}={shlex.quote(self.values[parameter.name])}")
            elif parameter.default is None:
                parts.append(f"-p {parameter.name}=...")
        return " ".join(parts)


@dataclass
class _Words:
    """What somebody typed: bodies, days, years, kinds and types that it names, and the words that are left."""

    left: list[str]
    found: dict[str, list[str]] = field(default_factory=dict)


def search_questions(text: str, reader: Reader | None = None, most: int = 5) -> list[QuestionMatch]:
    """The named questions that are nearest to some words, best first; none when nothing in them is of any question.

    With a reader, names of its bodies among the words become parameters.
    """
    words = _read(text, reader)
    rated = [_offer(question, words) for question in all_questions()]
    return sorted((o for o in rated if o.score > 0), key=lambda o: (-o.score, o.question.name))[:most]


def _offer(question: Question, words: _Words) -> QuestionMatch:
    known, rarity = _index()
    mine = known[question.name]
    met = {word: _weight(word, mine) for word in map(stem_word, words.left) if word not in _IDLE_STEMS}
    total = sum(map(rarity, met))
    covered = sum(rarity(word) for word, weight in met.items() if weight) / total if total else 0.0
    score = sum(rarity(word) * weight for word, weight in met.items()) / sqrt(sum(mine.values()) + EVEN)
    values, lost = _filled(question, words.found)
    score = score * (0.5 + 0.5 * covered) + BARE * len(values)
    for parameter in question.parameters:
        if parameter.name in values:
            score *= NEEDED if parameter.default in (None, FOCUS) else NAMED
        elif parameter.default is None:
            score *= ASKED_FOR
    return QuestionMatch(question, values, score * LOST**lost)


def _filled(question: Question, found: dict[str, list[str]]) -> tuple[dict[str, str], int]:
    """The parameters that are named, and how many named things the question cannot take.

    Where fewer bodies are named than it takes, they are first what it needs, then what it leaves open, then the focus.
    """
    left = {type_: list(values) for type_, values in found.items()}
    order = list(question.parameters)
    if len(left.get("organisation", ())) < sum(parameter.type == "organisation" for parameter in order):
        order.sort(key=lambda p: (p.default is not None, p.default == FOCUS))
    values: dict[str, str] = {}
    for parameter in order:
        for type_ in {"date": ("date", "year"), "number": ("year",)}.get(parameter.type, (parameter.type,)):
            if left.get(type_) and parameter.name not in values:
                values[parameter.name] = _value(parameter.type, left[type_].pop(0))
    return values, sum(map(len, left.values()))


def _value(type_: str, value: str) -> str:
    """A year where a day is needed is its middle."""
    return f"{value}-06-30" if type_ == "date" and len(value) == len("2018") else value


def _weight(word: str, mine: dict[str, float]) -> float:
    if word in mine:
        return mine[word]
    near = (weight for other, weight in mine.items() if len(word) >= PREFIX <= len(other) and _begins(word, other))
    return NEARLY * max(near, default=0.0)


def _begins(one: str, other: str) -> bool:
    return one.startswith(other) or other.startswith(one)


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


_IDLE_STEMS = frozenset(map(stem_word, IDLE))


@dataclass(frozen=True)
class _Rarity:
    """How rare a word is among the questions."""

    counts: Counter[str]
    of: int

    def __call__(self, word: str) -> float:
        return log(1 + self.of / (1 + self.counts[word]))


@cache
def _index() -> tuple[dict[str, dict[str, float]], _Rarity]:
    """The words of each question with their weights, and how rare a word is."""
    known: dict[str, dict[str, float]] = {}
    for question in all_questions():
        mine: dict[str, float] = {}
        parts = [
            (NAME, question.name),
            (TITLE, f"{question.title} {question.question}"),
            (ALSO, question.also),
            (HELP, " ".join([question.help, *(f"{p.name} {p.help}" for p in question.parameters)])),
        ]
        for weight, text in parts:
            for word in fold_name(text).split():
                if word not in IDLE:
                    mine[stem_word(word)] = max(weight, mine.get(stem_word(word), 0.0))
        known[question.name] = mine
    return known, _Rarity(Counter(word for mine in known.values() for word in mine), len(known))


def _read(text: str, reader: Reader | None) -> _Words:
    words = _Words([word for word in fold_name(_DAY.sub(" ", text)).split() if word != "graph"])
    years = [word for word in words.left if _YEAR.fullmatch(word)]
    words.left = [word for word in words.left if word not in years]
    words.found = {"date": [day for day in _DAY.findall(text) if _is_day(day)], "year": years}
    if reader is not None:
        words.found["organisation"] = _take_bodies(words, reader)
    for type_, (scheme, _, _) in LISTED.items():
        names = {form: concept.code for concept in concepts(scheme) for form in _forms(concept.label)}
        words.found[type_] = list(dict.fromkeys(names[run] for run in _runs(words.left) if run in names))
    return words


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _forms(label: str) -> Iterable[str]:
    """A label and its plural."""
    folded = fold_name(label)
    return folded, folded + "s", re.sub(r"y$", "ies", folded)


def _runs(words: list[str]) -> Iterable[str]:
    """Every run of words, the longest first."""
    for length in range(min(MAX_LENGTH, len(words)), 0, -1):
        for start in range(len(words) - length + 1):
            yield " ".join(words[start : start + length])


def _take_bodies(words: _Words, reader: Reader) -> list[str]:
    """The bodies that the words name, in their order; their words are taken away.

    A run of words names a body when it is one of its names, or stands in its names, with words left out, and in no name
    of another body that does not hold the whole name of this one.
    """
    names = bodies_by_name(reader)
    _, rarity = _index()
    found: list[tuple[int, str]] = []
    free = [True] * len(words.left)
    for length in range(min(MAX_LENGTH, len(words.left)), 0, -1):
        for start in range(len(words.left) - length + 1):
            run = words.left[start : start + length]
            if not all(free[start : start + length]) or run[0] in IDLE or run[-1] in IDLE:
                continue
            body = _called(run, names, ordinary=length == 1 and bool(rarity.counts[stem_word(run[0])]))
            if body is not None:
                found.append((start, body))
                free[start : start + length] = [False] * length
    words.left = [word for word, still in zip(words.left, free, strict=True) if still]
    return list(dict.fromkeys(body for _, body in sorted(found)))


def _called(run: list[str], names: Names, *, ordinary: bool) -> str | None:
    """The name of today of the one body that a run of words names; an ordinary word must be a whole name."""
    exact = names.get(" ".join(run), set())
    if exact or ordinary:
        return next(iter(exact))[1] if len(exact) == 1 else None
    wanted = [word for word in run if word == "and" or word not in SMALL]
    near = sorted((name for name in names if _stands_in(wanted, name.split())), key=lambda name: (len(name), name))
    if not near or len(names[near[0]]) > 1:
        return None
    [body] = names[near[0]]
    others = (name for name in near if body not in names[name])
    return body[1] if all(set(near[0].split()) <= set(other.split()) for other in others) else None


def _stands_in(wanted: list[str], name: list[str]) -> bool:
    """Whether the words stand in a name in this order, others between them or not."""
    rest = iter(name)
    return all(word in rest for word in wanted)

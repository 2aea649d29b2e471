"""Archived texts: their sentences and the place of quoted words, counted in Unicode code points."""

from __future__ import annotations

import hashlib
import re
from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache

from partnergraph.model.records import Document, Passage

MAX_SIZE = 20_000_000  # bytes
_SPACE = re.compile(r"\s+")
_OPENING = frozenset("\"'“‘(")
# A full stop of an abbreviation (St. George's, U.K. Government) ends no sentence, unless a word of _OPENERS follows.
_MAX_ABBREVIATION = 16  # characters
_ABBREVIATION = re.compile(
    r"(?:^|[^\w.])(?:(?:St|Ste|Mt|Ft|Dr|Mr|Mrs|Ms|Prof|Rev|Hon|Cllr|Messrs|vs|cf|approx|incl|e\.g|i\.e)|(?:[A-Z]\.){0,6}[A-Z])\.$"
)
_OPENERS = frozenset(
    "A All An And As At Both But By Each For From He Her His However If In It Its On Our She Since So That The Their "
    "Then There These They This Those To Until We When Where Who With You".split()
)
_CAPITALS = re.compile(r"[A-Z][a-z]*")
MAX_HITS = 100  # places of words that are looked for: nobody quotes by the hundredth
# How the nearest wording is looked for: pieces of the words, and the stretches of the text that hold most of them.
_MAX_SOUGHT_LENGTH = 1_000
_PIECES, _PIECE, _MAX_PLACES, _MAX_COMPARED = 40, 3, 500, 60


def read_document(source: str, data: bytes) -> Document:
    """A document from the bytes of its file. Raises `UnicodeDecodeError` when it is not UTF-8."""
    text = data.decode("utf-8")
    return Document(source, text, hashlib.sha256(data).hexdigest(), passages(text))


def passages(text: str) -> tuple[Passage, ...]:
    """The sentences of a text, numbered from 1, without the white space around them.

    >>> [(p.number, p.start, p.end, p.text) for p in passages("We fund it. They run it.\\n\\nDone")]
    [(1, 0, 11, 'We fund it.'), (2, 12, 24, 'They run it.'), (3, 26, 30, 'Done')]
    """
    sentences: list[Passage] = []
    start = 0
    breaks = (gap.span() for gap in _SPACE.finditer(text) if _ends(text, *gap.span()))
    for end, following in [*breaks, (len(text), len(text))]:
        piece = text[start:end]
        bare = piece.strip()
        if bare:
            first = start + len(piece) - len(piece.lstrip())
            sentences.append(Passage(len(sentences) + 1, bare, first, first + len(bare)))
        start = following
    return tuple(sentences)


class LocationError(LookupError):
    """Quoted words have no place in the text. `rule` names the case, `message` says what is wrong, `fix` what to do."""

    def __init__(self, rule: str, message: str, fix: str) -> None:
        super().__init__(f"{message} {fix}")
        self.rule, self.message, self.fix = rule, message, fix


def _ends(text: str, start: int, end: int) -> bool:
    """Whether a sentence ends at a run of white space: at every line break, and after . ! or ? before a capital or a
    digit, perhaps quoted, but not after an abbreviation. (Each run is looked at once; a pattern that begins anew within
    it takes quadratic time.)

    >>> [p.text for p in passages("We met St. Anne's School. It is in the U.K. We left.")]
    ["We met St. Anne's School.", 'It is in the U.K.', 'We left.']
    """
    if text.find("\n", start, end) >= 0 or text.find("\r", start, end) >= 0:
        return True
    if start == 0 or text[start - 1] not in ".!?" or end == len(text):
        return False
    quoted = text[end] in _OPENING and end + 1 < len(text) and not text[end + 1].isspace()
    first = end + quoted
    if not (text[first].isupper() or text[first].isdigit()):
        return False
    if not _ABBREVIATION.search(text[max(0, start - _MAX_ABBREVIATION) : start]):
        return True
    opener = _CAPITALS.match(text, first)
    return opener is not None and opener[0] in _OPENERS


@dataclass(frozen=True)
class Location:
    """Where quoted words stand: code points from the start of the text, end excluded, and the sentence."""

    start: int
    end: int
    passage: int


def locate(document: Document, words: str, sentence: int | None = None, *, near: bool = True) -> Location:
    """Find words that stand exactly once in the text, or in one sentence of it.

    `near` says whether the nearest wording is looked for where the words do not stand in the text.

    Raises `LocationError`: words-not-found (with the nearest wording), words-twice (with the sentences), or
    words-across-sentences.

    >>> text = read_document("x", "We fund it. They run it.".encode())
    >>> locate(text, "run it")
    Location(start=17, end=23, passage=2)
    >>> locate(text, "it")
    Traceback (most recent call last):
    partnergraph.graph_folder.documents.LocationError: The words stand 2 times in the text (sentences 1, 2)...
    """
    hits = _hits(document, words, sentence)
    spans = [(start, start + len(words), _sentence(document, start, start + len(words))) for start in hits]
    if not spans:
        own = _nearest(document.text, words) if near else None
        where = f" in sentence {sentence}" if sentence is not None else ""
        hint = f"The nearest wording is '{own}'. Copy the words exactly." if own else "Copy the words exactly."
        if own and own.split() == words.split():
            hint += " Only white space differs: a space that does not break, a doubled one, or a line break."
        raise LocationError("words-not-found", f"The words do not stand in the text{where}.", hint)
    if len(spans) > 1:
        numbers = [span[2] for span in spans if span[2] is not None]
        listed = ", ".join(map(str, dict.fromkeys(numbers)))
        where = f" (sentence{'s' * (len(set(numbers)) > 1)} {listed})" if numbers else ""
        single = next((number for number in numbers if numbers.count(number) == 1), None)
        hint = f", or write the sentence as locator, for example s{single}" if single and sentence is None else ""
        times = f"at least {MAX_HITS}" if len(spans) == MAX_HITS else str(len(spans))
        message, fix = f"The words stand {times} times in the text{where}.", f"Quote more of the sentence{hint}."
        raise LocationError("words-twice", message, fix)
    start, end, number = spans[0]
    if number is None:
        message, fix = "The words run over the end of a sentence.", "Quote within one sentence."
        raise LocationError("words-across-sentences", message, fix)
    return Location(start, end, number)


_WORD = re.compile(r"\S+")
# Characters that programs put in place of each other; each for one, so that places stay what they are.
_ALIKE = str.maketrans(
    "“”„‟«»‘’‚‛`´\u00a0\u2007\u2009\u202f\u2010\u2011\u2012–—\u2212", '"' * 6 + "'" * 6 + " " * 4 + "-" * 6
)


def match_typography(document: Document, words: str) -> str | None:
    """The document's own writing of words that differ from it only in quotation marks, dashes or spaces.

    >>> match_typography(read_document("x", "We call it “our” home.".encode()), 'it "our"')
    'it “our”'
    """
    folded, folded_words = _folded(document.text), words.translate(_ALIKE)
    wordings = {document.text[start : start + len(words)] for start in _places(folded, folded_words, 0, len(folded))}
    return wordings.pop() if len(wordings) == 1 else None


@lru_cache(maxsize=4)
def _folded(text: str) -> str:
    return text.translate(_ALIKE)


def _hits(document: Document, words: str, sentence: int | None) -> list[int]:
    """Where words begin in a text, or in one sentence of it: so many places as anybody wants to know."""
    start, end = 0, len(document.text)
    if sentence is not None:
        if not 1 <= sentence <= len(document.passages):
            return []
        passage = document.passages[sentence - 1]
        start, end = passage.start, passage.end
    return _places(document.text, words, start, end)


def _places(text: str, words: str, start: int, end: int, limit: int = MAX_HITS) -> list[int]:
    places: list[int] = []
    position = text.find(words, start, end)
    while position >= 0 and len(places) < limit:
        places.append(position)
        position = text.find(words, position + 1, end)
    return places


def _sentence(document: Document, start: int, end: int) -> int | None:
    index = bisect_right(document.passages, start, key=lambda passage: passage.start) - 1
    return document.passages[index].number if index >= 0 and end <= document.passages[index].end else None


def _nearest(text: str, words: str) -> str | None:
    """The run of the text that is most like the words, when it is at all like them.

    Only stretches that have pieces in common with the words are compared with them letter by letter.
    """
    if not words or len(words) > _MAX_SOUGHT_LENGTH:
        return None
    width = len(words.split())
    best, score = None, 0.6
    matcher = SequenceMatcher(autojunk=False)
    matcher.set_seq2(words)
    seen = set[int]()
    for start in _likely(_folded(text), words.translate(_ALIKE)):
        # The words that begin about there, each with so many after it as the quotation has.
        window_start = max(0, start - 40)
        nearby = [m.span() for m in _WORD.finditer(text, window_start, min(len(text), start + 80 + 3 * len(words)))]
        if window_start and not text[window_start - 1].isspace():
            nearby = nearby[1:]
        for first in range(len(nearby) - width + 1):
            begin, end = nearby[first][0], nearby[first + width - 1][1]
            if begin > start + 40:
                break
            if begin in seen:
                continue
            seen.add(begin)
            matcher.set_seq1(text[begin:end])
            if matcher.real_quick_ratio() > score and matcher.quick_ratio() > score:
                ratio = matcher.ratio()
                best, score = (text[begin:end], ratio) if ratio > score else (best, score)
    return best


def _likely(text: str, words: str) -> list[int]:
    """Where the words may begin in a text, the likeliest first: where many of their pieces stand in their order."""
    step = max(1, (len(words) - _PIECE) // _PIECES)
    votes: Counter[int] = Counter()
    for offset in range(0, max(1, len(words) - _PIECE + 1), step):
        # A piece that stands everywhere tells nothing, but it is not left out: it may be all that there is.
        places = _places(text, words[offset : offset + _PIECE], 0, len(text), _MAX_PLACES)
        votes.update({max(0, place - offset) // 20 for place in places})
    return [number * 20 for number, _ in sorted(votes.items(), key=lambda vote: (-vote[1], vote[0]))[:_MAX_COMPARED]]

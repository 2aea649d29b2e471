"""Archived texts: their sentences and the place of quoted words, counted in Unicode code points."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from difflib import SequenceMatcher

from partnergraph.model.records import Document, Passage

# A sentence ends at . ! or ? before white space and a capital or digit, perhaps quoted, and at every line break.
_BREAK = re.compile(r"(?<=[.!?])\s+(?=[\"'“‘(]?(?P<next>\S))|\s*[\r\n]+\s*")


def read_document(source: str, data: bytes) -> Document:
    """A document from the bytes of its file. Raises `UnicodeDecodeError` when it is not UTF-8."""
    text = data.decode("utf-8")
    return Document(source, text, hashlib.sha256(data).hexdigest(), passages(text))


def passages(text: str) -> tuple[Passage, ...]:
    """The sentences of a text, numbered from 1, without the white space around them.

    >>> [(p.number, p.start, p.end, p.text) for p in passages("We fund it. They run it.\\n\\nDone")]
    [(1, 0, 11, 'We fund it.'), (2, 12, 24, 'They run it.'), (3, 26, 30, 'Done')]
    """
    found: list[Passage] = []
    start = 0
    for end, following in [*((m.start(), m.end()) for m in _BREAK.finditer(text) if _ends(m)), (len(text), len(text))]:
        piece = text[start:end]
        bare = piece.strip()
        if bare:
            first = start + len(piece) - len(piece.lstrip())
            found.append(Passage(len(found) + 1, bare, first, first + len(bare)))
        start = following
    return tuple(found)


class Unlocated(LookupError):
    """Quoted words have no place in the text. `rule` names the case, `message` says what is wrong, `fix` what to do."""

    def __init__(self, rule: str, message: str, fix: str) -> None:
        super().__init__(f"{message} {fix}")
        self.rule, self.message, self.fix = rule, message, fix


def _ends(gap: re.Match[str]) -> bool:
    first = gap["next"] or ""
    return bool(re.search(r"[\r\n]", gap[0])) or first.isupper() or first.isdigit()


@dataclass(frozen=True)
class Located:
    """Where quoted words stand: code points from the start of the text, end excluded, and the sentence."""

    start: int
    end: int
    passage: int


def locate(document: Document, words: str, sentence: int | None = None) -> Located:
    """Find words that stand exactly once in the text, or in one sentence of it.

    Raises `Unlocated`: words-not-found (with the nearest wording), words-twice (with the sentences), or
    words-across-sentences.

    >>> text = read_document("x", "We fund it. They run it.".encode())
    >>> locate(text, "run it")
    Located(start=17, end=23, passage=2)
    >>> locate(text, "it")
    Traceback (most recent call last):
    partnergraph.sources.documents.Unlocated: The words stand 2 times in the text (sentences 1, 2)...
    """
    hits = [m.start() for m in re.finditer(f"(?={re.escape(words)})", document.text)]
    spans = [(start, start + len(words), _sentence(document, start, start + len(words))) for start in hits]
    if sentence is not None:
        spans = [span for span in spans if span[2] == sentence]
    if not spans:
        near = _nearest(document.text, words)
        where = f" in sentence {sentence}" if sentence is not None else ""
        hint = f"The nearest wording is '{near}'. Copy the words exactly." if near else "Copy the words exactly."
        if near and near.split() == words.split():
            hint += " Only white space differs: a space that does not break, a doubled one, or a line break."
        raise Unlocated("words-not-found", f"The words do not stand in the text{where}.", hint)
    if len(spans) > 1:
        numbers = [span[2] for span in spans if span[2] is not None]
        listed = ", ".join(map(str, dict.fromkeys(numbers)))
        where = f" (sentence{'s' * (len(set(numbers)) > 1)} {listed})" if numbers else ""
        single = next((number for number in numbers if numbers.count(number) == 1), None)
        hint = f", or write the sentence as locator, for example s{single}" if single and sentence is None else ""
        message, fix = f"The words stand {len(spans)} times in the text{where}.", f"Quote more of the sentence{hint}."
        raise Unlocated("words-twice", message, fix)
    start, end, number = spans[0]
    if number is None:
        message, fix = "The words run over the end of a sentence.", "Quote within one sentence."
        raise Unlocated("words-across-sentences", message, fix)
    return Located(start, end, number)


# Characters that programs put in place of each other; each for one, so that places stay what they are.
_ALIKE = str.maketrans(
    "“”„‟«»‘’‚‛`´\u00a0\u2007\u2009\u202f\u2010\u2011\u2012–—\u2212", '"' * 6 + "'" * 6 + " " * 4 + "-" * 6
)


def alike(document: Document, words: str) -> str | None:
    """The document's own writing of words that differ from it only in quotation marks, dashes or spaces.

    >>> alike(read_document("x", "We call it “our” home.".encode()), 'it "our"')
    'it “our”'
    """
    folded, sought = document.text.translate(_ALIKE), words.translate(_ALIKE)
    found = {document.text[m.start() : m.start() + len(words)] for m in re.finditer(re.escape(sought), folded)}
    return found.pop() if len(found) == 1 else None


def _sentence(document: Document, start: int, end: int) -> int | None:
    return next((p.number for p in document.passages if p.start <= start and end <= p.end), None)


def _nearest(text: str, words: str) -> str | None:
    """The run of the text that is most like the words, when it is at all like them."""
    tokens = [(m.start(), m.end()) for m in re.finditer(r"\S+", text)]
    width = max(1, len(words.split()))
    best, score = None, 0.6
    matcher = SequenceMatcher(autojunk=False)
    matcher.set_seq2(words)
    for first in range(len(tokens) - width + 1):
        candidate = text[tokens[first][0] : tokens[first + width - 1][1]]
        matcher.set_seq1(candidate)
        if matcher.real_quick_ratio() > score and matcher.quick_ratio() > score and (ratio := matcher.ratio()) > score:
            best, score = candidate, ratio
    return best

"""Hard-wrapped text (what pdftotext and e-mail give) -> one line a paragraph: what is read, quoted and archived.

A text with one paragraph a line stays as it is, character by character. Otherwise lines are joined until a blank line,
a bullet, a table row, a heading or the next member of a list; words that a line end divides are put together; running
heads, page numbers and page breaks are left out.
"""

from __future__ import annotations

import re
from collections import Counter
from itertools import pairwise

_MAX_HEADING_WORDS = 10
_MIN_PROSE_WORDS = 5  # of the last line of a page
_HEADING_SHARE = 0.7  # of the usual length of a full line: a shorter line that begins a paragraph may be a heading
_MAX_WIDTH = 130  # characters of a full line: above it a text is not wrapped
_EDGE_LINES = 2  # lines at the top and the bottom of a page that may be a running head
_BULLET = re.compile(r"(?:[-–—•*▪●○·◦‣\uf0b7]|\(?(?:\d{1,3}|[a-zA-Z]|[ivx]{1,4})[.)])\s+\S")
_TABLE_ROW = re.compile(r"\t|\S {3,}\S.* {3,}\S|\|")
_SENTENCE_END = re.compile(r"[.!?][’”'\")\]]*$")
_INNER_END = re.compile(r"\w\w[.!?;] ")  # of a sentence, within a line
_DIVIDED = re.compile(r"[^\W\d_](?:-|\u00ad)$")
_OPEN = re.compile(
    r"(?:,|&|/|\b(?:and|or|of|for|the|a|an|by|with|from|to|in|on|at|as|our|their|its|is|are|was|were|has|have|between|"
    r"through|including|since|until|that|which|who|St\.|Dr\.))$",
    re.IGNORECASE,
)
_SMALL = frozenset(["of", "for", "and", "the", "in", "on", "a", "an", "&", "to", "with", "at", "by", "y", "yr"])
_PAGE_NUMBER = re.compile(r"[-–—\s]*(?:page\s+)?\d{1,4}(?:\s+of\s+\d{1,4})?[-–—\s]*", re.IGNORECASE)
_DIGITS = re.compile(r"\d+")


def reflow(text: str) -> str:
    """A text without the line ends that only the width of a page made.

    >>> reflow("We were funded by Elm\\nCouncil and sup-\\nported by Ash Trust.\\n\\n- Oak School\\n- Fir School\\n")
    'We were funded by Elm Council and supported by Ash Trust.\\n\\n- Oak School\\n- Fir School\\n'
    """
    if "\n" not in text.strip() and "\f" not in text:
        return text
    lines = _without_page_furniture(text)
    if "\f" not in text and not _is_wrapped(lines):
        return text
    return _joined(lines)


def _without_page_furniture(text: str) -> list[str]:
    """The lines without running heads and page numbers. Where a page ends within a paragraph no blank line is left."""
    pages = text.replace("\r\n", "\n").replace("\r", "\n").split("\f")
    if len(pages) == 1:
        return _without_repeated_lines(pages[0].split("\n"))
    parsed = [page.split("\n") for page in pages]
    repeated = Counter(key for lines in parsed for key in {_masked(lines[index]) for index in _edges(lines)})
    least = 2 if len(pages) < 5 else 3
    kept: list[str] = []
    for lines in parsed:
        furniture = {
            index
            for index in _edges(lines)
            if repeated[_masked(lines[index])] >= least or _PAGE_NUMBER.fullmatch(lines[index])
        }
        body = [line for index, line in enumerate(lines) if index not in furniture]
        filled = [index for index, line in enumerate(body) if line.strip()]
        _append_block(kept, body[filled[0] : filled[-1] + 1] if filled else [])
    return kept


def _without_repeated_lines(lines: list[str]) -> list[str]:
    """The lines of a text without page breaks, without page numbers and repeated lines that stand alone within a
    paragraph.
    """
    alone = [
        index
        for index, line in enumerate(lines)
        if line.strip() and not _line(lines, index - 1).strip() and not _line(lines, index + 1).strip()
    ]
    repeated = Counter(_masked(lines[index]) for index in alone)
    furniture = {
        index
        for index in alone
        if _PAGE_NUMBER.fullmatch(lines[index]) or (repeated[_masked(lines[index])] > 1 and len(lines[index]) < 100)
    }
    if not furniture:
        return lines
    kept: list[str] = []
    body: list[str] = []
    for index, line in enumerate(lines):
        if index in furniture:
            while body and not body[-1].strip():
                body.pop()
            _append_block(kept, body)
            body = []
        elif body or line.strip() or not kept:
            body.append(line)
    _append_block(kept, body)
    return kept


def _append_block(kept: list[str], body: list[str]) -> None:
    """Add the lines of a page; a blank line stands between them and those before unless a sentence goes on."""
    if kept and body and not (_goes_on(kept[-1], body[0]) or _is_cut(kept[-1], body[0])):
        kept.append("")
    kept += body


def _is_cut(line: str, following: str) -> bool:
    """Whether the last line of a page is one of prose whose sentence does not end there."""
    words = line.split()
    is_prose = len(words) >= _MIN_PROSE_WORDS and not _is_title(line) and not _BULLET.match(following.strip())
    return is_prose and not _SENTENCE_END.search(line.strip())


def _line(lines: list[str], index: int) -> str:
    return lines[index] if 0 <= index < len(lines) else ""


def _edges(lines: list[str]) -> list[int]:
    """The first and last lines of a page that are not blank."""
    filled = [index for index, line in enumerate(lines) if line.strip()]
    return list(dict.fromkeys((*filled[:_EDGE_LINES], *filled[-_EDGE_LINES:])))


def _masked(line: str) -> str:
    """A line in which every number is the same number."""
    return _DIGITS.sub("0", " ".join(line.split()))


def _goes_on(line: str, following: str) -> bool:
    """Whether a sentence of a line goes on in another, as the words alone say."""
    line, following = line.strip(), following.strip()
    if not line or not following or _SENTENCE_END.search(line) or _BULLET.match(following):
        return False
    return following[0].islower() or bool(_OPEN.search(line)) or bool(_DIVIDED.search(line))


def _is_wrapped(lines: list[str]) -> bool:
    """Whether paragraphs of a text run over several lines: no line is very long, and sentences go on in the next."""
    lengths = [len(line.rstrip()) for line in lines if line.strip()]
    if not lengths or sorted(lengths)[int(len(lengths) * 0.9)] > _MAX_WIDTH:
        return False
    return any(
        _goes_on(line, following) or (following.strip() and _is_unfinished(line)) for line, following in pairwise(lines)
    )


def _is_unfinished(line: str) -> bool:
    """Whether a line is too long for a heading, and its sentence does not end."""
    line = line.strip()
    return len(line.split()) > _MAX_HEADING_WORDS and not _SENTENCE_END.search(line) and not _is_title(line)


def _joined(lines: list[str]) -> str:
    """The lines, each joined with the one before where that goes on."""
    width = _full_width(lines)
    words = _words(lines)
    paragraphs: list[list[str]] = []  # the pieces of each line of the new text
    last, is_open = "", False  # the last line, and whether it is not the first of its paragraph
    for raw in lines:
        line = raw.strip()
        if paragraphs and last and line and _continues(last, line, width, is_open=is_open):
            if _is_divided(last, line, words):
                paragraphs[-1][-1] = paragraphs[-1][-1][:-1]
            paragraphs[-1] += ["" if _DIVIDED.search(last) else " ", line]
            is_open = not _SENTENCE_END.search(line) or is_open
        else:
            paragraphs.append([raw.rstrip()])
            is_open = False
        last = "" if _TABLE_ROW.search(raw.strip()) else line
    return "\n".join("".join(pieces) for pieces in paragraphs)


def _full_width(lines: list[str]) -> int:
    """The usual length of a full line."""
    lengths = sorted(len(line.strip()) for line in lines if line.strip())
    return lengths[int(len(lengths) * 0.9)] if lengths else 0


def _continues(last: str, line: str, width: int, *, is_open: bool) -> bool:
    """Whether a line goes on from the last one. `is_open`: whether that itself goes on from another."""
    if _BULLET.match(line) or _TABLE_ROW.search(line):
        return False
    if _goes_on(last, line):
        return True
    fills = len(last) + 1 + len(line.split(maxsplit=1)[0]) > width
    if _SENTENCE_END.search(last):
        return fills and len(last.split()) > 3 and not _is_title(last)
    if last.endswith((":", ";")) and not fills:
        return False
    if is_open or (len(last.split()) > _MAX_HEADING_WORDS and not _is_title(last)):
        return True
    if len(last) < _HEADING_SHARE * width or last.isupper():
        return False
    return not (_is_title(last) and _is_title(line)) or fills


def _is_title(line: str) -> bool:
    """Whether all words of a line but small ones have capitals: a heading, or a name in a list."""
    words = [word for word in re.findall(r"[^\W\d_][\w'’.-]*|&", line) if word not in _SMALL]
    return all(word[0].isupper() or word == "&" for word in words) and not _INNER_END.search(line)


def _is_divided(last: str, line: str, words: frozenset[str]) -> bool:
    """Whether the hyphen at the end of a line only divides a word: "sup-" and "ported", not "co-" and "production" in
    a text that writes "co-production", nor "Stoke-" and "On-Trent".
    """
    if last.endswith("\u00ad"):
        return True
    if not _DIVIDED.search(last) or not line[0].islower():
        return False
    rest = re.match(r"[\w'’]*", line)
    parts = (last[:-1].rsplit(maxsplit=1)[-1].lstrip("(‘“'\"").lower(), rest[0].lower() if rest else "")
    return "".join(parts) in words or "-".join(parts) not in words


def _words(lines: list[str]) -> frozenset[str]:
    """The words that stand within a line, in small letters."""
    return frozenset(word.lower() for line in lines for word in re.findall(r"[\w'’]+(?:-[\w'’]+)*", line))

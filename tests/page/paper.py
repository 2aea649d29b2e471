"""Reads the PDF that Chromium prints: of each page its text, the sizes of its letters, its lines and its pictures."""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass, field

OBJECT = re.compile(rb"(\d+) 0 obj\n(.*?)\nendobj", re.DOTALL)
STREAM = re.compile(rb"(.*?)stream\r?\n(.*?)\r?\nendstream", re.DOTALL)
TOKEN = re.compile(rb"\[[^\]]*\]|<[0-9A-Fa-f]*>|\((?:\\.|[^\\()])*\)|/[^\s/<>\[\]()]+|[^\s/<>\[\]()]+")


@dataclass
class Sheet:
    """One page. Text is without white space, since a PDF has places and no spaces; sizes are in points."""

    text: str = ""
    sizes: dict[float, str] = field(default_factory=dict)
    strokes: int = 0
    pictures: int = 0


def _unpacked(body: bytes) -> bytes:
    found = STREAM.match(body)
    assert found, "an object without a stream"
    # What is packed may end like a line does, so its length counts.
    length = re.search(rb"/Length (\d+)", found[1])
    content = body[found.start(2) :][: int(length[1])] if length else found[2]
    return zlib.decompress(content) if b"FlateDecode" in found[1] else content


def _letters(table: bytes) -> dict[int, str]:
    """A ToUnicode table (ISO 32000-1, 9.10.3): the number of a shape -> its characters."""
    found: dict[int, str] = {}

    def text(code: bytes) -> str:
        return bytes.fromhex(code.decode()).decode("utf-16-be")

    for block in re.findall(rb"beginbfchar(.*?)endbfchar", table, re.DOTALL):
        for one, to in re.findall(rb"<(\w+)> <(\w+)>", block):
            found[int(one, 16)] = text(to)
    for block in re.findall(rb"beginbfrange(.*?)endbfrange", table, re.DOTALL):
        for first, last, to in re.findall(rb"<(\w+)> <(\w+)> <(\w+)>", block):
            start = text(to)
            for number in range(int(first, 16), int(last, 16) + 1):
                found[number] = start[:-1] + chr(ord(start[-1]) + number - int(first, 16))
    return found


def read(pdf: bytes) -> list[Sheet]:
    """The pages of a PDF made by Chromium (Skia), in their order."""
    objects = {int(number): body for number, body in OBJECT.findall(pdf)}
    tables = {
        number: _letters(_unpacked(objects[int(found[1])]))
        for number, body in objects.items()
        if (found := re.search(rb"/ToUnicode (\d+) 0 R", body))
    }
    sheets = []
    for body in objects.values():
        contents = re.search(rb"/Contents (\d+) 0 R", body)
        if not re.match(rb"<</Type /Page\b", body) or not contents:
            continue
        fonts = {name: tables.get(int(number), {}) for name, number in re.findall(rb"/(F\d+) (\d+) 0 R", body)}
        sheets.append(_sheet(_unpacked(objects[int(contents[1])]), fonts))
    return sheets


def _sheet(content: bytes, fonts: dict[bytes, dict[int, str]]) -> Sheet:
    sheet, scale, stack, stacked = Sheet(), 1.0, [], []
    letters: dict[int, str] = {}
    size = 0.0
    for token in TOKEN.findall(content):
        if token == b"q":
            stacked.append(scale)
        elif token == b"Q":
            scale = stacked.pop()
        elif token == b"cm":
            scale *= abs(float(stack[-3]))
        elif token == b"Tf":
            letters, size = fonts[stack[-2][1:]], float(stack[-1])
        elif token in (b"Tj", b"TJ"):
            codes = b"".join(re.findall(rb"<([0-9A-Fa-f]*)>", stack[-1]))
            said = "".join(letters.get(int(codes[at : at + 4], 16), "\ufffd") for at in range(0, len(codes), 4))
            said = "".join(said.split())
            sheet.text += said
            points = round(size * scale, 1)
            sheet.sizes[points] = sheet.sizes.get(points, "") + said
        elif token in (b"S", b"f", b"B", b"f*"):
            sheet.strokes += 1
        elif token == b"Do":
            sheet.pictures += 1
        else:
            stack.append(token)
            continue
        stack.clear()
    return sheet

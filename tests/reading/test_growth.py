"""Every reader of what others made takes time that grows with the size of its input, whatever the input is made of."""

from __future__ import annotations

import gc
import json
import time
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from partnergraph.errors import PartnerGraphError, Place
from partnergraph.match.asked import names
from partnergraph.match.judge import best
from partnergraph.match.register import Register
from partnergraph.model.register import Entry, EntryName, Tally
from partnergraph.prose.known import Known
from partnergraph.prose.proposals import read as propose
from partnergraph.queries.guard import examine
from partnergraph.reading.toml import parse_toml
from partnergraph.sources.documents import Unlocated, alike, locate, read_document
from partnergraph.sources.layouts import LAYOUTS
from partnergraph.sources.registers import FORMATS
from partnergraph.sources.registers import Register as File
from partnergraph.sources.registers import read as read_register
from partnergraph.sources.tables import read_sheet, read_table
from partnergraph.sources.workbook import read_sheets
from tests.sources.spreadsheets import ods, ods_cell, ods_rows, packed, parts, rows

# Twice the input, at most 2.5 times the work: over two doublings, which tells more surely.
MOST = 2.5**2
SHORT = 0.06  # seconds of a processor under which nothing is judged
TRIES = 4
# What a text is made of, repeated: each class of character, and what people write often.
UNITS = {
    "space": " ", "new line": "\n", "tab": "\t", "letter": "a", "capital": "A", "digit": "7", "capital word": "Alpha ",
    "comma": ",", "semicolon": ";", "dot": ".", "dots and spaces": ". ", "quotation mark": '"', "two of them": '""',
    "apostrophe": "'", "typographic": "‘", "bracket": "(", "square": "[", "brace": "{", "closing": ")]}", "less": "<",
    "backslash": "\\", "hyphen": "-", "slash": "/", "at": "@", "colon": ":", "hash": "#", "equals": "=", "one": "\x01",
    "accents": "e\u0301", "Cyrillic": "Ж", "wide": "\U0001f600", "Arabic digit": "\u0663", "no-break": "\u00a0",
    "names": "Alpha University, ", "words": "lorem ipsum ", "ids": "a; ", "date": "2009-01-01 ", "address": "a@b.org ",
    "web": "https://a.org/b?c ", "claims": "Alpha University funds Beta Trust, ", "letters and spaces": "a ",
}  # fmt: skip


def _file(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


def _quietly(act: Callable[[], object]) -> None:
    """What a reader refuses is as good as what it reads: it must come soon."""
    try:
        done = act()
        if isinstance(done, Iterable):
            for _ in done:
                pass
    except (PartnerGraphError, Unlocated, ValueError, LookupError):
        pass


def _quotations(text: str) -> None:
    document = read_document("s", text.encode())
    for words in (text[:300], text[len(text) // 2 :] + "!", "The School pays for it", text[:40] + "x" + text[:40]):
        for sentence in (None, 1):
            _quietly(lambda words=words, sentence=sentence: locate(document, words, sentence))
        alike(document, words)


def _listed(text: str, path: Path) -> None:
    listed = names(_file(path / "list.csv", ("name,country,type\n" + _rows(text, 3)).encode()))
    for _, sought in listed.rows[:50]:
        if sought is not None:
            best(sought, REGISTER)


REGISTER = Register(
    Entry(f"r{number}", f"{word} University", Place("r"), names=(EntryName(f"University of {word}", "alternative"),))
    for number, word in enumerate(["Alpha", "Beta", "Keele", "Lorem Ipsum", "Elm"])
)


def _rows(text: str, columns: int) -> str:
    """The text in cells of a hundred characters, quoted."""
    cells = ['"' + text[at : at + 100].replace('"', '""') + '"' for at in range(0, len(text), 100)]
    return "".join(",".join(cells[at : at + columns]) + "\n" for at in range(0, len(cells), columns))


def _in_xml(text: str) -> str:
    plain = "".join(c for c in text if c >= " " or c in "\n\t")
    return plain.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")


def _xlsx(text: str, where: str) -> bytes:
    one = _in_xml(text)
    if where == "cell":
        body = rows(["id", "name"], ["a", one])
    elif where == "cells":
        body = rows(["id", "name"], *(["a", _in_xml(text[at : at + 50])] for at in range(0, len(text), 50)))
    else:
        body = rows(["id"], ["a"]).replace("<row", f'<!-- {one.replace("-", "_")} --><row a="{one}"', 1)
    return packed(parts({"Organisations": body}))


def _ods(text: str, where: str) -> bytes:
    one = _in_xml(text)
    if where == "cell":
        body = ods_rows([ods_cell("id"), ods_cell("name")], [ods_cell("a"), ods_cell(one)])
    else:
        body = ods_rows([ods_cell("id")], [ods_cell("a", f'office:value-type="string" office:string-value="{one}"')])
    return packed(ods({"Organisations": body}))


def _json(format_: str, text: str) -> bytes:
    """A record of the register with the text in all its cells."""
    many = [text[at : at + 50] for at in range(0, len(text), 50)]
    record = {
        "id": text, "title": text, "name": text, "names": [{"value": one, "types": [one]} for one in many],
        "types": many, "established": text, "external_ids": [{"type": one, "all": [one]} for one in many[:99]],
        "links": many, "details": {"closed_at": text, "abbreviation": text}, "format": text, "amountAwarded": text,
        "locations": [{"geonames_details": {"name": one}} for one in many], "awardDate": text, "currency": text,
        "parent_organisations": [{"id": one} for one in many], "fundingOrganization": [{"id": text, "name": text}],
        "recipientOrganization": [{"id": text, "name": text}], "plannedDates": [{"startDate": text}],
    }  # fmt: skip
    if format_ == "ror":
        record["id"] = "https://ror.org/00340yn33"
    return json.dumps([record] if format_ != "360giving" else {"grants": [record]}).encode()


HEADINGS = {
    "crossref-funder": "Funder ID,ROR ID",
    "govuk-register": "government-organisation,name,start-date,end-date",
    "gtr": "FundingOrgName,ProjectReference,LeadROName,Title,FundingOrgId,LeadROId,StartDate,AwardPounds",
    "local-authorities": "local-authority-code,official-name,gss-code,replaced-by,nation,current-authority,alt-names",
    "360giving-table": "Identifier,Title,Currency,Amount Awarded,Award Date,Funding Org:Name,Recipient Org:Name",
    "ods-practice-links": "EXTRACT_DATE,PRACTICE_CODE,PRACTICE_NAME,PRACTICE_POSTCODE,PCN_CODE,PCN_NAME,ONS_CCG_CODE,"
    "CCG_CODE,CCG_NAME,ONS_STP_CODE,STP_CODE,STP_NAME,ONS_COMM_REGION_CODE,COMM_REGION_CODE,COMM_REGION_NAME",
}


def _register(format_: str, form: str, text: str, path: Path) -> None:
    if form == "json":
        data = _json(format_, text)
    elif form == "raw":
        data = text.encode()
    else:
        heading = HEADINGS.get(format_, "A1,Name,Y54,Q99")
        data = f"{heading}\n{_rows(text, heading.count(',') + 1)}".encode()
    file = _file(path / f"r.{'json' if form == 'json' or format_ in JSON else 'csv'}", data)
    _quietly(lambda: read_register(File("r", file, file.name, format_), Tally()))


JSON = ("ror", "govuk", "360giving")
Reader = Callable[[str, Path], object]
# Name -> what it does with a text, and the characters of the largest text that it is given.
READERS: dict[str, tuple[Reader, int]] = {
    "document": (lambda text, _: read_document("s", text.encode()), 400_000),
    "quotations": (lambda text, _: _quotations(text), 200_000),
    "prose": (lambda text, _: propose(read_document("s", text.encode()), Known()), 16_000),
    "CSV as it is": (lambda text, _: read_table("t.csv", text.encode(), LAYOUTS["organisations"]), 200_000),
    "TSV as it is": (lambda text, _: read_table("t.tsv", text.encode(), LAYOUTS["organisations"]), 200_000),
    "CSV, one cell": (
        lambda text, _: read_table("t.csv", f'id,name\na,"{text}\n'.encode(), LAYOUTS["organisations"]),
        400_000,
    ),
    "CSV, cells": (
        lambda text, _: read_table("t.csv", b"id,name\n" + _rows(text, 2).encode(), LAYOUTS["organisations"]),
        200_000,
    ),
    "not UTF-8": (lambda text, _: read_sheets("t.csv", text.encode() + b"\xff\xfe\xff"), 200_000),
    "XLSX, one cell": (lambda text, _: _sheets("t.xlsx", _xlsx(text, "cell")), 400_000),
    "XLSX, cells": (lambda text, _: _sheets("t.xlsx", _xlsx(text, "cells")), 100_000),
    "XLSX, markup": (lambda text, _: _sheets("t.xlsx", _xlsx(text, "markup")), 400_000),
    "ODS, one cell": (lambda text, _: _sheets("t.ods", _ods(text, "cell")), 400_000),
    "ODS, markup": (lambda text, _: _sheets("t.ods", _ods(text, "markup")), 400_000),
    "TOML as it is": (lambda text, _: parse_toml(text), 200_000),
    "TOML in a text": (lambda text, _: parse_toml(f"x = '''{text}"), 200_000),
    "TOML in an array": (lambda text, _: parse_toml("x = [" + "'a', " * (len(text) // 5) + text[:99]), 50_000),
    "list of names": (_listed, 40_000),
    "query as it is": (lambda text, _: examine(text), 60_000),
    "query in a string": (lambda text, _: examine(f'ASK {{ ?s ?p """{text}'), 60_000),
    "query in a group": (lambda text, _: examine(f"SELECT * {{ {text}"), 60_000),
    **{
        f"{name}, {form}": (lambda text, path, name=name, form=form: _register(name, form, text, path), 60_000)
        for name in FORMATS
        for form in (("json", "raw") if name in JSON else ("table", "raw"))
    },
}


def _sheets(file: str, data: bytes) -> None:
    for sheet in read_sheets(file, data):
        read_sheet(sheet, LAYOUTS["organisations"])


def _work(reader: Reader, text: str, path: Path) -> float:
    gc.collect()
    start = time.process_time()
    _quietly(lambda: reader(text, path))
    return time.process_time() - start


@pytest.mark.parametrize("name", READERS)
def test_twice_the_input_takes_at_most_two_and_a_half_times_the_work(name: str, tmp_path: Path) -> None:
    reader, largest = READERS[name]
    wrong = {}
    for kind, unit in UNITS.items():
        text = unit * (largest // len(unit))
        small = text[: len(text) // 4]
        long = _work(reader, text, tmp_path)
        short = _work(reader, small, tmp_path)
        for _ in range(TRIES):
            if long < SHORT or long <= short * MOST:
                break
            # On a busy machine a time can be too long, but never too short.
            long = min(long, _work(reader, text, tmp_path))
            short = max(short, _work(reader, small, tmp_path)) if short < SHORT / 16 else short
        else:
            wrong[kind] = (round(short, 4), round(long, 4))
    assert not wrong, f"processor's seconds for a quarter and the whole of {largest} characters: {wrong}"

"""Word documents and PDFs: their text, and the refusals of what is damaged, locked, too large or too slow."""

from __future__ import annotations

import io
import zipfile
import zlib
from pathlib import Path

import pytest
from click.testing import CliRunner

from partnergraph.cli.commands.read import read as command
from partnergraph.errors import DataError, MissingExtra
from partnergraph.extraction import pdf_documents
from partnergraph.extraction.input import document_from_bytes
from partnergraph.extraction.pdf_documents import pdf_text
from partnergraph.extraction.word_documents import docx_text
from partnergraph.graph_folder.folder import read_folder

_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_PARAGRAPH = "<w:p><w:r><w:t xml:space='preserve'>{}</w:t></w:r></w:p>"


def docx(body: str, prolog: str = "", extra_part: str = "") -> bytes:
    """A .docx whose body is some WordprocessingML."""
    document = (
        f"<?xml version='1.0' encoding='UTF-8'?>{prolog}<w:document xmlns:w='{_W}'><w:body>{body}</w:body></w:document>"
    )
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", document)
        if extra_part:
            archive.writestr(extra_part, b"")
    return stream.getvalue()


def pdf(*pages: list[str], compressed: bool = False) -> bytes:
    """A PDF with lines of text on its pages (ISO 32000-1, 7.5 and 9.4)."""
    kids = " ".join(f"{4 + 2 * number} 0 R" for number in range(len(pages)))
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        f"<</Type/Pages/Kids[{kids}]/Count {len(pages)}>>".encode(),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
    ]
    for number, lines in enumerate(pages):
        escaped = (line.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)") for line in lines)
        content = ("BT /F1 10 Tf 14 TL 50 780 Td " + " ".join(f"({line}) Tj T*" for line in escaped) + " ET").encode()
        resources = "/Resources<</Font<</F1 3 0 R>>>>"
        objects.append(
            f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]{resources}/Contents {5 + 2 * number} 0 R>>".encode()
        )
        filters = b"/Filter/FlateDecode" if compressed else b""
        content = zlib.compress(content, 9) if compressed else content
        objects.append(b"<</Length %d%s>>stream\n%s\nendstream" % (len(content), filters, content))
    data, offsets = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        offsets.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    size = len(objects) + 1
    return data + b"xref\n0 %d\n0000000000 65535 f \n%strailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (
        *(size, table, size, len(data)),
    )


def test_a_word_document_gives_its_paragraphs_and_the_rows_of_its_tables() -> None:
    row = "<w:tr><w:tc>{}</w:tc><w:tc>{}</w:tc></w:tr>"
    cells = (_PARAGRAPH.format("Ash Council"), _PARAGRAPH.format("since 2012"))
    body = (
        "<w:p><w:r><w:t>Elm </w:t></w:r><w:r><w:tab/><w:t>Trust</w:t></w:r>"
        "<w:del><w:r><w:delText>not</w:delText></w:r></w:del><w:moveFrom><w:r><w:t>gone</w:t></w:r></w:moveFrom></w:p>"
        f"<w:tbl>{row.format(*cells)}</w:tbl>" + _PARAGRAPH.format("A &amp; B.")
    )
    assert docx_text("a.docx", docx(body)) == "Elm Trust\nAsh Council\tsince 2012\nA & B.\n"


def test_a_pdf_gives_the_paragraphs_of_its_pages_without_running_heads() -> None:
    first = ["Annual report 2024", "", "Elm Trust has been funded by the Ash"]
    second = ["Annual report 2024", "", "Foundation since 2012.", "2"]
    document = document_from_bytes("a.pdf", pdf(first, second, compressed=True), "report")
    assert [passage.text for passage in document.passages] == [
        "Elm Trust has been funded by the Ash Foundation since 2012."
    ]


@pytest.mark.parametrize("suffix", ["docx", "pdf"])
def test_what_is_accepted_of_an_office_document_quotes_the_text_that_is_put_into_the_folder(
    suffix: str, tmp_path: Path
) -> None:
    sentence = "Elm Trust is funded by the Ash Foundation."
    path = tmp_path / f"report.{suffix}"
    path.write_bytes(docx(_PARAGRAPH.format(sentence)) if suffix == "docx" else pdf([sentence]))
    (tmp_path / "mine" / "tables").mkdir(parents=True)
    settings = 'id = "mine"\ntitle = "Mine"\nbase = "https://example.org/"\n'
    (tmp_path / "mine" / "partnergraph.toml").write_text(settings, "utf-8")
    proposed = tmp_path / "proposed"
    made = CliRunner().invoke(command, [str(path), "--source", "report", "-o", str(proposed)])
    assert made.exit_code == 0, made.output
    table = proposed / "proposals.csv"
    head, *rows = table.read_text("utf-8").splitlines()
    table.write_text("\n".join([head, *(f"yes{row}" for row in rows)]) + "\n", "utf-8")
    made = CliRunner().invoke(command, [str(path), "--accept", str(proposed), "--into", str(tmp_path / "mine")])
    assert made.exit_code == 0, made.output
    folder = read_folder(tmp_path / "mine")
    assert folder.findings == []
    assert [relationship.kind for relationship in folder.model.relationships] == ["funding"]
    assert (tmp_path / "mine" / "documents" / "report.txt").read_text("utf-8").strip() == sentence


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (docx("")[:200], "damaged or cut off"),
        (docx("<w:p>"), "not whole"),
        (docx("", "<!DOCTYPE x [<!ENTITY e 'x'>]>"), "declares a document type"),
        (docx(_PARAGRAPH.format("a"), extra_part="../x"), "leads out of the file"),
        (docx(_PARAGRAPH.format("a" * 15_000_000)), "would grow"),
        (docx("<w:p/>"), "is empty"),
    ],
)
def test_a_word_document_that_is_damaged_or_built_to_harm_is_refused(data: bytes, message: str) -> None:
    with pytest.raises(DataError, match=message) as caught:
        document_from_bytes("a.docx", data, "text")
    assert str(caught.value).startswith("a.docx")


def test_an_archive_of_another_kind_is_refused() -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("content.xml", b"<x/>")
    with pytest.raises(DataError, match=r"not a \.docx"):
        document_from_bytes("a.odt", stream.getvalue(), "text")


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"%PDF-1.7 nothing", "damaged"),
        (pdf(["Elm Trust"])[:150], "damaged"),
        (pdf([]), "holds no text"),
        (b"%PDF-1.4\n" + b"<<" * 100_000, "damaged"),
        (pdf(*([["x"]] * 2_001)), "more than 2,000 pages"),
        (pdf(["x" * 100_000_000], compressed=True), "grows beyond measure"),
    ],
)
def test_a_pdf_that_is_damaged_or_too_long_is_refused(data: bytes, message: str) -> None:
    with pytest.raises(DataError, match=message) as caught:
        document_from_bytes("a.pdf", data, "text")
    assert str(caught.value).startswith("a.pdf")


def test_a_pdf_that_takes_too_long_is_stopped() -> None:
    with pytest.raises(DataError, match=r"not read within 0\.05 seconds"):
        pdf_text("a.pdf", pdf(["Elm Trust"]), timeout=0.05)


def test_a_pdf_without_its_library_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf_documents, "find_spec", lambda _: None)
    with pytest.raises(MissingExtra, match=r"pip install 'partnergraph\[documents\]'"):
        pdf_text("a.pdf", pdf(["Elm Trust"]))

"""A report as text, Markdown, a page, JSON or an RDF Patch. The same report gives the same bytes."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

from partnergraph.compare.changes import Comparison
from partnergraph.palette import ink_rules
from partnergraph.xml_text import replace_forbidden

_TEMPLATES = Path(__file__).resolve().parent / "templates"
# The colours that diff.css uses.
_INKS = ("page", "text", "muted", "accent", "fresh", "link", "focus", "edge", "rule", "soft")
# Characters with a meaning in Markdown.
_MARKDOWN_SYNTAX = re.compile(r"([\\`*_\[\]<>|#])")
# Control characters and marks of writing direction.
_CONTROLS = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


def as_text(report: Comparison) -> str:
    """In words, for a terminal."""
    rows = [f"{report.before} → {report.after}", report.summary]
    for section in report.sections:
        rows += ["", _plain_line(section.title)]
        for change in section.changes:
            rows.append(_wrap(change.sentence, "  - ", "    "))
            rows += [_wrap(detail, "      ", "      ") for detail in change.details]
        if section.elsewhere:
            rows.append(_wrap(f"See also: {', '.join(section.elsewhere)}", "  ", "    "))
    if report.named:
        rows += ["", "Also concerned"]
        rows += [_wrap(f"{name}: see {', '.join(titles)}", "  - ", "    ") for name, titles in report.named]
    if report.note:
        rows += ["", report.note]
    return "\n".join(rows) + "\n"


def _plain_line(text: str) -> str:
    """One line without control characters, which could steer a terminal."""
    return _CONTROLS.sub(" ", text.replace("\n", " "))


def _wrap(text: str, first: str, rest: str) -> str:
    return textwrap.fill(
        _plain_line(text),
        110,
        initial_indent=first,
        subsequent_indent=rest,
        break_long_words=False,
        break_on_hyphens=False,
    )


def as_markdown(report: Comparison) -> str:
    """In words, as Markdown."""

    def escape(text: str) -> str:
        return _MARKDOWN_SYNTAX.sub(r"\\\1", _plain_line(text))

    rows = [f"# What changed: {escape(report.title)}", "", escape(f"{report.before} → {report.after}"), ""]
    rows.append(escape(report.summary))
    for section in report.sections:
        rows += ["", f"## {escape(section.title)}", ""]
        for change in section.changes:
            rows.append(f"- {escape(change.sentence)}")
            rows += [f"  - {escape(detail)}" for detail in change.details]
        if section.elsewhere:
            rows += ["", f"See also: {escape(', '.join(section.elsewhere))}"]
    if report.named:
        rows += ["", "## Also concerned", ""]
        rows += [f"- {escape(name)}: see {escape(', '.join(titles))}" for name, titles in report.named]
    if report.note:
        rows += ["", escape(report.note)]
    return "\n".join(rows) + "\n"


def as_json(report: Comparison) -> str:
    """As data: `equal`, `before`, `after`, `title`, `summary`, `counts`, `quads` (added, removed, following by graph),
    `changed_ids` (old to new) and `sections`: each `title`, `iri` (null if it is no body's) and `changes`: each `what`,
    `sentence`, `subject`, `concerns` (IRIs), `old`, `new` (null where there is none), `details` and `evidence` (IRIs).
    """
    document: dict[str, Any] = {
        "equal": report.equal,
        "before": report.before,
        "after": report.after,
        "title": report.title,
        "summary": report.summary,
        "counts": report.counts,
        "quads": {"added": report.added, "removed": report.removed, "following": report.following},
        "changed_ids": report.renamed,
        "sections": [
            {
                "title": section.title,
                "iri": section.iri,
                "changes": [
                    {
                        "what": change.what,
                        "sentence": change.sentence,
                        "subject": change.subject,
                        "concerns": list(change.concerns),
                        "old": change.old,
                        "new": change.new,
                        "details": list(change.details),
                        "evidence": list(change.evidence),
                    }
                    for change in section.changes
                ],
            }
            for section in report.sections
        ],
    }
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def as_html(report: Comparison) -> str:
    """One page that needs no network and no script."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(str(_TEMPLATES)),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        finalize=lambda value: replace_forbidden(value) if type(value) is str else value,
    )
    style = ink_rules(_INKS) + (_TEMPLATES / "diff.css").read_text("utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    number = {section.title: index for index, section in enumerate(report.sections)}
    return environment.get_template("diff.html.j2").render(
        report=report, style=style, policy=policy, number=number, marks=MARKS
    )


# The mark before a change, by the last word of its kind: its text is seen and read aloud, its class colours it.
MARKS = {
    "new": "new", "added": "new", "succeeded": "new", "gone": "gone", "removed": "gone", "ended": "ended",
    "standing": "standing", "renamed": "renamed",
}  # fmt: skip
# The registry of output formats.
FORMATS: dict[str, Callable[[Comparison], str]] = {
    "text": as_text,
    "markdown": as_markdown,
    "html": as_html,
    "json": as_json,
    "patch": lambda report: report.quads,
}

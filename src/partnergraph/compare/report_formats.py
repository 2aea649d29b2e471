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

from partnergraph.compare.report import Report
from partnergraph.palette import ink_rules

_HERE = Path(__file__).resolve().parent / "templates"
_INKS = (
    "page",
    "text",
    "muted",
    "accent",
    "fresh",
    "link",
    "focus",
    "edge",
    "rule",
    "soft",
)  # those that diff.css uses
_SIGNS = re.compile(r"([\\`*_\[\]<>|#])")
# What no page can hold.
_FORBIDDEN = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_CONTROLS = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


def as_text(report: Report) -> str:
    """In words, for a terminal."""
    rows = [f"{report.before} → {report.after}", report.summary]
    for section in report.sections:
        rows += ["", _bare(section.title)]
        for change in section.changes:
            rows.append(_wrapped(change.sentence, "  - ", "    "))
            rows += [_wrapped(detail, "      ", "      ") for detail in change.details]
        if section.elsewhere:
            rows.append(_wrapped(f"See also: {', '.join(section.elsewhere)}", "  ", "    "))
    if report.named:
        rows += ["", "Also concerned"]
        rows += [_wrapped(f"{name}: see {', '.join(homes)}", "  - ", "    ") for name, homes in report.named]
    if report.note:
        rows += ["", report.note]
    return "\n".join(rows) + "\n"


def _bare(text: str) -> str:
    """One line that cannot steer a terminal."""
    return _CONTROLS.sub(" ", text.replace("\n", " "))


def _wrapped(text: str, first: str, rest: str) -> str:
    return textwrap.fill(
        _bare(text), 110, initial_indent=first, subsequent_indent=rest, break_long_words=False, break_on_hyphens=False
    )


def as_markdown(report: Report) -> str:
    """In words, as Markdown."""

    def safe(text: str) -> str:
        return _SIGNS.sub(r"\\\1", _bare(text))

    rows = [f"# What changed: {safe(report.title)}", "", safe(f"{report.before} → {report.after}"), ""]
    rows.append(safe(report.summary))
    for section in report.sections:
        rows += ["", f"## {safe(section.title)}", ""]
        for change in section.changes:
            rows.append(f"- {safe(change.sentence)}")
            rows += [f"  - {safe(detail)}" for detail in change.details]
        if section.elsewhere:
            rows += ["", f"See also: {safe(', '.join(section.elsewhere))}"]
    if report.named:
        rows += ["", "## Also concerned", ""]
        rows += [f"- {safe(name)}: see {safe(', '.join(homes))}" for name, homes in report.named]
    if report.note:
        rows += ["", safe(report.note)]
    return "\n".join(rows) + "\n"


def as_json(report: Report) -> str:
    """As data: `equal`, `before`, `after`, `title`, `summary`, `counts`, `quads` (added, removed, following by graph),
    `changed_ids` (old to new) and `sections`: each `title`, `iri` (null if it is no body's) and `changes`: each `what`,
    `sentence`, `subject`, `concerns` (IRIs), `old`, `new` (null where there is none), `details` and `evidence` (IRIs).
    """
    plain: dict[str, Any] = {
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
    return json.dumps(plain, ensure_ascii=False, indent=1) + "\n"


def as_html(report: Report) -> str:
    """One page that needs no network and no script."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(str(_HERE)),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        finalize=lambda value: _FORBIDDEN.sub("\ufffd", value) if type(value) is str else value,
    )
    style = ink_rules(_INKS) + (_HERE / "diff.css").read_text("utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    number = {section.title: at for at, section in enumerate(report.sections)}
    return environment.get_template("diff.html.j2").render(
        report=report, style=style, policy=policy, number=number, marks=_MARKS
    )


# The mark before a change: its word is read aloud and seen, its class colours it.
_MARKS = {
    "new": "new", "added": "new", "succeeded": "new", "gone": "gone", "removed": "gone", "ended": "ended",
    "standing": "standing", "renamed": "renamed",
}  # fmt: skip
FORMS: dict[str, Callable[[Report], str]] = {
    "text": as_text,
    "markdown": as_markdown,
    "html": as_html,
    "json": as_json,
    "patch": lambda report: report.quads,
}

"""A brief as one HTML file that loads nothing and runs nothing; the same brief gives the same bytes."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from partnergraph.analysis.words import counted, joined, number_in_words, when_in_words
from partnergraph.palette import LIGHT, css_variables, ink_rules
from partnergraph.report.brief_view import BriefView, Figures
from partnergraph.report.partner_rows import GROUPS
from partnergraph.report.source_notes import letters, passage_in_words
from partnergraph.report.text_fit import clipped
from partnergraph.xml_text import replace_forbidden

if TYPE_CHECKING:
    from jinja2 import Environment

_TEMPLATES = Path(__file__).resolve().parent / "templates"
_INKS = ("page", "text", "muted", "accent", "fresh", "link", "focus", "edge", "rule", "soft", "outline", "line")
GENERATOR = "partnergraph report"  # in a meta element, by which a report is recognised


def brief_html(view: BriefView) -> str:
    """The file."""
    from markupsafe import Markup

    colours = css_variables(view.map.looks) if view.map else ink_rules(_INKS)
    foot = css_string(f"{clipped(view.records.label, 70)}; as asked on {view.day}")
    colour = f"color: {LIGHT.muted}"
    page = f"@page {{ @bottom-left {{ content: {foot}; {colour} }} @bottom-right {{ {colour} }} }}\n"
    style = colours + (_TEMPLATES / "brief.css").read_text("utf-8") + page
    return (
        _environment()
        .get_template("brief.html.j2")
        .render(
            view=view,
            style=style,
            policy=_policy(style),
            generator=GENERATOR,
            groups=GROUPS,
            count_words=count_sentence(view.figures, view.day),
            map_svg=Markup(view.map.svg) if view.map else None,
            signs={family: Markup(sign) for family, sign in view.map.signs.items()} if view.map else {},
        )
    )


def index_html(entries: Sequence[tuple[str, str, Figures]], title: str, day: str, generator: str) -> str:
    """The list of the briefs in a folder: of each its file, the name of the body and its figures."""
    style = ink_rules(_INKS) + (_TEMPLATES / "brief.css").read_text("utf-8")
    return (
        _environment()
        .get_template("index.html.j2")
        .render(
            entries=entries,
            title=title,
            day=day,
            style=style,
            policy=_policy(style),
            generator=GENERATOR,
            made_by=generator,
        )
    )


def count_sentence(figures: Figures, day: str) -> str:
    """How many partners and claims there are, and how they stand on the day.

    >>> count_sentence(Figures(2, 1, 0, 3, 0, 2, 1, 0, 0, 0, 2, None), "2026")
    '3 claims join it to 2 partners and one group without a name of its own. \
In 2026 no claim surely holds, 2 may hold (their dates leave it open) and one is over.'
    """
    if not figures.claims:
        return "No claim that joins it to another body is recorded."
    others = [
        *([counted(figures.partners, "partner")] if figures.partners else []),
        *([_groups_in_words(figures.groups)] if figures.groups else []),
        *([counted(figures.undertakings, "undertaking")] if figures.undertakings else []),
    ]
    claims = counted(figures.claims, "claim", first=figures.claims == 1)
    text = f"{claims} {'joins' if figures.claims == 1 else 'join'} it to {joined(others)}."
    when = when_in_words(day)
    holds = "claim surely holds" if figures.current < 2 else "claims surely hold"
    parts = [f"{number_in_words(figures.current)} {holds}"]
    if figures.unknown:
        dates = "its dates leave" if figures.unknown == 1 else "their dates leave"
        parts.append(f"{number_in_words(figures.unknown)} may hold ({dates} it open)")
    if figures.ahead:
        parts.append(f"{number_in_words(figures.ahead)} {'lies' if figures.ahead == 1 else 'lie'} ahead")
    if figures.ended:
        parts.append(f"{number_in_words(figures.ended)} {'is' if figures.ended == 1 else 'are'} over")
    return (
        f"{text} {when[0].upper()}{when[1:]} {', '.join(parts[:-1])} and {parts[-1]}."
        if len(parts) > 1
        else (f"{text} {when[0].upper()}{when[1:]} {parts[0]}.")
    )


def _groups_in_words(number: int) -> str:
    return "one group without a name of its own" if number == 1 else f"{number:,} groups without names of their own"


def css_string(text: str) -> str:
    """A text as a string of CSS: all but letters, digits and spaces escaped (CSS Syntax 3, 4.3.7).

    >>> css_string('a"b')
    '"a\\\\22 b"'
    """
    safe = replace_forbidden(text)
    return '"' + re.sub(r"[^A-Za-z0-9 ]", lambda sign: f"\\{ord(sign[0]):x} ", safe) + '"'


def _policy(style: str) -> str:
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"


@cache
def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    from partnergraph.page.view_model import web_link

    environment = Environment(
        loader=FileSystemLoader(str(_TEMPLATES)),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        finalize=lambda value: replace_forbidden(value) if type(value) is str else value,
    )
    environment.filters["web"] = web_link
    environment.filters["passage"] = passage_in_words
    environment.filters["letter"] = letters
    environment.filters["counted"] = counted
    environment.filters["cut"] = clipped
    environment.filters["when"] = when_in_words
    return environment

"""Contrast is computed, since no checker looks inside a canvas (WCAG 2.2, 1.4.3 and 1.4.11)."""

from __future__ import annotations

import re
from colorsys import rgb_to_hsv
from pathlib import Path

import pytest

from partnergraph.palette import DARK, LIGHT, LOOKS, OTHER, SPARE, Ink, contrast, css_variables, looks

INKS = pytest.mark.parametrize("ink", [LIGHT, DARK], ids=["light", "dark"])


@INKS
def test_text_reaches_4_5_on_every_ground(ink: Ink) -> None:
    for ground in (ink.page, ink.soft):
        assert contrast(ink.text, ground) >= 4.5
        assert contrast(ink.muted, ground) >= 4.5
        assert contrast(ink.link, ground) >= 4.5
    assert contrast(ink.text, ink.mark) >= 4.5


@INKS
def test_outlines_lines_controls_and_focus_reach_3(ink: Ink) -> None:
    for ground in (ink.page, ink.soft):
        for colour in (ink.outline, ink.line, ink.accent, ink.fresh, ink.past, ink.link, ink.edge, ink.focus):
            assert contrast(colour, ground) >= 3, (colour, ground)


@INKS
def test_what_changed_and_what_is_disputed_have_colours_of_their_own(ink: Ink) -> None:
    """Apart by more than 54 degrees on the circle of hues, so that neither is taken for the other."""
    hues = [
        rgb_to_hsv(*(int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)))[0] for colour in (ink.accent, ink.past)
    ]
    apart = abs(hues[0] - hues[1])
    assert min(apart, 1 - apart) > 0.15
    assert len({ink.accent, ink.past, ink.fresh, ink.link, ink.line, ink.faded}) == 6


@INKS
def test_an_outline_stands_out_from_every_fill_or_the_fill_from_the_page(ink: Ink) -> None:
    for look in [*LOOKS.values(), *SPARE, OTHER]:
        fill = look.light if ink is LIGHT else look.dark
        assert max(contrast(ink.outline, fill), contrast(fill, ink.page)) >= 3, look


def test_shape_and_fill_together_tell_families_apart() -> None:
    seen = [(look.shape, look.light) for look in LOOKS.values()]
    assert len(set(seen)) == len(seen)


def test_families_without_a_look_of_their_own_get_a_spare_one_and_the_rest_one_for_all() -> None:
    chosen = looks(["education", *(f"kind-{number}" for number in range(12)), "other"])
    assert chosen["education"] == LOOKS["education"]
    assert chosen["kind-0"] in SPARE
    assert chosen["kind-11"] == chosen["other"] == OTHER


def test_the_style_holds_every_colour_of_both_schemes() -> None:
    text = css_variables(looks(["education", "health-service"]))
    assert f"--accent:{LIGHT.accent}" in text
    assert f"--accent:{DARK.accent}" in text
    assert ".f1{fill:#009e73}" in text


SOURCE = Path(__file__).resolve().parent.parent / "src" / "partnergraph"
COLOUR = re.compile(r"#(?:[0-9a-fA-F]{6}|[0-9a-fA-F]{3})\b")
BLACK = "#000000"  # sigma wants some colour before the page says which


def test_no_colour_is_written_elsewhere() -> None:
    files = [path for path in SOURCE.rglob("*") if path.suffix in (".py", ".js", ".css", ".j2", ".svg")]
    named = {colour.lower() for colour in COLOUR.findall((SOURCE / "palette.py").read_text("utf-8"))}
    assert len(named) > 40
    icon = SOURCE / "site" / "static" / "icon.svg"  # a file by itself
    assert {colour.lower() for colour in COLOUR.findall(icon.read_text("utf-8"))} <= named
    others = [path for path in files if path not in (SOURCE / "palette.py", icon) and "vendor" not in path.parts]
    assert len(others) > 100
    wrong = {
        f"{path.relative_to(SOURCE)}: {colour}"
        for path in others
        for colour in COLOUR.findall(path.read_text("utf-8"))
        if colour != BLACK
    }
    assert not wrong

"""Contrast is computed, since no checker looks inside a canvas (WCAG 2.2, 1.4.3 and 1.4.11)."""

from __future__ import annotations

import pytest

from partnergraph.page.palette import DARK, LIGHT, LOOKS, OTHER, SPARE, Ink, contrast, css_variables, looks

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
        for colour in (ink.outline, ink.line, ink.accent, ink.edge, ink.focus):
            assert contrast(colour, ground) >= 3, (colour, ground)


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

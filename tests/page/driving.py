"""How the tests drive the page in a browser: what they type, wait for and read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Page as Tab

SCHOOL = "School of Primary, Community and Social Care"
TEACHING = "West Midlands Social Work Teaching Partnership"
# The share of the map's canvas that is not of the page's colour. A copy is read, so that the map's own stays as it was.
PAINTED = """() => {
  const canvas = document.querySelector('#map canvas'), { width, height } = canvas;
  const copy = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
  copy.drawImage(canvas, 0, 0);
  const pixels = copy.getImageData(0, 0, width, height).data;
  let painted = 0;
  for (let at = 3; at < pixels.length; at += 4) painted += pixels[at] > 0;
  return painted / (pixels.length / 4);
}"""
PLACE = """(name) => {
  const body = BODIES.label.indexOf(name), box = document.getElementById('map').getBoundingClientRect();
  const at = network.canvasToDOM(placeOf(body));
  return [box.left + at.x, box.top + at.y];
}"""


def panel_of(tab: Tab) -> str:
    """What the panel says, its white space folded."""
    return " ".join(tab.inner_text("#panel").split())


def until(tab: Tab, condition: str) -> None:
    """Wait until a condition holds; the page's policy forbids the browser's own way of asking again and again."""
    for _ in range(100):
        if tab.evaluate(condition):
            return
        tab.wait_for_timeout(100)
    pytest.fail(f"never came true: {condition}")


# Relationships that were opened in the panel and do not have their evidence yet.
EMPTY = """[...document.querySelectorAll('#panel .what')]
  .filter((one) => one.closest('details[open]')?.children.length < 2).length"""


def filled(tab: Tab) -> None:
    """Wait until every relationship that was opened has its evidence, which comes a moment after the key or click."""
    until(tab, f"{EMPTY} === 0")


def find(tab: Tab, text: str) -> None:
    """Type a name into the field and take the best of what is found."""
    tab.fill("#find", text)
    tab.keyboard.press("Enter")

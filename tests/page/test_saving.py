"""The menu that saves, shares and prints: every label whole at every width; the CSV guarded as all others are."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from partnergraph.page import Page
from partnergraph.spreadsheet_safety import escape_formula
from tests.conftest import ROOT
from tests.page.conftest import Opener

SAVE = ROOT / "src" / "partnergraph" / "page" / "templates" / "save.js"
WIDTHS = (320, 360, 414, 600, 759, 760, 761, 900, 1024, 1280, 1440, 1920)
LABELS = """() => {
  const menu = document.querySelector("#share-menu"), views = document.querySelector("#views"), open = menu.open;
  menu.open = true;
  views.open = !views.hidden;
  const labels = [...menu.querySelectorAll("button")].map((button) => {
    button.scrollIntoView({ block: "nearest" }); // a menu may be higher than the window
    const text = document.createRange();
    text.selectNodeContents(button);
    const box = button.getBoundingClientRect(), words = text.getBoundingClientRect();
    const at = (x, y) => document.elementFromPoint(x, y);
    const whole = button.scrollWidth <= button.clientWidth && words.left >= box.left && words.right <= box.right;
    const lines = Math.round(words.height / parseFloat(getComputedStyle(button).lineHeight));
    const middle = box.y + box.height / 2;
    return { name: button.textContent, whole, lines, inside: box.left >= 0 && box.right <= innerWidth,
      free: at(words.left + 2, middle) === button && at(words.right - 2, middle) === button,
      scrolls: document.documentElement.scrollWidth > innerWidth };
  });
  menu.open = open;
  views.open = false;
  return labels;
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_labels_of_the_save_menu_are_whole_at_every_width(keele_page: Page, show: Opener, scheme: str) -> None:
    page = show(keele_page.html, scheme=scheme)
    for width in WIDTHS:
        page.tab.set_viewport_size({"width": width, "height": 1000})
        labels: list[dict[str, Any]] = page.tab.evaluate(LABELS)
        assert [label.pop("name") for label in labels] == [
            *("Copy link", "Save this view as a file", "Print a short report", "Print everything"),
            *("Relationships shown (CSV)", "Map (SVG)", "Map as it stands (PNG)"),
        ]
        whole = {"whole": True, "inside": True, "lines": 1, "free": True, "scrolls": False}
        assert labels == [whole] * 7, width


def test_a_label_that_has_no_room_is_wrapped(keele_page: Page, show: Opener) -> None:
    page = show(keele_page.html, width=320, height=1000)
    page.tab.evaluate(
        "document.querySelectorAll('#share-menu button').forEach((one) => { one.style.fontSize = '34px'; })"
    )
    labels: list[dict[str, Any]] = page.tab.evaluate(LABELS)
    assert [label["whole"] and label["inside"] for label in labels] == [True] * 7
    assert labels[1]["lines"] > 1
    page.tab.evaluate(
        "document.querySelectorAll('#share-menu button').forEach((one) => { one.removeAttribute('style'); })"
    )


def test_the_guard_of_the_page_is_that_of_all_other_lists(keele_page: Page, show: Opener) -> None:
    """Every character of the basic plane, before and after a sign, after a separator, alone; and whole formulas."""
    found = re.search(r"const escapeFormula = .*?;\n", SAVE.read_text("utf-8"), re.S)
    assert found
    characters = [chr(code) for code in range(0x10000) if not 0xD800 <= code < 0xE000]
    texts = [text for c in characters for text in (c, f"{c}=1", f"a;{c}", f"a;{c}=1", f"a\n{c}-1", f"a{c}=1")]
    texts += ["=1+1", "\t=1", "\r\n=1", "x;\t@y", 'x;"=1', "'=1", "a = b", "", "x\t\t-1", ";;=1", "\0\0=1"]
    page = show(keele_page.html)
    escaped = page.tab.evaluate(f"(texts) => {{ {found[0]} return texts.map(escapeFormula); }}", texts)
    differ = [json.dumps(text) for text, one in zip(texts, escaped, strict=True) if one != escape_formula(text)]
    assert not differ
    assert sum(map(str.__ne__, escaped, texts)) > 10

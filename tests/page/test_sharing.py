"""A link to a view, a view as a file, and the menus: what they say, at every width, with keyboard and pointer."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from partnergraph.page import Page, draw
from tests.page.conftest import Opener, Watched
from tests.page.driving import until
from tests.page.probes import PROBES, hostile

if TYPE_CHECKING:
    from playwright.sync_api import Browser
    from playwright.sync_api import Page as Tab

pytestmark = pytest.mark.browser

VIEW = "#org-coventry-university&date=2019-06&inferred=no&hide=civil-society"
STATE = "[addressOf(), view(), state.date, state.body, CLAIMS.from.filter((_, claim) => claimShown(claim)).length]"


def _saved(tab: Tab, folder: Path) -> Path:
    """The view as a file."""
    if not tab.evaluate("document.querySelector('.menu').open"):
        tab.click(".menu summary")
    with tab.expect_download() as waiting:
        tab.click("#save-view")
    file = folder / waiting.value.suggested_filename
    waiting.value.save_as(file)
    return file


def _opened(show: Opener, file: Path, address: str = "", **more: Any) -> Watched:
    return show(file.read_bytes().decode(), address=address, fresh=True, **more)


def test_a_view_is_saved_as_a_file_and_opens_there(keele_page: Page, show: Opener, tmp_path: Path) -> None:
    page = show(keele_page.html, address=VIEW)
    # The tables are sorted and the panel opened: none of that is in the file, which is made of the page as it came.
    page.tab.locator("#claims th button").first.click()
    page.tab.locator("#panel summary").first.click()
    state = page.tab.evaluate(STATE)
    file = _saved(page.tab, tmp_path)
    assert file.name.endswith("-coventry-university.html")
    html = file.read_bytes().decode()
    assert html.count('<meta name="view" content="org-coventry-university&amp;') == 1
    assert 'id="panel-heading"' not in html
    assert len(html) < len(keele_page.html) * 1.1
    again = _opened(show, file)
    assert again.tab.evaluate(STATE) == state
    assert again.tab.inner_text("#panel-heading") == "Coventry University"
    assert again.tab.evaluate("location.hash") == page.tab.evaluate("location.hash")
    assert again.tab.locator("#claims tbody tr:visible").count() == page.tab.locator("#claims tbody tr:visible").count()
    assert again.clean, again  # the policy stops nothing, and nothing is asked for
    # Saved again from the saved file: the same bytes; and with another view only that differs.
    assert _saved(again.tab, tmp_path / "again").read_bytes() == file.read_bytes()
    again.tab.evaluate("select({})")
    other = _saved(again.tab, tmp_path / "other").read_bytes().decode()
    assert other != html
    assert len(other) > len(html) - 100


def test_the_file_can_be_left_for_the_whole_page_and_its_own_addresses_work(
    keele_page: Page, show: Opener, tmp_path: Path
) -> None:
    file = _saved(show(keele_page.html, address=VIEW).tab, tmp_path)
    tab = _opened(show, file).tab
    steps = tab.evaluate("history.length")
    tab.reload()
    tab.wait_for_selector("#panel-heading")
    assert tab.evaluate("history.length") == steps, "the view that a file opens at is no step of its own"
    tab.click("#panel .close")
    assert tab.evaluate("state.body") is None
    other = _opened(show, file, "#org-wellcome-trust").tab
    assert other.inner_text("#panel-heading") == "Wellcome Trust"
    assert other.evaluate("state.date") is None


def test_a_page_without_a_view_is_saved_and_opens_as_it_is(keele_page: Page, show: Opener, tmp_path: Path) -> None:
    page = show(keele_page.html, fresh=True)
    file = _saved(page.tab, tmp_path)
    again = _opened(show, file)
    assert again.tab.evaluate("location.hash") == ""
    assert again.tab.evaluate(STATE) == page.tab.evaluate(STATE)
    still = _opened(show, file, scripts=False)
    assert still.tab.locator("#claims tbody tr:visible").count() == page.tab.evaluate("CLAIMS.from.length")
    assert again.clean, again


@pytest.mark.parametrize("probe", ["quote and element", "double quote", "end of script", "comment", "entities"])
def test_hostile_texts_and_hostile_addresses_stay_text_in_a_saved_view(
    show: Opener, tmp_path: Path, probe: str
) -> None:
    page = show(draw(hostile(PROBES[probe])).html, address='#a&kind=%22%3E%3Cscript%3Ealert(1)%3C/script%3E&date=">')
    page.tab.evaluate("""globalThis.addressOf = () => '"><script>alert(1)</script><meta name="view" content="$&$1'""")
    file = _saved(page.tab, tmp_path)
    again = _opened(show, file)
    tab = again.tab
    value = tab.evaluate("""document.querySelector('meta[name="view"]').content""")
    assert value == page.tab.evaluate("addressOf()")
    assert tab.locator('meta[name="view"]').count() == 1
    assert tab.evaluate("document.scripts.length") == page.tab.evaluate("document.scripts.length")
    assert _saved(page.tab, tmp_path / "twice").read_bytes() == file.read_bytes()
    assert again.clean, again


def test_axe_finds_nothing_in_a_saved_view_and_in_the_menu(keele_page: Page, show: Opener, tmp_path: Path) -> None:
    from tests.page.test_axe import _run

    file = _saved(show(keele_page.html, address=VIEW).tab, tmp_path)
    tab = _opened(show, file).tab
    assert not _run(tab, ["header", ".explorer", "footer"])
    tab.click(".menu summary")
    tab.evaluate("document.getElementById('link').parentElement.hidden = false")
    assert not _run(tab, ["header", ".explorer", "footer"])


@pytest.fixture
def clipboard(browser: Browser, keele_page: Page, tmp_path: Path) -> Any:
    """Opens the page in a browser that lets it write to the clipboard, or does not."""
    contexts = []

    def opened(allowed: bool) -> Tab:
        context = browser.new_context(
            offline=True, permissions=["clipboard-read", "clipboard-write"] if allowed else []
        )
        contexts.append(context)
        tab = context.new_page()
        file = tmp_path / "page.html"
        file.write_text(keele_page.html, "utf-8")
        if not allowed:
            tab.add_init_script("Object.defineProperty(Navigator.prototype, 'clipboard', { value: undefined })")
        tab.goto(file.as_uri() + VIEW)
        tab.wait_for_selector("css:light=html.js:not(.starting)")
        tab.click(".menu summary")
        return tab

    yield opened
    for context in contexts:
        context.close()


def test_the_link_of_the_view_is_copied(clipboard: Any) -> None:
    tab = clipboard(allowed=True)
    tab.click("#copy-link")
    until(tab, "document.getElementById('shared').textContent !== ''")
    note = "Link copied. It opens on this computer only; to send this view, save it as a file."
    assert tab.text_content("#status") == tab.inner_text("#shared") == note
    assert tab.evaluate("navigator.clipboard.readText()") == tab.evaluate("location.href")
    assert tab.locator("#link").is_hidden()


def test_where_the_clipboard_is_closed_the_link_is_selected_and_copied(clipboard: Any) -> None:
    tab = clipboard(allowed=False)
    tab.click("#copy-link")
    until(tab, "document.getElementById('shared').textContent !== ''")
    assert tab.inner_text("#shared").startswith("Link copied.")
    assert tab.input_value("#link") == tab.evaluate("location.href")
    assert tab.evaluate("document.activeElement.id") == "link"
    assert tab.evaluate("[link.selectionStart, link.selectionEnd - link.value.length]") == [0, 0]
    tab.keyboard.press("Escape")
    assert tab.locator("#link").is_hidden()
    tab.evaluate("document.execCommand = () => false")
    tab.click(".menu summary")
    tab.click("#copy-link")
    until(tab, "document.getElementById('shared').textContent !== ''")
    assert tab.inner_text("#shared").startswith("The link is selected: copy it with Ctrl and C.")


def test_in_the_frame_of_a_notebook_the_view_is_saved_and_there_is_no_link(
    keele_page: Page, show: Opener, tmp_path: Path
) -> None:
    outer = show(f"<!doctype html><meta charset=utf-8><title>n</title>{keele_page._repr_html_()}", fresh=True)
    frame = outer.tab.main_frame.child_frames[0]
    frame.wait_for_selector("css:light=html.js:not(.starting)")
    frame.evaluate("select({ body: BODY_AT.get('org-coventry-university') })")
    frame.click(".menu summary")
    frame.click("#copy-link")
    assert "save this view as a file" in frame.inner_text("#shared")
    with outer.tab.expect_download() as waiting:
        frame.click("#save-view")
    waiting.value.save_as(tmp_path / "view.html")
    again = _opened(show, tmp_path / "view.html")
    assert again.tab.inner_text("#panel-heading") == "Coventry University"
    assert outer.clean, outer


def test_menus_close_on_escape_on_a_click_elsewhere_and_when_the_keyboard_leaves(
    keele_page: Page, show: Opener
) -> None:
    tab = show(keele_page.html).tab
    opened = "[...document.querySelectorAll('.menu')].filter((menu) => menu.open).length"
    for menu in tab.locator(".menu").all():
        if not menu.is_visible():
            continue
        summary = menu.locator("summary")
        summary.focus()
        tab.keyboard.press("Enter")
        assert tab.evaluate(opened) == 1
        tab.keyboard.press("Tab")
        assert menu.locator("button, input, a, select").first.evaluate("(one) => one === document.activeElement")
        tab.keyboard.press("Escape")
        assert tab.evaluate(opened) == 0
        assert summary.evaluate("(one) => one === document.activeElement")
        summary.click()
        tab.mouse.click(700, 500)
        assert tab.evaluate(opened) == 0
        summary.click()
        buttons = menu.locator("button:visible, input:visible, select:visible, a:visible").count()
        for _ in range(buttons):
            tab.keyboard.press("Tab")
            assert tab.evaluate(opened) == 1
        tab.keyboard.press("Tab")
        assert tab.evaluate(opened) == 0
    tab.evaluate("select({})")


# The names of what shows less than all of its text: in menus opened one after the other, everywhere else as it stands.
# A select shows one option at a time: each is chosen, and a native one measured with the room for its arrow.
CUT = """async (placeholders) => {
  const cut = [], ruler = document.createElement("canvas").getContext("2d");
  const texts = (one) => {
    const range = document.createRange();
    range.selectNodeContents(one);
    return [...range.getClientRects()].filter((box) => box.width && box.height);
  };
  const look = (one) => {
    if (!one.checkVisibility({ visibilityProperty: true }) || one.closest(".visually-hidden")) return;
    const box = one.getBoundingClientRect(), style = getComputedStyle(one);
    const wrong = (why) => cut.push([one.tagName, one.id || one.textContent.trim().slice(0, 60), why]);
    const outside = box.left < -0.5 || box.right > innerWidth + 0.5;
    if (outside && !one.closest(".scroll")) wrong("outside"); // a wide table is scrolled
    if (one.tagName === "SELECT") {
      const chosen = one.selectedIndex;
      [...one.options].forEach((option, number) => {
        one.selectedIndex = number;
        if (style.appearance === "base-select") {
          if (one.scrollWidth > one.clientWidth + 1 || one.scrollHeight > one.clientHeight + 1) wrong(option.text);
          return;
        }
        ruler.font = style.font;
        const room = one.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight) - 18;
        if (ruler.measureText(option.text).width > room) wrong(option.text);
      });
      one.selectedIndex = chosen;
      return;
    }
    if (one.tagName === "INPUT") {
      ruler.font = style.font;
      const room = one.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
      if (placeholders && one.placeholder && ruler.measureText(one.placeholder).width > room) wrong(one.placeholder);
      return;
    }
    const scrolls = one.scrollWidth > one.clientWidth + 1 || one.scrollHeight > one.clientHeight + 1;
    if (style.display !== "inline" && scrolls) wrong("scrolls");
    if (style.textOverflow === "ellipsis") wrong("ellipsis");
    for (const part of texts(one)) {
      const across = part.left < box.left - 1 || part.right > box.right + 1;
      if (across || part.top < box.top - 1 || part.bottom > box.bottom + 1) wrong("overflows");
    }
  };
  const closed = document.querySelectorAll("button, select, summary, label");
  closed.forEach((one) => one.closest(".menu > div") || look(one));
  document.querySelectorAll("input").forEach((one) => one.closest(".menu > div") || look(one));
  for (const menu of document.querySelectorAll(".menu, #questions-menu")) {
    const around = menu.parentElement.closest(".menu");
    for (const one of [menu, around]) if (one) one.open = true;
    await new Promise((done) => setTimeout(done)); // the questions are written once their menu is open
    menu.querySelectorAll(":scope > div :is(button, label, p, select, a, input)").forEach(look);
    for (const one of [menu, around]) if (one) one.open = false;
  }
  const { scrollWidth, clientWidth } = document.documentElement;
  if (scrollWidth > clientWidth) cut.push(["page", "", `${scrollWidth} pixels wide`]);
  return cut;
}"""
WIDTHS = (320, 360, 390, 414, 600, 760, 761, 900, 1024, 1280, 1440, 1920)


@pytest.mark.parametrize("size", [16, 32], ids=["100 %", "200 %"])
def test_no_label_of_a_menu_a_select_or_a_button_is_cut_at_any_width(keele_page: Page, show: Opener, size: int) -> None:
    tab = show(keele_page.html, fresh=True).tab
    tab.evaluate("toolsOpen = true; select({ body: DATA.focus })")
    # The text alone, as a browser enlarges it.
    tab.evaluate(
        "(size) => { document.documentElement.style.fontSize = document.body.style.fontSize = size; }", f"{size}px"
    )
    cut = {}
    for width in WIDTHS:
        tab.set_viewport_size({"width": width, "height": 1000})
        # A placeholder cannot be wrapped: with a text of twice the size it may end earlier, its label does not.
        if found := tab.evaluate(CUT, size == 16):
            cut[width] = found
    assert not cut


def test_a_label_that_is_cut_is_seen(keele_page: Page, show: Opener) -> None:
    tab = show(keele_page.html, fresh=True).tab
    tab.evaluate("document.getElementById('story-start').style.cssText = 'width: 40px; white-space: nowrap'")
    tab.evaluate(
        "document.getElementById('copy-link').style.cssText = 'width: 40px; white-space: nowrap; overflow: hidden'"
    )
    tab.evaluate(
        "document.getElementById('source').style.cssText = 'width: 60px; appearance: auto; white-space: nowrap'"
    )
    tab.evaluate("document.getElementById('find').style.cssText = 'flex: none; width: 120px'")
    found = {one for _, one, _ in tab.evaluate(CUT, True)}
    assert {"story-start", "copy-link", "source", "find"} <= found

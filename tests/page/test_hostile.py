"""Text that tries to be more than text stays text."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from partnergraph.page import draw
from partnergraph.page.view_model import web_link
from tests.page.conftest import Opener, Tabs, opener
from tests.page.probes import PROBES, TEXTS, hostile

if TYPE_CHECKING:
    from playwright.sync_api import Frame

pytestmark = pytest.mark.browser

AT_ONCE = 9  # frames in one document
# Everything is opened that a person can open, and what then stands in the page is listed: each text, each element with
# the names of its attributes, and what its attributes point to.
LOOK = """async () => {
  const texts = new Set(), elements = {}, targets = new Set(), turn = () => new Promise((done) => setTimeout(done, 0));
  const NS = { "http://www.w3.org/1999/xhtml": "", "http://www.w3.org/2000/svg": "svg:" };
  const kept = new Map(), kind = (name) => kept.get(name) ?? kept.set(name, [/^(on|style$)/.test(name),
    /(href|src|srcset|srcdoc|action|data|content|poster|background|cite)$/.test(name),
    ["aria-label", "content", "title"].includes(name)]).get(name);
  const lookAt = (one) => {
    if (["SCRIPT", "STYLE"].includes(one.tagName)) return;
    for (const node of one.childNodes) if (node.nodeType === 3) texts.add(node.data);
    for (const { name, value } of one.attributes) {
      const [acts, points, says] = kind(name);
      if (acts || (points && one.tagName !== "META")) targets.add(name + "=" + value);
      if (says) texts.add(value);
    }
  };
  // Everything is looked at once, and after that whatever is added or changed, even if it is gone again.
  const changed = (records) => {
    for (const { target, addedNodes } of records) {
      if (target.nodeType === 1) lookAt(target);
      else if (target.parentElement) lookAt(target.parentElement);
      for (const one of addedNodes) if (one.nodeType === 1) [one, ...one.querySelectorAll("*")].forEach(lookAt);
    }
  };
  const observer = new MutationObserver(changed);
  observer.observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
  const look = () => {
    changed(observer.takeRecords());
    texts.add(document.title);
  };
  const unfold = async () => {
    for (const one of document.querySelectorAll("#panel details")) one.open = true;
    await turn();
    await turn();
    look();
  };
  const list = () => {
    for (const one of document.querySelectorAll("*")) {
      const name = (NS[one.namespaceURI] ?? "other:") + one.localName;
      const drawn = one.closest("svg"), full = drawn ? name : name + "[" + one.getAttributeNames().sort().join() + "]";
      if (drawn && ["text", "tspan", "path"].includes(one.localName)) continue;
      elements[full] ??= 0;
      // The headline has as many parts as names of that length leave room for: what stands there is not counted.
      if (!one.closest("#headline")) elements[full] += 1;
    }
  };
  document.querySelectorAll("*").forEach(lookAt);
  look();
  list();
  const body = BODIES.key.indexOf("a"), other = BODIES.key.indexOf("b");
  select({ body });
  await unfold();
  list();
  select({ body: other });
  await unfold();
  select({ body, to: other });
  await unfold();
  select({ claims: CLAIMS.key.map((key, claim) => claim).filter((claim) => /^(one|two)$/.test(CLAIMS.key[claim])) });
  await unfold();
  list();
  select({ fold: NETWORK.nodes.find((node) => node.members).id });
  await unfold();
  list();
  const field = document.getElementById("find");
  field.value = [...BODIES.names[body]][0].replace(/\\s+/g, " "); // a field holds one line
  field.dispatchEvent(new Event("input"));
  look();
  for (const id of ["story-start", "story-next", "story-end"]) {
    document.getElementById(id).click();
    look();
  }
  for (const heading of document.querySelectorAll("thead button")) heading.click();
  list();
  return { texts: [...texts], elements, targets: [...targets], csv: claimsAsCsv(), at: location.href };
}"""


@pytest.fixture(scope="module")
def frames(request: pytest.FixtureRequest, tabs: Tabs, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opener]:
    """Opens pages that several tests look at."""
    for made in opener(request, tabs, tmp_path_factory.mktemp("hostile")):
        made.patience = 60_000  # several pages at once
        yield made


def _framed(frames_of: Opener, texts: list[str]) -> list[Any]:
    """What stands in the page of each text, seen in the frames of a notebook."""
    style = "<style>iframe { height: 30px; display: block }</style>"  # small, so that all of them are in sight
    inner = "".join(draw(hostile(text))._repr_html_() for text in texts)
    page = frames_of(f"<!doctype html><meta charset=utf-8><title>x</title>{style}{inner}", width=400, height=300)
    inside = page.tab.main_frame.child_frames
    assert len(inside) == len(texts)
    looked = [_look(frame) for frame in inside]
    page.tab.wait_for_timeout(200)
    assert page.clean, page
    frames_of.close(failed=False)
    return looked


def _look(frame: Frame) -> Any:
    frame.wait_for_selector("#map canvas", state="attached")
    return frame.evaluate(LOOK)


@pytest.fixture(scope="module")
def plain(frames: Opener) -> Any:
    """The page of a harmless text, which every other page must be built like."""
    return _framed(frames, ["plain"])[0]


class Seen(dict[str, Any]):
    """What stands in the page of each probe, looked at when first asked for, together with the probes beside it."""

    def __init__(self, frames: Opener) -> None:
        super().__init__()
        self.frames = frames

    def __missing__(self, name: str) -> Any:
        first = list(PROBES).index(name) // AT_ONCE * AT_ONCE
        some = list(PROBES)[first : first + AT_ONCE]
        self.update(zip(some, _framed(self.frames, [PROBES[one] for one in some]), strict=True))
        return self[name]


@pytest.fixture(scope="module")
def seen(frames: Opener) -> Seen:
    """What stands in the page of each probe."""
    return Seen(frames)


FORBIDDEN = "[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]"


def shown(text: str) -> str:
    """A text as the page shows it: characters that no HTML can hold stand as one sign; white space counts once."""
    return " ".join(re.split(r"[ \t\r\n]+", re.sub(FORBIDDEN, "\ufffd", text))).strip()


def test_there_are_enough_probes_and_each_is_another() -> None:
    assert len(PROBES) >= 66
    assert len(set(PROBES.values())) == len(PROBES)


@pytest.mark.parametrize("name", PROBES)
def test_a_hostile_text_in_every_field_is_shown_as_it_is(seen: Seen, name: str) -> None:
    texts = "\n".join(shown(text) for text in seen[name]["texts"])
    missing = [field for field in TEXTS if shown(f"{PROBES[name]} in {field}") not in texts]
    assert not missing


@pytest.mark.parametrize("name", PROBES)
def test_a_hostile_text_makes_no_element_and_no_attribute(seen: Seen, plain: Any, name: str) -> None:
    expected, found = (Counter(one["elements"]) for one in (plain, seen[name]))
    # An address that may be a link makes one; where a page has links, it has them at the same places.
    assert {one for one in found if not one.startswith("a[")} == {one for one in expected if not one.startswith("a[")}
    linked = web_link(PROBES[name]) is not None
    for one in expected | found:
        if not linked:
            assert found[one] == expected[one], one


@pytest.mark.parametrize("name", PROBES)
def test_a_hostile_text_is_no_address(seen: Seen, name: str) -> None:
    targets = {one.partition("=")[2] for one in seen[name]["targets"] if not one.startswith("style=")}
    allowed = {PROBES[name]} if web_link(PROBES[name]) else set()
    assert {one for one in targets if not re.fullmatch(r"#[a-z0-9-]+", one)} <= allowed
    assert not [one for one in seen[name]["targets"] if one.startswith("on")]
    assert seen[name]["at"] == "about:srcdoc"


@pytest.mark.parametrize("name", PROBES)
def test_no_cell_of_the_csv_is_a_formula(seen: Seen, name: str) -> None:
    rows = list(csv.DictReader(io.StringIO(seen[name]["csv"].removeprefix("\ufeff"), newline="")))
    assert len(rows) == 8
    for row in rows:
        for cell in row.values():
            assert not re.match(r"[=+\-@\t\r\n＝＋－＠]", cell)
    of_two = [row for row in rows if shown(PROBES[name]) in shown(row["relationship"])]
    assert len(of_two) == 2

"""What stands on the canvas of a drawing with labels beside its symbols: texts, symbols and lines, where they are."""

from __future__ import annotations

from typing import Any

# Texts, symbols and lines as they are drawn, in CSS pixels of the map's box; a line as points along it, without what
# its symbols cover.
DRAWN = """() => {
  const ratio = devicePixelRatio, own = CanvasRenderingContext2D.prototype.fillText, texts = [];
  CanvasRenderingContext2D.prototype.fillText = function (text, x, y) {
    const at = this.getTransform(), box = this.measureText(text);
    const across = (value) => ((x + value) * at.a + at.e) / ratio;
    const down = (value) => ((y + value) * at.d + at.f) / ratio;
    texts.push({
      text, size: parseFloat(/([0-9.]+)px/.exec(this.font)[1]) * at.a / ratio, colour: this.fillStyle,
      left: across(-box.actualBoundingBoxLeft), right: across(box.actualBoundingBoxRight),
      top: down(-box.actualBoundingBoxAscent), bottom: down(box.actualBoundingBoxDescent),
    });
    return own.call(this, text, x, y);
  };
  network.redraw();
  CanvasRenderingContext2D.prototype.fillText = own;
  const scale = network.getScale(), map = byId("map");
  const symbols = dots.get().map(({ id, x, y, size }) => {
    const at = network.canvasToDOM({ x, y });
    return { id, x: at.x, y: at.y, size: size * scale, inside: nodeOf(id).side === "inside" };
  });
  const lines_ = lines.get().map(({ id, from, to }) => {
    const type = network.body.edges[id].edgeType, ends = symbols.filter((symbol) => [from, to].includes(symbol.id));
    const points = Array.from({ length: 401 }, (_, step) => network.canvasToDOM(type.getPoint(step / 400)));
    const seen = points.filter(({ x, y }) => ends.every((end) => Math.hypot(x - end.x, y - end.y) > end.size));
    return { from, to, points: seen.map(({ x, y }) => [x, y]) };
  });
  return { view: drawnView, scale, width: map.clientWidth, height: map.clientHeight, texts, symbols, lines: lines_ };
}"""


def crossed_texts(drawn: dict[str, Any]) -> list[tuple[str, int, int]]:
    """The texts that a line runs through, with the ends of the line."""
    found = []
    for line in drawn["lines"]:
        xs, ys = zip(*line["points"], strict=True) if line["points"] else ((), ())
        for text in drawn["texts"]:
            if not xs or text["right"] < min(xs) or max(xs) < text["left"]:
                continue
            if text["bottom"] < min(ys) or max(ys) < text["top"]:
                continue
            across = (text["left"] < x < text["right"] for x in xs)
            if any(text["top"] < y < text["bottom"] for y, inside in zip(ys, across, strict=True) if inside):
                found.append((text["text"], line["from"], line["to"]))
    return found


def _meet(one: dict[str, Any], other: dict[str, Any]) -> bool:
    across = one["left"] < other["right"] and other["left"] < one["right"]
    return bool(across and one["top"] < other["bottom"] and other["top"] < one["bottom"])


def overlapping_texts(drawn: dict[str, Any]) -> list[tuple[str, str]]:
    """Texts on one another, and texts on a symbol that is not their own ground."""
    found = []
    texts = drawn["texts"]
    for number, one in enumerate(texts):
        found += [(one["text"], other["text"]) for other in texts[number + 1 :] if _meet(one, other)]
        for symbol in drawn["symbols"]:
            x = min(max(symbol["x"], one["left"]), one["right"]) - symbol["x"]
            y = min(max(symbol["y"], one["top"]), one["bottom"]) - symbol["y"]
            if not symbol["inside"] and (x * x + y * y) ** 0.5 < symbol["size"] - 0.5:
                found.append((one["text"], f"symbol {symbol['id']}"))
    return found

// A table as a chart: bars for words and numbers, a line for dates and numbers, and the numbers themselves beside it.
import { labelsOf } from "/static/client.js";
import { makeSvg, make } from "/static/dom.js";
import { isNumber, termText } from "/static/table_view.js";

const MAX_BARS = 40; // bars
const DATE = /^(-?\d{4})(?:-(\d\d)(?:-(\d\d))?)?(?:T.*)?$/;
const COUNT = "number of rows";
const ROW = 26;
const LETTER = 7.2; // the width of one, about

const amount = (number) => new Intl.NumberFormat("en-GB", { maximumFractionDigits: 2 }).format(number);

function day(term) {
  const found = term && term.type === "literal" && DATE.exec(term.value);
  return found ? Date.UTC(Number(found[1]), Number(found[2] || 1) - 1, Number(found[3] || 1)) : NaN;
}

/** Steps of an axis up to a number: round ones, at most six. */
function steps(low, high) {
  const span = high - low || 1;
  const size = 10 ** Math.floor(Math.log10(span / 5));
  const step = [1, 2, 5, 10].map((by) => by * size).find((by) => span / by <= 5.5);
  const found = [];
  for (let at = Math.ceil(low / step) * step; at <= high + step / 1000; at += step) found.push(Math.round(at / step) * step);
  return found;
}

function cut(text, most) {
  const letters = [...text];
  return letters.length > most ? `${letters.slice(0, most - 1).join("")}…` : text;
}

function bars(points, width, title) {
  const visible = points.slice(0, MAX_BARS);
  const [low, high] = [Math.min(0, ...visible.map((one) => one.value)), Math.max(0, ...visible.map((one) => one.value))];
  // In a narrow window a label stands above its bar, else before it.
  const narrow = width < 560;
  const left = narrow ? 2 : Math.min(width * 0.42, 20 + LETTER * Math.max(4, ...visible.map((one) => [...one.label].length)));
  const [row, under] = narrow ? [ROW + 20, 20] : [ROW, 0];
  const scale = (value) => left + ((value - low) / (high - low || 1)) * (width - left - 70);
  const height = visible.length * row + 8;
  const svg = makeSvg("svg", { class: "chart", viewBox: `0 0 ${width} ${height}`, height, role: "img", "aria-label": title });
  svg.append(makeSvg("line", { class: "axis", x1: scale(0), x2: scale(0), y1: 0, y2: height }));
  for (const [at, one] of visible.entries()) {
    const y = at * row + 4;
    const place = narrow ? { x: left + 4, y: y + 14 } : { x: left - 8, y: y + 15, "text-anchor": "end" };
    const label = makeSvg("text", place, cut(one.label, Math.floor((narrow ? width - 8 : left - 12) / LETTER)));
    label.append(makeSvg("title", {}, one.label));
    const [from, to] = [scale(Math.min(0, one.value)), scale(Math.max(0, one.value))];
    svg.append(
      label,
      makeSvg("rect", { class: "bar-of", x: from, y: y + 1 + under, width: Math.max(1, to - from), height: ROW - 8 }),
      makeSvg("text", { class: "tick", x: to + 6, y: y + 15 + under }, amount(one.value)),
    );
  }
  return svg;
}

function line(points, width, title) {
  const height = 340;
  const [left, right, top, bottom] = [64, 20, 12, 30];
  const times = points.map((one) => one.day);
  const [start, end] = [Math.min(...times), Math.max(...times)];
  const [low, high] = [Math.min(0, ...points.map((one) => one.value)), Math.max(0, ...points.map((one) => one.value)) || 1];
  const x = (time) => left + ((time - start) / (end - start || 1)) * (width - left - right);
  const y = (value) => height - bottom - ((value - low) / (high - low)) * (height - top - bottom);
  const svg = makeSvg("svg", { class: "chart", viewBox: `0 0 ${width} ${height}`, height, role: "img", "aria-label": title });
  for (const value of steps(low, high)) {
    svg.append(
      makeSvg("line", { class: "grid", x1: left, x2: width - right, y1: y(value), y2: y(value) }),
      makeSvg("text", { class: "tick", x: left - 8, y: y(value) + 4, "text-anchor": "end" }, amount(value)),
    );
  }
  const [first, last] = [start, end].map((time) => new Date(time).getUTCFullYear());
  const years = last > first ? steps(first, last).filter((year) => Number.isInteger(year)) : [];
  const marks = years.length > 1 ? years.map((year) => [Date.UTC(year, 0, 1), String(year)]) : [start, end].map((time) => [time, new Date(time).toISOString().slice(0, 10)]);
  for (const [time, text] of marks) {
    if (time < start || time > end) continue;
    svg.append(makeSvg("text", { class: "tick", x: x(time), y: height - 8, "text-anchor": time === end ? "end" : time === start ? "start" : "middle" }, text));
  }
  svg.append(makeSvg("polyline", { class: "curve", points: points.map((one) => `${x(one.day).toFixed(1)},${y(one.value).toFixed(1)}`).join(" ") }));
  for (const one of points) {
    const dot = makeSvg("circle", { class: "dot", cx: x(one.day), cy: y(one.value), r: 4.5 });
    dot.append(makeSvg("title", {}, `${one.label}: ${amount(one.value)}`));
    svg.append(dot);
  }
  return svg;
}

/** The points for two columns: values of the same label are added up. */
function pointsOf(answer, labels, values, text) {
  const found = new Map();
  for (const row of answer.rows) {
    const value = values === COUNT ? 1 : isNumber(row[values]) ? Number(row[values].value) : NaN;
    if (!row[labels] || Number.isNaN(value)) continue;
    const label = text(row[labels]);
    const point = found.get(label) || { label, day: day(row[labels]), value: 0 };
    point.value += value;
    found.set(label, point);
  }
  return [...found.values()];
}

export async function chartView(answer, terms) {
  const names = await labelsOf(answer.rows.flatMap((row) => Object.values(row)).filter((term) => term.type === "uri").map((term) => term.value)).catch(() => new Map());
  const numbers = answer.columns.filter((column) => answer.rows.some((row) => isNumber(row[column])));
  const others = answer.columns.filter((column) => !numbers.includes(column));
  const choose = (id, label, options) => [make("label", {}, label, make("select", { id }, ...options.map((one) => make("option", {}, one))))];
  const [values, labels] = [[...numbers, COUNT], others.length ? others : answer.columns];
  const choices = make("div", { class: "choices" }, ...choose("chart-values", "Show", values), ...choose("chart-labels", "by", labels));
  const box = make("div", { class: "drawing" });

  function redraw() {
    const [value, label] = [choices.querySelector("#chart-values").value, choices.querySelector("#chart-labels").value];
    const points = pointsOf(answer, label, value, (term) => termText(term, names, terms));
    if (!points.length) {
      box.replaceChildren(make("p", {}, "These columns have nothing to draw."));
      return;
    }
    const dates = points.length > 1 && points.every((one) => !Number.isNaN(one.day));
    if (dates) points.sort((a, b) => a.day - b.day);
    else if (value === COUNT) points.sort((a, b) => b.value - a.value);
    const top = points.reduce((a, b) => (b.value > a.value ? b : a));
    const title = `${dates ? "Line" : "Bar"} chart of ${value} by ${label}, ${points.length} values; the highest is ${top.label} with ${amount(top.value)}`;
    const width = Math.max(280, Math.round(box.clientWidth || 800));
    const rows = points.map((one) => make("tr", {}, make("td", {}, one.label), make("td", { class: "number" }, amount(one.value))));
    box.replaceChildren(
      dates ? line(points, width, title) : bars(points, width, title),
      ...(!dates && points.length > MAX_BARS ? [make("p", { class: "quiet" }, `The first ${MAX_BARS} of ${points.length} bars; all of them are in the numbers.`)] : []),
      make("details", { class: "numbers" }, make("summary", {}, "The numbers"), make(
        "table", {}, make("thead", {}, make("tr", {}, make("th", { scope: "col" }, label), make("th", { scope: "col", class: "number" }, value))), make("tbody", {}, ...rows),
      )),
    );
  }
  choices.addEventListener("change", redraw);
  let width = 0;
  new ResizeObserver(() => { // also the first time, when it has come into the page
    if (box.clientWidth !== width) {
      width = box.clientWidth;
      if (width) redraw();
    }
  }).observe(box);
  return [choices, box];
}

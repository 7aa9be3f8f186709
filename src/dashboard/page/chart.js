// Small bar charts of one value a day, drawn as SVG. Every chart can be read as a table too.

const SVG = "http://www.w3.org/2000/svg";
const WIDTH = 300;
const HEIGHT = 68;

/** An element with attributes and children; text is only ever text. */
export function el(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (key === "on") made.addEventListener("click", value);
    else if (value === true) made.setAttribute(key, "");
    else made.setAttribute(key, String(value));
  }
  made.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return made;
}

function shape(name, attributes, ...children) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  made.append(...children);
  return made;
}

function date(day) {
  const at = new Date(`${day}T12:00:00Z`);
  return at.toLocaleDateString(undefined, { month: "short", day: "numeric", timeZone: "UTC" });
}

/**
 * `days` are [day, value] from the oldest to today; a value may be null: not known. `show` makes text of a value.
 */
export function chart(title, days, show, note) {
  const known = days.map(([, value]) => value ?? 0);
  const most = Math.max(...known, 0);
  const total = known.reduce((sum, value) => sum + value, 0);
  if (most === 0) {
    return el("figure", {}, el("figcaption", {}, el("b", {}, title), el("span", { class: "quiet" }, note ?? "none")));
  }
  const step = WIDTH / Math.max(days.length, 1);
  const bars = days.map(([day, value], at) => {
    const high = most > 0 && value > 0 ? Math.max((value / most) * (HEIGHT - 6), 2) : 0;
    const bar = shape("rect", {
      x: (at * step + step * 0.14).toFixed(2),
      y: (HEIGHT - 1 - high).toFixed(2),
      width: (step * 0.72).toFixed(2),
      height: high.toFixed(2),
      rx: Math.min(1.5, high / 2).toFixed(2),
      class: at === days.length - 1 ? "today" : "day",
    });
    bar.append(shape("title", {}, `${date(day)}: ${value === null ? "not known" : show(value)}`));
    return bar;
  });
  const said = `${title}: ${show(total)} in ${days.length} days, at most ${show(most)} on one day`;
  const svg = shape(
    "svg",
    { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: "none", role: "img", "aria-label": said },
    ...bars,
    shape("line", { x1: 0, x2: WIDTH, y1: HEIGHT - 0.5, y2: HEIGHT - 0.5 }),
  );
  const rows = days.filter(([, value]) => value !== 0).reverse();
  const table = el("table", {},
    el("thead", {}, el("tr", {}, el("th", { scope: "col" }, "Day"), el("th", { scope: "col", class: "right" }, title))),
    el("tbody", {}, rows.map(([day, value]) => el("tr", {},
      el("td", { class: "keep", "data-label": "Day" }, date(day)),
      el("td", { class: "right", "data-label": title }, value === null ? "not known" : show(value))))));
  const first = days.length ? date(days[0][0]) : "";
  return el("figure", {},
    el("figcaption", {}, el("b", {}, title), el("span", { class: "quiet" }, show(total))),
    svg,
    el("div", { class: "axis", "aria-hidden": "true" }, el("span", {}, first), el("span", {}, "today")),
    note ? el("p", { class: "quiet small" }, note) : null,
    rows.length ? el("details", { "data-open": `chart ${title}` }, el("summary", {}, "As a table"),
      el("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": `${title} by day` }, table)) : null);
}

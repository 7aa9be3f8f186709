// The page: shows what the server sends and asks for what is clicked. Nothing here makes markup of text.

import { chart, el } from "/chart.js";

const byId = (id) => document.getElementById(id);
const LANES = {
  "human-review": "a person must look",
  blocked: "a person must change something first",
  implement: "an agent may take it",
  pending: "something is under way",
  fix: "an agent repairs it",
  "double-check-1": "first agent review",
  "double-check-2": "second agent review",
  automerge: "may be merged",
};

const state = { data: null, trouble: null, actions: false, filter: "", shown: new Map(), open: new Set() };

// ---- words -------------------------------------------------------------------------------------------------------

function span(seconds) {
  if (seconds < 90) return `${seconds} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  if (seconds < 129600) return `${Math.round(seconds / 3600)} h`;
  return `${Math.round(seconds / 86400)} d`;
}

/** How far the server's clock is ahead of the browser's, in milliseconds: ages are told by the server's. */
let ahead = 0;

function ago(iso) {
  const seconds = Math.round((Date.parse(iso) - Date.now() - ahead) / 1000);
  if (Math.abs(seconds) <= 1) return "now";
  return seconds > 0 ? `in ${span(seconds)}` : `${span(-seconds)} ago`;
}

function lasting(iso) {
  return span(Math.max(0, Math.round((Date.now() + ahead - Date.parse(iso)) / 1000)));
}

function when(iso, how = "ago") {
  if (!iso) return "";
  const text = how === "for" ? lasting(iso) : ago(iso);
  return el("time", { datetime: iso, title: new Date(iso).toLocaleString(), "data-how": how }, text);
}

function tick() {
  for (const time of document.querySelectorAll("time[data-how]")) {
    const iso = time.getAttribute("datetime");
    const text = time.dataset.how === "for" ? lasting(iso) : ago(iso);
    if (time.textContent !== text) time.textContent = text;
  }
}

const dollars = (micros) => `$${(micros / 1e6).toFixed(2)}`;
const many = (n) => (n >= 1e6 ? `${(n / 1e6).toFixed(1)} M` : n >= 1e4 ? `${Math.round(n / 1e3)} k` : String(n));
const plural = (n, word) => `${n} ${word}${n === 1 ? "" : "s"}`;

/** What stands between backticks is a command or a name; all else is as it is. */
function prose(text) {
  const parts = text.split("`");
  if (parts.length % 2 === 0) return [text];
  return parts.map((part, at) => (at % 2 ? el("code", {}, part) : part)).filter((part) => part !== "");
}

// ---- filter ------------------------------------------------------------------------------------------------------

/** Every text of a row, for the filter. */
function texts(row) {
  if (row === null || row === undefined) return "";
  if (typeof row === "object") {
    const parts = Array.isArray(row) ? row : Object.entries(row).filter(([key]) => key !== "offers").map(([, v]) => v);
    return parts.map(texts).join("\n");
  }
  return String(row).toLowerCase();
}

let counted = { shown: 0, all: 0 };

function wanted(rows) {
  const words = state.filter.toLowerCase().split(/\s+/).filter(Boolean);
  const left = words.length ? rows.filter((row) => { const text = texts(row); return words.every((w) => text.includes(w)); }) : rows;
  counted.shown += left.length;
  counted.all += rows.length;
  return left;
}

// ---- pieces ------------------------------------------------------------------------------------------------------

function offers(row) {
  if (!state.actions) return [];
  return (row.offers ?? []).map((offer) => el("button", {
    type: "button",
    class: offer.grave ? "grave" : null,
    "data-key": JSON.stringify(offer.wish),
    "aria-label": `${offer.label}: ${row.item ?? row.name ?? row.target ?? ""} ${row.title ?? ""}`.trim(),
    on: () => ask(offer),
  }, offer.label));
}

function logButton(run, label = "Log") {
  return el("button", { type: "button", "data-key": `log ${run.id}`, "aria-label": `Log of ${run.item}, ${run.id}`, on: () => showLog(run) }, label);
}

function buttons(...all) {
  const there = all.flat().filter(Boolean);
  return there.length ? el("div", { class: "buttons" }, there) : null;
}

function itemEntry(item, more) {
  return el("li", { class: "item" },
    el("div", {},
      el("h3", {}, item.title || item.item),
      el("p", { class: "why" }, prose(item.why)),
      el("p", { class: "facts" },
        el("span", { class: "mono" }, item.item),
        more ? el("span", { class: "tag" }, item.lane) : null,
        item.next ? el("span", {}, when(item.next)) : null,
        item.command ? el("code", {}, item.command) : null)),
    buttons(offers(item)));
}

/** A table whose roles survive when its rows become cards on a narrow screen. */
function table(caption, heads, rows) {
  return el("table", { role: "table", "aria-label": caption },
    el("thead", { role: "rowgroup" }, el("tr", { role: "row" }, heads.map(([name, kind]) =>
      el("th", { role: "columnheader", scope: "col", class: kind === "right" ? "right" : null },
        kind === "act" ? el("span", { class: "hidden" }, name) : name)))),
    el("tbody", { role: "rowgroup" }, rows.map((cells) =>
      el("tr", { role: "row" }, cells.map((cell, at) => {
        const [name, kind] = heads[at];
        const none = cell === null || cell === "" || cell === undefined;
        const kinds = [at === 0 ? "first" : null, kind, none ? "none" : null].filter(Boolean);
        return el("td", { role: "cell", class: kinds.join(" ") || null, "data-label": name }, none ? "" : cell);
      })))));
}

const OUTCOMES = { implemented: "good", "updated-branch": "good", "no-change-needed": "good", "approved-local-review-passed": "good", failed: "bad", blocked: "warn" };

function runName(run) {
  return el("div", {},
    run.title || run.item,
    el("span", { class: "under" }, el("span", { class: "mono" }, run.item), ` · ${run.task}`, run.attempt > 1 ? ` · attempt ${run.attempt}` : null));
}

function cost(run) {
  const parts = [run.usd_micros === null ? null : dollars(run.usd_micros), run.tokens === null ? null : `${many(run.tokens)} tokens`];
  return parts.filter(Boolean).join(", ");
}

// ---- sections ----------------------------------------------------------------------------------------------------

function empty(text) {
  return el("p", { class: "empty" }, state.filter ? "Nothing here matches the filter." : text);
}

function rest(total, rows) {
  return total > rows.length ? el("p", { class: "more" }, `${total - rows.length} more are not shown`) : null;
}

const SECTIONS = {
  you: {
    of: (d) => d.waiting_for_you,
    count: (s) => s.total,
    body: (s) => {
      const rows = wanted(s.items);
      return [rows.length ? el("ul", {}, rows.map((item) => itemEntry(item, true))) : empty("Nothing. Everything moves by itself."), rest(s.total, s.items)];
    },
  },
  runs: {
    of: (d) => d.runs,
    count: (runs) => runs.length,
    body: (runs) => {
      const rows = wanted(runs);
      if (!rows.length) return [empty("No agent is at work.")];
      return [table("Runs at work", [["Item"], ["Agent", "keep"], ["Step", "keep"], ["For", "keep"], ["What to do", "act"]], rows.map((run) => [
        runName(run),
        run.agent,
        el("span", { class: run.alive === false ? "tag bad" : "tag busy" }, run.alive === false ? "no sign of life" : run.step ?? run.state),
        when(run.started ?? run.created, "for"),
        buttons(logButton(run), offers(run)),
      ]))];
    },
  },
  lanes: {
    of: (d) => ({ lanes: d.lanes, other: d.other }),
    count: ({ lanes }) => lanes.reduce((sum, lane) => sum + lane.total, 0),
    body: ({ lanes, other }) => {
      const parts = lanes.map((lane) => {
        const rows = wanted(lane.items);
        if (state.filter && !rows.length) return null;
        const key = `lane ${lane.name}`;
        return el("details", { "data-open": key, open: state.open.has(key) || (state.filter !== "" && rows.length > 0) },
          el("summary", { "data-key": key },
            el("span", { class: "name" }, lane.name),
            el("span", { class: "about" }, LANES[lane.name] ?? ""),
            el("span", { class: "n" }, String(state.filter ? rows.length : lane.total))),
          el("ul", {}, rows.map((item) => itemEntry(item, false))), rest(lane.total, lane.items));
      }).filter(Boolean);
      const left = other ? el("p", { class: "more" }, `${plural(other, "open item")} not for acp`) : null;
      return [parts.length ? el("div", {}, parts) : empty("No open item is acp's."), left];
    },
  },
  history: {
    of: (d) => d.history,
    count: (s) => s.total,
    body: (s) => {
      const rows = wanted(s.items);
      if (!rows.length) return [empty("No run is over yet.")];
      return [table("Runs that are over", [["Item"], ["Outcome", "keep"], ["Agent", "keep"], ["Cost", "keep"], ["Ended", "keep"], ["Log", "act"]], rows.map((run) => [
        el("div", {}, runName(run), run.reason ? el("span", { class: "under" }, run.reason) : null),
        el("span", { class: `tag ${OUTCOMES[run.outcome] ?? ""}`.trim() }, run.outcome === "approved-local-review-passed" ? "review passed" : run.outcome ?? run.state),
        run.agent,
        cost(run),
        when(run.ended ?? run.created),
        buttons(logButton(run)),
      ])), rest(s.total, s.items)];
    },
  },
  usage: {
    of: (d) => d.usage,
    count: () => null,
    body: (days) => {
      const unknown = (field) => days.reduce((sum, day) => sum + day[field], 0);
      const told = (n, what) => (n ? `${what} of ${plural(n, "run")} not known` : null);
      const of = (field) => days.map((day) => [day.key, day.runs === 0 ? 0 : day[field]]);
      return [
        chart("Runs", of("runs"), (n) => String(n)),
        chart("Cost", of("usd_micros"), dollars, told(unknown("usd_unknown"), "Cost")),
        chart("Tokens", of("tokens"), many, told(unknown("tokens_unknown"), "Tokens")),
      ];
    },
  },
  cooldowns: {
    of: (d) => d.cooldowns,
    count: (rows) => rows.length,
    body: (all) => {
      const rows = wanted(all);
      if (!rows.length) return [empty("Nothing cools down.")];
      return [el("ul", {}, rows.map((row) => el("li", { class: "item" }, el("div", {},
        el("h3", { class: "mono" }, row.key), el("p", { class: "why" }, prose(row.reason)),
        el("p", { class: "facts" }, el("span", {}, "ends ", when(row.until)))))))];
    },
  },
  outbox: {
    of: (d) => d.outbox,
    count: (s) => s.total,
    body: (s) => {
      const rows = wanted(s.items);
      if (!rows.length) return [empty("Every write has arrived.")];
      return [el("ul", {}, rows.map((row) => el("li", { class: "item" },
        el("div", {},
          el("h3", {}, `${row.kind} → ${row.target}`),
          row.error ? el("p", { class: "why" }, prose(row.error)) : null,
          el("p", { class: "facts" },
            el("span", { class: row.failed ? "tag bad" : "tag" }, row.failed ? "failed" : "waiting"),
            row.attempts ? el("span", {}, plural(row.attempts, "try").replace("trys", "tries")) : null,
            row.next ? el("span", {}, "again ", when(row.next)) : el("span", {}, "since ", when(row.created)),
            el("span", { class: "mono" }, row.id))),
        buttons(offers(row))))), rest(s.total, s.items)];
    },
  },
};

function figures(d) {
  const today = d.today;
  const of = (max) => (max ? el("small", {}, ` of ${max}`) : null);
  const figure = (name, ...value) => el("div", { class: name === "Waiting for you" && d.waiting_for_you.total ? "call" : null }, el("dt", {}, name), el("dd", {}, value));
  return [
    figure("Waiting for you", String(d.waiting_for_you.total)),
    figure("At work", String(d.runs.length)),
    figure("Runs today", String(today.runs), of(today.runs_max)),
    figure("Spent or reserved today", dollars(today.usd_micros), of(today.usd_micros_max ? dollars(today.usd_micros_max) : null)),
  ];
}

function banner(kind, strong, text, row) {
  return el("div", { class: kind ? `banner ${kind}` : "banner" }, el("p", {}, el("strong", {}, strong), " ", prose(text)), row ? buttons(offers(row)) : null);
}

function banners(d) {
  const all = d.holds.map((hold) => banner(null, hold.item ? `${hold.item} is held.` : "Nothing starts or merges.", `Hold ${hold.name} by ${hold.by}: ${hold.reason}`, hold));
  if (d.stale) all.unshift(banner(null, "The forge cannot be asked.", d.stale.error));
  if (d.last_pass?.error) all.push(banner("bad", "The last pass had a problem.", d.last_pass.error));
  for (const text of d.today.nearly_used) all.push(banner(null, "Nearly used up.", text));
  return all;
}

/** Puts new children into a place unless they would be the same; focus and open parts stay. */
function fill(place, key, children) {
  const seen = JSON.stringify([key, state.filter, state.actions]);
  if (state.shown.get(place.id) === seen) return;
  state.shown.set(place.id, seen);
  const focused = place.contains(document.activeElement) ? document.activeElement.dataset.key : null;
  const body = place.querySelector(".body") ?? place;
  for (const part of body.querySelectorAll("details[data-open]")) remember(part);
  body.replaceChildren(...children().flat().filter(Boolean));
  for (const part of body.querySelectorAll("details[data-open]")) {
    if (state.open.has(part.dataset.open)) part.open = true;
    part.addEventListener("toggle", () => remember(part));
  }
  if (focused) {
    const again = [...body.querySelectorAll("[data-key]")].find((one) => one.dataset.key === focused);
    (again ?? place.querySelector("h2") ?? byId("main")).focus?.();
  }
}

function remember(part) {
  if (state.filter) return;
  if (part.open) state.open.add(part.dataset.open);
  else state.open.delete(part.dataset.open);
}

function render() {
  const d = state.data;
  if (state.trouble) {
    fill(byId("banners"), state.trouble, () => [banner("bad", "The state cannot be read.", [state.trouble.message, ...(state.trouble.causes ?? []), ...(state.trouble.hints ?? [])].join(" — "))]);
  }
  if (!d) return;
  counted = { shown: 0, all: 0 };
  document.title = `${d.waiting_for_you.total ? `(${d.waiting_for_you.total}) ` : ""}${d.profile} · acp`;
  byId("profile").textContent = d.profile;
  const last = d.last_pass ? ["last pass ", when(d.last_pass.ended)] : ["no pass yet"];
  byId("repo").replaceChildren(`${d.forge} ${d.repo} · writes ${d.writes} · `, ...last);
  if (!state.trouble) fill(byId("banners"), [d.holds, d.stale, d.last_pass?.error, d.today.nearly_used], () => banners(d));
  byId("figures").replaceChildren(...figures(d));
  for (const [id, section] of Object.entries(SECTIONS)) {
    const part = section.of(d);
    const place = byId(id);
    const count = place.querySelector(".count");
    if (count) count.textContent = String(section.count(part) || "");
    // The filter counts also what is not drawn again.
    fill(place, part, () => section.body(part));
  }
  if (state.filter) {
    counted = { shown: 0, all: 0 };
    for (const rows of [d.waiting_for_you.items, d.runs, ...d.lanes.map((lane) => lane.items), d.history.items, d.cooldowns, d.outbox.items]) wanted(rows);
    byId("filtered").textContent = `${counted.shown} of ${counted.all} entries match`;
  } else byId("filtered").textContent = "";
  byId("hold").hidden = !state.actions;
  const mode = state.actions ? "Actions are on: what you do here is done as you." : "This page only shows. `acp dashboard serve --actions` lets it act.";
  if (byId("mode").dataset.is !== mode) byId("mode").replaceChildren(...prose(mode));
  byId("mode").dataset.is = mode;
}

/** What has changed, for who hears the page. */
function news(before, now) {
  if (!before) return;
  const said = [];
  const ids = (rows) => new Set(rows.map((row) => row.id ?? row.item));
  const [was, is] = [ids(before.runs), ids(now.runs)];
  for (const run of now.runs) if (!was.has(run.id)) said.push(`${run.agent} began ${run.item}`);
  for (const run of before.runs) if (!is.has(run.id)) said.push(`the run of ${run.item} is over`);
  const waited = ids(before.waiting_for_you.items);
  for (const item of now.waiting_for_you.items) if (!waited.has(item.item)) said.push(`${item.item} waits for you`);
  if (said.length) byId("news").textContent = `${said.slice(0, 4).join(", ")}.`;
}

// ---- log ---------------------------------------------------------------------------------------------------------

let following = null;

async function showLog(run) {
  const dialog = byId("log");
  following = run.id;
  byId("log-title").textContent = `${run.item} · ${run.title}`;
  byId("log-note").textContent = "Loading";
  byId("log-text").textContent = "";
  dialog.showModal();
  await readLog();
}

async function readLog() {
  const id = following;
  if (!id) return;
  let log;
  try {
    const answer = await fetch(`/api/log?run=${id}`);
    const json = await answer.json();
    if (!answer.ok) throw new Error(json.message);
    log = json.data;
  } catch (error) {
    byId("log-note").textContent = `The log cannot be read: ${error.message}`;
    return;
  }
  if (following !== id) return;
  const text = byId("log-text");
  const lines = log.lines.join("\n");
  if (text.textContent !== lines) {
    text.textContent = lines;
    if (byId("log-follow").checked) text.scrollTop = text.scrollHeight;
  }
  const note = log.lines.length ? (log.whole ? "" : "the last part of it") : "nothing was printed";
  const words = [log.run, log.under_way ? "at work" : log.state, note].filter(Boolean).join(" · ");
  if (byId("log-note").textContent !== words) byId("log-note").textContent = words;
  if (log.under_way) setTimeout(() => { if (following === id) readLog(); }, 2000);
}

// ---- actions -----------------------------------------------------------------------------------------------------

const TOKEN = "acp-token";
let asked = null;

function takeToken() {
  const found = /^#token=([0-9a-f]+)$/.exec(location.hash);
  if (!found) return;
  sessionStorage.setItem(TOKEN, found[1]);
  history.replaceState(null, "", location.pathname);
}

function ask(offer) {
  asked = offer;
  byId("ask-title").textContent = offer.ask;
  byId("ask-hold").hidden = offer.wish.do !== "hold";
  byId("ask-command").textContent = "";
  byId("ask-token").hidden = sessionStorage.getItem(TOKEN) !== null;
  byId("ask-trouble").textContent = "";
  const yes = byId("ask-yes");
  yes.textContent = offer.label;
  yes.disabled = false;
  byId("ask").showModal();
  const first = offer.wish.do === "hold" ? byId("hold-reason") : byId("ask-token").hidden ? yes : byId("token");
  first.focus();
}

async function act() {
  const offer = asked;
  if (!offer) return;
  const trouble = byId("ask-trouble");
  const wish = offer.wish.do === "hold" ? { ...offer.wish, name: byId("hold-name").value.trim(), reason: byId("hold-reason").value.trim() } : offer.wish;
  if (wish.do === "hold" && !wish.reason) {
    trouble.textContent = "A hold has a reason.";
    byId("hold-reason").focus();
    return;
  }
  if (!byId("ask-token").hidden) sessionStorage.setItem(TOKEN, byId("token").value.trim());
  const yes = byId("ask-yes");
  yes.disabled = true;
  trouble.textContent = "";
  try {
    const answer = await fetch("/api/act", {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-Acp-Token": sessionStorage.getItem(TOKEN) ?? "" },
      body: JSON.stringify(wish),
    });
    const json = await answer.json();
    if (!answer.ok) {
      if (answer.status === 401) {
        sessionStorage.removeItem(TOKEN);
        byId("ask-token").hidden = false;
      }
      throw new Error([json.message, ...(json.causes ?? []), ...(json.hints ?? [])].join("\n"));
    }
    byId("ask").close();
    toast([json.data.text, ...json.data.notes].filter(Boolean).join("\n") || "Done.");
  } catch (error) {
    trouble.textContent = error.message;
  } finally {
    yes.disabled = false;
  }
}

let fading = null;

function toast(text) {
  const place = byId("toast");
  place.replaceChildren(...prose(text));
  place.hidden = false;
  clearTimeout(fading);
  fading = setTimeout(() => { place.hidden = true; place.textContent = ""; }, 8000);
}

// ---- connection --------------------------------------------------------------------------------------------------

function live(kind, text) {
  byId("live").dataset.state = kind;
  if (byId("live-text").textContent !== text) byId("live-text").textContent = text;
}

function connect() {
  const source = new EventSource("/api/events");
  source.addEventListener("hello", (event) => {
    state.actions = JSON.parse(event.data).actions;
    if (!state.actions) sessionStorage.removeItem(TOKEN);
    live("on", "Live");
  });
  source.addEventListener("snapshot", (event) => {
    const { data } = JSON.parse(event.data);
    ahead = Date.parse(data.generated_at) - Date.now();
    news(state.data, data);
    state.trouble = null;
    state.data = data;
    live("on", "Live");
    render();
  });
  source.addEventListener("trouble", (event) => {
    state.trouble = JSON.parse(event.data);
    render();
  });
  source.addEventListener("error", () => {
    live("off", "Not connected");
    if (source.readyState === EventSource.CLOSED) setTimeout(connect, 5000);
  });
}

function start() {
  takeToken();
  const filter = byId("filter");
  filter.addEventListener("input", () => { state.filter = filter.value.trim(); render(); });
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest?.("input, dialog");
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      filter.focus();
    } else if (event.key === "Escape" && event.target === filter && filter.value) {
      filter.value = "";
      state.filter = "";
      render();
    }
  });
  for (const close of document.querySelectorAll("[data-close]")) close.addEventListener("click", () => close.closest("dialog").close());
  byId("log").addEventListener("close", () => { following = null; });
  byId("ask").addEventListener("close", () => { asked = null; byId("token").value = ""; });
  byId("ask-form").addEventListener("submit", (event) => { event.preventDefault(); act(); });
  byId("hold").addEventListener("click", () => ask({ label: "Hold", ask: "Let nothing start or merge?", wish: { do: "hold", item: null } }));
  setInterval(tick, 5000);
  connect();
}

start();

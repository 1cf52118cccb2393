// The console's one script: keeps a page up to date, ticks its clocks, sends its forms, knows keys.
// All HTML that comes was drawn and escaped by the yard; what a log holds is only ever set as text.
"use strict";

const body = document.body, base = body.dataset.base;
const skew = Number(body.dataset.now) - Date.now();
const byId = (id) => document.getElementById(id);
const all = (selector, root = document) => [...root.querySelectorAll(selector)];
const make = (tag, properties = {}, ...children) => {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
};

// -- times ---------------------------------------------------------------------------------------

const pad = (number) => String(number).padStart(2, "0");

function lapse(milliseconds) {
  if (milliseconds < 1000) return `${Math.max(Math.round(milliseconds), 0)} ms`;
  const seconds = milliseconds / 1000, whole = Math.floor(seconds);
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${pad(whole % 60)} s`;
  if (whole < 86400) return `${Math.floor(whole / 3600)} h ${pad(Math.floor((whole % 3600) / 60))} min`;
  return `${Math.floor(whole / 86400)} d ${pad(Math.floor((whole % 86400) / 3600))} h`;
}

function moment(at) {
  const then = new Date(at), today = new Date(Date.now() + skew).toDateString() === then.toDateString();
  const time = `${pad(then.getHours())}:${pad(then.getMinutes())}:${pad(then.getSeconds())}`;
  return today ? time : `${then.getFullYear()}-${pad(then.getMonth() + 1)}-${pad(then.getDate())} ${time}`;
}

function ago(at) {
  const seconds = Math.floor((Date.now() + skew - at) / 1000);
  if (seconds < 60) return seconds < 5 ? "just now" : `${seconds} s ago`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 86400) return `${Math.floor(seconds / 3600)} h ago`;
  return moment(at);
}

function tick(root = document) {
  const now = Date.now() + skew;
  for (const each of all("time[data-since]", root)) each.textContent = lapse(Math.max(1000 * Math.round((now - Number(each.dataset.since)) / 1000), 1000));
  for (const each of all("time[data-ago]", root)) each.textContent = ago(Number(each.dataset.ago));
  for (const each of all("time[data-at]", root)) {
    const at = Number(each.dataset.at);
    each.textContent = moment(at) + ("exact" in each.dataset ? `.${String(at % 1000).padStart(3, "0")}` : "");
    each.title = new Date(at).toISOString();
  }
}

// -- what changes --------------------------------------------------------------------------------

function patch(news) {
  for (const [id, html] of Object.entries(news.html ?? {})) {
    const place = byId(id);
    if (!place) continue;
    const at = place.contains(document.activeElement) ? document.activeElement.dataset?.do : null;
    place.innerHTML = html;
    tick(place);
    if (at) place.querySelector(`[data-do="${at}"]`)?.focus();
  }
  for (const [id, rows] of Object.entries(news.rows ?? {})) patchRows(byId(id), rows);
  for (const [id, letters] of Object.entries(news.cells ?? {})) patchCells(byId(id), letters);
  document.dispatchEvent(new Event("patched"));
}

function patchRows(place, { order, html }) {
  if (!place) return;
  const known = new Map([...place.children].map((row) => [row.dataset.id, row]));
  const fresh = document.createElement("template");
  let before = place.firstElementChild;
  for (const id of order) {
    let row = known.get(id);
    if (html[id] !== undefined) {
      fresh.innerHTML = html[id];
      const drawn = fresh.content.firstElementChild;
      tick(drawn);
      if (row) {
        drawn.classList.toggle("at", row.classList.contains("at"));
        const [was, box] = [row, drawn].map((one) => one.querySelector("input[type=checkbox]"));
        if (was && box) box.checked = was.checked;
        if (row === before) before = drawn;
        row.replaceWith(drawn);
      } else drawn.classList.add("new");
      row = drawn;
    }
    known.delete(id);
    if (!row) continue;
    if (row === before) before = row.nextElementSibling;
    else place.insertBefore(row, before);
  }
  for (const gone of known.values()) gone.remove();
}

// A browser has six connections to a yard, for all of its pages: those that nobody sees have none.
function whileSeen(open) {
  let close = document.hidden ? null : open();
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) { close?.(); close = null; } else close ??= open();
  });
  addEventListener("pagehide", () => close?.());
}

function listen() {
  const link = byId("link"), address = new URL(body.dataset.live, location);
  const say = (text, kind) => { link.textContent = text; link.className = `link ${kind}`; };
  whileSeen(() => {
    const source = new EventSource(address);
    source.onopen = () => say("live", "live");
    source.onerror = () => say(source.readyState === EventSource.CLOSED ? "gone: load it again" : "reconnecting", "lost");
    source.onmessage = (event) => {
      address.searchParams.set("mark", event.lastEventId);
      patch(JSON.parse(event.data));
    };
    return () => source.close();
  });
}

// -- an array's children -------------------------------------------------------------------------

const STATES = { F: "FAILED", R: "RUNNING", a: "STARTING", r: "RUNNABLE", p: "PENDING", s: "SUBMITTED", S: "SUCCEEDED", "-": "to come" };

function patchCells(place, letters) {
  const order = [...letters].map((_, index) => index), failed = (index) => letters[index] === "F";
  if (byId("failed-first").checked) order.sort((one, other) => failed(other) - failed(one));
  const cells = place.children;
  if (cells.length !== letters.length) place.replaceChildren(...order.map(() => make("b")));
  for (let n = 0; n < order.length; n++) {
    const letter = letters[order[n]], cell = cells[n];
    if (cell.className !== letter) cell.className = letter;
  }
  Object.assign(place, { letters, order });
  legend(letters);
}

function legend(letters) {
  const counts = {};
  for (const letter of letters) counts[letter] = (counts[letter] ?? 0) + 1;
  byId("legend").replaceChildren(...Object.keys(STATES).filter((letter) => counts[letter]).map((letter) =>
    make("span", {}, make("i", { className: `key ${letter}` }), `${counts[letter].toLocaleString("en")} ${STATES[letter]}`)));
}

function startGrid(grid) {
  let at = -1;
  patchCells(grid, grid.dataset.cells);
  const open = (index) => { location.href = `${base}jobs/${byId("head").dataset.job}:${index}`; };
  const index = (event) => event.target === grid ? -1 : grid.order[[...grid.children].indexOf(event.target)];
  byId("failed-first").addEventListener("change", () => patchCells(grid, grid.letters));
  grid.addEventListener("click", (event) => { if (index(event) >= 0) open(index(event)); });
  grid.addEventListener("mouseover", (event) => {
    const n = index(event);
    if (n >= 0) event.target.title = `${n}: ${STATES[grid.letters[n]]}`;
  });
  grid.addEventListener("keydown", (event) => {
    const across = getComputedStyle(grid).gridTemplateColumns.split(" ").length;
    const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: across, ArrowUp: -across }[event.key];
    if (step) {
      event.preventDefault();
      delete grid.children[at]?.dataset.at;
      at = Math.min(Math.max(at + step, 0), grid.children.length - 1);
      const cell = grid.children[at], child = grid.order[at];
      cell.dataset.at = "";
      cell.scrollIntoView({ block: "nearest" });
      grid.setAttribute("aria-label", `Child ${child}: ${STATES[grid.letters[child]]}`);
    } else if (event.key === "Enter" && at >= 0) { event.stopPropagation(); open(grid.order[at]); }
  });
}

// -- logs ----------------------------------------------------------------------------------------

const KEPT = 5000; // lines of a log that a page holds while it follows one

function startLog(place) {
  const text = byId("text"), choice = byId("attempt"), find = byId("find"), tail = byId("tail");
  const earlier = byId("earlier"), silent = byId("silent"), job = byId("head").dataset.job;
  let source = null, before = null, after = "", over = false, number = 0, searching = 0;
  const address = (what) => `${base}log/${job}/${number}/${what}`;

  const line = ([at, said], wanted) => {
    const row = make("li", {}, make("time", { textContent: moment(at), title: new Date(at).toISOString() }));
    const low = wanted ? said.toLowerCase() : "";
    let from = 0;
    for (let hit; wanted && (hit = low.indexOf(wanted, from)) >= 0; from = hit + wanted.length)
      row.append(said.slice(from, hit), make("mark", { textContent: said.slice(hit, hit + wanted.length) }));
    row.append(said.slice(from));
    return row;
  };
  const bottom = () => { if (tail.checked) place.scrollTop = place.scrollHeight; };
  const offer = (token, label) => { before = token; earlier.hidden = !token; earlier.textContent = label; };

  function follow() {
    source?.close();
    text.replaceChildren();
    offer(null, "");
    silent.hidden = false;
    silent.textContent = "Nothing has been printed yet.";
    after = "";
    over = false;
    goOn();
  }

  function goOn() {
    if (!number || over || find.value.trim()) return;
    source = new EventSource(`${address("follow")}?${new URLSearchParams({ after })}`);
    source.onmessage = (event) => {
      after = event.lastEventId;
      const part = JSON.parse(event.data);
      if (!text.childElementCount && part.lines.length >= 1000) offer(part.before, "Earlier lines");
      if (part.skipped) text.append(make("li", { className: "gap", textContent: "… too much at once: some lines are left out here; Download has all of them" }));
      text.append(...part.lines.map((each) => line(each)));
      while (text.childElementCount > KEPT) text.firstElementChild.remove();
      silent.hidden = true;
      bottom();
    };
    source.addEventListener("end", () => {
      source.close();
      over = true;
      if (!text.childElementCount) silent.textContent = "It has printed nothing.";
    });
  }

  async function search(token) {
    const wanted = find.value.trim().toLowerCase(), mine = ++searching;
    source?.close();
    const query = new URLSearchParams({ text: wanted, ...(token && { before: token }) });
    const part = await (await fetch(`${address("lines")}?${query}`)).json();
    if (mine !== searching) return;
    if (!token) text.replaceChildren();
    text.prepend(...part.lines.map((each) => line(each, wanted)));
    offer(part.before, "Search earlier lines");
    silent.hidden = text.childElementCount > 0;
    silent.textContent = part.before ? "Not found among the last lines." : "No line holds this.";
    if (!token) place.scrollTop = place.scrollHeight;
  }

  earlier.addEventListener("click", async () => {
    if (find.value.trim()) return search(before);
    const part = await (await fetch(`${address("lines")}?${new URLSearchParams({ before })}`)).json();
    const height = place.scrollHeight;
    text.prepend(...part.lines.map((each) => line(each)));
    offer(part.lines.length ? part.before : null, "Earlier lines");
    place.scrollTop += place.scrollHeight - height;
  });
  let timer = 0;
  find.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => { if (find.value.trim()) search(null); else { searching++; follow(); } }, 250);
  });
  byId("times").addEventListener("change", (event) => place.classList.toggle("times", event.target.checked));
  tail.addEventListener("change", bottom);
  place.addEventListener("wheel", (event) => { if (event.deltaY < 0) tail.checked = false; }, { passive: true });
  choice.addEventListener("change", () => choose(Number(choice.value)));

  function choose(chosen) {
    number = chosen;
    byId("download").href = address("download");
    if (!find.value.trim()) follow();
  }
  function offerAttempts() {
    const known = Number(byId("attempt-list")?.dataset.attempts ?? 0), had = choice.options.length;
    byId("download").hidden = !known;
    choice.hidden = known < 2;
    if (known === had) return;
    for (let n = had + 1; n <= known; n++) choice.append(make("option", { value: n, textContent: `attempt ${n}` }));
    if (number === had) { choice.value = known; choose(known); }
  }
  document.addEventListener("patched", offerAttempts);
  offerAttempts();
  let begun = false;
  whileSeen(() => { if (begun) goOn(); begun = true; return () => source?.close(); });
}

// -- actions -------------------------------------------------------------------------------------

const ASKED = {
  terminate: ["Terminate", "job", true], cancel: ["Cancel", "job", true],
  stop: ["Cancel", "instance", false], finish: ["Mark as finished", "instance", false],
};

function told({ text, bad, job }) {
  const said = make("p", { textContent: text, className: bad ? "bad" : "" });
  if (job) said.append(make("a", { href: `${base}jobs/${job}`, textContent: "Open it" }));
  byId("told").replaceChildren(said);
  setTimeout(() => said.remove(), bad ? 10000 : 5000);
}

function ask(what, number) {
  const [verb, thing, reason] = ASKED[what], dialog = byId("ask"), many = number === 1 ? `this ${thing}` : `${number} ${thing}s`;
  byId("ask-what").textContent = `${verb} ${many}?`;
  byId("ask-yes").textContent = verb;
  byId("ask-reason").hidden = !reason;
  const given = dialog.querySelector("input");
  given.value = `${verb === "Cancel" ? "Canceled" : "Terminated"} from the console`;
  dialog.returnValue = "";
  dialog.showModal();
  byId("ask-yes").focus();
  return new Promise((done) => dialog.addEventListener("close", () =>
    done(dialog.returnValue === "yes" ? given.value : null), { once: true }));
}

async function act(what, members) {
  const number = (members.job ?? members.instance ?? []).length;
  const reason = ASKED[what] ? await ask(what, number) : "";
  if (reason === null) return false;
  const form = new URLSearchParams({ token: body.dataset.token, reason });
  for (const [name, values] of Object.entries(members)) for (const value of values) form.append(name, value);
  try {
    const answer = await fetch(`${base}do/${what}`, { method: "POST", body: form });
    told(await answer.json());
    return answer.ok;
  } catch {
    told({ text: "The yard does not answer.", bad: true });
    return false;
  }
}

// -- rows, their selection, and keys -------------------------------------------------------------

const rows = () => all("[data-rows] > tr");
const picked = () => rows().filter((row) => row.querySelector("input[type=checkbox]")?.checked);
const current = () => document.querySelector("tr.at");

function showSelection() {
  const bar = byId("selection");
  if (!bar) return;
  const number = picked().length;
  bar.hidden = !number;
  byId("selected").textContent = `${number} selected`;
  const whole = byId("all");
  if (whole) { whole.checked = number > 0 && number === rows().length; whole.indeterminate = number > 0 && !whole.checked; }
}

function letGo() {
  for (const row of picked()) row.querySelector("input").checked = false;
  showSelection();
}

function go(step) {
  const list = rows(), at = list.indexOf(current());
  current()?.classList.remove("at");
  const row = list[Math.min(Math.max(at + step, 0), list.length - 1)];
  row?.classList.add("at");
  row?.scrollIntoView({ block: "nearest" });
}

function selection() {
  const chosen = picked(), place = document.querySelector("[data-rows]"), name = place?.dataset.name ?? "job";
  const extra = place?.dataset.pipeline ? { pipeline: [place.dataset.pipeline] } : {};
  const all_of_them = chosen.length ? chosen : current() ? [current()] : [];
  return { [name]: all_of_them.map((row) => row.dataset.id), ...extra };
}

async function doing(button) {
  const members = button.dataset.job ? { job: [button.dataset.job] } : selection();
  if (await act(button.dataset.do, members)) letGo();
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (button?.dataset.do) doing(button);
  else if (button && "none" in button.dataset) letGo();
  else if (button?.id === "help-button") byId("help").showModal();
});
document.addEventListener("change", (event) => {
  if (event.target.id === "all") for (const row of rows()) row.querySelector("input").checked = event.target.checked;
  if (event.target.type === "checkbox") showSelection();
  if (event.target.form?.id === "filters" && event.target.matches("select")) event.target.form.requestSubmit();
});
byId("filters")?.addEventListener("formdata", (event) => {
  for (const [name, value] of [...event.formData]) if (!value) event.formData.delete(name);
});

let going = false;
const KEYS = {
  "/": () => document.querySelector("[data-search]")?.focus(),
  "?": () => byId("help").showModal(),
  j: () => go(1),
  k: () => go(-1),
  x: () => { const box = current()?.querySelector("input"); if (box) { box.checked = !box.checked; showSelection(); } },
  t: () => document.querySelector("button[data-do=terminate], button[data-do=stop]")?.click(),
  s: () => document.querySelector("button[data-do=again], button[data-do=rerun]")?.click(),
  Enter: () => current()?.querySelector("a")?.click(),
  Escape: () => letGo(),
};
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  if (event.target.matches("input, select, textarea, button, a") && !(event.key in { j: 0, k: 0, x: 0, g: 0 } && event.target.type === "checkbox")) {
    if (event.key === "Escape") event.target.blur();
    return;
  }
  if (going) {
    going = false;
    document.querySelector(`header [data-key="${CSS.escape(event.key)}"]`)?.click();
  } else if (event.key === "g") going = true;
  else if (KEYS[event.key]) { event.preventDefault(); KEYS[event.key](); }
});
document.addEventListener("patched", showSelection);

tick();
setInterval(tick, 1000);
if (body.dataset.live) listen();
if (byId("grid")) startGrid(byId("grid"));
if (byId("lines")) startLog(byId("lines"));

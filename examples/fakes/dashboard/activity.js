// The logins, letters and signatures, newest first. Each is one element that changes in place, so
// that what somebody types or has opened stays.
import { state, t } from "./texts.js";
import { call, words } from "./api.js";
import { byId, el, tell, time } from "./dom.js";
import { decisions } from "./actions.js";
import { people, read } from "./people.js";

const most = 300; // items that the page shows
const shown = new Map(); // by id
let begun = false; // the first answer is no news

// follow shows what happens, for as long as the page is open, and calls changed after it. When the
// fakes were away, they may be others: it begins anew.
export async function follow(trouble, changed) {
  let next = 0, epoch;
  for (;;) {
    // A browser has six connections to one address: a page that nobody sees must not hold one.
    if (document.hidden) await new Promise((seen) => document.addEventListener("visibilitychange", seen, { once: true }));
    let said;
    try {
      said = await call("GET", `activity?after=${next}&wait=${begun ? 25 : 0}`);
      if (said.items.some((item) => item.actions.some((action) => ["approve", "sign"].includes(action)))) await read(); // a test may have added people
    } catch (problem) {
      trouble(words(problem));
      [next, epoch, begun] = [0, undefined, false];
      await new Promise((later) => setTimeout(later, 2000));
      continue;
    }
    trouble("");
    if (epoch !== said.epoch) forget();
    epoch = said.epoch;
    next = said.next;
    said.items.forEach(take);
    begun = true;
    byId("empty").hidden = shown.size > 0;
    changed();
  }
}

function forget() {
  shown.clear();
  byId("items").replaceChildren();
}

// take shows an item that is new or has changed.
function take(item) {
  const known = shown.get(item.id);
  if (known && known.item.seq >= item.seq) return;
  if (known) known.change(item);
  else add(item);
  if (begun && known?.item.state !== item.state) tell(t.news(t.kind[item.kind], item.who, state(item.state)));
  shown.get(item.id).item = item;
}

function add(item) {
  const list = byId("items"), entry = draw(item);
  shown.set(item.id, entry);
  const began = Date.parse(item.at);
  const after = [...list.children].find((other) => Date.parse(shown.get(other.dataset.id).item.at) <= began);
  list.insertBefore(entry.node, after ?? null);
  while (shown.size > most) {
    shown.delete(list.lastElementChild.dataset.id);
    list.lastElementChild.remove();
  }
}

// moment is how to write a time: without the day if that is clear.
const moment = (at, begun) => (at.slice(0, 10) === begun.slice(0, 10) ? { timeStyle: "medium" } : { dateStyle: "short", timeStyle: "medium" });

// draw returns the element of an item, and how to change it.
function draw(first) {
  const summary = el("summary"), steps = el("ol", { class: "steps", lang: "en" });
  const taken = el("div", {}, el("h3", {}, t.steps), steps);
  const decide = el("div", { class: "forms", role: "group", "aria-label": t.decide });
  const details = el("details", { open: first.actions.includes("approve") }, summary, decide, taken);
  const entry = { item: first, node: el("li", { class: "card", "data-id": first.id, "data-testid": first.kind }, details) };
  let offered;
  entry.change = (item) => {
    summary.replaceChildren(
      el("span", { class: `chip ${item.state.replaceAll(" ", "-")}`, "data-testid": "state" }, state(item.state)),
      el("strong", {}, item.who || t.nobody),
      el("span", { class: "what" }, `${t.kind[item.kind]} · ${item.fake}`, item.what && item.what !== item.kind ? ` · ${item.what}` : ""),
      time(item.at, { dateStyle: "short", timeStyle: "medium" }),
      item.why && el("span", { class: "why", lang: "en", "data-testid": "why" }, item.why),
    );
    steps.replaceChildren(...item.steps.map((step) => el("li", {}, time(step.at, moment(step.at, item.at)), " ", step.text)));
    taken.hidden = item.steps.length === 0;
    const now = item.actions.join();
    if (now === offered) return;
    offered = now;
    const focused = decide.contains(document.activeElement);
    decide.replaceChildren(...decisions(item, people(), take));
    decide.hidden = item.actions.length === 0;
    if (focused) summary.focus();
  };
  entry.change(first);
  return entry;
}

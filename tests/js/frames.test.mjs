import assert from "node:assert/strict";
import test, { mock } from "node:test";
import { tab } from "./load.mjs";
import { Element, formOf, Input, page } from "./world.mjs";

const NOW = 1761000000000;

/** The text of a frame stands for the elements that it draws. */
const drawn = new Map();

const el = (id, v, list, sort, children = []) =>
  new Element("li", { id, "data-v": String(v), "data-in": list, "data-sort": sort }, children);
const gone = (id, v) => new Element("li", { id, "data-v": String(v), "data-gone": "" });
const card = (n, v, seconds) => el(`card-${n}`, v, "cards", String(n), [
  new Element("time", { "data-at": "", datetime: new Date(NOW + seconds * 1000).toISOString() }),
  new Element("a"),
]);

/** A page with two lists, complete up to 10, and all that applies frames to it. */
async function begin({ screen = "order:7", now = [], done = [], lists = ["items-now", "items-done"] } = {}) {
  mock.timers.reset();
  mock.timers.enable({ apis: ["setTimeout", "Date"], now: NOW });
  globalThis.performance = { now: () => Date.now(), getEntriesByType: () => [] };
  globalThis.PointerEvent = class extends Event {};
  delete globalThis.Idiomorph;
  const body = page({ "data-screen": screen, "data-now": new Date(NOW).toISOString(), "data-person": "joao" });
  document.createElement = (name) => {
    const made = new Element(name);
    if (name !== "template") return made;
    made.content = new Element("slot");
    return Object.defineProperty(made, "innerHTML", { set: (text) => made.content.replaceChildren(...(drawn.get(text) || [])) });
  };
  const [first, second] = [now, done].map((members, i) => new Element("ul", { id: lists[i], "data-v": "10" }, members));
  body.children[0].appendChild(first);
  body.children[0].appendChild(second);
  const load = tab();
  const apply = await load("apply.js");
  (await load("touch.js")).start();
  apply.start();
  const told = { changes: 0 };
  document.addEventListener("page:changed", () => { told.changes += 1; });
  const frame = (elements, to) => { drawn.set("frame", elements); apply.applyHtml("frame", to); };
  const ids = (list = first) => list.children.map(({ id }) => id);
  return { ...apply, body, first, second, told, frame, ids };
}

const later = (ms) => mock.timers.tick(ms);
const versions = (...lists) => lists.map((list) => list.dataset.v);

function touch(type) {
  document.dispatchEvent(Object.assign(new PointerEvent(type), { pointerId: 1 }));
}

test("a frame brings its lists up to its end, and an echo of what it covered adds nothing", async () => {
  const { frame, first, second, ids } = await begin({ now: [el("item-1", 8, "items-now", "a")] });
  frame([el("item-2", 12, "items-now", "b"), el("item-3", 11, "items-now", "c")], 15);
  assert.deepEqual(ids(), ["item-1", "item-2", "item-3"], "all of it, newer and older");
  assert.deepEqual(versions(first, second), ["15", "10"]);
  frame([el("item-4", 15, "items-now", "d")], 15);
  assert.deepEqual(ids(), ["item-1", "item-2", "item-3"]);
  frame([el("item-4", 16, "items-now", "d")], 16);
  assert.deepEqual(ids(), ["item-1", "item-2", "item-3", "item-4"]);
});

test("a fragment newer than its frame does not carry its list beyond the frame", async () => {
  const { frame, first, ids } = await begin();
  frame([el("item-1", 20, "items-now", "a")], 12);
  assert.deepEqual(versions(first), ["12"]);
  frame([el("item-2", 15, "items-now", "b")], 15);
  assert.deepEqual(ids(), ["item-1", "item-2"]);
});

test("who goes to another list leaves the first complete, and so does who goes for good", async () => {
  const { frame, first, second, ids } = await begin({ now: [el("item-1", 8, "items-now", "a"), el("item-2", 8, "items-now", "b")] });
  frame([el("item-1", 12, "items-done", "a")], 15);
  assert.deepEqual([ids(first), ids(second)], [["item-2"], ["item-1"]]);
  assert.deepEqual(versions(first, second), ["15", "15"]);
  frame([gone("item-2", 17)], 18);
  assert.deepEqual(ids(first), []);
  assert.deepEqual(versions(first, second), ["18", "15"]);
});

test("what belongs to no list changes where it stands", async () => {
  const { frame, body } = await begin();
  const counter = body.appendChild(new Element("p", { id: "count", "data-v": "8" }));
  frame([new Element("p", { id: "count", "data-v": "11", title: "3" })], 11);
  assert.equal(counter.isConnected, false);
  assert.equal(document.getElementById("count").getAttribute("title"), "3");
  frame([new Element("p", { id: "count", title: "4" })], 12);
  assert.equal(document.getElementById("count").getAttribute("title"), "4", "without a version it is always new");
});

test("a frame without a text changes nothing, one with a text is told", async () => {
  const { applyHtml, frame, told } = await begin();
  applyHtml(undefined, 12);
  assert.equal(told.changes, 0);
  frame([el("item-1", 12, "items-now", "a")], 12);
  assert.equal(told.changes, 1);
});

test("what has no name, and what went before it was known, is not put in", async () => {
  const { frame, ids } = await begin();
  frame([new Element("li", { "data-v": "12", "data-in": "items-now", "data-sort": "a" })], 11);
  assert.deepEqual(ids(), []);
  frame([gone("item-5", 20)], 12);
  for (const v of [19, 20]) frame([el("item-5", v, "items-now", "a")], 13);
  assert.deepEqual(ids(), []);
  frame([el("item-5", 21, "items-now", "a")], 21);
  assert.deepEqual(ids(), ["item-5"]);
});

test("who goes to a list that this page does not show goes from it", async () => {
  const { frame, ids } = await begin({ now: [el("item-1", 8, "items-now", "a"), el("item-2", 8, "items-now", "b")] });
  frame([el("item-1", 12, "items-later", "a")], 12);
  assert.deepEqual(ids(), ["item-2"]);
});

test("who was leaving and comes again stays, and takes its new place", async () => {
  const link = () => new Element("a");
  const { frame, first, ids } = await begin({ now: [el("item-1", 8, "items-now", "a", [link()]), el("item-2", 8, "items-now", "b")] });
  frame([gone("item-1", 12)], 12);
  assert.equal(first.children[0].dataset.leaving, "", "it is seen leaving");
  first.children[0].setAttribute("data-in", "items-now");
  globalThis.Idiomorph = { morph: (old, fresh) => old.attributes_.set("data-sort", fresh.getAttribute("data-sort")) };
  frame([el("item-1", 13, "items-now", "c", [link()])], 13);
  assert.equal(first.children[0].dataset.leaving, undefined);
  later(20000);
  assert.deepEqual(ids(), ["item-2", "item-1"]);
});

test("who is gone is not held by what waited for it", async () => {
  const field = new Input({ name: "text" });
  const { frame, first, ids, applyDeferred } = await begin({ now: [el("item-1", 8, "items-now", "a", [field])] });
  field.focus();
  frame([el("item-1", 11, "items-now", "a")], 11);
  frame([gone("item-1", 12)], 12);
  assert.equal(first.children[0].dataset.leaving, "");
  document.activeElement = document.body;
  applyDeferred();
  assert.equal(first.children[0].dataset.leaving, "");
  later(20000);
  assert.deepEqual(ids(), []);
});

test("what waited for a row that a page took away is forgotten with it", async () => {
  const field = new Input({ name: "text" });
  const { frame, first, told, applyDeferred } = await begin({ now: [el("item-1", 8, "items-now", "a", [field])] });
  field.focus();
  frame([el("item-1", 20, "items-now", "a")], 11);
  document.activeElement = document.body;
  first.children[0].remove();
  applyDeferred();
  const changes = told.changes;
  applyDeferred();
  assert.equal(told.changes, changes, "nothing waits any more");
  first.appendChild(el("item-1", 12, "items-now", "a"));
  frame([el("item-1", 13, "items-now", "a")], 13);
  assert.equal(first.children[0].dataset.v, "13", "it is another row now");
});

test("what waited is applied as soon as its field is left, and told", async () => {
  const field = new Input({ name: "text" });
  const { frame, first, told } = await begin({ now: [el("item-1", 8, "items-now", "a", [field])] });
  field.focus();
  frame([el("item-1", 11, "items-now", "a")], 11);
  const changes = told.changes;
  document.activeElement = document.body;
  document.dispatchEvent(new Event("focusout"));
  later(1);
  assert.equal(first.children[0].dataset.v, "11");
  assert.equal(told.changes, changes + 1);
});

test("what stands above the rows comes by itself once hands rest for two seconds", async () => {
  const { frame, body } = await begin();
  const notes = (v) => new Element("section", { id: "order-notes", "data-v": String(v), "data-still": "" });
  body.appendChild(notes(8));
  touch("pointerdown");
  touch("pointerup");
  frame([notes(11)], 11);
  later(1900);
  assert.equal(document.getElementById("order-notes").dataset.v, "8");
  later(200);
  assert.equal(document.getElementById("order-notes").dataset.v, "11");
});

test("who is where stands on its rows until the next word, also on those that come later", async () => {
  const slot = (n) => new Element("span", { id: `presence-${n}` });
  const { frame, applyPresence, told } = await begin({ now: [el("item-1", 8, "items-now", "a", [slot(1)])] });
  const text = (n) => document.getElementById(`presence-${n}`).textContent;
  const says = (...all) => {
    drawn.set("presence", all.map(([n, name]) => Object.assign(slot(n), { textContent: name })));
    applyPresence("presence");
  };
  says([1, "Maria"], [2, "Caio"]);
  assert.equal(text(1), "Maria");
  assert.equal(document.getElementById("presence-1").title, "Maria");
  assert.equal(told.changes, 1);
  frame([el("item-2", 12, "items-now", "b", [slot(2)])], 12);
  assert.equal(text(2), "Caio");
  says([2, "Caio"]);
  assert.deepEqual([text(1), text(2)], ["", "Caio"], "who is not named is not there");
  says();
  assert.deepEqual([text(1), text(2)], ["", ""]);
});

test("a card is news when its order came while the board was open, less than a minute ago, by a frame", async () => {
  const board = { screen: "board", lists: ["cards", "more"] };
  for (const [what, seconds, wait, rules, count] of [
    ["just imported", 1, 0, {}, 1],
    ["imported while the page was drawn", -4, 0, {}, 1],
    ["older than the page", -6, 0, {}, 0],
    ["imported a while ago", 1, 62, {}, 0],
    ["still news", 1, 60, {}, 1],
    ["in a page that was known to be old", 1, 0, { now: true }, 0],
  ]) {
    const { applyOne, takeNewcomers } = await begin(board);
    later(wait * 1000);
    applyOne(card(1, 12, seconds), rules);
    assert.equal(takeNewcomers(), count, what);
    assert.equal(takeNewcomers(), 0, "asked once");
  }
  const { applyOne, takeNewcomers } = await begin(board);
  applyOne(card(1, 12, 1), {});
  applyOne(card(2, 13, 1), {});
  applyOne(card(2, 14, 1), {});
  applyOne(el("card-3", 15, "cards", "3"), {});
  assert.equal(takeNewcomers(), 2, "a change is no newcomer, nor is what says no time");
  const order = await begin({ lists: ["cards", "more"] });
  order.applyOne(card(1, 12, 1), {});
  assert.equal(order.takeNewcomers(), 0, "an order's page has no newcomers");
});

const part = (name, text) => Object.assign(new Element(name), { nodeName: name.toUpperCase(), textContent: text });
const entry = (n, v, kind, text, actor = "maria", parts = [part("span", text)]) => new Element("li",
  { id: `entry-${n}`, "data-v": String(v), "data-in": "timeline", "data-actor": actor, "data-sort": String(n), class: kind },
  [Object.assign(new Element("p", {}, parts), { textContent: text })]);

/** A page with the line for ears and the bar for what must be seen. */
async function listening(screen) {
  Object.defineProperty(globalThis, "navigator", { value: {}, configurable: true });
  const begun = await begin({ screen, lists: ["timeline", "more"] });
  const status = begun.body.appendChild(new Element("p", { id: "status" }));
  const alarm = begun.body.appendChild(new Element("div", { id: "alarm" }, [new Element("p", { "data-text": "" })]));
  alarm.hidden = true;
  return { ...begun, status, alarm };
}

test("what others do to an open order is said as it comes, and what one must know is shown however it came", async () => {
  for (const [screen, rules, said, shown] of [
    ["order:7", {}, true, true],
    ["order:7", { whole: true }, false, true],
    ["order:7", { now: true }, false, true],
    ["board", {}, false, false],
  ]) {
    const { applyOne, status, alarm } = await listening(screen);
    applyOne(entry(1, 12, "e-note_added", "Maria: cuidado, frágil"), rules);
    later(5000);
    assert.equal(status.textContent !== "", said, `${screen} ${JSON.stringify(rules)}`);
    assert.equal(!alarm.hidden, shown, `${screen} ${JSON.stringify(rules)}`);
  }
});

test("what is shown of a change parts what was done from why, and leaves links to the history", async () => {
  const { applyOne, alarm } = await listening("order:7");
  const parts = [part("span", "Ana aplicou um orçamento novo"), part("span", " 1 item mudou "), part("a", "PDF")];
  applyOne(entry(1, 12, "e-order_revised", "Ana aplicou um orçamento novo 1 item mudou PDF", "ana-2", parts), {});
  later(5000);
  assert.equal(alarm.children[0].textContent, "Ana aplicou um orçamento novo: 1 item mudou");
});

test("what one did oneself is neither said nor shown, what somebody of the same name did is", async () => {
  for (const [actor, told] of [["ana-1", false], ["ana-2", true]]) {
    const { applyOne, status, alarm, body } = await listening("order:7");
    body.children[0].setAttribute("data-person", "ana-1");
    body.children[0].setAttribute("data-name", "Ana");
    applyOne(entry(1, 12, "e-order_canceled", "Ana cancelou o pedido", actor), {});
    later(5000);
    assert.deepEqual([status.textContent !== "", !alarm.hidden], [told, told], actor);
  }
});

test("a form that was passed over has its page fetched again, once, when nobody types", async () => {
  const text = () => formOf({ action: "/notes" }, [new Input({ name: "text", value: "a" })]);
  const form = text();
  const { frame, body, applyDeferred, onMissed } = await begin({ now: [el("item-1", 8, "items-now", "a", [form])] });
  let fetched = 0;
  onMissed(() => { fetched += 1; });
  globalThis.Idiomorph = { morph(old, fresh, { callbacks }) { callbacks.beforeNodeMorphed(old.children[0], fresh.children[0]); } };
  form.children[0].value = "ab";
  frame([el("item-1", 12, "items-now", "a", [text()])], 12);
  applyDeferred();
  assert.equal(fetched, 0, "words stand in it");
  const other = body.appendChild(new Input({ name: "q" }));
  other.focus();
  form.children[0].value = "a";
  applyDeferred();
  assert.equal(fetched, 0, "somebody types elsewhere");
  document.activeElement = body;
  applyDeferred();
  applyDeferred();
  assert.equal(fetched, 1);
});

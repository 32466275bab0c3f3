import assert from "node:assert/strict";
import test, { mock } from "node:test";
import { tab } from "./load.mjs";
import { Element, Input, page } from "./world.mjs";

let clock = 1e9;
globalThis.performance = { now: () => clock };

const item = (n, v, sort, children = []) =>
  new Element("li", { id: `item-${n}`, "data-v": String(v), "data-in": "items-now", "data-sort": sort }, children);
const gone = (n, v) => new Element("li", { id: `item-${n}`, "data-v": String(v), "data-gone": "" });

/** A page with one list, complete up to 10, and the applier over it. */
async function begin(...members) {
  const body = page({ "data-screen": "order:7" });
  const list = new Element("ul", { id: "items-now", "data-v": "10" }, members);
  body.children[0].appendChild(list);
  const load = tab();
  return { list, load, ids: () => list.children.map((el) => el.id), ...await load("apply.js") };
}

test("an older fragment never replaces a newer one, and the same one may again", async () => {
  const { list, applyOne } = await begin(item(1, 8, "a"));
  applyOne(item(1, 7, "a", [new Element("s")]), {});
  assert.equal(list.children[0].dataset.v, "8");
  applyOne(item(1, 9, "a", [new Element("b")]), {});
  assert.equal(list.children[0].dataset.v, "9");
  applyOne(item(1, 9, "b"), {});
  assert.equal(list.children[0].dataset.sort, "b", "the same one again");
  applyOne(item(1, 3, "a"), { force: true });
  assert.equal(list.children[0].dataset.v, "3");
});

test("an absent member that the list knew of is not brought back by an echo", async () => {
  const { ids, applyOne } = await begin(item(1, 8, "a"));
  applyOne(item(2, 10, "b"), {});
  assert.deepEqual(ids(), ["item-1"]);
  applyOne(item(2, 11, "b"), {});
  assert.deepEqual(ids(), ["item-1", "item-2"]);
});

test("what went stays gone for whatever was drawn before", async () => {
  const { ids, applyOne } = await begin(item(1, 8, "a"));
  applyOne(gone(1, 12), { now: true });
  assert.deepEqual(ids(), []);
  applyOne(item(1, 11, "a"), {});
  assert.deepEqual(ids(), []);
  applyOne(item(1, 13, "a"), {});
  assert.deepEqual(ids(), ["item-1"]);
});

test("a farewell of the very number that a row is of takes it away, and a whole page brings it back", async () => {
  const { ids, applyOne } = await begin(item(1, 8, "a"));
  applyOne(gone(1, 8), { now: true });
  assert.deepEqual(ids(), []);
  applyOne(item(1, 8, "a"), { whole: true });
  assert.deepEqual(ids(), ["item-1"]);
});

test("another history counts for what is in use as well, whatever waits there already", async () => {
  const field = new Input({ name: "text" });
  const { list, applyOne, applyDeferred } = await begin(item(1, 8, "a", [field]));
  field.focus();
  applyOne(item(1, 13, "a"), {});
  applyOne(item(1, 13, "b"), {});
  applyOne(item(1, 3, "c"), { force: true });
  document.activeElement = document.body;
  applyDeferred();
  assert.deepEqual([list.children[0].dataset.v, list.children[0].dataset.sort], ["3", "c"]);
});

test("of what went the newest five hundred are remembered", async () => {
  const { list, applyOne } = await begin();
  applyOne(gone(1, 12), {});
  applyOne(gone(2, 12), {});
  for (let n = 3; n <= 500; n++) applyOne(gone(n, 12), {});
  applyOne(gone(1, 13), {});
  applyOne(gone(501, 12), {});
  for (const n of [1, 2, 3, 501]) applyOne(item(n, 11, "a"), {});
  assert.deepEqual(list.children.map(({ id }) => id), ["item-2"]);
});

test("an older farewell takes nothing away", async () => {
  const { ids, applyOne } = await begin(item(1, 8, "a"));
  applyOne(gone(1, 7), { now: true });
  assert.deepEqual(ids(), ["item-1"]);
});

test("members go to their place in the order of their list", async () => {
  const { ids, applyOne } = await begin(item(1, 8, "b"), item(2, 8, "d"));
  applyOne(item(3, 11, "c"), {});
  applyOne(item(4, 12, "a"), {});
  assert.deepEqual(ids(), ["item-4", "item-1", "item-3", "item-2"]);
});

test("what is in use waits, the newest wins, and it is applied when it is free", async () => {
  const field = new Input({ name: "text" });
  const { list, applyOne, applyDeferred } = await begin(item(1, 8, "a", [field]));
  field.focus();
  applyOne(item(1, 11, "a"), {});
  applyOne(item(1, 13, "a"), {});
  applyOne(item(1, 12, "a"), {});
  assert.equal(list.children[0].dataset.v, "8");
  applyDeferred();
  assert.equal(list.children[0].dataset.v, "8");
  document.activeElement = document.body;
  applyDeferred();
  assert.equal(list.children[0].dataset.v, "13");
});

test("what stands above the rows waits for hands that rest, and then for its field, without asking again and again", async () => {
  const timers = [];
  mock.method(globalThis, "setTimeout", (task, ms) => timers.push({ task, at: clock + ms }));
  mock.method(globalThis, "clearTimeout", (n) => { delete timers[n - 1]; });
  const field = new Input({ name: "text" });
  const notes = (v, children = []) => new Element("section", { id: "order-notes", "data-v": String(v), "data-still": "" }, children);
  const { applyOne, load } = await begin();
  (await load("touch.js")).start();
  document.body.appendChild(notes(8, [field]));
  field.focus();
  document.dispatchEvent(Object.assign(new Event("keydown")));
  let told = 0;
  document.addEventListener("page:changed", () => { told += 1; });
  applyOne(notes(11), {});
  for (let round = 0; round < 100; round++) {
    clock += 100;
    for (const [n, timer] of Object.entries(timers)) if (timer.at <= clock && delete timers[n]) timer.task();
  }
  assert.equal(document.getElementById("order-notes").dataset.v, "8", "somebody writes in it");
  assert.ok(told <= 1, `looked at ${told} times while nobody did anything`);
  mock.restoreAll();
});

test("another history forgets what waited and what went", async () => {
  const field = new Input({ name: "text" });
  const { list, ids, applyOne, applyDeferred, forgetHistory } = await begin(item(1, 8, "a", [field]), item(2, 8, "b"));
  field.focus();
  applyOne(item(1, 11, "a"), {});
  applyOne(gone(2, 90), { now: true });
  forgetHistory();
  document.activeElement = document.body;
  applyDeferred();
  assert.equal(list.children[0].dataset.v, "8");
  applyOne(item(2, 12, "b"), {});
  assert.deepEqual(ids(), ["item-1", "item-2"]);
});

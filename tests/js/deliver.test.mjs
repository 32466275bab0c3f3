import assert from "node:assert/strict";
import test, { mock } from "node:test";
import { tab } from "./load.mjs";
import { Element, page } from "./world.mjs";

/** The text of a frame is the name of the element that it draws. */
function template() {
  const made = Object.assign(new Element("template"), { content: new Element("slot") });
  const draw = (name) => name ? [new Element("li", { id: name, "data-in": "items-now", "data-v": "99", "data-sort": name })] : [];
  return Object.defineProperty(made, "innerHTML", { set: (name) => made.content.replaceChildren(...draw(name)) });
}

async function begin(cursor = "e.5.1") {
  mock.timers.reset();
  mock.timers.enable({ apis: ["setTimeout", "Date"], now: 1761000000000 });
  globalThis.performance = { now: () => Date.now(), getEntriesByType: () => [] };
  globalThis.PointerEvent = class extends Event {};
  const body = page({ "data-screen": "order:7", "data-cursor": cursor });
  const list = body.children[0].appendChild(new Element("ul", { id: "items-now", "data-v": "5" }));
  document.createElement = template;
  const load = tab();
  const frames = await load("frames.js");
  (await load("touch.js")).start();
  const told = [];
  const hooks = { resync: (why) => told.push(why), touched: () => told.push("touched"), owing: () => told.push("owing") };
  frames.onTrouble(hooks);
  const said = () => told.splice(0);
  return { ...frames, load, said, shown: () => list.children.map(({ id }) => id).join(), presence: body };
}

const frame = (from, to, html, more = {}) => ({ epoch: "e", from, to, tag: String(to - 4), html, ...more });
const cursor = () => document.getElementById("main").dataset.cursor;
const touch = (type) => document.dispatchEvent(Object.assign(new PointerEvent(type), { pointerId: 1 }));

test("frames are applied as they come, and the page is as far as the last one", async () => {
  const { deliver, said, shown, isBehind } = await begin();
  deliver(frame(5, 6, "a"));
  deliver(frame(6, 8, "b"));
  assert.deepEqual([shown(), cursor(), isBehind()], ["a,b", "e.8.4", false]);
  assert.deepEqual(said(), ["owing", "owing"]);
});

test("a frame that comes twice, or that the page covers, changes nothing", async () => {
  const { deliver, shown, said } = await begin();
  deliver(frame(5, 8, "a"));
  said();
  deliver(frame(5, 8, "b"));
  deliver(frame(5, 7, "c", { touched: ["1"] }));
  assert.deepEqual([shown(), cursor(), said()], ["a", "e.8.4", ["owing", "owing"]]);
});

test("a frame that begins before the page and ends after it is applied", async () => {
  const { deliver, shown } = await begin();
  deliver(frame(3, 6, "a"));
  assert.deepEqual([shown(), cursor()], ["a", "e.6.2"]);
});

test("a gap, another history or a page without a place has the page fetched, once, and nothing more applied", async () => {
  for (const [at, bad, why] of [
    ["e.5.1", frame(7, 8, "b"), "gap"],
    ["e.5.1", frame(5, 8, "b", { epoch: "f" }), "epoch"],
    ["e.5.1", frame(7, 8, "b", { epoch: "f" }), "epoch"],
    ["e.5.1", frame(4, 5, "b", { tag: "9" }), "epoch"],
    ["", frame(5, 6, "b"), "epoch"],
  ]) {
    const { deliver, shown, said, isBehind } = await begin(at);
    touch("pointerdown");
    deliver(bad);
    deliver(frame(5, 6, "c"));
    assert.equal(isBehind(), true);
    said();
    touch("pointerup");
    mock.timers.tick(0);
    assert.deepEqual([said(), shown(), cursor(), isBehind()], [[why, "owing"], "", at, false]);
  }
});

test("nothing moves under a finger, and all of it comes in order when it is up", async () => {
  const { deliver, shown, said, isBehind } = await begin();
  for (const round of ["e.8.4", "e.11.7"]) {
    const n = Number(round.split(".")[1]) - 3;
    touch("pointerdown");
    deliver(frame(n, n + 1, `a${n}`));
    deliver(frame(n + 1, n + 3, `b${n}`));
    mock.timers.tick(1000);
    assert.equal(isBehind(), true);
    assert.deepEqual(said(), [], "nothing is said to be shown");
    assert.equal(shown().includes(`a${n}`), false);
    touch("pointerup");
    mock.timers.tick(0);
    assert.equal(isBehind(), false);
    assert.deepEqual(said(), ["owing"], "it is drained once");
    assert.equal(cursor(), round);
  }
  assert.equal(shown(), "a5,a8,b5,b8");
});

test("what only a new page shows is told after its frame, and who is where needs no place", async () => {
  const { deliver, said, presence } = await begin();
  deliver(frame(5, 6, "a", { touched: ["7"] }));
  assert.deepEqual([said(), cursor()], [["touched", "owing"], "e.6.2"]);
  const slot = presence.appendChild(new Element("span", { id: "presence-7" }));
  slot.textContent = "Maria";
  deliver({ presence: "" });
  assert.deepEqual([slot.textContent, said(), cursor()], ["", ["owing"], "e.6.2"]);
});

test("a frame that cannot be applied has the page fetched, and whoever brought it goes on", async () => {
  const { deliver, said } = await begin();
  mock.method(console, "error", () => {});
  document.createElement = () => { throw new Error("no"); };
  deliver(frame(5, 6, "a"));
  assert.deepEqual([said(), cursor()], [["epoch", "owing"], "e.5.1"]);
  mock.restoreAll();
});

test("of two that wait for a finger the second comes whatever became of the first", async () => {
  const { load } = await begin();
  mock.method(console, "error", () => {});
  const { whenStill } = await load("touch.js");
  const done = [];
  whenStill(0, () => { throw new Error("no"); });
  whenStill(100, () => done.push("second"));
  mock.timers.tick(200);
  assert.deepEqual(done, ["second"]);
  mock.restoreAll();
});

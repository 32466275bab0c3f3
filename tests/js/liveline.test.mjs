import assert from "node:assert/strict";
import test, { mock } from "node:test";
import { tab } from "./load.mjs";
import { Element, page } from "./world.mjs";

/** 22:40 where the company is. */
const NOW = 1761000000000;
const MINUTE = 60000;

/** A page with the line in its header; `line` is what is exported, `end` how often its end was told. */
async function begin(attributes = { "data-screen": "order:7" }, root = {}) {
  mock.timers.reset();
  mock.timers.enable({ apis: ["setTimeout", "setInterval", "Date"], now: NOW });
  globalThis.performance = { now: () => Date.now(), getEntriesByType: () => [] };
  const body = page(attributes);
  for (const [name, value] of Object.entries(root)) document.documentElement.setAttribute(name, value);
  const slot = body.appendChild(new Element("span", { "data-live-text": "" }));
  const written = [];
  Object.defineProperty(slot, "textContent", { get: () => written.at(-1) || "", set: (text) => written.push(text) });
  body.appendChild(new Element("div", {
    id: "words", "data-live": "Ao vivo", "data-connecting": "Conectando", "data-stale": "Sem conexão · dados das {time}",
  }));
  const load = tab();
  const [line, clock] = [await load("liveline.js"), await load("clock.js")];
  clock.start();
  const told = { ends: 0 };
  line.onStale(() => { told.ends += 1; });
  return { line, told, written };
}

const shown = () => document.documentElement.getAttribute("data-live");
const later = (ms) => mock.timers.tick(ms);

test("a page that begins is neither live nor old for five seconds, and old without a word by then", async () => {
  const { line, told, written } = await begin();
  line.start();
  assert.equal(shown(), "connecting");
  later(4900);
  assert.equal(shown(), "connecting");
  later(200);
  assert.equal(shown(), "stale");
  assert.equal(told.ends, 1);
  assert.deepEqual(written, ["Conectando", "Sem conexão · dados das 22:40"]);
});

test("a page that was greeted in time does not grow old by its first doubt", async () => {
  const { line, told, written } = await begin();
  line.start();
  later(1000);
  line.live();
  later(MINUTE);
  assert.equal(shown(), "live");
  assert.equal(told.ends, 0);
  assert.equal(written.at(-1), "Ao vivo");
});

test("a doubt is three seconds, or as many as are said, and is over with the next word", async () => {
  for (const [ms, lasts] of [[undefined, 3000], [6000, 6000]]) {
    const { line, told } = await begin();
    line.start();
    line.live();
    line.wait(ms);
    assert.equal(shown(), "connecting");
    later(lasts - 100);
    assert.equal(shown(), "connecting", "not sooner");
    later(200);
    assert.equal(shown(), "stale");
    assert.equal(told.ends, 1);
    line.live();
    line.wait(ms);
    line.wait(ms);
    line.live();
    later(MINUTE);
    assert.equal(shown(), "live", "no doubt of before ends it");
  }
});

test("what is old is not made better by a doubt, and its end is told once", async () => {
  const { line, told, written } = await begin();
  line.start();
  line.live();
  line.off();
  line.off();
  line.wait();
  assert.equal(shown(), "stale");
  assert.equal(told.ends, 1);
  later(MINUTE);
  line.live();
  line.off();
  assert.equal(told.ends, 2);
  assert.equal(written.at(-1), "Sem conexão · dados das 22:41");
});

test("a page that owes something is not live, however well it is connected, and does not say it was right just now", async () => {
  const { line, written } = await begin();
  let owes = false;
  line.onOwing(() => owes);
  line.start();
  line.live();
  owes = true;
  line.show();
  assert.equal(shown(), "connecting");
  later(5 * MINUTE);
  line.live();
  line.fresh();
  assert.equal(shown(), "connecting");
  line.off();
  assert.equal(shown(), "stale");
  assert.equal(written.at(-1), "Sem conexão · dados das 22:40");
  owes = false;
  line.live();
  assert.equal(shown(), "live");
  later(MINUTE);
  line.fresh();
  line.off();
  assert.equal(written.at(-1), "Sem conexão · dados das 22:46");
});

test("the line is written only when it says something else", async () => {
  const { line, written } = await begin();
  line.start();
  for (let beat = 0; beat < 5; beat++) line.live();
  assert.deepEqual(written, ["Conectando", "Ao vivo"]);
});

test("a copy of before says from the first moment how old it is, by the clock of the company", async () => {
  const ago = String(NOW - 90 * MINUTE);
  const { line, told, written } = await begin(undefined, { "data-kept": ago, "data-skew": String(-10 * MINUTE) });
  line.start();
  assert.equal(shown(), "stale");
  assert.deepEqual(written, ["Sem conexão · dados das 21:10"]);
  assert.equal(told.ends, 1);
  line.live();
  assert.equal(document.documentElement.hasAttribute("data-kept"), false);
  assert.equal(shown(), "live");
});

test("a page that is not live says nothing of it", async () => {
  const { line, told, written } = await begin({});
  line.start();
  later(MINUTE);
  line.live();
  assert.equal(shown(), null);
  assert.equal(told.ends, 0);
  assert.deepEqual(written, []);
});

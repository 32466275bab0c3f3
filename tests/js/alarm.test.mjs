import assert from "node:assert/strict";
import test, { mock } from "node:test";
import { tab } from "./load.mjs";
import { answer, Element, network, page, settled } from "./world.mjs";

const ANA = "ana-1";

/** An order's page of Ana's, on which others change things. */
async function begin() {
  mock.timers.reset();
  mock.timers.enable({ apis: ["setTimeout", "Date"], now: 1761000000000 });
  Object.defineProperty(globalThis, "navigator", { value: {}, configurable: true });
  const body = page({ "data-screen": "order:7", "data-person": ANA, "data-name": "Ana", "data-cursor": "e.5.1" });
  body.appendChild(new Element("div", { id: "words", "data-seen": "Vi" }));
  body.children[0].appendChild(new Element("ol", { id: "timeline", "data-v": "10" }));
  const button = new Element("button", { "data-seen": "" });
  const alarm = body.appendChild(new Element("div", { id: "alarm" }, [new Element("p", { "data-text": "" }), button]));
  alarm.hidden = true;
  const load = tab();
  const apply = await load("apply.js");
  const queue = await load("queue.js");
  (await load("alarm.js")).start();
  const frame = (...entries) => {
    entries.forEach((one) => apply.applyOne(one, { whole: true }));
    document.dispatchEvent(new CustomEvent("page:changed"));
    mock.timers.tick(1);
  };
  const press = () => document.dispatchEvent(Object.defineProperty(new Event("click"), "target", { value: button }));
  return { alarm, frame, press, queue };
}

const entry = (n, text, { seen = "", kind = "e-note_added", v = 12 } = {}) => new Element("li",
  { id: `entry-${n}`, "data-v": String(v), "data-in": "timeline", "data-actor": "marina", "data-sort": String(100 - n), class: kind,
    ...(seen && { "data-seen": seen }) },
  [new Element("p", {}, [Object.assign(new Element("span"), { textContent: text })])]);

test("who has seen what changed says so once, of all that was waiting", async () => {
  const { alarm, frame, press } = await begin();
  const asked = network(() => answer(200, { n: 13 }));
  frame(entry(4, "Marina anotou: frágil"), entry(5, "Marina marcou urgente", { kind: "e-order_urgent" }));
  assert.equal(alarm.hidden, false);
  press();
  assert.equal(alarm.hidden, true, "the bar is free at once");
  await settled();
  assert.deepEqual(asked.map(({ url, method, body }) => [url, method, body]), [["/orders/7/seen", "POST", "versions=4+5"]]);
  press();
  await settled();
  assert.equal(asked.length, 1, "there is nothing left to be seen");
});

test("without a network it waits on this device like every other tap", async () => {
  const { alarm, frame, press, queue } = await begin();
  let away = true;
  const asked = network(() => away ? null : answer(200, { n: 13 }));
  frame(entry(4, "Marina anotou: frágil"));
  press();
  await settled();
  assert.equal(alarm.hidden, true);
  const kept = Object.values(JSON.parse(localStorage.getItem(localStorage.key(0))));
  assert.ok(kept.includes("Vi: Marina anotou: frágil"), "named in the list of what waits");
  away = false;
  queue.flush();
  await settled();
  assert.equal(new Set(asked.map((one) => one.headers["X-Operation-Id"])).size, 1, "one operation");
  assert.equal(queue.isSending(), false);
});

test("what a person saw on one device is not asked on the other, and what a colleague saw is", async () => {
  const { alarm, frame } = await begin();
  frame(entry(4, "Marina anotou: frágil", { seen: ANA }));
  assert.equal(alarm.hidden, true, "seen before it came here");
  frame(entry(5, "Marina anotou: leve"));
  assert.equal(alarm.hidden, false);
  frame(entry(5, "Marina anotou: leve", { seen: "joao-1", v: 13 }));
  assert.equal(alarm.hidden, false);
  frame(entry(5, "Marina anotou: leve", { seen: `joao-1 ${ANA}`, v: 14 }));
  assert.equal(alarm.hidden, true);
});

test("what is said twice is said once, and an order that ended is unmistakable until it is seen", async () => {
  const { alarm, frame } = await begin();
  const text = () => alarm.children[0].textContent;
  frame(entry(4, "A"), entry(5, "B"), entry(6, "C"), entry(7, "Ana cancelou", { kind: "e-order_canceled" }), entry(8, "A"));
  assert.deepEqual([text(), alarm.dataset.tone], ["C · Ana cancelou · A", "grave"]);
  frame(entry(9, "João separou", { kind: "e-item_picked" }));
  assert.equal(text(), "C · Ana cancelou · A");
});

import assert from "node:assert/strict";
import test from "node:test";
import { load } from "./load.mjs";
import { page } from "./world.mjs";

page();
/** @type {(event: any) => void} */
let press = () => {};
globalThis.addEventListener = (type, listener) => { if (type === "keydown") press = listener; };
const { start, newestKey, isHurried } = await load("scanner.js");
start();

let now = 1000;

/** Types keys so many milliseconds apart; answers the events, each with the number of its key. */
function type(keys, apart, target = document.body) {
  return keys.map((key) => {
    now += apart;
    const event = { key, target, timeStamp: now, prevented: false, stopped: false,
      preventDefault() { this.prevented = true; }, stopImmediatePropagation() { this.stopped = true; } };
    press(event);
    return Object.assign(event, { number: newestKey() });
  });
}

for (const apart of [1, 5, 40]) {
  test(`no key of a scan with ${apart} ms between keys is a decision, not even when it is over`, () => {
    now += 1000;
    const events = type([..."x7u", "Enter"], apart);
    assert.deepEqual(events.map((event) => isHurried(event.number)), [true, true, true, true]);
    assert.ok(events[3].prevented && events[3].stopped, "Enter presses nothing");
  });
}

test("keys of a hand are decisions, and its Enter presses", () => {
  now += 1000;
  const events = type(["j", "j", "x", "Enter"], 120);
  assert.ok(events.every((event) => !isHurried(event.number) && !event.prevented));
});

test("a number field gets back what it held; a field for text keeps what was scanned, and its Enter", () => {
  const number = Object.assign(new HTMLInputElement({ inputmode: "decimal" }), { value: "10" });
  const search = new HTMLInputElement({ type: "search" });
  for (const [field, left, prevented] of [[number, "10", true], [search, "scanned", false]]) {
    now += 1000;
    type([..."00102"], 10, field);
    field.value = "scanned";
    const [enter] = type(["Enter"], 10, field);
    assert.deepEqual([field.value, enter.prevented], [left, prevented]);
  }
});

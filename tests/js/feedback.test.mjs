import assert from "node:assert/strict";
import test from "node:test";
import { tab } from "./load.mjs";
import { Element, page, storage } from "./world.mjs";

const NAMES = ["done", "refused", "look"];

/** A device with some of what the others have. */
async function device({ vibrate, wakeLock } = {}) {
  const body = page({ "data-person": "joao", "data-screen": "order:7" });
  globalThis.localStorage = storage();
  for (const name of NAMES) body.appendChild(new Element("button", { "data-signal": name }));
  Object.defineProperty(globalThis, "navigator", { value: Object.assign({}, vibrate && { vibrate }, wakeLock && { wakeLock }), configurable: true });
  return { body, ...await tab()("feedback.js") };
}

test("a browser without sound, vibration and wake lock has everything else", async () => {
  const { start, signal, body } = await device();
  start();
  for (const name of NAMES) signal(name);
  for (const button of body.querySelectorAll("[data-signal]")) assert.equal(button.hidden, true);
});

test("each signal feels different, and is switched off on its own", async () => {
  const felt = [];
  const { start, signal, body } = await device({ vibrate: (pattern) => felt.push(pattern.join()) });
  start();
  for (const name of NAMES) signal(name);
  assert.deepEqual(felt, [], "nobody has touched the page yet");
  document.dispatchEvent(new Event("pointerdown"));
  for (const name of NAMES) signal(name);
  assert.equal(new Set(felt).size, 3);
  const refused = body.querySelector('[data-signal="refused"]');
  const press = new Event("click");
  Object.defineProperty(press, "target", { value: refused });
  document.dispatchEvent(press);
  assert.equal(refused.getAttribute("aria-pressed"), "false");
  felt.length = 0;
  for (const name of NAMES) signal(name);
  assert.equal(felt.length, 2);
});

test("the screen stays awake over an open order, and sleeps where that is refused", async () => {
  const asked = [];
  const wakeLock = { request: async (what) => { asked.push(what); throw new Error("battery"); } };
  const { start } = await device({ wakeLock });
  start();
  assert.deepEqual(asked, ["screen"]);
  document.dispatchEvent(new Event("visibilitychange"));
  assert.deepEqual(asked, ["screen", "screen"]);
});

test("a device that took the sound away gives it back at the next touch", async () => {
  let state = "running";
  globalThis.AudioContext = class {
    get state() { return state; }
    async resume() { state = "running"; }
  };
  const { start } = await device();
  start();
  for (const taken of ["suspended", "interrupted"]) {
    document.dispatchEvent(new Event("pointerdown"));
    state = taken;
    document.dispatchEvent(new Event("pointerdown"));
    assert.equal(state, "running", taken);
  }
  delete globalThis.AudioContext;
});

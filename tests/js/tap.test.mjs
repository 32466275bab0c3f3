import assert from "node:assert/strict";
import test from "node:test";
import { tab } from "./load.mjs";
import { Element, page } from "./world.mjs";

let clock = 1e6;
globalThis.performance = { now: () => clock };

/** A row, and a thumb that taps it; answers whether the tap came through. */
async function begin() {
  const body = page();
  const hit = new Element("button");
  body.appendChild(new Element("li", { "data-sort": "a" }, [hit]));
  const { start, shifted } = await tab()("tap.js");
  start();
  const tap = (x, y, from = { x, y }) => {
    const press = Object.assign(new Event("pointerdown"), { clientX: from.x, clientY: from.y });
    document.dispatchEvent(press);
    const click = Object.assign(new Event("click", { cancelable: true }), { clientX: x, clientY: y, detail: 1 });
    Object.defineProperty(click, "target", { value: hit });
    document.dispatchEvent(click);
    return !click.defaultPrevented;
  };
  return { tap, shifted };
}

test("a second tap at the same spot does nothing for 400 ms, elsewhere it does", async () => {
  const { tap } = await begin();
  assert.equal(tap(100, 100), true);
  clock += 200;
  assert.equal(tap(110, 105), false);
  assert.equal(tap(100, 300), true);
  clock += 500;
  assert.equal(tap(100, 300), true);
});

test("a drag is no tap", async () => {
  const { tap } = await begin();
  clock += 1000;
  assert.equal(tap(150, 100, { x: 100, y: 100 }), false);
});

test("a tap just after rows moved for somebody else was meant for what stood there", async () => {
  const { tap, shifted } = await begin();
  clock += 1000;
  shifted();
  clock += 399;
  assert.equal(tap(100, 100), false);
  clock += 500;
  assert.equal(tap(100, 100), true);
});

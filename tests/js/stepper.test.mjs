import assert from "node:assert/strict";
import test, { mock } from "node:test";
import { load, tab } from "./load.mjs";
import { Element, Input, page } from "./world.mjs";

const { stepped, leftOf } = await load("stepper.js");

const table = [
  ["up by one", "3", "1", 1, "1", "10", "4"],
  ["down by one", "3", "1", -1, "1", "10", "2"],
  ["never above the rest", "10", "1", 1, "1", "10", "10"],
  ["never below the least", "1", "1", -1, "1", "10", "1"],
  ["an odd rest goes down to the grid", "7.35", "0.1", -1, "0.001", "7.35", "7.3"],
  ["and back up to itself", "7.3", "0.1", 1, "0.001", "7.35", "7.35"],
  ["tenths do not drift", "0.2", "0.1", 1, "0.001", "9", "0.3"],
  ["a comma is read", "1,5", "0.5", 1, "0.5", "9", "2"],
  ["an empty field begins at nothing", "", "1", 1, "1", "9", "1"],
  ["nonsense too", "abc", "1", 1, "1", "9", "1"],
  ["without limits", "5", "1", 1, null, null, "6"],
];

for (const [what, value, step, direction, min, max, result] of table) {
  test("the stepper: " + what, () => assert.equal(stepped(value, step, direction, min, max), result));
}

for (const [most, taken, left] of [["20", "15", "5"], ["20", "20", ""], ["20", "0", ""], ["20", "25", ""], ["7.35", "7.3", "0.05"], ["1350.125", "0.125", "1350"]]) {
  test(`of ${most}, beside ${taken}, ${left || "nothing"} is left`, () => assert.equal(leftOf(most, taken), left));
}

test("a button that is held goes on by itself, although the press takes the focus away from a field", async () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const body = page();
  document.documentElement.lang = "pt-BR";
  const listeners = [];
  globalThis.addEventListener = (type, listener, options) => listeners.push({ type, listener, capture: Boolean(options?.capture) });
  (await tab()("stepper.js")).start();
  const field = new Input({ value: "1" });
  const button = body.appendChild(new Element("button", { "data-stepper": "1", "data-step": "1", "data-most": "9" }, [field]));
  const pressed = () => document.dispatchEvent(Object.defineProperties(new Event("pointerdown"), { target: { value: button }, button: { value: 0 } }));
  /** The window hears what happens inside of it only on the way down. */
  const blurred = (target) => listeners.filter(({ type, capture }) => type === "blur" && (capture || target === globalThis))
    .forEach(({ listener }) => listener({ type: "blur", target }));
  pressed();
  blurred(body);
  for (const ms of [400, 90, 90]) mock.timers.tick(ms);
  assert.equal(field.value, "4");
  blurred(globalThis);
  mock.timers.tick(1000);
  assert.equal(field.value, "4", "nobody holds it any more");
  mock.timers.reset();
});

import assert from "node:assert/strict";
import test, { mock } from "node:test";
import { tab } from "./load.mjs";
import { Element, Input, page } from "./world.mjs";

/** A sign-in page whose PIN enters after so many digits (null: after none), and what it sent. */
async function signInPage(enters) {
  const body = page();
  globalThis.matchMedia = () => ({ matches: false });
  let press = () => {};
  globalThis.addEventListener = (type, listener) => { if (type === "keydown") press = listener; };
  const pin = Object.assign(new Input({ name: "pin", "data-digits": "6", ...(enters ? { "data-enters": "" } : {}) }), { inputMode: "numeric" });
  const form = new Element("form", { "data-sign-in": "" }, [pin, new Element("div", { "data-keypad": "" })]);
  const sent = [];
  Object.assign(form, { checkValidity: () => true, requestSubmit: () => { sent.push(pin.value); document.dispatchEvent(new Event("submit")); } });
  pin.form = form;
  body.appendChild(form);
  document.querySelector = (selector) => (selector.startsWith("[data-sign-in]") ? pin : null);
  const load = tab();
  (await load("scanner.js")).start();
  (await load("keypad.js")).start();
  mock.timers.enable({ apis: ["setTimeout"] });
  let now = 1000;
  const type = (digits, apart) => {
    for (const digit of digits) {
      now += apart;
      press({ key: digit, target: pin, timeStamp: now, preventDefault() {}, stopImmediatePropagation() {} });
      if (digit.length === 1) pin.value += digit;
      const input = new Event("input");
      Object.defineProperty(input, "target", { value: pin });
      document.dispatchEvent(input);
    }
  };
  return { type, sent, pin };
}

const table = [
  ["typed by hand it enters by itself", "6", [..."284613"], 150, ["284613"]],
  ["one digit less waits", "6", [..."28461"], 150, []],
  ["one digit more was meant for something else", "6", [..."2846137"], 100, []],
  ["as quick as a scanner waits for a button", "6", [..."284613"], 20, []],
  ["where somebody may have a longer one it waits for a button", null, [..."284613"], 150, []],
];

for (const [what, enters, digits, apart, expected] of table) {
  test(`a PIN: ${what}`, async () => {
    const { type, sent } = await signInPage(enters);
    type(digits, apart);
    mock.timers.tick(1000);
    assert.deepEqual(sent, expected);
    mock.timers.reset();
  });
}

import assert from "node:assert/strict";
import test from "node:test";
import { tab } from "./load.mjs";
import { Element, formOf, Input, page } from "./world.mjs";

/** A browser without dialogs: what is called so is an element like any other. */
class Unknown extends Element {}

function click(el) {
  const event = Object.defineProperty(new Event("click", { cancelable: true }), "target", { value: el });
  document.dispatchEvent(event);
  return event.defaultPrevented;
}

test("where a browser has no dialogs a sheet that came drawn open stays open, and one is opened and closed as elsewhere", async () => {
  const body = page({ "data-person": "joao" });
  Object.defineProperty(globalThis, "navigator", { configurable: true, value: {} });
  Object.assign(globalThis, { HTMLUnknownElement: Unknown, HTMLFormElement: Element, HTMLAnchorElement: class {} });
  Object.assign(globalThis, { isSecureContext: false, window: {}, matchMedia: () => ({}) });
  delete globalThis.HTMLDialogElement;
  const drawn = body.appendChild(new Unknown("dialog", { id: "item-sheet", open: "" }));
  const pin = body.appendChild(new Unknown("dialog", { id: "pin-sheet" }, [formOf({}, [new Input({ name: "pin" })])]));
  pin.firstChild.reset = () => {};
  const close = new Element("button", { "data-close": "" });
  const help = body.appendChild(new Unknown("dialog", { id: "help" }, [close]));
  const opener = body.appendChild(new Element("button", { "data-dialog": "help" }));
  const load = tab();
  const { start } = await load("sheets.js");
  start();
  assert.equal(drawn.open, true, "over the page");
  assert.equal(click(opener), true);
  assert.equal(help.hasAttribute("open"), true);
  const closed = [];
  help.addEventListener("close", () => closed.push("help"));
  assert.equal(click(close), true);
  assert.deepEqual([help.hasAttribute("open"), closed], [false, ["help"]], "and whoever waits for that is told");
  (await load("signin.js")).askPin();
  assert.equal(pin.open, true, "the PIN can be typed");
});

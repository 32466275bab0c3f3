import assert from "node:assert/strict";
import test from "node:test";
import { tab } from "./load.mjs";
import { Element, Input, page } from "./world.mjs";

let body = page();
globalThis.performance = { now: () => 1e9 };
const { defers, isDirty, isTextField, isTyping } = await tab()("defer.js");

const row = (...children) => new Element("li", { id: "item-1" }, children);

test("text fields are those that words are typed into", () => {
  assert.equal(isTextField(new Input()), true);
  assert.equal(isTextField(new Input({ type: "search" })), true);
  for (const type of ["hidden", "button", "checkbox", "radio", "file", "range"]) assert.equal(isTextField(new Input({ type })), false, type);
  assert.equal(isTextField(new Element("button")), false);
  assert.equal(isTextField(null), false);
});

test("a field is dirty when it says something else than what was read", () => {
  const text = new Input({ value: "3" });
  assert.equal(isDirty(text), false);
  text.value = "4";
  assert.equal(isDirty(text), true);
  const hidden = new Input({ type: "hidden", value: "1" });
  hidden.value = "2";
  assert.equal(isDirty(hidden), false);
  const box = new Input({ type: "checkbox" });
  box.checked = true;
  assert.equal(isDirty(box), true);
});

test("a row is left alone while a sheet is open in it, a field in it has the focus, or words would be lost", () => {
  body = page();
  const plain = row(new Element("b"));
  body.appendChild(plain);
  assert.equal(defers(plain, row(), false), false);
  assert.equal(defers(row(new Element("dialog", { open: "" })), row(), false), true);

  const field = new Input({ name: "text" });
  const written = row(field);
  body.appendChild(written);
  field.focus();
  assert.equal(defers(written, row(new Input({ name: "text" })), false), true);
  // The server has just taken what was typed here: nothing more is in it.
  assert.equal(defers(written, row(), true), false);
  field.value = "mais";
  assert.equal(defers(written, row(), true), true);

  document.activeElement = body;
  assert.equal(defers(written, row(), false), true);
  assert.equal(defers(written, row(new Input({ name: "text" })), false), false);
  assert.equal(defers(written, row(new Input({ name: "other" })), false), true);
});

test("a quantity is asked again: it holds nothing back", () => {
  body = page();
  const field = new Input({ name: "quantity", value: "1" });
  const stepper = new Element("div", { "data-stepper": "1" }, [field]);
  const el = row(stepper);
  body.appendChild(el);
  field.value = "2";
  assert.equal(defers(el, row(), false), false);
  assert.equal(isTyping(), true);
});

test("somebody is typing while a field has the focus, a sheet is open or words stand in a field", () => {
  body = page();
  assert.equal(isTyping(), false);
  const field = new Input({ name: "q" });
  body.appendChild(field);
  field.focus();
  assert.equal(isTyping(), true);
  document.activeElement = body;
  assert.equal(isTyping(), false);
  field.value = "x";
  assert.equal(isTyping(), true);
  field.value = "";
  body.appendChild(new Element("dialog", { open: "" }));
  assert.equal(isTyping(), true);
});

test("what stands above the rows waits for hands at rest, unless the change was made here", async () => {
  body = page();
  globalThis.PointerEvent = class extends Event {};
  let now = 1e9;
  globalThis.performance = { now: () => now };
  const load = tab();
  const [own, touch] = [await load("defer.js"), await load("touch.js")];
  touch.start();
  const notes = new Element("section", { id: "order-notes", "data-still": "" });
  body.appendChild(notes);
  assert.equal(own.defers(notes, notes, false), false);
  document.dispatchEvent(Object.assign(new PointerEvent("pointerdown"), { pointerId: 1 }));
  document.dispatchEvent(Object.assign(new PointerEvent("pointerup"), { pointerId: 1 }));
  now += 500;
  assert.equal(own.defers(notes, notes, false), true);
  assert.equal(own.defers(notes, notes, true), false, "one's own change");
  now += own.STILL;
  assert.equal(own.defers(notes, notes, false), false);
});

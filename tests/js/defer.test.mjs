import assert from "node:assert/strict";
import test from "node:test";
import { tab } from "./load.mjs";
import { Element, formOf, Input, page, Select, settled, TextArea } from "./world.mjs";

let body = page();
globalThis.performance = { now: () => 1e9 };
const { defers, isDirty, isInUse, isTextField, isTyping, onRelease } = await tab()("defer.js");

const row = (...children) => new Element("li", { id: "item-1" }, children);

test("text fields are those that words are typed into", () => {
  assert.equal(isTextField(new Input()), true);
  assert.equal(isTextField(new Input({ type: "search" })), true);
  assert.equal(isTextField(new TextArea()), true);
  assert.equal(isTextField(new Select()), true);
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
  const area = new TextArea({ value: "frágil" });
  assert.equal(isDirty(area), false);
  area.value = "frágil!";
  assert.equal(isDirty(area), true);
  const file = new Input({ type: "file" });
  file.value = "C:\\fakepath\\a.pdf";
  assert.equal(isDirty(file), false);
});

test("a list is dirty when it stands on another choice than the page came with", () => {
  for (const [options, read] of [[["a", "b*", "c"], 1], [["a", "b"], 0]]) {
    const list = new Select({ name: "reason" }, options);
    assert.equal(isDirty(list), false);
    list.selectedIndex = 1 - read;
    assert.equal(isDirty(list), true);
  }
});

test("a question is answered by all of its choices, and by no other question's", () => {
  const choice = (name, more) => new Input({ type: "radio", name, ...more });
  const [yes, no, later, other] = [choice("left", { checked: "" }), choice("left"), choice("left"), choice("right", { checked: "" })];
  const text = new Input({ name: "left" });
  formOf({}, [yes, no, later, other, text]);
  text.checked = true;
  assert.deepEqual([yes, no, later, other].map(isDirty), [false, false, false, false]);
  [yes.checked, no.checked] = [false, true];
  assert.deepEqual([yes, no, later, other].map(isDirty), [true, true, true, false]);
  const alone = choice("left");
  alone.checked = true;
  assert.equal(isDirty(alone), true);
});

test("a form is in use while it is written in or words stand in it", () => {
  body = page();
  const [text, count, tick] = [new Input({ name: "text" }), new Input({ name: "quantity", value: "1" }), new Input({ type: "checkbox" })];
  const form = formOf({ action: "/notes" }, [text, tick]);
  form.appendChild(new Element("div", { "data-stepper": "1" }, [count]));
  const beside = new Input({ name: "text" });
  formOf({ action: "/other" }, []).appendChild(beside);
  form.appendChild(beside);
  body.appendChild(form);
  assert.equal(isInUse(form), false);
  count.value = "2";
  tick.checked = true;
  assert.equal(isInUse(form), false, "a quantity is asked again, a tick is no words");
  beside.focus();
  assert.equal(isInUse(form), false, "a field that is another form's");
  text.focus();
  assert.equal(isInUse(form), true);
  document.activeElement = body;
  text.value = "frágil";
  assert.equal(isInUse(form), true);
});

test("words are lost where the fresh row has their field in another form, or no row at all", () => {
  body = page();
  const field = new Input({ name: "text" });
  const el = row(formOf({ action: "/notes/1" }, [field]));
  body.appendChild(el);
  field.value = "frágil";
  const fresh = (action) => row(formOf({ action }, [new Input({ name: "text" })]));
  assert.equal(defers(el, fresh("/notes/1"), false), false);
  assert.equal(defers(el, fresh("/notes/2"), false), true);
  assert.equal(defers(el, null, false), true);
});

test("a tick, a field without a name, or a field elsewhere hold no row back", () => {
  body = page();
  const [tick, nameless, elsewhere] = [new Input({ type: "checkbox", name: "all" }), new Input(), new Input({ name: "q" })];
  const el = row(tick, nameless);
  body.appendChild(el);
  body.appendChild(elsewhere);
  tick.checked = true;
  nameless.value = "x";
  elsewhere.focus();
  assert.equal(defers(el, row(), false), false);
});

test("what is typed on after the server took it holds the row back, also where its field stays", () => {
  body = page();
  const field = new Input({ name: "text" });
  const el = row(field);
  body.appendChild(el);
  field.focus();
  field.value = "mais";
  assert.equal(defers(el, row(new Input({ name: "text" })), true), true);
});

test("whatever may set free what waits is told, once it is over", async () => {
  body = page();
  let told = 0;
  onRelease(() => { told += 1; });
  for (const type of ["focusout", "close", "submit", "reset", "change"]) {
    document.dispatchEvent(new Event(type));
    assert.equal(told, 0, `${type}: not while it happens`);
    await settled();
    await new Promise((done) => setTimeout(done, 2));
    assert.equal(told, 1, type);
    told = 0;
  }
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
  const tick = body.appendChild(new Input({ type: "checkbox" }));
  tick.checked = true;
  assert.equal(isTyping(), false);
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
  assert.equal(own.defers(row(), row(), false), false, "a row pushes nothing away");
  now += 1400;
  assert.equal(own.defers(notes, notes, false), true, "two seconds are not over");
  now += 100;
  assert.equal(own.defers(notes, notes, false), false);
});

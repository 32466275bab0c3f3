import assert from "node:assert/strict";
import test from "node:test";
import { tab } from "./load.mjs";
import { Element, formOf, Input, page, Select } from "./world.mjs";

/** A page with a form that fills it; `leave()` is whether the browser asks before it leaves. */
async function begin() {
  const body = page();
  const field = new Input({ name: "name", value: "Caixa" });
  const form = body.appendChild(formOf({ "data-guard": "" }, [field]));
  const listeners = new Map();
  globalThis.addEventListener = (type, listener) => listeners.set(type, listener);
  const load = tab();
  const [guard, defer] = [await load("guard.js"), await load("defer.js")];
  guard.start();
  globalThis.addEventListener = () => {};
  const window = (type) => {
    const event = { asks: false, preventDefault() { this.asks = true; } };
    listeners.get(type)(event);
    // Older browsers ask for the value alone.
    assert.equal(event.returnValue, event.asks ? "" : undefined);
    return event.asks;
  };
  const submit = (attributes, isStopped) => {
    const sent = body.appendChild(formOf(attributes, []));
    const event = Object.defineProperty(new Event("submit", { cancelable: true }), "target", { value: sent });
    document.dispatchEvent(event);
    if (isStopped) event.preventDefault();
  };
  return { ...guard, isDirty: defer.isDirty, body, field, form, window, submit, leave: () => window("beforeunload") };
}

test("what a form showed beside a field is what was saved, so that setting it back is a change", async () => {
  const { settleSent } = await begin();
  const field = new Input({ name: "pick.picker", value: "yes" });
  const showed = new Input({ type: "hidden", name: "was.pick.picker", value: "yes" });
  const other = new Input({ type: "hidden", name: "was.pick.seller", value: "yes" });
  const version = new Input({ type: "hidden", name: "version", value: "3" });
  const longer = new Input({ type: "hidden", name: "not.pick.picker", value: "yes" });
  field.value = "no";
  settleSent(new Element("form", {}, [field, showed, other, version, longer]), "pick.picker=no&was.pick.picker=yes&version=4");
  assert.equal(field.defaultValue, "no");
  assert.equal(showed.value, "no");
  assert.equal(other.value, "yes", "what was not sent is as it was");
  assert.equal(version.value, "3");
  assert.equal(longer.value, "yes");
});

test("what was sent is typed no longer, whatever kind of field it is in, and what was typed since is", async () => {
  const { settleSent, isDirty } = await begin();
  const name = new Input({ name: "name", value: "Caixa" });
  const left = new Input({ name: "left", value: "um" });
  const list = new Select({ name: "days" }, ["seg*", "ter"]);
  const [tick, untick] = [new Input({ type: "checkbox", name: "urgent", value: "yes" }), new Input({ type: "checkbox", name: "hidden", value: "yes", checked: "" })];
  const [yes, no] = [new Input({ type: "radio", name: "active", value: "yes", checked: "" }), new Input({ type: "radio", name: "active", value: "no" })];
  const fields = [name, left, list, tick, untick, yes, no];
  const form = formOf({}, fields);
  [name.value, list.selectedIndex, tick.checked, untick.checked, yes.checked, no.checked] = ["Sacola", 1, true, false, false, true];
  settleSent(form, "name=Sacola&days=ter&urgent=yes&active=no");
  assert.deepEqual(fields.map(isDirty), fields.map(() => false));
  assert.equal(left.defaultValue, "um", "what was not sent falls back to what it was");
  [name.value, list.selectedIndex, tick.checked, yes.checked, no.checked] = ["Sacola!", 0, false, true, false];
  assert.deepEqual([name, list, tick, yes, no].map(isDirty), [true, true, true, true, true]);
});

test("nobody leaves typed words without a question, and nobody is asked without words", async () => {
  const { field, body, leave, window, letGo, isLeaving } = await begin();
  const elsewhere = body.appendChild(new Input({ name: "q" }));
  elsewhere.value = "capa";
  assert.equal(leave(), false);
  field.value = "Sacola";
  assert.equal(isLeaving(), false);
  assert.equal(leave(), true);
  letGo(true);
  assert.equal(isLeaving(), true);
  assert.equal(leave(), false, "it is left on purpose");
  window("pageshow");
  assert.equal(leave(), true, "it is there again");
});

test("an ordinary form leads away on purpose, one that the script sends does not", async () => {
  const { field, leave, submit } = await begin();
  field.value = "Sacola";
  submit({});
  assert.equal(leave(), false);
  for (const kept of ["data-command", "data-unlock"]) {
    submit({ [kept]: "" });
    assert.equal(leave(), true, kept);
  }
  submit({});
  document.dispatchEvent(new Event("submit"));
  assert.equal(leave(), true, "what is no form leads nowhere");
});

test("a form that was stopped leads nowhere, and one that is on its way still leads away", async () => {
  const { field, leave, submit } = await begin();
  const later = () => new Promise((done) => setTimeout(done, 1));
  field.value = "Sacola";
  submit({}, true);
  await later();
  assert.equal(leave(), true, "somebody was asked, and stayed");
  submit({});
  await later();
  submit({}, true);
  await later();
  assert.equal(leave(), false, "pressed twice");
});

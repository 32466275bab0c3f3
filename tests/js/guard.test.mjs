import assert from "node:assert/strict";
import test from "node:test";
import { load } from "./load.mjs";
import { Element, Input, page } from "./world.mjs";

page();
const { settleSent } = await load("guard.js");

test("what a form showed beside a field is what was saved, so that setting it back is a change", () => {
  const field = new Input({ name: "pick.picker", value: "yes" });
  const showed = new Input({ type: "hidden", name: "was.pick.picker", value: "yes" });
  const version = new Input({ type: "hidden", name: "version", value: "3" });
  field.value = "no";
  settleSent(new Element("form", {}, [field, showed, version]), "pick.picker=no&was.pick.picker=yes&version=3");
  assert.equal(field.defaultValue, "no");
  assert.equal(showed.value, "no");
  assert.equal(version.value, "3");
});

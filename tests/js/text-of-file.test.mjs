import assert from "node:assert/strict";
import test from "node:test";
import { tab } from "./load.mjs";
import { Element, Input, page, settled, TextArea } from "./world.mjs";

const written = "Número;Nome\r\n5001;João";

for (const [what, bytes] of [
  ["UTF-8", Buffer.from(written)],
  ["UTF-8 with its mark", Buffer.from(`\ufeff${written}`)],
  ["the letters of Windows", Buffer.from(written, "latin1")],
  ["Excel's Unicode text", Buffer.from(`\ufeff${written}`, "utf16le")],
]) {
  test(`a chosen file in ${what} is written into its field`, async () => {
    const body = page();
    const field = new TextArea({ id: "roster-text" });
    const input = new Input({ type: "file", "data-text-of": "roster-text" });
    body.append(field, input);
    const { start } = await tab()("text-of-file.js");
    start();
    input.files = [new Blob([bytes])];
    const event = new Event("change");
    Object.defineProperty(event, "target", { value: input });
    document.dispatchEvent(event);
    await settled();
    assert.equal(field.value, written);
  });
}

test("of two files that were chosen one after the other the last one is read, however long the first one takes", async () => {
  const body = page();
  const field = body.appendChild(new TextArea({ id: "text" }));
  const input = body.appendChild(new Element("input", { "data-text-of": "text" }));
  (await tab()("text-of-file.js")).start();
  const reads = new Map();
  for (const name of ["first", "last"]) {
    input.files = [{ arrayBuffer: () => new Promise((done) => reads.set(name, () => done(new TextEncoder().encode(name).buffer))) }];
    document.dispatchEvent(Object.defineProperty(new Event("change"), "target", { value: input }));
  }
  for (const name of ["last", "first"]) { reads.get(name)(); await settled(); }
  assert.equal(field.value, "last");
});

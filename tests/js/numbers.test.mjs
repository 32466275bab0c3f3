import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { load } from "./load.mjs";

const { readNumber, writeNumber } = await load("numbers.js");

// The table of the tests in src/html/number.rs: server and script read and write the same.
const { read, written } = JSON.parse(readFileSync(new URL("../fixtures/numbers.json", import.meta.url), "utf8"));

for (const { typed, lang, number, either } of read) {
  const wanted = number ? { number } : either ? { either } : {};
  test(`"${typed}" in ${lang} is ${number || either || "no number"}`, () => assert.deepEqual(readNumber(typed, lang), wanted));
}

for (const [plain, lang, text] of written) {
  test(`${plain} is written ${text} in ${lang}, and read back`, () => {
    assert.equal(writeNumber(plain, lang), text);
    assert.deepEqual(readNumber(text, lang), { number: plain });
  });
}

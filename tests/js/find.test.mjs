import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { load } from "./load.mjs";

const { folded, holds } = await load("find.js");

test("letters are compared without accents, case and signs", () => {
  assert.equal(folded("  Película-3D  AÇO "), "pelicula 3d aco");
});

const table = [
  ["CB14 CABO TYPE C 00284", "cb14", true],
  ["CB14 CABO TYPE C 00284", "284", true],
  ["CB14 CABO TYPE C 00284", "cabo c", true],
  ["CJ-42 SUPORTE", "cj42", true],
  ["PELÍCULA 3D", "pelicula", true],
  ["CB14 CABO TYPE C 00284", "cb15", false],
  ["CB14 CABO", "cabo usb", false],
];

for (const [text, typed, found] of table) {
  test(`"${typed}" ${found ? "finds" : "does not find"} "${text}"`, () => assert.equal(holds(text, typed), found));
}

// The table of the tests in src/orders/actions/import.rs: the board's search and this one fold alike.
const folding = JSON.parse(readFileSync(new URL("../fixtures/folding.json", import.meta.url), "utf8"));

for (const { text, typed, found } of folding) {
  test(`a code: "${typed}" ${found ? "finds" : "does not find"} "${text}"`, () => assert.equal(holds(text, typed), found));
}

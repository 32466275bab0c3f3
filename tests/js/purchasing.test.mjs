import assert from "node:assert/strict";
import test from "node:test";
import { load } from "./load.mjs";

const { divided } = await load("purchasing.js");

const table = [
  ["all of it", 25, [10, 15], [10, 15], 0],
  ["fewer: who comes first gets theirs", 12, [10, 15], [10, 2], 0],
  ["fewer than the first wants", 7, [10, 15], [7, 0], 0],
  ["more: the rest is for the stock", 30, [10, 15], [10, 15], 5],
  ["nothing", 0, [10, 15], [0, 0], 0],
  ["nobody wants any", 5, [], [], 5],
];

for (const [name, whole, wants, shares, left] of table) {
  test(`goods are divided: ${name}`, () => {
    assert.deepEqual(divided(whole, wants), { shares, left });
  });
}

import assert from "node:assert/strict";
import test from "node:test";
import { load } from "./load.mjs";

const { untilTold } = await load("shared.js");

const table = [
  ["the first touch is told at once", 5000, -Infinity, 0],
  ["a touch soon after is told when the minute is over", 70000, 60000, 50000],
  ["the last moment of a minute", 119999, 60000, 1],
  ["a new minute", 120000, 60000, 0],
  ["after a long rest", 900000, 60000, 0],
];

for (const [what, now, toldAt, wait] of table) {
  test("telling of touches: " + what, () => assert.equal(untilTold(now, toldAt), wait));
}

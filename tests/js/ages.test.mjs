import assert from "node:assert/strict";
import test from "node:test";
import { load } from "./load.mjs";

const { calendarOf, minutesBetween, ageKey } = await load("ages.js");
const calendar = calendarOf("450-1020", "-180");

// The table of WorkCalendar's tests in src/html/calendar.rs: server and script must print the same.
const table = [
  ["inside a morning", "2025-10-22T09:00:00-03:00", "2025-10-22T09:12:00-03:00", 12, "ageMinutes", 12],
  ["seconds are cut", "2025-10-22T09:00:59-03:00", "2025-10-22T09:01:00-03:00", 1, "ageMinutes", 1],
  ["just now", "2025-10-22T09:00:00-03:00", "2025-10-22T09:00:40-03:00", 0, "ageNow", 0],
  ["before opening", "2025-10-22T05:00:00-03:00", "2025-10-22T07:40:00-03:00", 10, "ageMinutes", 10],
  ["after closing", "2025-10-22T16:00:00-03:00", "2025-10-22T22:00:00-03:00", 60, "ageHours", 1],
  ["over a night", "2025-10-22T16:30:00-03:00", "2025-10-23T08:30:00-03:00", 90, "ageHours", 1],
  ["over a weekend", "2025-10-24T16:50:00-03:00", "2025-10-27T07:40:00-03:00", 20, "ageMinutes", 20],
  ["on a Sunday", "2025-10-26T09:00:00-03:00", "2025-10-26T12:00:00-03:00", 0, "ageNow", 0],
  ["a whole day", "2025-10-22T07:30:00-03:00", "2025-10-22T17:00:00-03:00", 570, "ageDay", 1],
  ["three days", "2025-10-22T07:30:00-03:00", "2025-10-27T07:30:00-03:00", 1710, "ageDays", 3],
  ["backwards", "2025-10-22T10:00:00-03:00", "2025-10-22T09:00:00-03:00", 0, "ageNow", 0],
  ["before 1970", "1969-12-31T08:30:00-03:00", "1969-12-31T09:00:00-03:00", 30, "ageMinutes", 30],
];

for (const [what, from, to, minutes, key, n] of table) {
  test("an age " + what, () => {
    assert.equal(minutesBetween(calendar, Date.parse(from), Date.parse(to)), minutes);
    assert.deepEqual(ageKey(calendar, minutes), [key, n]);
  });
}

test("counting minute by minute gives the same", () => {
  const works = (minute) => {
    const local = minute - 180;
    const weekday = (((Math.floor(local / 1440) - 4) % 7) + 7) % 7;
    const time = ((local % 1440) + 1440) % 1440;
    return weekday < 5 && time >= 450 && time < 1020;
  };
  for (let start = 29000000; start < 29000000 + 11 * 1440; start += 997) {
    let counted = 0;
    for (let minute = start; minute < start + 5000; minute++) counted += works(minute) ? 1 : 0;
    assert.equal(minutesBetween(calendar, start * 60000, (start + 5000) * 60000), counted);
  }
});

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { load } from "./load.mjs";

const { calendarOf, minutesBetween, age, countdown } = await load("ages.js");
const { offsetAt, offsetsOf } = await load("clock.js");

// The table of WorkCalendar's tests in src/html/calendar.rs: server and script must count and say the same.
const { zones, ages } = JSON.parse(readFileSync(new URL("../fixtures/ages.json", import.meta.url), "utf8"));

const WORDS = {
  ageNow: () => "agora",
  ageMinutes: ({ n }) => `há ${n} min`,
  ageHours: ({ n }) => `há ${n} h`,
  ageDay: () => "há 1 dia",
  ageDayHours: ({ h }) => `há 1 dia e ${h} h`,
  ageDays: ({ n }) => `há ${n} dias`,
  ageDaysHours: ({ n, h }) => `há ${n} dias e ${h} h`,
};

for (const { what, zone, workday, hours, from, to, minutes, words } of ages) {
  test(`an age in ${zone}: ${what}`, () => {
    const calendar = calendarOf(hours || workday.join("-"), zones[zone].offset);
    const minute = (text) => Math.floor(Date.parse(text) / 60000);
    assert.equal(minutesBetween(calendar, minute(from), minute(to)), minutes);
    const [key, numbers] = age(calendar, Date.parse(from), Date.parse(to));
    assert.equal(WORDS[key](numbers), words);
  });
}

test("each minute has the offset that the zone has then", () => {
  for (const [zone, { now, offset }] of Object.entries(zones)) {
    const offsets = offsetsOf(offset);
    const format = new Intl.DateTimeFormat("en-US", { timeZone: zone, timeZoneName: "longOffset" });
    for (let day = -1800; day < 360; day += 7) {
      const ms = Date.parse(now) + day * 86400000;
      const name = format.formatToParts(ms).find((part) => part.type === "timeZoneName").value;
      const [, sign, hours, minutes] = /GMT(?:([+-])(\d\d):(\d\d))?/.exec(name);
      const expected = hours ? (sign === "-" ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) : 0;
      assert.equal(offsetAt(offsets, Math.floor(ms / 60000)), expected, `${zone} ${new Date(ms).toISOString()}`);
    }
  }
});

test("counting minute by minute gives the same", () => {
  const offset = zones["America/New_York"].offset;
  const calendar = calendarOf("450-1020", offset);
  const works = (minute) => {
    const local = minute + offsetAt(offsetsOf(offset), minute);
    const weekday = (((Math.floor(local / 1440) - 4) % 7) + 7) % 7;
    const time = ((local % 1440) + 1440) % 1440;
    return weekday < 5 && time >= 450 && time < 1020;
  };
  const first = Math.floor(Date.parse("2025-10-28T00:00Z") / 60000);
  for (let start = first; start < first + 11 * 1440; start += 997) {
    let counted = 0;
    for (let minute = start; minute < start + 5000; minute++) counted += works(minute) ? 1 : 0;
    assert.equal(minutesBetween(calendar, start, start + 5000), counted);
  }
});

// What the page holds of the catalogue; see src/html/words.rs.
const DUE = { dueNow: "agora", dueIn: "em {time}", dueLate: "atrasado há {time}", dueDaysOne: "1 dia", dueDaysOther: "{count} dias" };
const deadlines = JSON.parse(readFileSync(new URL("../fixtures/countdown.json", import.meta.url), "utf8"));

test("a deadline is counted down and then up in the server's words", () => {
  globalThis.document = { getElementById: () => ({ dataset: DUE }) };
  for (const { due, now, words } of deadlines) assert.equal(countdown(Date.parse(due), Date.parse(now)), words, due + now);
});

// Ages that tick: <time datetime="…" data-at>; what is shown from [data-due] on, and what until [data-until]. Counted like WorkCalendar in src/html/calendar.rs, to the same words.

import { facts, onChange } from "./page.js";
import { now, offsetAt, offsetsOf } from "./clock.js";
import { words } from "./words.js";
import { isStill } from "./touch.js";
import { STILL } from "./defer.js";
import { findAll } from "./dom.js";

const DAY = 24 * 60;
/** Monday, 5 January 1970, in days since the epoch. */
const FIRST_MONDAY = 4;
const EVERY = 5000;

/**
 * @param {number} a
 * @param {number} b
 */
const modulo = (a, b) => ((a % b) + b) % b;

/**
 * @typedef {import("./clock.js").OffsetChange} OffsetChange
 * @typedef {{ offsets: OffsetChange[], starts: number, length: number }} Calendar
 */

/**
 * "450-1020" and "-180" to a calendar.
 * @param {string | undefined} workday
 * @param {string | undefined} offsets
 * @returns {Calendar}
 */
export function calendarOf(workday, offsets) {
  const [starts, ends] = String(workday || "0-1440").split("-").map(Number);
  return { offsets: offsetsOf(offsets), starts, length: Math.max(1, ends - starts) };
}

/**
 * @param {Calendar} calendar
 * @param {number} local
 */
function workedUntil(calendar, local) {
  const day = Math.floor(local / DAY) - FIRST_MONDAY;
  const weekday = modulo(day, 7);
  const today = weekday < 5 ? Math.min(Math.max(modulo(local, DAY) - calendar.starts, 0), calendar.length) : 0;
  return (Math.floor(day / 7) * 5 + Math.min(weekday, 5)) * calendar.length + today;
}

/**
 * Minutes inside working hours between two minutes since the epoch, each counted with the offset of its time; never
 * negative.
 * @param {Calendar} calendar
 * @param {number} from
 * @param {number} to
 */
export function minutesBetween(calendar, from, to) {
  let begins = from;
  let offset = offsetAt(calendar.offsets, from);
  let worked = 0;
  /** @param {number} ends */
  const count = (ends) => { worked += workedUntil(calendar, ends + offset) - workedUntil(calendar, begins + offset); };
  calendar.offsets.forEach(([at, next]) => {
    if (at <= from || at >= to) return;
    count(at);
    begins = at;
    offset = next;
  });
  count(to);
  return Math.max(0, worked);
}

/**
 * Key and numbers of an age: working time inside working hours, by the clock outside them and as long as none was worked.
 * @param {Calendar} calendar
 * @param {number} fromMs
 * @param {number} toMs
 * @returns {[string, { n: number, h: number }]}
 */
export function age(calendar, fromMs, toMs) {
  const [from, to] = [Math.floor(fromMs / 60000), Math.floor(toMs / 60000)];
  const worked = minutesBetween(calendar, from, to);
  const isWorkingTime = minutesBetween(calendar, to, to + 1) > 0;
  const [minutes, day] = isWorkingTime && worked > 0 ? [worked, calendar.length] : [to - from, DAY];
  const n = Math.floor(minutes / day);
  const h = Math.floor((minutes % day) / 60);
  if (minutes < 1) return ["ageNow", { n: 0, h: 0 }];
  if (!n && !h) return ["ageMinutes", { n: minutes, h }];
  if (!n) return ["ageHours", { n: h, h }];
  return [(n === 1 ? "ageDay" : "ageDays") + (h ? "Hours" : ""), { n, h }];
}

export function tick() {
  const { workday, offset } = facts();
  const at = now();
  if (workday) {
    const calendar = calendarOf(workday, offset);
    findAll("[data-at]").forEach((el) => {
      const from = Date.parse(el.dataset.at || el.getAttribute("datetime") || "");
      if (isNaN(from)) return;
      const [key, numbers] = age(calendar, from, at);
      const text = words(key, numbers);
      if (text && el.textContent !== text) el.textContent = text;
    });
  }
  // A claim that nobody renewed.
  findAll("[data-until]").forEach((el) => { el.hidden = Date.parse(el.dataset.until || "") <= at; });
  // A line more makes its card taller: not while somebody taps.
  if (!isStill(STILL)) return;
  findAll("[data-due][hidden]").forEach((el) => {
    if (Date.parse(el.dataset.due || "") <= at) el.hidden = false;
  });
}

export function start() {
  tick();
  setInterval(tick, EVERY);
  onChange(tick);
}

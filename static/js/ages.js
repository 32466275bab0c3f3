// Ages that tick: <time datetime="…" data-at>. Counted like WorkCalendar in src/html/calendar.rs, to the same words.

import { facts, onChange } from "./page.js";
import { now } from "./clock.js";
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

/** @typedef {{ offset: number, starts: number, length: number }} Calendar */

/**
 * "450-1020" and "-180" to a calendar.
 * @param {string | undefined} workday
 * @param {string | undefined} offset
 */
export function calendarOf(workday, offset) {
  const [starts, ends] = String(workday || "0-1440").split("-").map(Number);
  return { offset: Number(offset) || 0, starts, length: Math.max(1, ends - starts) };
}

/**
 * @param {Calendar} calendar
 * @param {number} ms
 */
function workedUntil(calendar, ms) {
  const local = Math.floor(ms / 60000) + calendar.offset;
  const day = Math.floor(local / DAY) - FIRST_MONDAY;
  const weekday = modulo(day, 7);
  const today = weekday < 5 ? Math.min(Math.max(modulo(local, DAY) - calendar.starts, 0), calendar.length) : 0;
  return (Math.floor(day / 7) * 5 + Math.min(weekday, 5)) * calendar.length + today;
}

/**
 * Minutes inside working hours between two instants in ms; never negative.
 * @param {Calendar} calendar
 * @param {number} from
 * @param {number} to
 */
export function minutesBetween(calendar, from, to) {
  return Math.max(0, workedUntil(calendar, to) - workedUntil(calendar, from));
}

/**
 * Key and number of an age of so many working minutes.
 * @param {Calendar} calendar
 * @param {number} minutes
 * @returns {[string, number]}
 */
export function ageKey(calendar, minutes) {
  if (minutes < 1) return ["ageNow", 0];
  if (minutes < 60) return ["ageMinutes", minutes];
  if (minutes < calendar.length) return ["ageHours", Math.floor(minutes / 60)];
  if (minutes < 2 * calendar.length) return ["ageDay", 1];
  return ["ageDays", Math.floor(minutes / calendar.length)];
}

export function tick() {
  const { workday, offset } = facts();
  const at = now();
  if (workday) {
    const calendar = calendarOf(workday, offset);
    findAll("[data-at]").forEach((el) => {
      const from = Date.parse(el.dataset.at || el.getAttribute("datetime") || "");
      if (isNaN(from)) return;
      const [key, n] = ageKey(calendar, minutesBetween(calendar, from, at));
      const text = words(key, { n });
      if (text && el.textContent !== text) el.textContent = text;
    });
  }
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

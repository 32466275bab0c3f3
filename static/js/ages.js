// Ages that tick: <time datetime="…" data-at>; deadlines: <time datetime="…" data-deadline>; what is shown from [data-due] on, and what until [data-until]. Counted like WorkCalendar in src/html/calendar.rs, to the same words.

import { facts, onChange } from "./page.js";
import { now, offsetAt, offsetsOf } from "./clock.js";
import { counted, words } from "./words.js";
import { isStill } from "./touch.js";
import { STILL } from "./defer.js";
import { findAll } from "./dom.js";

const DAY = 24 * 60;
/** Monday, 5 January 1970, in days since the epoch. */
const FIRST_MONDAY = 4;
/** @type {Opening} */
const CLOSED = [0, 0];
const EVERY = 5000;

/**
 * @param {number} a
 * @param {number} b
 */
const modulo = (a, b) => ((a % b) + b) % b;

/**
 * @typedef {import("./clock.js").OffsetChange} OffsetChange
 * @typedef {[number, number]} Opening from one minute of the day until before another one
 * @typedef {{ from: number, days: Opening[], lunch: Opening }} Hours from a day since the first Monday on; Monday first
 * @typedef {{ offsets: OffsetChange[], hours: Hours[], off: number[] }} Calendar
 */

/** "450-1020"; closed where there is nothing. @param {string | undefined} text @returns {Opening} */
function openingOf(text) {
  const [starts, ends] = String(text || "0-0").split("-").map(Number);
  return [starts, ends];
}

/**
 * "450-1020" from Monday to Friday, since ever; "2960:450-1020,450-1020,,,,,/720-780" from a day on.
 * @param {string} text
 * @returns {Hours}
 */
function hoursOf(text) {
  const [, from, week, lunch] = /^(?:(-?[0-9]+):)?([^/]*)(?:[/](.*))?$/.exec(text) || ["", "", "", ""];
  const days = week.split(",").map(openingOf);
  while (days.length < 5) days.push(days[0]);
  while (days.length < 7) days.push(CLOSED);
  return { from: from ? Number(from) : -Infinity, days, lunch: openingOf(lunch) };
}

/**
 * "450-1020 !2965" and "-180" to a calendar. See Schedule::text.
 * @param {string | undefined} workday
 * @param {string | undefined} offsets
 * @returns {Calendar}
 */
export function calendarOf(workday, offsets) {
  const parts = String(workday || "0-1440").split(" ");
  const off = parts.filter((part) => part.startsWith("!")).map((part) => Number(part.slice(1)));
  return { offsets: offsetsOf(offsets), hours: parts.filter((part) => !part.startsWith("!")).map(hoursOf), off };
}

/**
 * @param {Calendar} calendar
 * @param {number} day since the first Monday
 */
function hoursAt(calendar, day) {
  let at = calendar.hours.length - 1;
  while (at > 0 && calendar.hours[at].from > day) at--;
  return calendar.hours[at];
}

/** @param {Opening} opening @param {number} minute */
const before = ([starts, ends], minute) => Math.min(Math.max(minute - starts, 0), Math.max(0, ends - starts));

/**
 * Working minutes of a day until one of its minutes.
 * @param {Hours} hours
 * @param {number} day
 * @param {number} minute
 */
function workedOn(hours, day, minute) {
  const open = hours.days[modulo(day, 7)];
  /** @param {number} at */
  const within = (at) => Math.min(Math.max(at, open[0]), open[1]);
  return before(open, minute) - before([within(hours.lunch[0]), within(hours.lunch[1])], minute);
}

/**
 * Working minutes between two local minutes, the second not before the first.
 * @param {Calendar} calendar
 * @param {number} from
 * @param {number} to
 */
function workedBetween(calendar, from, to) {
  /** @param {number} local @returns {[number, number]} */
  const at = (local) => [Math.floor(local / DAY) - FIRST_MONDAY, modulo(local, DAY)];
  const [[first, begins], [last, ends]] = [at(from), at(to)];
  /** @param {number} day @param {number} minute */
  const on = (day, minute) => (calendar.off.includes(day) ? 0 : workedOn(hoursAt(calendar, day), day, minute));
  let worked = on(last, ends) - on(first, begins);
  for (let day = first; day < last; day++) {
    const hours = hoursAt(calendar, day);
    const next = calendar.hours[calendar.hours.indexOf(hours) + 1];
    // Whole weeks of the same hours at once; days off among them are taken out below.
    const weeks = Math.floor(((next ? Math.min(next.from, last) : last) - day) / 7);
    if (weeks > 0) {
      for (let weekday = 0; weekday < 7; weekday++) worked += weeks * workedOn(hours, weekday, DAY);
      day += weeks * 7 - 1;
    } else {
      worked += workedOn(hours, day, DAY);
    }
  }
  calendar.off.forEach((day) => {
    if (day >= first && day < last) worked -= workedOn(hoursAt(calendar, day), day, DAY);
  });
  return worked;
}

/** Minutes of the longest working day of the week. @param {Hours} hours */
const workdayOf = (hours) => Math.max(1, ...hours.days.map((_, day) => workedOn(hours, day, DAY)));

/**
 * Minutes inside working hours between two minutes since the epoch, each counted with the offset of its time; never
 * negative.
 * @param {Calendar} calendar
 * @param {number} from
 * @param {number} to
 */
export function minutesBetween(calendar, from, to) {
  if (to <= from) return 0;
  let begins = from;
  let offset = offsetAt(calendar.offsets, from);
  let worked = 0;
  /** @param {number} ends */
  const count = (ends) => { worked += workedBetween(calendar, begins + offset, ends + offset); };
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
  const today = Math.floor((to + offsetAt(calendar.offsets, to)) / DAY) - FIRST_MONDAY;
  const [minutes, day] =
    isWorkingTime && worked > 0 ? [worked, workdayOf(hoursAt(calendar, today))] : [to - from, DAY];
  const n = Math.floor(minutes / day);
  const h = Math.floor((minutes % day) / 60);
  if (minutes < 1) return ["ageNow", { n: 0, h: 0 }];
  if (!n && !h) return ["ageMinutes", { n: minutes, h }];
  if (!n) return ["ageHours", { n: h, h }];
  return [(n === 1 ? "ageDay" : "ageDays") + (h ? "Hours" : ""), { n, h }];
}

/**
 * How long until a deadline, or since when it is late: by the clock. Counted like countdown in src/html/countdown.rs.
 * @param {number} dueMs
 * @param {number} nowMs
 */
export function countdown(dueMs, nowMs) {
  const left = Math.floor(dueMs / 60000) - Math.floor(nowMs / 60000);
  const minutes = Math.abs(left);
  const rest = minutes % 60;
  const short = minutes < 60 ? minutes + " min" : Math.floor(minutes / 60) + " h " + (rest < 10 ? "0" : "") + rest;
  const days = Math.floor(minutes / DAY);
  const time = days ? counted("dueDays", days, { count: days }) : short;
  return words(left > 0 ? "dueIn" : left ? "dueLate" : "dueNow", { time });
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
  findAll("[data-deadline]").forEach((el) => {
    const due = Date.parse(el.getAttribute("datetime") || "");
    const text = countdown(due, at);
    if (text && el.textContent !== text) el.textContent = text;
    el.closest(".due")?.classList.toggle("late", due <= at);
  });
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

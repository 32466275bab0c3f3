// The buyer's page: goods divided over the orders that wait for them, and the list to send to a supplier.

import { around, find, findAll } from "./dom.js";
import { readNumber, writeNumber } from "./numbers.js";

const THOUSAND = 1000;

const lang = () => document.documentElement.lang;

/** @param {string} text */
const thousandths = (text) => {
  const { number } = readNumber(text, lang());
  return number === undefined ? null : Math.round(Number(number) * THOUSAND);
};

/** @param {number} units */
const written = (units) => writeNumber(String(units / THOUSAND), lang());

/**
 * What each gets of the whole, in their order; what nobody wants is left.
 * @param {number} whole
 * @param {number[]} wants
 */
export function divided(whole, wants) {
  let left = whole;
  const shares = wants.map((want) => {
    const share = Math.max(0, Math.min(want, left));
    left -= share;
    return share;
  });
  return { shares, left };
}

/** @param {HTMLElement} form */
const sharesOf = (form) => /** @type {HTMLInputElement[]} */ (findAll("[data-share]", form));

/**
 * The button says what it records.
 * @param {HTMLElement} form
 * @param {number} whole
 */
function sayAmount(form, whole) {
  const slot = find("[data-amount]", form);
  if (slot) slot.textContent = (slot.dataset.amount || "").replace("%{n}", written(whole));
}

/** @param {HTMLElement} form */
function sayLeft(form) {
  const slot = find("[data-surplus]", form);
  const whole = find("[data-stepper] input", form);
  if (!slot || !(whole instanceof HTMLInputElement)) return;
  const shares = sharesOf(form).map((field) => thousandths(field.value || "0") || 0);
  const left = (thousandths(whole.value) || 0) - shares.reduce((sum, share) => sum + share, 0);
  slot.hidden = left <= 0;
  slot.textContent = left > 0 ? (slot.dataset.surplus || "").replace("%{n}", written(left)) : "";
}

/** @param {Event} event */
function typed(event) {
  const form = around(event, "[data-division]");
  const field = event.target;
  if (!form || !(field instanceof HTMLInputElement)) return;
  if (field.closest("[data-stepper]")) {
    const whole = thousandths(field.value);
    if (whole === null) return;
    sayAmount(form, whole);
    const fields = sharesOf(form);
    const wants = fields.map((share) => Math.round(Number(share.dataset.share) * THOUSAND));
    divided(whole, wants).shares.forEach((share, place) => { fields[place].value = written(share); });
  }
  if (field.closest("[data-stepper]") || field.matches("[data-share]")) sayLeft(form);
}

export function start() {
  document.addEventListener("input", typed);
}

// What the press of a button asks of the server, and how the screen says it.

import { byId, find } from "./dom.js";

/**
 * @param {HTMLFormElement} form
 * @param {HTMLButtonElement | null} button
 */
export function bodyOf(form, button) {
  const data = new URLSearchParams();
  new FormData(form).forEach((value, name) => {
    if (typeof value === "string") data.append(name, value);
  });
  if (button && button.name) data.append(button.name, button.value);
  return data.toString();
}

/**
 * @param {HTMLFormElement} form
 * @param {HTMLButtonElement | null} button
 */
export const urlOf = (form, button) => (button && button.getAttribute("formaction")) || form.getAttribute("action") || location.pathname;

/**
 * @param {HTMLFormElement} form
 * @param {HTMLButtonElement | null} button
 */
export const byOf = (form, button) => [urlOf(form, button), button?.name, button?.value].join();

/**
 * What is asked of the server. When the form was drawn does not belong to it.
 * @param {{ url: string, body: string }} tap
 */
export const askedOf = ({ url, body }) => url + "?" + body.replace(/(^|&)v=[^&]*/, "");

/** @param {Element | null | undefined} el */
const textOf = (el) => (el?.textContent || "").replace(/\s+/g, " ").trim();

/**
 * The goods of a row, as it shows them when it is tapped, or of a sheet, as many as its stepper says: "CB14 · 20 UN".
 * @param {HTMLFormElement} form
 * @param {string} target
 */
export function goodsOf(form, target) {
  const stepper = find("[data-stepper]", form);
  const units = stepper?.querySelector("input")?.value || "";
  const amount = units ? `${units} ${stepper?.dataset.unit || ""}`.trim() : textOf(find(".row-hit .qty", form));
  return [textOf(find(`.row[id="${target}"] .ref, #purchase-sheet[open] h2`)), amount].filter(Boolean).join(" · ");
}

/**
 * What a tap does to what, as the screen says it: "Separar CB14".
 * @param {HTMLFormElement} form
 * @param {HTMLButtonElement | null} button
 * @param {string} target
 */
export function whatOf(form, button, target) {
  const pressed = button || form.querySelector("button");
  const verb = pressed && (pressed.querySelector(".sr") || pressed);
  return `${textOf(verb)} ${textOf(byId(target)?.querySelector(".ref, h3, .draft-number, .person-name b"))}`.trim();
}

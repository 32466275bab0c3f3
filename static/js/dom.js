// Finding elements, typed once.

/** @param {string} id */
export const byId = (id) => document.getElementById(id);

/**
 * @param {string} selector
 * @param {ParentNode} [root]
 */
export const find = (selector, root) => /** @type {HTMLElement | null} */ ((root || document).querySelector(selector));

/**
 * @param {string} selector
 * @param {ParentNode} [root]
 */
export const findAll = (selector, root) => /** @type {HTMLElement[]} */ (Array.from((root || document).querySelectorAll(selector)));

/**
 * The element around what an event is about.
 * @param {Event} event
 * @param {string} selector
 */
export const around = (event, selector) =>
  /** @type {HTMLElement | null} */ (event.target instanceof Element ? event.target.closest(selector) : null);

/** @param {Element | null | undefined} el */
export const isShown = (el) => Boolean(el) && /** @type {Element} */ (el).getClientRects().length > 0;

/** The element that has the focus. */
export const focused = () => /** @type {HTMLElement | null} */ (document.activeElement);

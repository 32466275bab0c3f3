// form[data-command]: an ordinary form, sent without leaving the page. Received, saved, or honestly not yet.

import { person } from "./page.js";
import { words, sentenceOf } from "./words.js";
import { add, adopt, flush, resume, supersede, waitingTaps, onQueue } from "./queue.js";
import { mark, refuse, targetOf, touchHere } from "./marks.js";
import { takeAnswer, look } from "./answer.js";
import { toast } from "./toasts.js";
import { offerUndo } from "./undo.js";
import { askPin } from "./signin.js";
import { applyDeferred } from "./apply.js";
import { showErrors, showOver, clearErrors } from "./errors.js";
import { reload } from "./sheets.js";
import { doubt } from "./connection.js";
import { resync } from "./resync.js";
import { settleSent } from "./guard.js";
import { dismiss, end, show } from "./waiting.js";
import { announce } from "./announce.js";
import { asksFirst } from "./helping.js";
import { signal } from "./feedback.js";
import { fieldsOf, isTextField } from "./defer.js";
import { askedOf, bodyOf, byOf, goodsOf, urlOf, whatOf } from "./pressed.js";
import { find, focused } from "./dom.js";

/** @typedef {import("./queue.js").Waiting} Waiting */
/** @typedef {import("./request.js").Reply} Reply */

const SAME_TAP = 400;
const SLOW = 3000;

/** What was sent and is not answered, by operation id. @type {Map<string, Press>} */
const presses = new Map();
/** @type {WeakMap<HTMLFormElement, { action: string | null, at: number }>} */
const lastPress = new WeakMap();

/**
 * A form as it was when it was pressed: the form of the undo bar is another command for each tap. `by`: with which button.
 * @typedef {{ form: HTMLFormElement, action: string | null, by: string, typed: string }} Press
 */

/**
 * What is typed in a form.
 * @param {HTMLFormElement} form
 */
const typedIn = (form) => fieldsOf(form).filter(isTextField).map((field) => field.value).join("\n");

/**
 * The press of another button of the form is another decision, and counts in place of what waits.
 * @param {HTMLFormElement} form
 * @param {HTMLButtonElement | null} button
 */
function supersedeOthers(form, button) {
  for (const tap of waitingTaps()) {
    const press = presses.get(tap.op);
    if (press?.form === form && press.action === form.getAttribute("action") && press.by !== byOf(form, button)) supersede(tap);
  }
}

/**
 * Whether this command was just sent, or is on its way, be it from an earlier load of the page: a second press is taken
 * for the first, and of one that is on its way for long that is said.
 * @param {HTMLFormElement} form
 * @param {HTMLButtonElement | null} button
 */
function isPressed(form, button) {
  const action = form.getAttribute("action");
  const last = lastPress.get(form);
  if (last && last.action === action && performance.now() - last.at < SAME_TAP) return true;
  const asked = askedOf({ url: urlOf(form, button), body: bodyOf(form, button) });
  const before = waitingTaps().find((tap) => {
    const press = presses.get(tap.op);
    return press?.form === form && press.action === action ? press.by === byOf(form, button) : askedOf(tap) === asked;
  });
  if (!before) return false;
  supersedeOthers(form, button);
  before.over = false;
  // A row has a line of its own for it.
  if (!form.hasAttribute("data-pick")) toast(words(before.late ? "savedHere" : "saving"));
  return true;
}

/** @param {SubmitEvent} event */
function submitted(event) {
  const form = event.target;
  if (event.defaultPrevented || !(form instanceof HTMLFormElement) || !form.matches("form[data-command]")) return;
  event.preventDefault();
  const button = /** @type {HTMLButtonElement | null} */ (event.submitter);
  // A keyboard comes to what offered.css takes from every finger.
  if (getComputedStyle(form).pointerEvents === "none") {
    toast(words("forbidden"), "bad");
    return;
  }
  if (isPressed(form, button)) return;
  const go = () => {
    lastPress.set(form, { action: form.getAttribute("action"), at: performance.now() });
    supersedeOthers(form, button);
    send(form, button);
  };
  if (!asksFirst(form, go)) go();
}

/**
 * @param {HTMLFormElement} form
 * @param {HTMLButtonElement | null} button
 */
function send(form, button) {
  clearErrors(form);
  const url = urlOf(form, button);
  const target = targetOf(form, url);
  touchHere(target);
  mark(target, "sending");
  form.setAttribute("data-saving", "sending");
  const tap = add({
    url,
    body: bodyOf(form, button),
    target,
    what: whatOf(form, button, target),
    goods: goodsOf(form, target),
  });
  presses.set(tap.op, { form, action: form.getAttribute("action"), by: byOf(form, button), typed: typedIn(form) });
  // What is on its way is not changed any more.
  if (form.hasAttribute("data-guard")) form.inert = true;
  setTimeout(() => {
    if (presses.has(tap.op) && !tap.late) waits(tap, "busy");
  }, SLOW);
}

/**
 * It takes long. What is stored on this device is said to be, and nothing else.
 * @param {Waiting} tap
 * @param {string} why
 */
function waits(tap, why) {
  if (!tap.stored) return;
  const first = !tap.late;
  tap.late = true;
  mark(tap.target, why === "broken" ? "broken" : "queued");
  const form = presses.get(tap.op)?.form;
  if (form) form.setAttribute("data-saving", "queued");
  // The sheet that asks for the PIN says it already.
  if (first && why !== "signin") announce(words("savedHere"));
  show();
}

/** @param {Waiting} tap */
function release(tap) {
  const press = presses.get(tap.op);
  const form = press?.form;
  presses.delete(tap.op);
  if (!waitingTaps().some((other) => other.target === tap.target)) mark(tap.target, null);
  if (form && !Array.from(presses.values()).some((other) => other.form === form)) {
    form.removeAttribute("data-saving");
    form.inert = false;
  }
  return press;
}

/**
 * @param {Waiting} tap
 * @param {Reply} reply
 */
function answered(tap, reply) {
  const press = release(tap);
  touchHere(tap.target);
  if (reply.ok) accepted(tap, press, reply.json || {});
  else refused(tap, press?.form, reply);
  show();
  applyDeferred();
}

/**
 * @param {Waiting} tap
 * @param {Press | undefined} press
 * @param {import("./answer.js").Answer} answer
 */
function accepted(tap, press, answer) {
  const form = press?.form;
  if (form && form.hasAttribute("data-pick")) signal("done");
  if (form && form.isConnected) {
    // Who wrote on meanwhile keeps the words.
    const isWrittenOn = typedIn(form) !== press?.typed;
    if (form.hasAttribute("data-guard")) settleSent(form, tap.body);
    else if (!isWrittenOn) form.reset();
    // What is taken back over an open sheet leaves that open.
    const sheet = /** @type {HTMLDialogElement | null} */ (form.matches("[data-undo]") ? null : form.closest("dialog[open]"));
    if (sheet) sheet.close();
    const fold = /** @type {HTMLDetailsElement | null} */ (form.closest("details[open]"));
    if (fold && !isWrittenOn) fold.open = false;
  }
  // A person who has gone on to another page stays there.
  if (takeAnswer(form ? answer : Object.assign({}, answer, { location: null }))) return;
  if (tap.late) toast(words("sentLater"), "good");
  if (answer.undo) offerUndo(answer.undo, [tap.goods, answer.message].filter(Boolean).join(" · "));
  else if (answer.message) toast(answer.message, "good");
}

/**
 * A refusal stays until somebody has read it: beside the field of a form that is still open, else on the row.
 * @param {Waiting} tap
 * @param {HTMLFormElement | undefined} form
 * @param {Reply} reply
 */
async function refused(tap, form, reply) {
  const answer = reply.json;
  if (answer && answer.type === "pin-must-change") {
    location.assign("/pin");
    return;
  }
  const sentence = sentenceOf(reply.status, answer);
  refuse(tap.target);
  signal("refused");
  end(tap, "refused", sentence);
  if (answer) takeAnswer(answer);
  let box = form && /** @type {HTMLDialogElement | null} */ (form.closest("dialog[open]"));
  if (reply.status === 409 && box) box = await reload(box) ? box : null;
  else if (reply.status === 409 && form) readAgain(form);
  if (form && showErrors(form, sentence, answer && answer.fields)) {
    dismiss(tap.op);
    if (form.hasAttribute("data-guard")) await readAnew(form);
  } else if (box) {
    dismiss(tap.op);
    showOver(box, sentence);
  }
  show();
}

/**
 * What was typed stays, the newest text stands above it, and the next save is made knowing that one.
 * @param {HTMLFormElement} form
 */
function readAgain(form) {
  const version = form.elements.namedItem("version");
  if (!(version instanceof HTMLInputElement)) return;
  if (form.contains(document.activeElement)) focused()?.blur();
  applyDeferred();
  const read = /** @type {HTMLElement | null} */ (form.closest("[data-version]"));
  if (read) version.value = read.dataset.version || "";
}

/**
 * The page as the server has it now, around and under what was typed.
 * @param {HTMLFormElement} form
 */
async function readAnew(form) {
  const field = form.contains(document.activeElement) && focused()?.matches("[aria-invalid]");
  await resync({ now: true, typed: true });
  if (!field) look(find("#main [data-look]"));
}

export function start() {
  onQueue({
    answered,
    waiting(tap, why) {
      if (why === "network") doubt();
      waits(tap, why);
    },
    signIn: () => askPin().then(resume),
    ended(tap, why) {
      release(tap);
      if (why === "expired") end(tap, "expired", words("expired"));
      show();
      applyDeferred();
    },
  });
  document.addEventListener("submit", submitted);
  addEventListener("online", flush);
  // What this device cannot keep goes with the page.
  addEventListener("beforeunload", (event) => {
    if (!waitingTaps().some((tap) => !tap.stored)) return;
    event.preventDefault();
    event.returnValue = "";
  });
  if (!person()) return;
  adopt(person());
  setInterval(() => adopt(person()), 30000);
}

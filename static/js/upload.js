// form[data-upload]: files chosen or dropped on [data-drop] are sent one by one, each with its row in #uploads.

import { screen, cursorText, pageBuild, person, backoff, onChange } from "./page.js";
import { words, sentenceOf } from "./words.js";
import { newId } from "./queue.js";
import { takeAnswer } from "./answer.js";
import { askPin } from "./signin.js";
import { announce } from "./announce.js";
import { isFinal, jsonOf, MARK, restOf } from "./request.js";
import { byId, find, findAll } from "./dom.js";
import { stayWhile } from "./build.js";

const TOGETHER = 2;
const MAX_TRIES = 8;
/** A slow line gets there: what counts is that it moves, 1 KB a second over half a minute, and ends some day. */
const WINDOW = 30000;
const LEAST = 30 * 1024;
const LONGEST = 10 * 60000;
/** From the last byte to the answer: the paper is being read. */
const READING = 60000;

/**
 * @typedef {object} Job
 * @property {HTMLFormElement} form
 * @property {File} file
 * @property {string} name  of the field
 * @property {string} op
 * @property {number} tries
 * @property {HTMLElement | null} row
 */

/** @type {Job[]} */
const waiting = [];
/** @type {Set<Job>} */
const flying = new Set();

const isUploading = () => waiting.length + flying.size > 0;

/**
 * @param {HTMLFormElement} form
 * @param {FileList} files
 */
function addFiles(form, files) {
  const field = form.querySelector("input[type=file]");
  for (const file of Array.from(files)) {
    const name = (field instanceof HTMLInputElement && field.name) || "file";
    const job = { form, file, name, op: newId(), tries: 0, row: newRow(file) };
    const most = Number(form.dataset.most) || Infinity;
    if (file.size > most) {
      show(job, "refused", words("uploadTooLarge", { file: file.name }));
      continue;
    }
    show(job, "waiting", words("uploadWaiting", { file: file.name }));
    waiting.push(job);
  }
  if (field instanceof HTMLInputElement) field.value = "";
  pump();
}

/** @param {File} file */
function newRow(file) {
  const source = byId("upload");
  const list = byId("uploads");
  if (!(source instanceof HTMLTemplateElement) || !list) return null;
  const row = /** @type {HTMLElement} */ (source.content.firstElementChild?.cloneNode(true));
  const name = find("[data-name]", row);
  if (name) name.textContent = file.name;
  list.appendChild(row);
  return row;
}

/**
 * @param {Job} job
 * @param {"waiting" | "sending" | "reading" | "done" | "refused" | "failed"} state
 * @param {string} text
 * @param {number} [percent]
 */
function show(job, state, text, percent) {
  if (!job.row) return;
  job.row.dataset.state = state;
  const slot = find("[data-text]", job.row);
  if (slot) slot.textContent = text;
  const bar = job.row.querySelector("progress");
  const retry = find("[data-retry]", job.row);
  if (bar) {
    bar.hidden = state !== "sending" && state !== "waiting" && state !== "reading";
    if (percent === undefined && state === "reading") bar.removeAttribute("value");
    else bar.value = percent || 0;
  }
  if (retry) retry.hidden = state !== "failed";
  // Ears are told how it ended, not every percent.
  if (state === "done" || state === "refused" || state === "failed") announce(job.file.name + ": " + text);
}

function pump() {
  while (flying.size < TOGETHER) {
    const job = waiting.shift();
    if (!job) return;
    flying.add(job);
    send(job);
  }
}

/**
 * A folder, or a file that was changed or taken away since it was chosen, is no lost line.
 * @param {File} file
 */
async function isReadable(file) {
  try {
    await file.slice(0, 1).arrayBuffer();
    return file.size > 0 || file.type !== "";
  } catch (error) {
    return false;
  }
}

/** @param {Job} job */
async function send(job) {
  if (!await isReadable(job.file)) {
    flying.delete(job);
    show(job, "refused", words("uploadUnreadable", { file: job.file.name }));
    pump();
    return;
  }
  const call = new XMLHttpRequest();
  call.open("POST", job.form.getAttribute("action") || location.pathname);
  call.timeout = LONGEST;
  call.setRequestHeader("Accept", "application/json");
  call.setRequestHeader("X-Operation-Id", job.op);
  call.setRequestHeader("X-Person", person());
  if (screen()) {
    call.setRequestHeader("X-Screen", screen());
    call.setRequestHeader("X-Cursor", cursorText());
  }
  const rest = watch(call);
  call.upload.onprogress = (event) => {
    rest.moved(event.loaded, event.loaded >= event.total);
    const percent = event.lengthComputable ? Math.floor((event.loaded * 100) / event.total) : 0;
    if (percent < 100) show(job, "sending", words("uploadSending", { percent, file: job.file.name }), percent);
    else show(job, "reading", words("uploadReading", { file: job.file.name }));
  };
  call.onload = () => {
    rest.end();
    answered(job, call);
  };
  call.onerror = call.ontimeout = call.onabort = () => {
    rest.end();
    again(job, backoff(job.tries + 1));
  };
  const body = new FormData();
  body.append(job.name, job.file, job.file.name);
  call.send(body);
}

/**
 * Ends a call that stands still.
 * @param {XMLHttpRequest} call
 */
function watch(call) {
  let sent = 0;
  let counted = 0;
  const stop = () => call.abort();
  const check = () => {
    if (sent - counted < LEAST) return stop();
    counted = sent;
    timer = setTimeout(check, WINDOW);
    return undefined;
  };
  let timer = setTimeout(check, WINDOW);
  return {
    /** @param {number} bytes @param {boolean} all */
    moved(bytes, all) {
      sent = bytes;
      if (!all) return;
      clearTimeout(timer);
      timer = setTimeout(stop, READING);
    },
    end: () => clearTimeout(timer),
  };
}

/**
 * @param {Job} job
 * @param {XMLHttpRequest} call
 */
function answered(job, call) {
  const build = call.getResponseHeader(MARK);
  const answer = jsonOf(call.getResponseHeader("Content-Type"), call.responseText);
  if (!build) {
    again(job, backoff(job.tries + 1));
    return;
  }
  if (call.status === 401) {
    askPin().then(() => send(job));
    return;
  }
  if (!isFinal(call.status, build, pageBuild()) && call.status !== 500) {
    again(job, restOf(call.getResponseHeader("Retry-After")) || backoff(job.tries + 1));
    return;
  }
  flying.delete(job);
  if (call.status >= 200 && call.status < 300) done(job, answer || {});
  else show(job, "refused", sentenceOf(call.status, answer));
  pump();
}

/**
 * @param {Job} job
 * @param {import("./answer.js").Answer} answer
 */
function done(job, answer) {
  show(job, "done", answer.message || words("uploadDone", { file: job.file.name }));
  const name = job.row && find("[data-name]", job.row);
  if (answer.location && name) {
    const link = document.createElement("a");
    link.href = answer.location;
    link.textContent = name.textContent;
    name.textContent = "";
    name.appendChild(link);
  }
  // A paper that was there before says so until the page is left.
  if (job.row && answer.location && answer.message === words("uploadDone", { file: job.file.name })) {
    job.row.dataset.draft = "draft-" + answer.location.split("/").pop();
  }
  takeAnswer(Object.assign({}, answer, { location: null }));
  merge();
}

/** What was read goes on as the row of its draft: ten papers are ten rows, not twenty. */
function merge() {
  for (const row of findAll("#uploads [data-draft]")) if (byId(row.dataset.draft || "")) row.remove();
}

/**
 * The connection broke or the server is busy: the same file under the same operation id.
 * @param {Job} job
 * @param {number} ms
 */
function again(job, ms) {
  job.tries += 1;
  if (job.tries >= MAX_TRIES) {
    flying.delete(job);
    show(job, "failed", words("uploadFailed", { file: job.file.name }));
    const retry = job.row && find("[data-retry]", job.row);
    if (retry) {
      retry.onclick = () => {
        job.tries = 0;
        waiting.push(job);
        show(job, "waiting", words("uploadWaiting", { file: job.file.name }));
        pump();
      };
    }
    pump();
    return;
  }
  show(job, "waiting", words("uploadOffline", { file: job.file.name }));
  setTimeout(() => send(job), Math.max(500, ms));
}

/** Rows of papers that were sent to be confirmed together. @type {Set<string>} */
const together = new Set();

/** @param {SubmitEvent} event */
function confirming(event) {
  const form = event.target;
  if (!(form instanceof HTMLFormElement)) return;
  // One that stayed, and is discarded now.
  together.delete(form.closest(".draft")?.id || "");
  if (!form.matches('form[action="/quotes/confirm"]')) return;
  for (const field of findAll("input[name=draft]", form)) {
    together.add("draft-" + (field.getAttribute("value") || "").split(":")[0]);
  }
}

/** A row that leaves after that was confirmed, and says so in its place; one that was refused stays. */
function markConfirmed() {
  for (const row of findAll(".draft[data-leaving]")) if (together.has(row.id)) row.dataset.confirmed = "";
}

export function start() {
  onChange(merge);
  onChange(markConfirmed);
  document.addEventListener("submit", confirming);
  stayWhile(isUploading);
  document.addEventListener("change", (event) => {
    const field = event.target;
    if (!(field instanceof HTMLInputElement) || field.type !== "file" || !field.files || !field.files.length) return;
    const form = /** @type {HTMLFormElement | null} */ (field.closest("form[data-upload]"));
    if (form) addFiles(form, field.files);
  });
  for (const type of /** @type {const} */ (["dragover", "dragleave", "drop"])) {
    document.addEventListener(type, (event) => {
      const form = /** @type {HTMLFormElement | null} */ (document.querySelector("form[data-upload]"));
      if (!form || !event.dataTransfer || !Array.from(event.dataTransfer.types).includes("Files")) return;
      // A file that misses the mark must not replace the page.
      event.preventDefault();
      form.toggleAttribute("data-over", type === "dragover");
      if (type === "drop") addFiles(form, event.dataTransfer.files);
    });
  }
  addEventListener("beforeunload", (event) => {
    if (!isUploading()) return;
    event.preventDefault();
    event.returnValue = "";
  });
}

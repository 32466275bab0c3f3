// form[data-upload]: files chosen or dropped on [data-drop] are sent one by one, each with its row in #uploads.

import { screen, cursorText, person, backoff, random } from "./page.js";
import { words, sentenceOf } from "./words.js";
import { newId } from "./queue.js";
import { takeAnswer } from "./answer.js";
import { askPin } from "./signin.js";
import { say } from "./say.js";

const TOGETHER = 2;
const LIMIT = 120000;
const MAX_TRIES = 8;

const waiting = [];
const flying = new Set();

export const isUploading = () => waiting.length + flying.size > 0;

function addFiles(form, files) {
  const field = form.querySelector("input[type=file]");
  for (const file of Array.from(files)) {
    const job = { form, file, name: field.name || "file", op: newId(), tries: 0, row: newRow(file) };
    show(job, "waiting", words("uploadWaiting", { file: file.name }));
    waiting.push(job);
  }
  field.value = "";
  pump();
}

function newRow(file) {
  const source = document.getElementById("upload");
  const list = document.getElementById("uploads");
  if (!source || !list) return null;
  const row = source.content.firstElementChild.cloneNode(true);
  row.querySelector("[data-name]").textContent = file.name;
  list.appendChild(row);
  return row;
}

function show(job, state, text, percent) {
  if (!job.row) return;
  job.row.dataset.state = state;
  job.row.querySelector("[data-text]").textContent = text;
  const bar = job.row.querySelector("progress");
  const retry = job.row.querySelector("[data-retry]");
  if (bar) {
    bar.hidden = state !== "sending" && state !== "waiting" && state !== "reading";
    if (percent === undefined && state === "reading") bar.removeAttribute("value");
    else bar.value = percent || 0;
  }
  if (retry) retry.hidden = state !== "failed";
  // Ears are told how it ended, not every percent.
  if (state === "done" || state === "refused" || state === "failed") say(job.file.name + ": " + text);
}

function pump() {
  while (flying.size < TOGETHER && waiting.length) {
    const job = waiting.shift();
    flying.add(job);
    send(job);
  }
}

function send(job) {
  const call = new XMLHttpRequest();
  call.open("POST", job.form.getAttribute("action"));
  call.timeout = LIMIT;
  call.setRequestHeader("Accept", "application/json");
  call.setRequestHeader("X-Operation-Id", job.op);
  call.setRequestHeader("X-Person", person());
  if (screen()) {
    call.setRequestHeader("X-Screen", screen());
    call.setRequestHeader("X-Cursor", cursorText());
  }
  call.upload.onprogress = (event) => {
    const percent = event.lengthComputable ? Math.floor((event.loaded * 100) / event.total) : 0;
    if (percent < 100) show(job, "sending", words("uploadSending", { percent, file: job.file.name }), percent);
    else show(job, "reading", words("uploadReading", { file: job.file.name }));
  };
  call.onload = () => answered(job, call);
  call.onerror = call.ontimeout = () => again(job, backoff(job.tries + 1));
  const body = new FormData();
  body.append(job.name, job.file, job.file.name);
  call.send(body);
}

function answered(job, call) {
  let answer = null;
  try { answer = JSON.parse(call.responseText); } catch (error) { /* a page, or nothing */ }
  if (call.status === 401) {
    askPin().then(() => send(job));
    return;
  }
  if (call.status === 429 || call.status === 502 || call.status === 503 || call.status === 504) {
    const rest = Number(call.getResponseHeader("Retry-After"));
    again(job, rest ? rest * 1000 + random(1000) : backoff(job.tries + 1));
    return;
  }
  flying.delete(job);
  if (call.status >= 200 && call.status < 300) done(job, answer || {});
  else show(job, "refused", sentenceOf(call.status, answer));
  pump();
}

function done(job, answer) {
  show(job, "done", answer.message || words("uploadDone", { file: job.file.name }));
  const name = job.row && job.row.querySelector("[data-name]");
  if (answer.location && name) {
    const link = document.createElement("a");
    link.href = answer.location;
    link.textContent = name.textContent;
    name.textContent = "";
    name.appendChild(link);
  }
  takeAnswer(Object.assign({}, answer, { location: null }));
}

/** The connection broke or the server is busy: the same file under the same operation id. */
function again(job, ms) {
  job.tries += 1;
  if (job.tries >= MAX_TRIES) {
    flying.delete(job);
    show(job, "failed", words("uploadFailed", { file: job.file.name }));
    const retry = job.row && job.row.querySelector("[data-retry]");
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

export function start() {
  document.addEventListener("change", (event) => {
    const form = event.target.closest && event.target.closest("form[data-upload]");
    if (form && event.target.type === "file" && event.target.files.length) addFiles(form, event.target.files);
  });
  for (const type of ["dragover", "dragleave", "drop"]) {
    document.addEventListener(type, (event) => {
      const form = document.querySelector("form[data-upload]");
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

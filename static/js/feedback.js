// For ears and hands: three sounds that differ, a short vibration, and a screen that stays awake over an open order. Each
// where the browser has it, and each sound as this device wants it.

import { recall, remember } from "./device.js";
import { screen } from "./page.js";
import { around, findAll } from "./dom.js";

/** @typedef {"done" | "refused" | "look"} Signal */

const PREFIX = "separacao.quiet.";

/** Tones: frequency in Hz, beginning and length in seconds. @type {Record<Signal, [number, number, number][]>} */
const SOUNDS = {
  done: [[880, 0, 0.06]],
  refused: [[220, 0, 0.14], [196, 0.18, 0.2]],
  look: [[660, 0, 0.1], [990, 0.14, 0.1], [660, 0.28, 0.14]],
};
/** Milliseconds on and off. @type {Record<Signal, number[]>} */
const VIBRATIONS = { done: [15], refused: [80, 60, 80], look: [120, 80, 120] };

/** @type {AudioContext | null} */
let audio = null;
let touched = false;

/** @param {string} name */
const isQuiet = (name) => recall(PREFIX + name) === "1";

/**
 * Heard and felt, unless this device is to be quiet about it.
 * @param {Signal} name
 */
export function signal(name) {
  if (isQuiet(name)) return;
  // Before somebody has touched the page a browser refuses, and complains.
  const mayVibrate = touched && (!navigator.userActivation || navigator.userActivation.hasBeenActive);
  if (navigator.vibrate && mayVibrate) navigator.vibrate(VIBRATIONS[name]);
  if (!audio || audio.state !== "running") return;
  for (const [frequency, begin, length] of SOUNDS[name]) {
    const tone = audio.createOscillator();
    const volume = audio.createGain();
    const at = audio.currentTime + begin;
    tone.frequency.value = frequency;
    volume.gain.setValueAtTime(0.2, at);
    volume.gain.exponentialRampToValueAtTime(0.001, at + length);
    tone.connect(volume).connect(audio.destination);
    tone.start(at);
    tone.stop(at + length);
  }
}

/** A browser lets a page sound only once somebody has touched it. */
function unlock() {
  touched = true;
  if (!audio && typeof AudioContext !== "undefined") audio = new AudioContext();
  // Suspended, or on an iPad interrupted by a call or by the lock.
  if (audio && audio.state !== "running") audio.resume().catch(() => {});
}

async function stayAwake() {
  if (!screen().startsWith("order") || document.hidden || !navigator.wakeLock) return;
  // Refused where the battery is low: then the screen sleeps as always.
  await navigator.wakeLock.request("screen").catch(() => {});
}

const canSound = () => typeof AudioContext !== "undefined" || Boolean(navigator.vibrate);

function showSwitches() {
  for (const button of findAll("[data-signal]")) {
    button.hidden = !canSound();
    button.setAttribute("aria-pressed", String(!isQuiet(button.dataset.signal || "")));
  }
}

/** @param {Event} event */
function switched(event) {
  const button = around(event, "[data-signal]");
  const name = button && button.dataset.signal;
  if (!name) return;
  remember(PREFIX + name, isQuiet(name) ? undefined : "1");
  showSwitches();
  signal(/** @type {Signal} */ (name));
}

export function start() {
  document.addEventListener("pointerdown", unlock, { capture: true, passive: true });
  document.addEventListener("click", switched);
  document.addEventListener("visibilitychange", stayAwake);
  showSwitches();
  stayAwake();
}

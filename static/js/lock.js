// One tab at a time: the browser's own locks, and where there are none (plain http), a lease that this device stores.

const PREFIX = "separacao.lock.";

/** Who this page is among the tabs of its browser. */
const ME = String(Math.random());

/** @returns {LockManager | undefined} */
const manager = () => (typeof navigator === "undefined" ? undefined : navigator.locks);

/**
 * Runs `task` while this tab alone has `name`, for at most `lease` ms. False: another tab has it now.
 * @param {string} name
 * @param {number} lease
 * @param {() => Promise<void>} task
 * @returns {Promise<boolean>}
 */
export async function withLock(name, lease, task) {
  const locks = manager();
  let asked = false;
  try {
    if (locks) {
      return await locks.request(PREFIX + name, { ifAvailable: true }, async (lock) => {
        asked = true;
        if (lock) await task();
        return lock !== null;
      });
    }
  } catch (error) {
    // A browser that has locks and refuses them here, as some do where they keep nothing, is one without.
    if (asked) throw error;
  }
  if (!take(PREFIX + name, lease)) return false;
  try {
    await task();
  } finally {
    drop(PREFIX + name);
  }
  return true;
}

/** @param {string | null} text */
function read(text) {
  const [owner, until] = (text || "").split("|");
  return { owner, until: Number(until) };
}

/**
 * A lease from a future that no lease reaches was written under another clock.
 * @param {string} key
 * @param {number} lease
 */
function lasts(key, lease) {
  const left = read(localStorage.getItem(key)).until - Date.now();
  return left > 0 && left <= lease;
}

/**
 * Two tabs that take it in the same instant may both have it: what they do carries an operation id, and acts once.
 * @param {string} key
 * @param {number} lease
 */
function take(key, lease) {
  try {
    if (lasts(key, lease)) return false;
    localStorage.setItem(key, ME + "|" + (Date.now() + lease));
    return read(localStorage.getItem(key)).owner === ME;
  } catch (error) {
    // Nothing is stored, so nothing is shared with another tab.
    return true;
  }
}

/**
 * Takes away what tabs left that ended in the middle of a task.
 * @param {number} longest  no lease is longer
 */
export function pruneLeases(longest) {
  try {
    for (const key of Object.keys(localStorage)) {
      if (key.startsWith(PREFIX) && !lasts(key, longest)) localStorage.removeItem(key);
    }
  } catch (error) { /* nothing is stored */ }
}

/** @param {string} key */
function drop(key) {
  try {
    if (read(localStorage.getItem(key)).owner === ME) localStorage.removeItem(key);
  } catch (error) { /* it was never there */ }
}

// What this browser keeps for the app. Some keep nothing, and refuse: the app works without it.

/** @param {string} key */
export function recall(key) {
  try {
    return localStorage.getItem(key);
  } catch (error) {
    return null;
  }
}

/**
 * @param {string} key
 * @param {string} [value]  none: nothing is kept any longer
 */
export function remember(key, value) {
  try {
    if (value === undefined) localStorage.removeItem(key);
    else localStorage.setItem(key, value);
  } catch (error) {
    return;
  }
}

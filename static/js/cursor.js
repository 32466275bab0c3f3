// A cursor is `epoch.n.tag`: the place in the company's feed up to which this page is right.

/** @typedef {{ epoch: string, n: number, tag: string }} Cursor */

/**
 * @param {string | undefined} text
 * @returns {Cursor | null}
 */
export function parse(text) {
  const match = /^(.+)\.(\d+)\.([^.]*)$/.exec(text || "");
  return match ? { epoch: match[1], n: Number(match[2]), tag: match[3] } : null;
}

/** @param {Cursor} cursor */
export function format(cursor) {
  return cursor.epoch + "." + cursor.n + "." + cursor.tag;
}

/**
 * "apply", "ignore" or "resync". A frame covers (from, to]; a beat is a frame with from = to.
 * @param {Cursor | null} cursor
 * @param {Pick<import("./frames.js").Frame, "epoch" | "from" | "to" | "tag">} frame
 * @returns {"apply" | "ignore" | "resync"}
 */
export function decide(cursor, frame) {
  if (!cursor || frame.epoch !== cursor.epoch) return "resync";
  if (frame.from > cursor.n) return "resync";
  if (frame.to > cursor.n) return "apply";
  // The same number under another tag is another history: a database was restored under us.
  if (frame.to === cursor.n && String(frame.tag) !== cursor.tag) return "resync";
  return "ignore";
}

/**
 * @param {Cursor} cursor
 * @param {Pick<import("./frames.js").Frame, "to" | "tag">} frame
 */
export function advance(cursor, frame) {
  return { epoch: cursor.epoch, n: frame.to, tag: String(frame.tag) };
}

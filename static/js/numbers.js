// Numbers as people type them, read and written as src/html/number.rs does: tests/fixtures/numbers.json holds for both.

const MOST_WHOLE_DIGITS = 12;
const MOST_DECIMALS = 6;

/** @typedef {{ number?: string, either?: [string, string] }} Reading  a plain number, one of two, or nothing */

/** @param {string} lang */
const separators = (lang) => (lang === "en" ? [",", "."] : [".", ","]);

/**
 * Without zeros that say nothing.
 * @param {string} whole
 * @param {string} decimals
 */
function plain(whole, decimals) {
  const fine = decimals.replace(/0+$/, "");
  return (whole.replace(/^0+(?=\d)/, "")) + (fine && "." + fine);
}

/**
 * @param {string} typed
 * @param {string} lang
 */
function inNotation(typed, lang) {
  const [thousands, point] = separators(lang);
  const at = typed.indexOf(point);
  const decimals = at < 0 ? "0" : typed.slice(at + 1);
  const groups = (at < 0 ? typed : typed.slice(0, at)).split(thousands);
  const first = groups[0];
  if (!/^[0-9]+$/.test(decimals) || decimals.length > MOST_DECIMALS || !/^[0-9]+$/.test(first)) return null;
  if (groups.length > 1 && (first.length > 3 || first.startsWith("0"))) return null;
  if (!groups.slice(1).every((group) => /^[0-9]{3}$/.test(group))) return null;
  const whole = groups.join("");
  return whole.length > MOST_WHOLE_DIGITS ? null : plain(whole, decimals);
}

/**
 * @param {string} text
 * @param {string} lang
 * @returns {Reading}
 */
export function readNumber(text, lang) {
  const typed = text.trim();
  const own = inNotation(typed, lang);
  const other = inNotation(typed, lang === "en" ? "pt-BR" : "en");
  if (own !== null && other !== null && own !== other && lang === "en" && typed.includes(".")) return { either: [own, other] };
  if (own !== null) return { number: own };
  if (other === null) return {};
  const [thousands, point] = separators(lang);
  const [whole, decimals] = typed.split(thousands);
  const parts = typed.split(point);
  const once = parts.length === 1 && typed.split(thousands).length === 2;
  if (parts.length > 2 || (once && (decimals.length < 3 || whole === "0"))) return { number: other };
  const [all, rest] = typed.split(thousands).join("").split(point);
  return { either: [plain(all, rest || ""), other] };
}

/**
 * A plain number as the screen writes it.
 * @param {string} number
 * @param {string} lang
 */
export function writeNumber(number, lang) {
  const [thousands, point] = separators(lang);
  const [whole, decimals] = number.split(".");
  return whole.replace(/\B(?=(\d{3})+$)/g, thousands) + (decimals ? point + decimals : "");
}

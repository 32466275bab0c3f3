// Every sentence the script may show lives in the page: <div id="words" data-saved-here="…">, places marked {n}, {time}.
// A missing key is an empty string, and nothing is shown.
//
// Keys this script reads (attribute data-KEY of #words):
// live · connecting · stale {time}                    the line in the header; stale: "Sem conexão · dados das 14:32"
// age-now · age-minutes {n} · age-hours {n} · age-day · age-day-hours {h} · age-days {n} · age-days-hours {n} {h}
// due-now · due-in {time} · due-late {time} · due-days-one · due-days-other {count}   until when an order is to leave
// saving · saved-here                                 on the row: on its way; stored on this device, still to be sent
// kept-one · kept-other {n}                           how many taps on this device still have to be sent
// sent-later                                          taps that had waited were saved
// to-board                                            the way out of a page that may no longer be seen
// access-ended · to-sign-in                           the same, where the person may see none any more
// not-saved · forbidden · gone · conflict · too-many · unavailable     where the server gave no sentence of its own
// unsaved-one · unsaved-other {n}                     taps that were refused or came too late, until somebody has read it
// expired · broken                                    on the row: too old to be sent; the server fails each time
// yours · theirs-one · theirs-other {n} {name} · take-over-one · take-over-other {n} · somebody · too-late · nothing-waits
// retry · give-up · seen                              the buttons beside them
// leaving-one · leaving-other {n} · still-in          somebody signs out while taps wait, or without a network
// no-copies                                           no network, and this page would not open again (plain http)
// offline                                             something was asked for that needs the network
// new-orders-one · new-orders-other {n}               cards that joined the board
// helping-one · helping-other {name} {progress}        somebody else picks this order
// scanner-soon                                        a hand scanner typed where nothing takes a code
// number-unread · number-doubtful {typed} {one} {other} · number-whole {unit} {quantity}   of a typed number
// pick-amount {quantity} · pick-and-short {picked} {short} · pick-part-and-short   the buttons beside a stepper
// upload-waiting · upload-sending {percent} · upload-reading · upload-done · upload-offline · upload-failed
// upload-too-large · upload-unreadable {file}
// range {first} {last} {total}                        which cards a wall shows
// nothing-to-undo                                     `u` or `z` was pressed and there is nothing to take back

/**
 * @param {string} key
 * @param {Record<string, string | number>} [values]
 */
export function words(key, values) {
  const box = document.getElementById("words");
  const text = (box && box.dataset[key]) || "";
  return text.replace(/\{(\w+)\}/g, (whole, name) =>
    (values && name in values ? String(values[name]) : whole));
}

/**
 * The sentence under `keyOne` or `keyOther`.
 * @param {string} key
 * @param {number} n
 * @param {Record<string, string | number>} [values]
 */
export function counted(key, n, values) {
  return words(key + (n === 1 ? "One" : "Other"), Object.assign({ n }, values));
}

/** @type {Record<number, string>} */
const BY_STATUS = { 403: "forbidden", 404: "gone", 409: "conflict", 410: "gone", 429: "tooMany", 503: "unavailable" };

/**
 * What a refusal says: the server's sentence, or the usual one of its status.
 * @param {number} status
 * @param {any} answer
 */
export function sentenceOf(status, answer) {
  return (answer && answer.title) || words(BY_STATUS[status] || "") || words("notSaved");
}

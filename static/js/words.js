// Every sentence the script may show lives in the page: <… id="words" data-live="Ao vivo" data-offline-since="…">.
// `words("offlineSince", { time: "14:32" })` reads data-offline-since and fills %{time}. A missing key is an empty string.
//
// key (attribute)          values      meaning
// live                     -           the screen is live
// connecting               -           the first seconds of a connection, or of a new one
// offline-since            time        no connection; the content is from that moment
// saving                   -           a tap is on its way to the server
// queued                   -           a tap is stored on this device and still has to be sent
// pending-one, -other      count       how many taps on this device still have to be sent
// not-saved                -           a tap was given up without a sentence from the server
// tap-expired              -           a stored tap was too old to be sent and was dropped
// tap-dropped              -           another person signed in: the tap that waited was dropped
// session-ended            -           the PIN is asked over the page
// not-allowed              -           this screen may no longer be seen; the page is emptied
// new-order-one, -other    count       cards that joined a list with data-announce="newOrder"
// undo-gone                -           `u` was pressed and there is nothing to undo
// upload-waiting           -           a file waits for its turn
// upload-sending           percent     a file is being sent
// upload-reading           -           a file is sent, the server reads it
// upload-done              -           a file is read, when the server gave no sentence of its own
// upload-retry             -           the connection broke, the file is sent again
// upload-failed            -           a file was given up without a sentence from the server
// unsaved-upload           -           asked by the browser when the page is left during an upload
// age-…                    see ages.js

export function words(key, values) {
  const box = document.getElementById("words");
  const text = (box && box.dataset[key]) || "";
  return text.replace(/%\{(\w+)\}/g, (whole, name) =>
    values && name in values ? String(values[name]) : whole);
}

/** The sentence under `keyOne` or `keyOther`. */
export function counted(key, count) {
  return words(key + (count === 1 ? "One" : "Other"), { count });
}

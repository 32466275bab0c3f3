// One WebSocket from its birth to its end. It reports; connection.js decides.

/** Until it is greeted: a socket that opens and says nothing is none. */
const GREETED_WITHIN = 5000;

/**
 * @typedef {object} Hello
 * @property {string} build
 * @property {number} [beat]
 * @property {number} [window]
 *
 * @typedef {object} Listener
 * @property {(hello: Hello) => void} hello
 * @property {(frame: any) => void} frame
 * @property {(code: number, greeted: boolean) => void} close  exactly once, unless `end()` was called
 */

/**
 * Where a browser has no sockets or refuses to make one, that is a close like any other.
 * @param {string} url
 * @param {Listener} on
 */
export function openSocket(url, on) {
  let greeted = false;
  let done = false;
  let beat = 5000;
  /** @type {ReturnType<typeof setTimeout>} */
  let timer;
  let last = Date.now();
  /** @type {WebSocket | null} */
  let ws = null;

  /** @param {number} code */
  function finish(code) {
    if (done) return;
    done = true;
    clearTimeout(timer);
    if (ws) {
      ws.onopen = ws.onmessage = ws.onclose = ws.onerror = null;
      try { ws.close(); } catch (error) { /* already gone */ }
    }
    if (code) on.close(code, greeted);
  }

  /**
   * Two beats and a second without a word, and the line is dead whatever TCP thinks.
   * @param {number} [ms]
   */
  function watch(ms) {
    clearTimeout(timer);
    timer = setTimeout(() => finish(1006), ms || (document.hidden ? beat * 8 : beat * 2) + 1000);
  }

  /** @param {object} object */
  function say(object) {
    if (ws && ws.readyState === 1) ws.send(JSON.stringify(object));
  }

  /** @param {MessageEvent} event */
  function heard(event) {
    last = Date.now();
    let object;
    try {
      object = JSON.parse(event.data);
    } catch (error) {
      finish(1006);
      return;
    }
    if (greeted) watch();
    if (!object.hello) {
      on.frame(object);
    } else if (!object.hello.build) {
      // Not our server.
      finish(1006);
    } else {
      greeted = true;
      beat = object.hello.beat || beat;
      watch();
      on.hello(object.hello);
    }
  }

  timer = setTimeout(() => finish(1006), GREETED_WITHIN);
  try {
    ws = new WebSocket(url);
    ws.onopen = () => { if (document.hidden) say({ visible: false }); };
    ws.onmessage = heard;
    ws.onclose = (event) => finish(event.code || 1006);
  } catch (error) {
    // The caller gets the socket before its first event.
    setTimeout(() => finish(1006), 0);
  }

  return {
    end: () => finish(0),
    greeted: () => greeted,
    /**
     * The page was shown or hidden. When shown, a word is expected soon; after a sleep the line is dead. Answers its silence.
     * @param {boolean} shown
     */
    visible(shown) {
      const silent = Date.now() - last;
      if (shown && silent > beat * 8 + 1000) {
        finish(1006);
        return silent;
      }
      say({ visible: shown });
      if (greeted) watch(shown ? beat + 1000 : 0);
      return silent;
    },
    /** Something made us doubt: a word is expected soon. */
    doubt() { if (greeted) watch(beat + 1000); },
  };
}

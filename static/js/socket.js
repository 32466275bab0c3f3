// One WebSocket from its birth to its end. It reports; link.js decides.

const OPEN_LIMIT = 5000;

/**
 * `on`: { hello(hello), frame(object), close(code, greeted) }. `close` comes exactly once, unless `end()` was called.
 */
export function openSocket(url, on) {
  let greeted = false;
  let done = false;
  let beat = 5000;
  let timer = 0;
  let last = Date.now();
  const ws = new WebSocket(url);

  function finish(code) {
    if (done) return;
    done = true;
    clearTimeout(timer);
    ws.onopen = ws.onmessage = ws.onclose = ws.onerror = null;
    try { ws.close(); } catch (error) { /* already gone */ }
    if (code) on.close(code, greeted);
  }

  /** Two beats and a second without a word, and the line is dead whatever TCP thinks. */
  function watch(ms) {
    clearTimeout(timer);
    timer = setTimeout(() => finish(1006), ms || (document.hidden ? beat * 8 : beat * 2) + 1000);
  }

  function say(object) {
    if (ws.readyState === 1) ws.send(JSON.stringify(object));
  }

  ws.onopen = () => {
    watch();
    if (document.hidden) say({ visible: false });
  };
  ws.onmessage = (event) => {
    last = Date.now();
    watch();
    let object;
    try {
      object = JSON.parse(event.data);
    } catch (error) {
      finish(1006);
      return;
    }
    if (object.hello) {
      greeted = true;
      beat = object.hello.beat || beat;
      watch();
      on.hello(object.hello);
    } else {
      on.frame(object);
    }
  };
  ws.onclose = (event) => finish(event.code || 1006);
  timer = setTimeout(() => finish(1006), OPEN_LIMIT);

  return {
    end: () => finish(0),
    greeted: () => greeted,
    /** The page was shown or hidden. When shown, a word is expected soon; after a sleep the line is dead. Answers its silence. */
    visible(shown) {
      const silent = Date.now() - last;
      if (shown && silent > beat * 8 + 1000) {
        finish(1006);
        return silent;
      }
      say({ visible: shown });
      watch(shown ? beat + 1000 : 0);
      return silent;
    },
    /** Something made us doubt: a word is expected soon. */
    doubt: () => watch(beat + 1000),
  };
}

// As much of a browser as the modules under test ask for.

export const BUILD = "1761000000-aaaaaaaaaa";

export class Element extends EventTarget {
  constructor(name, attributes = {}, children = []) {
    super();
    this.localName = name;
    this.nodeType = 1;
    this.attributes_ = new Map(Object.entries(attributes));
    this.children = [];
    this.parentElement = null;
    this.textContent = "";
    this.dataset = new Proxy({}, {
      get: (_, key) => this.attributes_.get("data-" + String(key).replace(/[A-Z]/g, (c) => "-" + c.toLowerCase())),
      set: (_, key, value) => Boolean(this.attributes_.set("data-" + String(key), String(value))),
      deleteProperty: (_, key) => { this.attributes_.delete("data-" + String(key)); return true; },
    });
    children.forEach((child) => this.appendChild(child));
  }
  get id() { return this.attributes_.get("id") || ""; }
  get isConnected() { return this === globalThis.document?.body || Boolean(this.parentElement?.isConnected); }
  get childNodes() { return this.children; }
  get attributes() { return Array.from(this.attributes_, ([name, value]) => ({ name, value })); }
  replaceChildren(...all) {
    this.children.slice().forEach((child) => child.remove());
    all.forEach((child) => this.appendChild(child));
  }
  get classList() { return (this.getAttribute("class") || "").split(" "); }
  get firstChild() { return this.children[0] || (this.textContent ? { textContent: this.textContent } : null); }
  get firstElementChild() { return this.children[0] || null; }
  get previousElementSibling() { return this.beside(-1); }
  get nextElementSibling() { return this.beside(1); }
  beside(step) {
    const all = this.parentElement ? this.parentElement.children : [];
    return all[all.indexOf(this) + step] || null;
  }
  hasAttribute(name) { return this.attributes_.has(name); }
  getAttribute(name) { return this.attributes_.get(name) ?? null; }
  setAttribute(name, value) { this.attributes_.set(name, String(value)); }
  removeAttribute(name) { this.attributes_.delete(name); }
  append(...all) { all.forEach((child) => this.appendChild(child)); }
  appendChild(child) { return this.insertBefore(child, null); }
  insertBefore(child, next) {
    child.remove();
    child.parentElement = this;
    this.children.splice(next ? this.children.indexOf(next) : this.children.length, 0, child);
    return child;
  }
  remove() {
    if (this.parentElement) this.parentElement.children.splice(this.parentElement.children.indexOf(this), 1);
    this.parentElement = null;
  }
  replaceWith(other) {
    this.parentElement.insertBefore(other, this);
    this.remove();
  }
  contains(other) { return other === this || this.children.some((child) => child.contains(other)); }
  *below() { for (const child of this.children) { yield child; yield* child.below(); } }
  matches(selector) {
    return selector.split(",").some((part) => {
      const inside = /^#([a-z-]+) > \*$/.exec(part.trim());
      if (inside) return this.parentElement?.id === inside[1];
      const [, name, rest] = /^([a-z]*)(.*)$/.exec(part.trim());
      const wanted = Array.from(rest.matchAll(/\[([a-z-]+)(\^?=)?"?([^"\]]*)"?\]/g));
      return (name || wanted.length) && (!name || name === this.localName) && wanted.every(([, key, how, value]) =>
        this.hasAttribute(key) && (!how || (how === "=" ? this.getAttribute(key) === value : this.getAttribute(key).startsWith(value))));
    });
  }
  querySelectorAll(selector) { return Array.from(this.below()).filter((el) => el.matches(selector)); }
  querySelector(selector) { return this.querySelectorAll(selector)[0] || null; }
  closest(selector) { return this.matches(selector) ? this : this.parentElement?.closest(selector) || null; }
  focus() { globalThis.document.activeElement = this; }
}

export class Input extends Element {
  constructor(attributes = {}) {
    super("input", attributes);
    this.type = attributes.type || "text";
    this.name = attributes.name || "";
    this.value = this.defaultValue = attributes.value || "";
    this.checked = this.defaultChecked = attributes.checked !== undefined;
    this.form = null;
  }
}

/** `options` are its values; the chosen one is marked by an asterisk. */
export class Select extends Element {
  constructor(attributes = {}, options = []) {
    super("select", attributes);
    this.name = attributes.name || "";
    this.form = null;
    this.options = options.map((text) => Object.assign(new Element("option"), { value: text.replace("*", ""), defaultSelected: text.endsWith("*") }));
    this.selectedIndex = Math.max(0, options.findIndex((text) => text.endsWith("*")));
  }
}

export class TextArea extends Element {
  constructor(attributes = {}) {
    super("textarea", attributes);
    this.name = attributes.name || "";
    this.value = this.defaultValue = attributes.value || "";
    this.form = null;
  }
}

/** A form with these fields. */
export function formOf(attributes, fields) {
  const form = new Element("form", attributes, fields);
  for (const field of fields) field.form = form;
  return form;
}

export function storage(most = Infinity) {
  const kept = new Map();
  const own = {
    get length() { return kept.size; },
    key: (i) => Array.from(kept.keys())[i] ?? null,
    getItem: (key) => kept.get(key) ?? null,
    setItem(key, value) {
      if (kept.size >= most && !kept.has(key)) throw new Error("full");
      kept.set(key, String(value));
    },
    removeItem: (key) => kept.delete(key),
  };
  return new Proxy(own, {
    ownKeys: () => Array.from(kept.keys()),
    getOwnPropertyDescriptor: (_, key) => kept.has(key) ? { value: kept.get(key), enumerable: true, configurable: true } : undefined,
  });
}

/** Sets up the globals of a page with a <main> of these attributes; answers its body. */
export function page(attributes = {}) {
  const main = new Element("main", Object.assign({ id: "main" }, attributes));
  const body = new Element("body", {}, [main]);
  const meta = Object.assign(new Element("meta", { name: "build" }), { content: BUILD });
  const root = new Element("html", {}, [meta, body]);
  const document = Object.assign(new EventTarget(), {
    body,
    documentElement: root,
    activeElement: body,
    hidden: false,
    title: "",
    getElementById: (id) => Array.from(root.below()).find((el) => el.id === id) || null,
    querySelector: (selector) => root.querySelector(selector),
    querySelectorAll: (selector) => root.querySelectorAll(selector),
    // What is written into a template is not read here.
    createElement: (name) => Object.assign(new Element(name), name === "template" ? { content: new Element("slot") } : {}),
    adoptNode: (el) => el,
  });
  Object.assign(globalThis, {
    document,
    location: new URL("http://app.example/orders/7"),
    localStorage: storage(),
    sessionStorage: storage(),
    addEventListener() {},
    removeEventListener() {},
    Element,
    HTMLElement: Element,
    HTMLInputElement: Input,
    HTMLSelectElement: Select,
    HTMLTextAreaElement: TextArea,
    CSS: { escape: (text) => text },
    getComputedStyle: () => ({}),
  });
  return body;
}

/** An answer of ours; `build` null: a gateway's. */
export function answer(status, body = {}, { build = BUILD, headers = {} } = {}) {
  const isText = typeof body === "string";
  const all = { "content-type": isText ? "text/html" : "application/json", ...headers };
  if (build) all["x-build"] = build;
  return new Response(isText ? body : JSON.stringify(body), { status, headers: all });
}

/** Replaces fetch: `say(url, options)` answers a Response, or null where the network is away. Answers what was asked. */
export function network(say) {
  const asked = [];
  globalThis.fetch = async (url, options) => {
    asked.push({ url, ...options });
    const response = await say(url, options, asked.length);
    if (!response) throw new TypeError("no network");
    return response;
  };
  return asked;
}

/** Lets everything run that waits for nothing but its turn. */
export async function settled() {
  for (let i = 0; i < 20; i++) await new Promise((done) => setImmediate(done));
}

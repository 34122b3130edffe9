/* Live parts of a page: <div data-live="arrivals:2026" data-version="…" hx-get="…" hx-trigger="live"> gets a `live`
   event when its topic changed. One stream per browser: the tab that holds the lock opens it and relays to the others.
   A lamp of the components (class "lamp") and the root element (data-signal) say live, slow, or lost: no heartbeat for
   five seconds. Without script pages are read by reloading them. */

const SLOW_AFTER = 3500;
const LOST_AFTER = 5000;
const STEAL_AFTER = 9000;
const CHANNEL = "ngayso-live";
const shared = "BroadcastChannel" in window && navigator.locks ? new BroadcastChannel(CHANNEL) : null;
const me = Math.random().toString(36).slice(2);

let source = null;
let opened = "";
let leading = false;
let release = null;
let lastBeat = Date.now();
let reopenIn = 2000;
let reopening = 0;
const wants = new Map();
const versions = new Map();

const parts = () => document.querySelectorAll("[data-live]");
const topicsOf = (element) => element.dataset.live.split(/[\s,]+/).filter(Boolean);
const wanted = () => [...new Set([...parts()].flatMap(topicsOf))].sort();
const needed = () => document.querySelector("[data-live], .lamp") !== null;

function wake(element, version) {
  element.dataset.version = version;
  element.dispatchEvent(new CustomEvent("live", { detail: { version } }));
}

function heard(name, data) {
  lastBeat = Date.now();
  show("live");
  if (name === "snapshot") {
    for (const [topic, version] of Object.entries(data.versions)) versions.set(topic, version);
    for (const element of parts()) {
      const [topic] = topicsOf(element);
      const version = data.versions[topic];
      if (version !== undefined && element.dataset.version !== version) wake(element, version);
    }
  } else if (name === "change") {
    versions.set(data.topic, data.version);
    for (const element of parts()) if (topicsOf(element).includes(data.topic)) wake(element, data.version);
  }
}

function show(state) {
  const root = document.documentElement;
  if (root.dataset.signal === state) return;
  root.dataset.signal = state;
  for (const lamp of document.querySelectorAll(".lamp")) lamp.dataset.state = state;
}

function relay(name, data) {
  heard(name, data);
  shared?.postMessage({ type: "event", name, data });
}

function open() {
  if (!leading) return;
  const all = new Set(wanted());
  for (const topics of wants.values()) for (const topic of topics) all.add(topic);
  const list = [...all].sort().join(",");
  if (list === opened && source && source.readyState !== EventSource.CLOSED) return;
  close();
  opened = list;
  if (!list) return;
  source = new EventSource(`/live?topics=${encodeURIComponent(list)}`);
  for (const name of ["snapshot", "change", "beat"]) {
    source.addEventListener(name, (event) => {
      reopenIn = 2000;
      relay(name, JSON.parse(event.data));
    });
  }
  source.addEventListener("error", () => {
    // The browser tries again by itself after a broken connection, not after an answer that is no stream.
    if (source && source.readyState === EventSource.CLOSED) {
      clearTimeout(reopening);
      reopening = setTimeout(open, reopenIn);
      reopenIn = Math.min(reopenIn * 2, 60000);
    }
  });
}

function close() {
  clearTimeout(reopening);
  source?.close();
  source = null;
  opened = "";
}

let soon = 0;
function reconsider() {
  clearTimeout(soon);
  soon = setTimeout(() => {
    if (leading) open();
    else shared?.postMessage({ type: "want", id: me, topics: wanted() });
  }, 80);
}

function lead() {
  leading = true;
  wants.clear();
  shared?.postMessage({ type: "who" });
  reconsider();
}

function follow() {
  leading = false;
  close();
  reconsider();
}

function compete(steal = false) {
  navigator.locks
    .request(CHANNEL, steal ? { steal: true } : {}, () => {
      lead();
      return new Promise((done) => {
        release = done;
      });
    })
    .catch(() => {
      // Another tab took over because nothing was heard of us: we stand in line again.
      follow();
      if (needed()) compete();
    });
}

function start() {
  if (!needed()) return;
  show("live");
  if (shared) {
    shared.addEventListener("message", ({ data: said }) => {
      if (said.type === "event") heard(said.name, said.data);
      else if (said.type === "who") shared.postMessage({ type: "want", id: me, topics: wanted() });
      else if (leading && said.type === "want") {
        wants.set(said.id, said.topics);
        reconsider();
        const known = Object.fromEntries(said.topics.filter((topic) => versions.has(topic)).map((topic) => [topic, versions.get(topic)]));
        if (Object.keys(known).length) shared.postMessage({ type: "event", name: "snapshot", data: { versions: known } });
      } else if (leading && said.type === "gone") {
        wants.delete(said.id);
        reconsider();
      }
    });
    addEventListener("pagehide", () => {
      shared.postMessage({ type: "gone", id: me });
      close();
      leading = false;
      release?.();
    });
    addEventListener("pageshow", (event) => {
      if (!event.persisted) return;
      lastBeat = Date.now();
      compete();
      reconsider();
    });
    compete();
    reconsider();
  } else {
    leading = true;
    open();
    addEventListener("pagehide", close);
    addEventListener("pageshow", (event) => event.persisted && open());
  }
  let stolen = 0;
  setInterval(() => {
    const silence = Date.now() - lastBeat;
    if (silence > SLOW_AFTER) show(silence > LOST_AFTER ? "lost" : "slow");
    if (shared && !leading && silence > STEAL_AFTER && document.visibilityState === "visible" && Date.now() - stolen > STEAL_AFTER) {
      stolen = Date.now();
      compete(true);
    }
  }, 500);
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible" && leading) open();
  });
  new MutationObserver((changes) => {
    if (changes.some((change) => change.addedNodes.length || change.removedNodes.length)) reconsider();
  }).observe(document.body, { childList: true, subtree: true });
}

start();

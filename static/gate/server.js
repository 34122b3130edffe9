// The way to the server. Whether it answers is found out by asking, never from navigator.onLine: a phone may be in the
// hall's Wi-Fi and the server still out of reach. Its clock is the clock: the phone's own may be wrong.

export const PATIENCE = 2000;
const BEAT_EVERY = 5000;

let token = "";
let offset = 0;

/** The device is no longer allowed: it was revoked. */
export class Revoked extends Error {}

/** No answer in time, or one that says "later". */
export class OutOfReach extends Error {}

/** The server answered that it will not take this; `detail` is a sentence for the steward. */
export class Refused extends Error {
  constructor(status, detail) {
    super(detail);
    this.status = status;
    this.detail = detail;
  }
}

export function useToken(value) {
  token = value;
}

/** The present moment by the server's clock. */
export const serverNow = () => new Date(Date.now() + offset);

async function ask(path, { method = "GET", body, patience = PATIENCE } = {}) {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), patience);
  const language = document.documentElement.lang === "en" ? (path.includes("?") ? "&lang=en" : "?lang=en") : "";
  try {
    const response = await fetch(path + language, {
      method,
      headers: { ...(token ? { authorization: `Bearer ${token}` } : {}), ...(body ? { "content-type": "application/json" } : {}) },
      body: body ? JSON.stringify(body) : undefined,
      cache: "no-store",
      credentials: "omit",
      signal: controller.signal,
    });
    const text = await response.text();
    if (response.status === 401) throw new Revoked();
    if (response.status >= 500 || response.status === 429) throw new OutOfReach(String(response.status));
    let answer = null;
    try {
      answer = text ? JSON.parse(text) : null;
    } catch {
      // A hall's log-in page answers 200 with HTML: that is not our server.
      throw new OutOfReach("no JSON");
    }
    if (!response.ok) throw new Refused(response.status, answer?.detail ?? String(response.status));
    return answer;
  } catch (error) {
    if (error instanceof Revoked || error instanceof Refused || error instanceof OutOfReach) throw error;
    throw new OutOfReach(error.name);
  } finally {
    clearTimeout(timer);
  }
}

export const enrol = (enrolment, ownToken) =>
  ask("/api/v1/devices/enrolments", { method: "POST", body: { enrolment, token: ownToken }, patience: 8000 });
export const scan = (one) => ask("/api/v1/scans", { method: "POST", body: one });
export const scanQueue = (scans) => ask("/api/v1/scans/batch", { method: "POST", body: { scans }, patience: 15000 });
export const people = (q) => ask(`/api/v1/gate/people?q=${encodeURIComponent(q)}`, { patience: 4000 });
export const leave = () => ask("/api/v1/gate/leave", { method: "POST", patience: 8000 });

/** Ask how things stand, and set our clock by the server's. */
export async function state() {
  const asked = Date.now();
  const answer = await ask("/api/v1/gate");
  offset = Date.parse(answer.server_time) - (asked + Date.now()) / 2;
  return answer;
}

/** Ask now and every few seconds; `heard(state)` or `lost(error)` after each. Returns a function that asks at once. */
export function keepAsking(heard, lost) {
  let timer = 0;
  let asking = false;
  async function beat() {
    clearTimeout(timer);
    if (!asking && token) {
      asking = true;
      try {
        heard(await state());
      } catch (error) {
        lost(error);
      }
      asking = false;
    }
    timer = setTimeout(beat, document.hidden ? BEAT_EVERY * 6 : BEAT_EVERY);
  }
  addEventListener("online", beat);
  document.addEventListener("visibilitychange", () => document.hidden || beat());
  beat();
  return beat;
}

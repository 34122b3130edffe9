// An answer of the server as a steward reads it: a tone, a picture, few words, a name.

const words = JSON.parse(document.getElementById("words").textContent);
let zone = "Asia/Ho_Chi_Minh";

export function useZone(name) {
  if (name) zone = name;
}

/** A sentence of the page's language with its {values}. */
export function say(key, values = {}) {
  return (words[key] ?? key).replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
}

const english = document.documentElement.lang === "en";

/** Of two spellings, the reader's. */
export const mine = (vi, en) => (english && en ? en : vi);

/** "08:41", with the day before it when it is not today. */
export function clock(iso, now = new Date()) {
  const at = new Date(iso);
  const day = (date) => date.toLocaleDateString("en-CA", { timeZone: zone });
  const hour = at.toLocaleTimeString("vi-VN", { timeZone: zone, hour: "2-digit", minute: "2-digit", hour12: false });
  if (day(at) === day(now)) return hour;
  const [, month, date] = day(at).split("-").map(Number);
  return `${hour} ${date}/${month}`;
}

const unbroken = (text) => text.replaceAll(" ", "\u00a0");
const person = (answer) => ({ name: answer.attendee?.name ?? "", kind: answer.attendee ? say(`kind_${answer.attendee.kind}`) : "" });

/** {tone, icon, words, name, kind, detail} of an answer. */
export function verdict(answer, now) {
  const first = answer.first_admission;
  const shown = {
    admitted: () => ({ tone: "ok", icon: "ok", words: say("admitted"), ...person(answer) }),
    already_admitted: () => ({
      tone: "warn", icon: "history", ...person(answer),
      // A line breaks before the gate's name, never inside it or before the dot.
      words: say("already_admitted", { time: unbroken(clock(first.at, now)), gate: unbroken(mine(first.gate, first.gate_en)) }).replace(" ·", "\u00a0·"),
      detail: first.device ? say("first_device", { device: first.device }) : "",
    }),
    wrong_gate: () => ({
      tone: "warn", icon: "gate", words: say("wrong_gate"), ...person(answer),
      detail: answer.activity ? say("wrong_gate_for", { title: mine(answer.activity.title, answer.activity.title_en) }) : "",
    }),
    not_yet: () => ({
      tone: "warn", icon: "clock", words: say("not_yet"), ...person(answer),
      detail: answer.opens_at ? say("not_yet_opens", { time: clock(answer.opens_at, now) }) : "",
    }),
    expired: () => ({
      tone: "warn", icon: "clock", words: say("expired"), ...person(answer),
      detail: answer.closes_at ? say("expired_closed", { time: clock(answer.closes_at, now) }) : "",
    }),
    cancelled: () => ({ tone: "stop", icon: "cancelled", words: say("cancelled"), ...person(answer), detail: say("to_desk") }),
    revoked: () => ({ tone: "stop", icon: "stop", words: say("revoked"), ...person(answer), detail: say("to_desk") }),
    unknown: () =>
      answer.genuine
        ? { tone: "warn", icon: "warn", words: say("unknown_genuine"), detail: say("unknown_genuine_detail") }
        : { tone: "stop", icon: "stop", words: say("unknown"), detail: say("unknown_detail") },
  }[answer.result];
  return { name: "", kind: "", detail: "", ...(shown ? shown() : { tone: "warn", icon: "warn", words: answer.result }) };
}

export const unreachable = () => ({ tone: "warn", icon: "warn", words: say("unreachable"), name: "", kind: "", detail: say("unreachable_detail") });
export const notATicket = () => ({ tone: "warn", icon: "qr", words: say("not_a_ticket"), name: "", kind: "", detail: say("not_a_ticket_detail") });
export const refused = (detail) => ({ tone: "warn", icon: "warn", words: say("refused"), name: "", kind: "", detail });

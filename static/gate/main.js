// The scanner's desk: what the camera, the keyboard and the steward bring in becomes a scan; a scan is written down,
// sent, and answered so that a whole arm's length away one knows.

import { Camera } from "./camera.js";
import { enrolmentOf, hasCodeShape, normalise } from "./codes.js";
import { Reader } from "./reader.js";
import { listenToSearch } from "./search.js";
import * as server from "./server.js";
import { keepAwake, signal, unlockSound } from "./signals.js";
import * as store from "./store.js";
import { clock, mine, notATicket, refused, say, unreachable, useZone, verdict } from "./verdicts.js";
import { listenForScanner } from "./wedge.js";

const COVERED_FOR = 1200;
// A ticket that stays before the camera is one scan: it counts again when it was out of sight this long.
const OUT_OF_SIGHT = 2000;
const SEND_AGAIN_EVERY = 3000;
const MOST_AT_ONCE = 100;
const MOST_REMEMBERED = 30;

const $ = (id) => document.getElementById(id);
const screenIs = (name) => {
  document.body.dataset.screen = name;
  $("panel-enrol").hidden = name !== "enrol";
  $("panel-enrol-scan").hidden = name !== "enrol-scan";
  $("panel-start").hidden = name !== "start";
  if (!name.endsWith("scan")) $("panel-camera").hidden = true;
};

const history = [];
let place = null;
let queued = 0;
let enrolling = false;
let sending = false;
// Scans whose own request is still under way: their answer may come yet.
const onTheWay = new Set();
let askNow = () => {};
let coveredUntil = 0;
let coverTimer = 0;
let coveredBy = "";
let seen = { text: "", at: 0 };

// --- showing -----------------------------------------------------------------------------------------------------

function fill(root, shown) {
  for (const [part, text] of Object.entries({ words: shown.words, name: shown.name, kind: shown.kind, detail: shown.detail })) {
    const element = root.querySelector(`.${root.id}-${part}`);
    if (element) element.textContent = text;
  }
}

/** Cover the screen with an answer, say it, and leave it small below the picture. Green goes by itself; what needs a word
 *  with the guest stays until it is tapped away or the next scan takes its place. */
function show(shown, nonce = "") {
  const cover = $("verdict");
  fill(cover, shown);
  cover.querySelector("use").setAttribute("href", `/static/icons.svg#${shown.icon}`);
  cover.className = `verdict is-${shown.tone}`;
  cover.hidden = false;
  showLast(shown);
  signal(shown.tone);
  coveredUntil = Date.now() + COVERED_FOR;
  coveredBy = nonce;
  clearTimeout(coverTimer);
  if (shown.tone === "ok") coverTimer = setTimeout(uncover, COVERED_FOR);
}

function uncover() {
  $("verdict").hidden = true;
  clearTimeout(coverTimer);
  coveredUntil = 0;
  coveredBy = "";
}

function showLast(shown) {
  const last = $("last");
  last.className = `last is-${shown.tone}`;
  last.hidden = false;
  fill(last, { ...shown, name: [shown.name, shown.kind].filter(Boolean).join(" · ") });
  $("said").textContent = [shown.words, shown.name, shown.kind, shown.detail].filter(Boolean).join(". ");
}

function remember(nonce, shown, at) {
  const known = history.find((one) => one.nonce === nonce);
  if (known) Object.assign(known, { shown });
  else history.unshift({ nonce, shown, at });
  history.length = Math.min(history.length, MOST_REMEMBERED);
  const list = $("history");
  list.replaceChildren(
    ...history.map((one) => {
      const line = document.createElement("li");
      line.className = one.shown.tone;
      const time = document.createElement("time");
      time.textContent = clock(one.at, server.serverNow());
      const text = document.createElement("span");
      text.textContent = [one.shown.words, one.shown.name].filter(Boolean).join(" · ");
      const more = document.createElement("small");
      more.textContent = one.shown.detail;
      line.append(time, text, more);
      return line;
    }),
  );
  $("history-empty").hidden = history.length > 0;
}

function showPlace(state) {
  place = state;
  useZone(state.zone);
  const gate = mine(state.gate, state.gate_en);
  const checkpoint = mine(state.checkpoint, state.checkpoint_en);
  for (const id of ["gate-name", "start-gate", "about-title"]) $(id).textContent = gate;
  for (const id of ["checkpoint-name", "start-checkpoint", "about-checkpoint"]) $(id).textContent = checkpoint;
  $("about-device").textContent = state.device;
  showCounts();
}

function showCounts() {
  if (!place?.counts) return;
  const number = (value) => value.toLocaleString("vi-VN");
  const { admitted, here, expected } = place.counts;
  $("counter").querySelector(".counter-in").textContent = number(admitted);
  $("counter").querySelector(".counter-of").textContent = ` / ${number(expected)}`;
  $("counter").setAttribute("aria-label", say("counts", { admitted: number(admitted), expected: number(expected), here: number(here) }));
  $("about-counts").textContent = say("counts", { admitted: number(admitted), expected: number(expected), here: number(here) });
}

function showLink(reached) {
  document.body.dataset.link = reached ? "on" : "lost";
  $("about-queue").textContent = say("queue", { n: queued });
  const text = reached ? (queued ? say("link_on_queue", { n: queued }) : say("link_on")) : queued ? say("link_lost_queue", { n: queued }) : say("link_lost");
  if ($("link").textContent !== text) $("link").textContent = text;
}

// --- scanning ----------------------------------------------------------------------------------------------------

function sighted(text) {
  const now = Date.now();
  const again = text === seen.text && now - seen.at < OUT_OF_SIGHT;
  // What comes while an answer is fresh is not read yet: it has its turn as soon as that one could be read.
  if (!again && now < coveredUntil) return;
  seen = { text, at: now };
  if (again || document.querySelector("dialog[open]")) return;
  take(text);
}

/** Something was read: by the camera, the photo, a USB scanner or a hand. */
function take(text) {
  const enrolment = enrolmentOf(text);
  if (enrolment) {
    enrol(enrolment);
    return;
  }
  if (enrolling) return;
  const code = normalise(text);
  if (!hasCodeShape(code)) {
    show(notATicket());
    return;
  }
  submit({ code });
}

async function submit(what) {
  const scan = { ...what, nonce: store.newNonce(), scanned_at: server.serverNow().toISOString(), gate: place?.gate_code ?? "" };
  // On the disk before on the wire: whatever happens now, this scan is sent once.
  await store.enqueue(scan);
  queued += 1;
  onTheWay.add(scan.nonce);
  try {
    const answer = await server.scan(scan).finally(() => onTheWay.delete(scan.nonce));
    await settled(scan.nonce);
    const shown = verdict(answer, server.serverNow());
    if (answer.result === "admitted" && place?.counts) {
      place.counts = { ...place.counts, admitted: place.counts.admitted + 1, here: place.counts.here + 1 };
      showCounts();
    }
    remember(scan.nonce, shown, scan.scanned_at);
    showLink(true);
    show(shown, scan.nonce);
  } catch (error) {
    if (error instanceof server.Revoked) return revoked();
    if (error instanceof server.Refused) {
      await settled(scan.nonce);
      show(refused(error.detail));
      showLink(true);
      return undefined;
    }
    remember(scan.nonce, unreachable(), scan.scanned_at);
    showLink(false);
    show(unreachable(), scan.nonce);
  }
  return undefined;
}

async function settled(nonce) {
  await store.settle(nonce);
  queued = await store.waiting();
}

/** Send what waits, oldest first, with the nonces it was written down with. */
async function sendWaiting() {
  if (sending || !place) return;
  sending = true;
  try {
    for (;;) {
      const scans = await store.oldest(MOST_AT_ONCE);
      const due = scans.filter((scan) => !onTheWay.has(scan.nonce));
      if (!due.length) break;
      const { answers } = await server.scanQueue(due);
      for (const answer of answers) {
        const shown = answer.result ? verdict(answer, server.serverNow()) : refused(answer.detail);
        // "Busy" is no answer: it is asked again.
        if (!answer.result && (answer.status >= 500 || answer.status === 429)) continue;
        await settled(answer.nonce);
        late(answer.nonce, shown);
      }
      showLink(true);
      if (answers.every((answer) => !answer.result)) break;
    }
  } catch (error) {
    if (error instanceof server.Revoked) await revoked();
    else if (!(error instanceof server.OutOfReach)) console.error(error);
  }
  sending = false;
}

/** An answer that came after the steward was told that there is none: the list is put right, and the small card too. */
function late(nonce, shown) {
  const known = history.find((one) => one.nonce === nonce);
  const told = { ...shown, detail: [say("late"), shown.detail].filter(Boolean).join(" · ") };
  remember(nonce, told, known?.at ?? server.serverNow().toISOString());
  if (coveredBy === nonce) show(told, nonce);
  else if (history[0]?.nonce === nonce && $("verdict").hidden) showLast(told);
}

async function lookAgain() {
  queued = await store.waiting();
  if (queued) await sendWaiting();
  if (document.body.dataset.link) showLink(document.body.dataset.link === "on");
}

// --- enrolling ---------------------------------------------------------------------------------------------------

async function enrol(enrolment) {
  if (enrolling === "asking") return;
  enrolling = "asking";
  $("enrol-fault").textContent = "";
  $("start-note").textContent = "";
  try {
    await sendWaiting();
    if (place && (await store.waiting())) throw new server.Refused(0, say("enrol_queue"));
    // The token is ours and written down first: if the answer is lost, the same question is asked again.
    let pending = await store.kept("pending");
    if (pending?.enrolment !== enrolment) {
      pending = { enrolment, token: store.newToken() };
      await store.keep("pending", pending);
    }
    const state = await server.enrol(pending.enrolment, pending.token);
    await store.keep("token", pending.token);
    await store.keep("place", { ...state, counts: null });
    await store.drop("pending");
    server.useToken(pending.token);
    reader.stop();
    camera.stop();
    enrolling = false;
    showPlace(state);
    screenIs("start");
    signal("ok");
    askNow();
  } catch (error) {
    enrolling = place ? false : true;
    const text = error instanceof server.Refused ? error.detail : say("enrol_unreachable");
    if (place) {
      // The scanner goes on as it was: an old link opened again is no refusal of anybody.
      const known = error instanceof server.Refused && error.status > 0;
      if (known) await store.drop("pending");
      const words = known ? say("enrolled_already", { gate: mine(place.gate, place.gate_en) }) : text;
      $("start-note").textContent = words;
      showLast({ tone: "warn", words, name: "", kind: "", detail: known ? say("enrolled_already_detail") : "" });
    } else {
      screenIs("enrol");
      reader.stop();
      camera.stop();
      $("enrol-fault").textContent = text;
    }
  }
}

async function revoked() {
  const lost = await store.waiting();
  await store.wipe();
  server.useToken("");
  place = null;
  queued = 0;
  history.length = 0;
  enrolling = true;
  reader.stop();
  camera.stop();
  uncover();
  for (const dialog of document.querySelectorAll("dialog[open]")) dialog.close();
  screenIs("enrol");
  $("enrol-fault").textContent = lost ? say("revoked_device_lost", { n: lost }) : say("revoked_device");
}

// --- camera ------------------------------------------------------------------------------------------------------

const camera = new Camera($("picture"), (state) => {
  document.body.dataset.camera = state === "on" ? "on" : "off";
  $("panel-camera").hidden = state === "on" || state === "starting" || !document.body.dataset.screen.endsWith("scan") || document.hidden;
  $("camera-fault").textContent = say(CAMERA_FAULTS[state] ?? "camera_other");
  if (state === "on") showAbilities();
});
const CAMERA_FAULTS = {
  NotAllowedError: "camera_denied", SecurityError: "camera_denied", NotFoundError: "camera_none", OverconstrainedError: "camera_none",
  NotReadableError: "camera_busy", AbortError: "camera_busy", insecure: "camera_insecure", off: "camera_off",
};
const reader = new Reader($("picture"), sighted);
const stayAwake = keepAwake(() => document.body.dataset.screen === "scan");

async function showAbilities() {
  $("torch").hidden = !camera.hasTorch;
  $("torch").setAttribute("aria-pressed", String(camera.torch));
  $("switch").hidden = (await camera.cameras()).length < 2;
}

async function startCamera() {
  if (!Camera.possible) {
    $("panel-camera").hidden = false;
    $("camera-fault").textContent = say(window.isSecureContext ? "camera_none" : "camera_insecure");
    return;
  }
  await camera.start();
  reader.run();
}

// --- the desk ----------------------------------------------------------------------------------------------------

function listen() {
  $("verdict").addEventListener("click", uncover);
  addEventListener("keydown", (event) => event.key === "Escape" && uncover());
  $("start").addEventListener("click", () => {
    unlockSound();
    screenIs("scan");
    stayAwake();
    startCamera();
  });
  $("camera-again").addEventListener("click", () => (Camera.possible ? camera.restart() : startCamera()));
  $("torch").addEventListener("click", async () => $("torch").setAttribute("aria-pressed", String(await camera.toggleTorch())));
  $("switch").addEventListener("click", () => camera.switch());
  $("photo").addEventListener("change", async () => {
    const [file] = $("photo").files;
    $("photo").value = "";
    if (!file) return;
    unlockSound();
    const text = await reader.photo(file).catch(() => null);
    if (text) take(text);
    else show(refused(say("photo_none")));
  });
  $("open-search").addEventListener("click", () => {
    unlockSound();
    $("search").showModal();
    $("q").focus();
  });
  listenToSearch({ typed: take, chosen: (ticket) => submit({ ticket }), revoked });
  $("enrol-scan").addEventListener("click", async () => {
    unlockSound();
    screenIs("enrol-scan");
    await startCamera();
  });
  $("enrol-back").addEventListener("click", () => {
    reader.stop();
    camera.stop();
    screenIs("enrol");
  });
  $("enrol-form").addEventListener("submit", (event) => {
    event.preventDefault();
    const enrolment = enrolmentOf($("enrol-link").value);
    if (enrolment) enrol(enrolment);
    else $("enrol-fault").textContent = say("enrol_no_link");
  });
  $("leave").addEventListener("click", async () => {
    await sendWaiting();
    if (await store.waiting()) {
      $("leave-fault").textContent = say("leave_queue");
      return;
    }
    try {
      await server.leave();
      await revoked();
      $("enrol-fault").textContent = say("left");
    } catch (error) {
      if (error instanceof server.Revoked) await revoked();
      else $("leave-fault").textContent = say("leave_unreachable");
    }
  });
  for (const opener of document.querySelectorAll("[data-opens]")) opener.addEventListener("click", () => $(opener.dataset.opens).showModal());
  for (const closer of document.querySelectorAll("[data-closes]")) closer.addEventListener("click", () => closer.closest("dialog").close());
  for (const dialog of document.querySelectorAll("dialog")) dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  listenForScanner((typed) => place && take(typed));
  addEventListener("hashchange", followLink);
}

/** The enrolment link brought us here; its secret does not stay in the address. */
function followLink() {
  const enrolment = enrolmentOf(location.href);
  if (!enrolment) return false;
  window.history.replaceState(null, "", location.pathname + location.search);
  enrol(enrolment);
  return true;
}

async function start() {
  listen();
  reader.prepare();
  if ("serviceWorker" in navigator) navigator.serviceWorker.register("/gate/sw.js").catch(() => {});
  navigator.storage?.persist?.();
  const token = await store.kept("token");
  queued = await store.waiting();
  if (token) {
    server.useToken(token);
    showPlace(await store.kept("place"));
    screenIs("start");
  } else {
    enrolling = true;
    screenIs("enrol");
  }
  const pending = await store.kept("pending");
  if (!followLink() && pending && !token) enrol(pending.enrolment);
  askNow = server.keepAsking(
    (state) => {
      store.keep("place", { ...state, counts: null });
      showPlace(state);
      showLink(true);
      if (queued) sendWaiting();
    },
    (error) => (error instanceof server.Revoked ? revoked() : showLink(false)),
  );
  setInterval(lookAgain, SEND_AGAIN_EVERY);
}

start();

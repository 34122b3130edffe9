// The code alone on the screen: keep the screen awake for as long as it is in front of somebody.

let lock = null;

async function stayAwake() {
  if (!("wakeLock" in navigator) || document.visibilityState !== "visible") return;
  try {
    lock = await navigator.wakeLock.request("screen");
  } catch {
    lock = null; // A low battery may refuse; the code is readable all the same.
  }
}

document.addEventListener("visibilitychange", stayAwake);
window.addEventListener("pagehide", () => lock?.release());
stayAwake();

// What the steward hears and feels: three sounds that differ in number and pitch, three patterns of the motor.

const SOUNDS = {
  ok: [[0, 660, 0.09], [0.1, 990, 0.16]],
  warn: [[0, 440, 0.14], [0.2, 440, 0.14]],
  stop: [[0, 233, 0.45]],
};
const PATTERNS = { ok: [60], warn: [90, 70, 90], stop: [350] };

let audio = null;

/** Browsers allow sound only after a tap: call this from one. */
export function unlockSound() {
  try {
    audio ??= new AudioContext();
    audio.resume();
  } catch {
    audio = null;
  }
}

export function signal(tone) {
  if (navigator.userActivation?.hasBeenActive ?? true) navigator.vibrate?.(PATTERNS[tone] ?? PATTERNS.warn);
  if (!audio) return;
  if (audio.state !== "running") audio.resume();
  for (const [after, pitch, length] of SOUNDS[tone] ?? SOUNDS.warn) {
    const oscillator = audio.createOscillator();
    const gain = audio.createGain();
    const start = audio.currentTime + after;
    oscillator.type = tone === "stop" ? "sawtooth" : "sine";
    oscillator.frequency.value = pitch;
    gain.gain.setValueAtTime(0.0001, start);
    gain.gain.exponentialRampToValueAtTime(0.5, start + 0.015);
    gain.gain.exponentialRampToValueAtTime(0.0001, start + length);
    oscillator.connect(gain).connect(audio.destination);
    oscillator.start(start);
    oscillator.stop(start + length + 0.02);
  }
}

/** Keep the screen awake while scanning; the browser drops the lock when the page hides. */
export function keepAwake(wanted) {
  async function lock() {
    if (!wanted() || document.hidden) return;
    try {
      await navigator.wakeLock?.request("screen");
    } catch {
      // Low battery: the phone decides.
    }
  }
  document.addEventListener("visibilitychange", lock);
  return lock;
}

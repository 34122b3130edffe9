// A USB or Bluetooth scanner types like a very fast keyboard and ends with Enter or Tab. Keys are read by their place,
// not by their letter: a Vietnamese input method would turn "AA" into "Â".

const FASTEST_HAND = 100;
const SHORTEST = 8;

export function listenForScanner(read) {
  let typed = "";
  let last = 0;
  addEventListener("keydown", (event) => {
    if (event.target.closest?.("input, textarea, select") || event.ctrlKey || event.metaKey || event.altKey) return;
    const now = performance.now();
    if (now - last > FASTEST_HAND) typed = "";
    last = now;
    const key = /^(?:Key([A-Z])|(?:Digit|Numpad)([0-9]))$/.exec(event.code);
    if (key) {
      typed += key[1] ?? key[2];
    } else if ((event.code === "Enter" || event.code === "NumpadEnter" || event.code === "Tab") && typed.length >= SHORTEST) {
      event.preventDefault();
      read(typed);
      typed = "";
    }
  });
}

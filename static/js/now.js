// Live touches on the shop window. /now brings what is on and the places left; this puts them on the cards that are there.

const LABELS = { ok: "is-ok", warn: "is-warn", stop: "is-stop" };

function apply(root) {
  const live = root.querySelector("[data-now]");
  if (!live) return;
  for (const seat of live.querySelectorAll("[data-number]")) {
    for (const chip of document.querySelectorAll(`[data-places="${seat.dataset.number}"]`)) {
      chip.textContent = seat.textContent;
      chip.classList.remove("is-accent", ...Object.values(LABELS));
      chip.classList.add(LABELS[seat.dataset.tone]);
    }
  }
  const now = Number(live.dataset.now);
  for (const card of document.querySelectorAll("[data-from]")) {
    const over = Number(card.dataset.to ?? Infinity) <= now;
    card.classList.toggle("is-over", over);
    card.classList.toggle("is-on", !over && Number(card.dataset.from) <= now);
  }
  const plan = document.querySelector(".plan");
  if (plan) {
    plan.querySelector(".plan-now")?.remove();
    const row = Math.floor((now - Number(plan.dataset.begins)) / 300) + 1;
    if (row >= 1 && row <= Number(plan.dataset.rows)) {
      const line = document.createElement("div");
      line.className = `plan-now r${row}`;
      plan.append(line);
    }
  }
}

document.addEventListener("htmx:after:swap", () => {
  const root = document.getElementById("now");
  if (root) apply(root);
});
const here = document.getElementById("now");
if (here) apply(here);

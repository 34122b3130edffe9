// Filters without a reload: the same addresses the form would open, the same page, only the parts that differ swapped.

const page = () => document.getElementById("programme");
let asked = 0;

async function open(address, { push = true } = {}) {
  const mine = ++asked;
  page().setAttribute("aria-busy", "true");
  let text;
  try {
    const answer = await fetch(address, { headers: { Accept: "text/html" } });
    if (!answer.ok) throw new Error(String(answer.status));
    text = await answer.text();
  } catch {
    location.href = address;
    return;
  }
  if (mine !== asked) return; // a newer choice is on its way
  const fresh = new DOMParser().parseFromString(text, "text/html");
  const next = fresh.getElementById("programme");
  if (!next) {
    location.href = address;
    return;
  }
  if (push) history.pushState({ programme: true }, "", address);
  // The sheet keeps its own state (open groups, scroll, focus): only its numbers and marks are renewed.
  page().querySelector(".results").replaceWith(next.querySelector(".results"));
  renewCounts(next);
  renewAround(next);
  const head = document.querySelector(".programme-head");
  head?.replaceWith(fresh.querySelector(".programme-head"));
  const languages = document.querySelector(".top .tools");
  languages?.replaceWith(fresh.querySelector(".top .tools"));
  page().removeAttribute("aria-busy");
  document.dispatchEvent(new CustomEvent("htmx:after:swap"));
  watch();
}

function renewCounts(next) {
  const sheet = page().querySelector(".filters");
  for (const input of next.querySelectorAll(".filters input[type=checkbox]")) {
    const mine = sheet.querySelector(`input[name="${CSS.escape(input.name)}"][value="${CSS.escape(input.value)}"]`);
    if (!mine) continue;
    mine.checked = input.checked;
    mine.closest("label").querySelector(".num").textContent = input.closest("label").querySelector(".num").textContent;
  }
  sheet.querySelector(".filters-foot").replaceWith(next.querySelector(".filters-foot"));
  page().querySelector(".filter-opener").replaceWith(next.querySelector(".filter-opener"));
  for (const selector of [".programme-search", "[data-filters]"]) {
    const mine = page().querySelector(selector);
    for (const hidden of mine.querySelectorAll("input[type=hidden]")) hidden.remove();
    mine.prepend(...next.querySelector(selector).querySelectorAll("input[type=hidden]"));
  }
}

// The words searched for go with their chip, and what is on now is told only where the whole week is listed.
function renewAround(next) {
  const box = page().querySelector("#q");
  const asked = next.querySelector("#q").value;
  if (box.defaultValue !== asked) {
    box.defaultValue = asked;
    box.value = asked;
  }
  const now = page().querySelector("#now");
  const fresh = next.querySelector("#now");
  now.className = fresh.className;
  now.hidden = fresh.hidden;
}

function addressOf(form) {
  const query = new URLSearchParams();
  for (const [name, value] of new FormData(form)) if (value) query.append(name, value);
  const text = query.toString();
  return form.getAttribute("action") + (text ? `?${text}` : "");
}

// A choice has pushed an address without a hash, but the sheet stays the target until the next hash.
function closeSheet() {
  if (document.querySelector("#filters:target")) location.hash = "programme";
}

document.addEventListener("change", (event) => {
  const form = event.target.closest("form[data-filters]");
  if (form) open(addressOf(form));
});
document.addEventListener("submit", (event) => {
  const form = event.target.closest("form[data-filters], .programme-search");
  if (!form) return;
  event.preventDefault();
  open(addressOf(form));
  closeSheet();
});
document.addEventListener("click", (event) => {
  const link = event.target.closest(".chosen a, .filters-foot a");
  if (!link || event.metaKey || event.ctrlKey || event.shiftKey) return;
  event.preventDefault();
  open(link.getAttribute("href"));
});
addEventListener("popstate", (event) => {
  if (event.state?.programme) open(location.href, { push: false });
  else if (!location.hash) location.reload();
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") closeSheet();
});

// Days gone by are folded: browsers that do not open what an address points into are helped.
function reveal(id) {
  const day = document.getElementById(id);
  const fold = day?.closest("details.past");
  if (!fold || fold.open) return;
  fold.open = true;
  day.scrollIntoView();
}
document.addEventListener("click", (event) => {
  const link = event.target.closest('.day-strip a[href^="#"]');
  if (link) reveal(link.getAttribute("href").slice(1));
});
addEventListener("hashchange", () => reveal(location.hash.slice(1)));
if (location.hash) reveal(location.hash.slice(1));

// The strip says which day one is reading.
let watcher;
function watch() {
  watcher?.disconnect();
  const links = new Map([...document.querySelectorAll('.day-strip a[href^="#"]')].map((link) => [link.getAttribute("href").slice(1), link]));
  if (!links.size) return;
  watcher = new IntersectionObserver(
    (entries) => {
      for (const entry of entries) {
        if (!entry.isIntersecting) continue;
        for (const link of links.values()) link.removeAttribute("aria-current");
        const link = links.get(entry.target.querySelector("h2").id);
        link?.setAttribute("aria-current", "true");
        const strip = link?.closest("ol");
        if (strip) strip.scrollLeft = link.parentElement.offsetLeft - strip.clientWidth / 2 + link.clientWidth / 2;
      }
    },
    { rootMargin: "-96px 0px -70% 0px" },
  );
  for (const day of document.querySelectorAll("section.day")) watcher.observe(day);
}
watch();

// Whom does a name, a telephone number or the beginning of a code mean? Asked of the server while one types; a whole
// code is a scan like any other and needs no server to be recorded.

import { hasCodeShape, normalise, share } from "./codes.js";
import * as server from "./server.js";
import { clock, say } from "./verdicts.js";

const PAUSE = 250;

const $ = (id) => document.getElementById(id);

/** `typed(code)` for a whole code, `chosen(ticket)` for a person of the list, `revoked()` when the device is no longer allowed. */
export function listenToSearch({ typed, chosen, revoked }) {
  let timer = 0;
  let asked = 0;

  function close() {
    $("search").close();
    $("q").value = "";
    $("people").replaceChildren();
    $("search-said").textContent = "";
  }

  async function search() {
    clearTimeout(timer);
    const q = $("q").value;
    const mark = ++asked;
    if (hasCodeShape(normalise(q))) {
      close();
      typed(q);
      return;
    }
    if (q.replace(/[^\p{L}\p{N}]/gu, "").length < 2) {
      $("people").replaceChildren();
      $("search-said").textContent = q ? say("search_short") : "";
      return;
    }
    try {
      const { people } = await server.people(q);
      if (mark !== asked) return;
      $("people").replaceChildren(...people.map((person) => line(person, () => { close(); chosen(person.ticket); })));
      $("search-said").textContent = people.length ? say("search_found", { n: people.length }) : say(looksLikeCode(q) ? "search_none_code" : "search_none");
    } catch (error) {
      if (error instanceof server.Revoked) revoked();
      else if (mark === asked) $("search-said").textContent = error instanceof server.Refused ? error.detail : say("search_unreachable");
    }
  }

  $("q").addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(search, PAUSE);
  });
  $("search-form").addEventListener("submit", (event) => {
    event.preventDefault();
    search();
  });
}

const looksLikeCode = (q) => /\d/.test(q) && /\p{L}/u.test(q) && share(q) > 0.3;

function line(person, choose) {
  const item = document.createElement("li");
  const button = document.createElement("button");
  button.type = "button";
  const name = document.createElement("strong");
  name.textContent = person.name;
  const mark = document.createElement("em");
  mark.textContent = say(`kind_${person.kind}`);
  if (person.admitted_at) {
    item.className = "is-in";
    mark.textContent = say("person_in", { time: clock(person.admitted_at, server.serverNow()) });
  } else if (person.state !== "valid") {
    item.className = "is-void";
    mark.textContent = say(`person_${person.state}`);
  }
  const more = document.createElement("small");
  more.textContent = [person.organisation, person.phone].filter(Boolean).join(" · ");
  button.append(name, mark, more);
  button.addEventListener("click", choose);
  item.append(button);
  return item;
}

// What every page may use and none needs: dialogs, menus that close, the first fault in view.

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-opens]");
  if (opener) {
    document.getElementById(opener.dataset.opens)?.showModal();
    return;
  }
  // A click on the backdrop is a click on the dialog itself, outside its box.
  if (event.target instanceof HTMLDialogElement) {
    const box = event.target.getBoundingClientRect();
    const inside = event.clientX >= box.left && event.clientX <= box.right && event.clientY >= box.top && event.clientY <= box.bottom;
    if (!inside) event.target.close();
  }
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    menu.open = false;
    menu.querySelector("summary")?.focus();
  }
});

// A refused form: whoever cannot see it hears the summary first; also after htmx has swapped it in.
const focusFault = (root) => root.querySelector?.("[data-focus]")?.focus();
focusFault(document);
document.addEventListener("htmx:after:swap", (event) => focusFault(event.target));

// A page that is printed by its own button.
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-prints]")) window.print();
});

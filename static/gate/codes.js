// A ticket's code as the server spells it. The same rules as app/registrations/tickets/codes.py; tests compare the two.

const LENGTH = 29;
const SHAPE = /^[0-9A-HJKMNP-TV-Z]{29}$/;

/** No spaces or hyphens, capitals, O is 0, I and L are 1. */
export function normalise(typed) {
  return typed
    .normalize("NFKC")
    .toUpperCase()
    .replace(/[^0-9A-Z]+/g, "")
    .replaceAll("O", "0")
    .replace(/[IL]/g, "1");
}

/** Whether this could be a ticket of ours at all: a shop's QR or an identity card never leaves the phone. */
export const hasCodeShape = (code) => SHAPE.test(code);

/** How much of a code has been typed, 0 to 1. */
export const share = (typed) => Math.min(normalise(typed).length / LENGTH, 1);

/** The secret of an enrolment link (`…/gate/#enrol=…`), or null. */
export function enrolmentOf(text) {
  const found = /\/gate\/?(?:\?[^#]*)?#enrol=([A-Za-z0-9_-]{16,})$/.exec(text.trim());
  return found ? found[1] : null;
}

// Short messages; errors of requests become one too.
import { makeUndo } from "./undo.js";
import { gettext, interpolate, ngettext } from "./words.js";

const SHOWN_FOR_MS = 6000;
const LONG_SHOWN_FOR_MS = 20_000; // there is something to do in it
const MOST = 3;
const stack = document.getElementById("toasts");
const told = document.querySelector("[data-told]");

// `undo`: {url, target?}, what takes it back and the element the answer replaces.
export function say(text, { isError = false, undo = null } = {}) {
  const toast = document.createElement("div");
  toast.className = isError ? "toast toast-error" : "toast";
  toast.dataset.toast = "";
  const words = document.createElement("p");
  words.className = "toast-text";
  words.textContent = text;
  const close = document.createElement("button");
  close.className = "toast-close";
  close.type = "button";
  close.dataset.toastClose = "";
  close.setAttribute("aria-label", gettext("Dismiss"));
  close.textContent = "×";
  toast.append(words, ...(undo ? [makeUndo(undo)] : []), close);
  if (undo) toast.dataset.toastLong = "";
  stack.append(toast);
  for (const old of [...stack.children].slice(0, -MOST)) if (!old.contains(document.activeElement)) old.remove();
  fadeLater(toast);
}

// Only heard: what is seen already, but not by everybody.
export function tell(text) {
  told.textContent = "";
  setTimeout(() => (told.textContent = text), 50);
}

function fadeLater(toast) {
  setTimeout(() => {
    if (toast.matches(":hover, :focus-within") || document.hidden) fadeLater(toast);
    else toast.remove();
  }, "toastLong" in toast.dataset ? LONG_SHOWN_FOR_MS : SHOWN_FOR_MS);
}

// One that the server has put here, with something to do in it: it goes when that is done.
document.addEventListener("htmx:oobAfterSwap", (event) => {
  if (event.detail.target !== stack) return;
  const toast = stack.lastElementChild;
  fadeLater(toast);
  toast.querySelector("button").focus({ preventScroll: true });
});

stack?.querySelectorAll("[data-toast]").forEach(fadeLater);

function dismiss(toast) {
  let after = document.getElementById(toast.dataset.toastPlace);
  while (after && !after.querySelector(".post-author")) after = after.nextElementSibling;
  const hadFocus = toast.contains(document.activeElement);
  toast.remove();
  const next = after?.querySelector(".post-author") ?? document.querySelector("#post-list .post-author");
  if (hadFocus) (next ?? stack.closest("main")).focus({ preventScroll: true });
}

stack?.addEventListener("click", (event) => {
  if (event.target.closest("[data-toast-close]")) dismiss(event.target.closest("[data-toast]"));
});
stack?.addEventListener("keydown", (event) => {
  if (event.key === "Escape") dismiss(event.target.closest("[data-toast]"));
});

// What the server says beside the piece of page it sends.
document.addEventListener("say", (event) => say(event.detail.text, { undo: event.detail.undo }));

function thatWasALot(request) {
  const seconds = Number(request.getResponseHeader("Retry-After")) || 60;
  if (seconds > 120) {
    return interpolate(gettext("That was a lot at once. Try again in %(count)s minutes."), { count: Math.ceil(seconds / 60) });
  }
  const words = ngettext("That was a lot at once. Try again in %(count)s second.", "That was a lot at once. Try again in %(count)s seconds.", seconds);
  return interpolate(words, { count: seconds });
}

const askedByItself = (event) => event.target.matches?.("[data-media]"); // and will again
document.addEventListener("htmx:sendError", (event) => askedByItself(event) || say(gettext("You seem to be offline. Please try again."), { isError: true }));
document.addEventListener("htmx:responseError", (event) => {
  if (askedByItself(event)) return;
  const status = event.detail.xhr.status;
  if (status === 403) say(gettext("That is not possible any more."), { isError: true });
  else if (status === 404) say(gettext("That is gone."), { isError: true });
  else if (status === 429) say(thatWasALot(event.detail.xhr), { isError: true });
  else say(gettext("That did not work. Reload the page and try again."), { isError: true });
});

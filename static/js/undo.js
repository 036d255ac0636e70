// "Undo" in a short message: sends what takes it back, puts the answer into its place, and the message goes.
import { gettext } from "./words.js";

export function makeUndo(undo) {
  const button = document.createElement("button");
  button.className = "toast-undo";
  button.type = "button";
  button.textContent = gettext("Undo");
  button.addEventListener("click", () => take(button, undo));
  return button;
}

// `swaps`: the id of what the answer replaces; where there is nothing to replace, an event of the answer's tells the page.
async function take(button, { url, swaps }) {
  const toast = button.closest("[data-toast]");
  const hadFocus = toast.contains(document.activeElement);
  button.disabled = true;
  const place = swaps && document.getElementById(swaps);
  await window.htmx.ajax("POST", url, place ? { target: place, swap: "outerHTML" } : { swap: "none" });
  toast.remove();
  if (hadFocus && swaps) focusIn(document.getElementById(swaps));
}

function focusIn(element) {
  const within = "button, summary, a";
  (element?.matches(within) ? element : element?.querySelector(within))?.focus({ preventScroll: true });
}

// The place went with something else: then the way it goes without scripts.
document.addEventListener("htmx:targetError", ({ target }) => target.matches?.("[data-toast-done]") && target.form.requestSubmit(target));

// The same in a message that the server wrote, which names the post it brings back.
document.addEventListener("htmx:afterRequest", (event) => {
  const { elt, successful } = event.detail;
  if (!successful || !elt.matches("[data-toast-done]")) return;
  elt.closest("[data-toast]").remove();
  document.getElementById(elt.dataset.toastDone)?.querySelector(".post-author").focus({ preventScroll: true });
});

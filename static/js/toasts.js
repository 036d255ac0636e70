// Short messages; errors of requests become one too.
const SHOWN_FOR_MS = 6000;
const stack = document.getElementById("toasts");

export function say(text, { isError = false } = {}) {
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
  close.setAttribute("aria-label", "Dismiss");
  close.textContent = "×";
  toast.append(words, close);
  stack.append(toast);
  fadeLater(toast);
}

function fadeLater(toast) {
  setTimeout(() => {
    if (toast.matches(":hover, :focus-within")) fadeLater(toast);
    else toast.remove();
  }, SHOWN_FOR_MS);
}

stack?.querySelectorAll("[data-toast]").forEach(fadeLater);
stack?.addEventListener("click", (event) => {
  if (event.target.closest("[data-toast-close]")) event.target.closest("[data-toast]").remove();
});

// What the server says beside the piece of page it sends.
document.addEventListener("say", (event) => say(event.detail.text));

document.addEventListener("htmx:sendError", () => say("You seem to be offline. Please try again.", { isError: true }));
document.addEventListener("htmx:responseError", (event) => {
  const status = event.detail.xhr.status;
  if (status === 404) say("That is gone.", { isError: true });
  else if (status === 429) say("That was a lot at once. Try again in a minute.", { isError: true });
  else say("That did not work. Reload the page and try again.", { isError: true });
});

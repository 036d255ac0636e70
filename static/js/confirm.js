// hx-confirm asks in the page's own dialog, and so does data-ask on the button of a plain form.
import { gettext } from "./words.js";

const dialog = document.getElementById("confirm-dialog");

function ask(question, word, act) {
  document.getElementById("confirm-question").textContent = question;
  dialog.querySelector("[data-confirm-yes]").textContent = word ?? gettext("Delete");
  dialog.returnValue = "no";
  dialog.addEventListener("close", () => dialog.returnValue === "yes" && act(), { once: true });
  dialog.showModal();
}

document.addEventListener("htmx:confirm", (event) => {
  if (!event.detail.question || !dialog?.showModal) return;
  event.preventDefault();
  ask(event.detail.question, event.detail.elt.dataset.confirmWord, () => event.detail.issueRequest(true));
});

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-ask]");
  if (!button || !dialog?.showModal) return;
  event.preventDefault();
  ask(button.dataset.ask, button.dataset.confirmWord, () => button.form.requestSubmit(button));
});

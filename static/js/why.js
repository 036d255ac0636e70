// "Why am I seeing this?" and "Report" open over the feed; without scripts each is a page of its own.
import { gettext } from "./words.js";

let dialog;

function makeDialog() {
  const made = document.createElement("dialog");
  made.className = "why-dialog";
  const close = document.createElement("button");
  close.className = "icon-button why-close";
  close.type = "button";
  close.setAttribute("aria-label", gettext("Close"));
  close.textContent = "×";
  close.addEventListener("click", () => made.close());
  const box = document.createElement("div");
  box.className = "why-box";
  made.append(close, box);
  made.addEventListener("close", () => box.replaceChildren());
  // What a button in it did is said below it, where nobody could see it.
  made.addEventListener("say", () => made.close());
  // A click beside it closes it, as Escape does.
  made.addEventListener("click", (event) => event.target === made && made.close());
  document.body.append(made);
  return made;
}

async function open(link) {
  dialog ??= makeDialog();
  const menu = link.closest("[data-menu]");
  if (menu) menu.open = false;
  dialog.showModal();
  dialog.addEventListener("close", () => menu?.querySelector("summary").focus({ preventScroll: true }), { once: true });
  const box = dialog.querySelector(".why-box");
  await window.htmx.ajax("GET", link.href, { source: box, target: box, swap: "innerHTML" }).catch(() => {}); // said by toasts.js
  if (!dialog.open) return;
  const title = box.querySelector("h2");
  if (!title) return dialog.close();
  dialog.setAttribute("aria-labelledby", title.id);
  title.focus();
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-why], [data-report]");
  if (!link || !window.HTMLDialogElement || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  open(link);
});

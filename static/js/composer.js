// The forms one writes in: a counter, Ctrl+Enter, and the text kept for this tab.
import { each } from "./each.js";
import { interpolate, ngettext } from "./words.js";

const NEAR = 0.1; // warns when this share of the limit is left
const SAY_AFTER_MS = 800; // once somebody pauses
const segmenter = "Segmenter" in Intl ? new Intl.Segmenter() : null;

// Counts as the server does (posts/text.py): characters as people see them.
function lengthOf(text) {
  const cleaned = text.normalize("NFC").replace(/\r\n?/g, "\n").replace(/[^\S\n]+$/gm, "").replace(/\n{3,}/g, "\n\n").trim();
  return segmenter ? Array.from(segmenter.segment(cleaned)).length : Array.from(cleaned).length;
}

function leftWords(left) {
  const number = Math.abs(left);
  const words =
    left < 0
      ? ngettext("%(number)s character too many", "%(number)s characters too many", number)
      : ngettext("%(number)s character left", "%(number)s characters left", number);
  return interpolate(words, { number });
}

// What is seen is a number; what is heard is a sentence, and only near the end is it worth saying.
function makeCounter(counter, limit) {
  const seen = document.createElement("span");
  const heard = document.createElement("span");
  seen.ariaHidden = "true";
  heard.className = "visually-hidden";
  heard.setAttribute("role", "status");
  counter.replaceChildren(seen, heard);
  let saying;
  return (text) => {
    const left = limit - lengthOf(text);
    const isNear = left <= limit * NEAR;
    seen.textContent = text ? left : "";
    counter.classList.toggle("composer-counter-near", left >= 0 && isNear);
    counter.classList.toggle("composer-counter-over", left < 0);
    clearTimeout(saying);
    saying = setTimeout(() => (heard.textContent = text && isNear ? leftWords(left) : ""), SAY_AFTER_MS);
  };
}

// The text and the draft it is on the server, so that a reload goes on with both.
export const kept = {
  name: (form) => `draft:${form.dataset.composer}`,
  read: (form) => safely(() => JSON.parse(sessionStorage.getItem(kept.name(form)))) || {},
  drop: (form) => safely(() => sessionStorage.removeItem(kept.name(form))),
  // Wherever it was being written: the draft was posted or thrown away.
  forget(draft) {
    for (const name of safely(() => Object.keys(sessionStorage)) || []) {
      const before = name.startsWith("draft:") && safely(() => JSON.parse(sessionStorage.getItem(name)));
      if (before && before.draft === draft) sessionStorage.removeItem(name);
    }
  },
  write(form) {
    if (!form.dataset.composer) return;
    const text = form.querySelector("[data-composer-text]").value;
    const draft = form.querySelector("[data-draft-id]")?.value || "";
    const hasParts = Boolean(form.querySelector("[data-part][data-open], [data-upload], [data-composer-quote]"));
    if (text || draft) safely(() => sessionStorage.setItem(kept.name(form), JSON.stringify({ text, draft, hasParts })));
    else kept.drop(form);
  },
};

function safely(act) {
  try {
    return act();
  } catch {
    return null; // storage is full or switched off
  }
}

function restore(form, text) {
  if ("composerSent" in form.dataset) return kept.drop(form);
  if (!form.dataset.composer || text.value) return undefined;
  const before = kept.read(form);
  text.value = before.text || "";
  const draft = form.querySelector("[data-draft-id]");
  if (!draft || draft.value || !before.draft) return undefined;
  if (before.hasParts) form.dataset.goOn = before.draft;
  else draft.value = before.draft;
  return undefined;
}

function prepare(form) {
  const text = form.querySelector("[data-composer-text]");
  const counter = form.querySelector("[data-composer-counter]");
  const showCount = counter ? makeCounter(counter, Number(text.dataset.limit)) : () => {};
  restore(form, text);
  showCount(text.value);
  text.addEventListener("input", () => {
    kept.write(form);
    showCount(text.value);
    text.removeAttribute("aria-invalid");
    const error = document.getElementById(text.getAttribute("aria-describedby").split(" ")[0]);
    if (error) error.textContent = "";
  });
  text.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
  });
  // Without htmx the page goes away; what is refused comes back with the text in it.
  form.addEventListener("submit", () => {
    if (window.htmx && form.hasAttribute("hx-post")) return;
    kept.drop(form);
    kept.forget(form.querySelector("[data-draft-id]")?.value || null);
  });
}

each("[data-composer]", prepare);
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-forget-draft]");
  if (button) kept.forget(button.dataset.forgetDraft);
});

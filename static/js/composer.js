// The forms one writes in: a counter, Ctrl+Enter, and a draft kept for this tab.
const NEAR = 0.1; // warns when this share of the limit is left
const segmenter = "Segmenter" in Intl ? new Intl.Segmenter() : null;

// Counts as the server does (posts/text.py): characters as people see them.
function lengthOf(text) {
  const cleaned = text.normalize("NFC").replace(/\r\n?/g, "\n").replace(/[^\S\n]+$/gm, "").replace(/\n{3,}/g, "\n\n").trim();
  return segmenter ? Array.from(segmenter.segment(cleaned)).length : Array.from(cleaned).length;
}

function showCount(form) {
  const text = form.querySelector("[data-composer-text]");
  const counter = form.querySelector("[data-composer-counter]");
  const limit = Number(text.dataset.limit);
  const left = limit - lengthOf(text.value);
  counter.textContent = text.value ? left : "";
  counter.classList.toggle("composer-counter-near", left >= 0 && left <= limit * NEAR);
  counter.classList.toggle("composer-counter-over", left < 0);
  counter.setAttribute("aria-label", left < 0 ? `${-left} too many` : `${left} characters left`);
  counter.setAttribute("role", "status");
  // Only near the end is it worth interrupting somebody who cannot see it.
  counter.setAttribute("aria-live", left <= limit * NEAR ? "polite" : "off");
}

const draft = {
  read: (form) => draft.safely(() => sessionStorage.getItem(`draft:${form.dataset.composer}`)),
  write: (form, text) => draft.safely(() => sessionStorage.setItem(`draft:${form.dataset.composer}`, text)),
  drop: (form) => draft.safely(() => sessionStorage.removeItem(`draft:${form.dataset.composer}`)),
  safely(act) {
    try {
      return act();
    } catch {
      return null; // storage is full or switched off
    }
  },
};

function prepare(form) {
  const text = form.querySelector("[data-composer-text]");
  if ("composerSent" in form.dataset) draft.drop(form);
  else if (!text.value) text.value = draft.read(form) || "";
  showCount(form);
  text.addEventListener("input", () => {
    draft.write(form, text.value);
    showCount(form);
    text.removeAttribute("aria-invalid");
    form.querySelector(".field-error").textContent = "";
  });
  text.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
  });
  // Without htmx the page goes away; what is refused comes back with the text in it.
  form.addEventListener("submit", () => window.htmx || draft.drop(form));
}

document.querySelectorAll("[data-composer]").forEach(prepare);
document.addEventListener("htmx:load", (event) => {
  const form = event.target.closest("[data-composer]");
  if (form === event.target && !form.dataset.ready) {
    form.dataset.ready = "";
    prepare(form);
  }
});

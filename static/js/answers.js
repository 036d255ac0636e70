// Replies among replies: their forms open in place, and whoever sends one goes on at what was written.
const slotOf = (form) => form.closest(".answer-form");

function close(form) {
  const card = slotOf(form).previousElementSibling;
  slotOf(form).replaceChildren();
  card.querySelector("[data-answer]")?.focus(); // it may be gone by now
}

// Pressed again the form goes away; what was written in it is kept by composer.js.
document.addEventListener("htmx:confirm", (event) => {
  if (!event.target.matches("[data-answer]")) return;
  const form = document.querySelector(`${event.target.getAttribute("hx-target")} form`);
  if (!form) return;
  event.preventDefault();
  close(form);
});

document.addEventListener("click", (event) => {
  const cancel = event.target.closest("[data-answer-cancel]");
  if (cancel) close(cancel.form);
});

document.addEventListener("keydown", (event) => {
  const form = event.key === "Escape" && event.target.closest(".answer-form form");
  if (form) close(form);
});

document.addEventListener("htmx:oobAfterSwap", (event) => {
  const list = event.detail.target;
  if (!list.matches(".reply-list")) return;
  document.querySelector(".thread-empty")?.remove();
  list.closest("details")?.setAttribute("open", "");
  // The form of a reply is about to go; the one of the page stays, and keeps the focus.
  if (list.id !== "post-list") list.lastElementChild.querySelector(".post-author").focus();
});

// A page about a comment begins at the comment; what it answers is above.
const above = document.querySelector(".thread-above");
if (above && !location.hash) document.querySelector(".post-card-focus").scrollIntoView();

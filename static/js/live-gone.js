// Posts that are gone leave the page; a mark keeps their place, for whoever brings one back.
import { tell } from "./toasts.js";
import { gettext } from "./words.js";

const FADED_MS = 200;
const gone = new Map();

export const isGone = (postId) => gone.get(postId);

export function fadeOut(postId) {
  const cards = document.querySelectorAll(`[data-post-id="${CSS.escape(postId)}"], [data-entry-id="${CSS.escape(postId)}"]`);
  if (document.querySelector("[data-thread]")?.dataset.thread === postId) return endThread();
  for (const card of cards) {
    if (card.matches(".post-card-focus")) endThread();
    else leave(card, postId);
  }
}

function leave(card, postId) {
  const whole = card.closest("[data-reply]") ?? card;
  if (whole.dataset.leaves) return;
  whole.dataset.leaves = "";
  card.classList.add("post-card-leaves");
  setTimeout(() => {
    // What somebody writes to it is theirs: it stays until they close it.
    const isWriting = [...whole.querySelectorAll("textarea")].some((field) => field.value);
    const leaving = isWriting ? card : whole;
    const place = document.createElement(whole.localName === "li" && !isWriting ? "li" : "div");
    if (isWriting) {
      place.className = "post-gone";
      place.textContent = gettext("This is not here any more.");
    } else {
      place.hidden = true;
    }
    moveFocus(leaving);
    leaving.replaceWith(place);
    gone.set(postId, { card, leaving, place });
  }, FADED_MS);
}

// Whoever was in it goes on at the next post, else the one before, else at the page.
function moveFocus(leaving) {
  if (!leaving.contains(document.activeElement)) return;
  const cards = [...document.querySelectorAll(".post-card:not(.post-card-leaves)")].filter((card) => !leaving.contains(card));
  const isAfter = (card) => leaving.compareDocumentPosition(card) & Node.DOCUMENT_POSITION_FOLLOWING;
  const next = cards.find(isAfter) ?? cards.filter((card) => !isAfter(card)).pop();
  (next?.querySelector(".post-author") ?? document.getElementById("main")).focus({ preventScroll: true });
}

export function putBack(postId, fresh) {
  const { card, leaving, place } = gone.get(postId);
  gone.delete(postId);
  if (!place.isConnected) return;
  fresh.classList.add("post-card-new");
  delete leaving.dataset.leaves;
  if (leaving === card) {
    place.replaceWith(fresh);
  } else {
    card.replaceWith(fresh);
    place.replaceWith(leaving);
  }
  window.htmx?.process(leaving === card ? fresh : leaving);
  window.htmx?.trigger(fresh, "htmx:load", { elt: fresh });
}

// The page was about it: it says that it is gone, and what was being written can still be copied.
function endThread() {
  const note = document.querySelector("[data-thread-gone]");
  if (!note?.hidden) return;
  const isWriting = (part) => [...part.querySelectorAll("textarea")].some((field) => field.value);
  const all = document.querySelectorAll(".thread-above, .post-card-focus, #comments, #comments [data-reply]");
  const parts = [...all].filter((part) => !isWriting(part));
  const wasInside = parts.some((part) => part.contains(document.activeElement));
  note.hidden = false;
  for (const part of parts) part.remove();
  if (wasInside) note.querySelector("[tabindex]").focus();
  tell(gettext("This post is not here any more."));
}

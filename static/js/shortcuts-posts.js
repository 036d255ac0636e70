// What single keys do with a post: the one that has the focus, or that a page is about.
import { tell } from "./toasts.js";
import { gettext } from "./words.js";

const shown = (element) => element.getClientRects().length > 0;
const cards = () => [...document.querySelectorAll(".post-card[data-post-id]")].filter(shown);
const held = () => document.activeElement?.closest?.(".post-card[data-post-id]");
const current = () => held() ?? document.querySelector(".post-card-focus");

// From nowhere the first step goes to the first post in sight.
function nextOf(all, step) {
  const from = held();
  if (from) return all[all.indexOf(from) + step];
  const top = document.querySelector(".page-member .site-nav") ? 0 : 60;
  return all.find((card) => card.getBoundingClientRect().bottom > top + 40);
}

function move(step) {
  const card = nextOf(cards(), step);
  if (!card) return step > 0 && document.querySelector(".list-more")?.scrollIntoView({ block: "end" });
  card.tabIndex = -1;
  card.focus({ preventScroll: true });
  card.scrollIntoView({ block: "nearest" });
  return true;
}

// Presses a button of the post without taking the focus from it; what is not there is not done.
function press(selector, words) {
  const button = current()?.querySelector(selector);
  if (!button) return false;
  const wasOn = button.dataset.mark === "on";
  button.click();
  if (words && button.dataset.mark) tell(words[wasOn ? 1 : 0]);
  return true;
}

function reply() {
  const card = current();
  if (!card) return false;
  if (card.querySelector("[data-answer]")) return press("[data-answer]");
  const text = card.matches(".post-card-focus") && document.getElementById("comment-text");
  if (text) text.focus();
  else location.assign(`${card.dataset.href}#comment-text`);
  return true;
}

function unfold() {
  const warning = current()?.querySelector(".post-warning");
  if (!warning) return false;
  warning.open = !warning.open;
  return true;
}

function look() {
  const card = current();
  const media = card?.querySelector("[data-media-view], video.media-picture");
  if (!media) return false;
  const warning = media.closest(".post-warning");
  if (warning) warning.open = true;
  media.focus();
  if (media.matches("video")) media.paused ? media.play() : media.pause();
  else media.click();
  return true;
}

export const forPosts = {
  j: () => move(1),
  k: () => move(-1),
  l: () => press(".like-button, a[id^='like-']", [gettext("Liked."), gettext("Like taken back.")]),
  s: () => press("[id^='share-do-']"),
  r: reply,
  q: () => press("[data-quote]"),
  b: () => press(".bookmark-button", [gettext("Bookmarked.")]),
  x: unfold,
  o: look,
};

// Enter on the post itself; on a link or a button in it, it is theirs.
export function open(event) {
  if (!event.target.matches?.(".post-card:not(.post-card-focus)") || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  location.assign(event.target.dataset.href);
}

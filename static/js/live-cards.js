// Posts on the page change where they stand: their numbers, what they say, whether they are there.
import { Idiomorph } from "../vendor/idiomorph.js";
import { fadeOut, isGone, putBack } from "./live-gone.js";
import { shortNumber } from "./short.js";

const MOST_WATCHED = 100;
// Pages that show the same post do not all ask in the same moment; nor does one ask all the time.
const ASK_WITHIN_MS = 600;
const ASK_AGAIN_MS = 3000;
const asking = new Map();
let watched = new Set();

const cardOf = (postId) => document.getElementById(`post-${postId}`);

// What the page shows besides the reader's own feed: of a thread, where it began.
function shownPosts() {
  if (document.querySelector("[data-live-list]")) return [];
  const thread = document.querySelector("[data-thread]");
  if (thread) return [thread.dataset.thread];
  const cards = [...document.querySelectorAll("[data-post-id]")].slice(-MOST_WATCHED / 2);
  return [...new Set(cards.flatMap((card) => [card.dataset.postId, card.dataset.entryId]))];
}

export function watchedPosts() {
  watched = new Set(shownPosts());
  return [...watched];
}

export const isWatched = () => shownPosts().every((postId) => watched.has(postId));

export function setCounts(message) {
  for (const name of ["likes", "comments", "shares"]) {
    const count = cardOf(message.post_id)?.querySelector(`[data-count="${name}"]`);
    // Of what is under way here the answer says more.
    if (!count || (count.closest("[data-mark-box], [data-mark]") ?? count).matches(".htmx-request, :has(.htmx-request)")) continue;
    count.dataset.number = message[`${name}_count`];
    const text = shortNumber(message[`${name}_count`]);
    if (count.textContent !== text) count.textContent = text;
  }
}

export function updatePost(post) {
  if (!cardOf(post.post_id) && !isGone(post.post_id)) return;
  const known = asking.get(post.post_id);
  if (known?.timer) return;
  const wait = Math.max(Math.random() * ASK_WITHIN_MS, (known?.next ?? 0) - Date.now());
  const timer = setTimeout(() => {
    asking.set(post.post_id, { next: Date.now() + ASK_AGAIN_MS });
    refresh(post.post_id);
  }, wait);
  asking.set(post.post_id, { timer });
}

// A post that was taken away and brought back stands where it was.
export function cameBack(postId) {
  if (!isGone(postId)) return false;
  updatePost({ post_id: postId });
  return true;
}

export const removePost = fadeOut;

async function fetchCard(card) {
  const { entryId, postId } = card.dataset;
  const place = card.matches(".post-card-focus") ? "focus" : card.closest("[data-reply]") ? "thread" : "list";
  // Why it stands there is known to the list it stands in.
  const why = card.querySelector("[data-why]")?.search;
  const more = why === undefined ? "" : `&why=${encodeURIComponent(why)}`;
  const answer = await fetch(`/posts/${entryId ?? postId}/card?place=${place}${more}`, { headers: { "HX-Request": "true" } });
  if (answer.status === 204) return null;
  if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
  const made = document.createElement("template");
  made.innerHTML = await answer.text();
  return made.content.querySelector("[data-post-id]");
}

async function refresh(postId) {
  const card = cardOf(postId) ?? isGone(postId)?.card;
  try {
    const fresh = await fetchCard(card);
    if (!fresh) fadeOut(postId);
    else if (isGone(postId)) putBack(postId, fresh);
    else change(cardOf(postId), fresh);
  } catch {
    // Offline, or the server is: what the page loads next is right.
  }
}

// The head, the body and the row below take over what is new; whoever is in them stays there.
function change(card, fresh) {
  if (!card) return;
  for (const part of [".post-head", ".post-body", ".post-actions"]) {
    const [old, made] = [card.querySelector(part), fresh.querySelector(part)];
    if (!old || !made || old.querySelector(".htmx-request")) continue;
    Idiomorph.morph(old, made, { morphStyle: "outerHTML", callbacks: { beforeNodeMorphed: isOpen, beforeAttributeUpdated: isFree } });
  }
  window.htmx?.process(card);
  window.htmx?.trigger(card, "htmx:load", { elt: card });
}

// What somebody has chosen, but not sent, stays.
const isOpen = (old, made) => !(old instanceof HTMLInputElement && made instanceof HTMLInputElement && old.value === made.value);
const isFree = (name, element) => !(name === "open" && element.matches("details"));

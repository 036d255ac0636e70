// New posts of the home feed: counted behind a pill, fetched when asked for.
import { say } from "./toasts.js";
import { gettext, interpolate, ngettext } from "./words.js";

const list = document.querySelector("[data-live-list]");
const pill = document.querySelector("[data-new-posts]");
const said = document.querySelector("[data-new-posts-said]");
const waiting = new Set();
let isStale = false;

// The newest entry up to which the list is whole. One's own new post does not raise it: others may
// have posted in between. Deeper pages (?cursor=) are history and have none: nothing new belongs on top of them.
const newestShown = () => list?.dataset.since;
const isOnPage = (entryId) => Boolean(list.querySelector(`[data-entry-id="${CSS.escape(entryId)}"]`));
const larger = (one, other) => (BigInt(one || 0) > BigInt(other || 0) ? one : other);
let told = newestShown();

// The newest entry that the socket has told of, or "".
export const newestTold = () => (told && told !== "0" ? told : "");

function showPill() {
  for (const entryId of waiting) if (isOnPage(entryId)) waiting.delete(entryId);
  const number = waiting.size;
  const show = ngettext("Show %(number)s new post", "Show %(number)s new posts", number);
  const there = ngettext("%(number)s new post", "%(number)s new posts", number);
  pill.hidden = !isStale && number === 0;
  pill.textContent = isStale ? gettext("Show new posts") : interpolate(show, { number });
  if (pill.hidden) said.textContent = "";
  else said.textContent = isStale ? gettext("new posts") : interpolate(there, { number });
}

async function showNewPosts() {
  if (isStale) return location.reload();
  pill.disabled = true;
  try {
    const answer = await fetch(`/feed/new?since=${newestShown() || 0}`, { headers: { "HX-Request": "true" } });
    if (answer.status === 204) return location.reload();
    if (!answer.ok) throw new Error(String(answer.status));
    putOnTop(await answer.text());
  } catch {
    say(gettext("The new posts could not be fetched. Please try again."), { isError: true });
  } finally {
    pill.disabled = false;
  }
}

function putOnTop(html) {
  const fetched = document.createElement("template");
  fetched.innerHTML = html;
  const cards = [...fetched.content.querySelectorAll("[data-post-id]")];
  for (const card of cards) {
    document.getElementById(card.id)?.remove();
    card.classList.add("post-card-new");
  }
  list.prepend(...cards);
  cards.forEach((card) => window.htmx?.process(card));
  if (cards.length) list.dataset.since = cards[0].dataset.entryId;
  waiting.clear();
  showPill();
  cards[0]?.querySelector(".post-author").focus({ preventScroll: true });
  scrollTo({ top: 0 });
}

export function newPost(post) {
  if (!newestShown()) return;
  told = larger(post.entry_id, told);
  if (!isOnPage(post.entry_id)) waiting.add(post.entry_id);
  showPill();
}

export function recount(entryId) {
  if (waiting.delete(entryId)) showPill();
}

export function mustReload() {
  if (!newestShown()) return;
  isStale = true;
  showPill();
}

export function startPill() {
  if (!newestShown()) return;
  pill.addEventListener("click", showNewPosts);
  // Whom one follows from this page has written already: their posts are a reload away.
  document.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.successful && event.detail.requestConfig.path.endsWith("/follow")) mustReload();
  });
  // One's own post was told before the page had it, or the other way round.
  document.addEventListener("htmx:oobAfterSwap", showPill);
}

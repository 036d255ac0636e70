// New posts of the home feed: told by the websocket, counted behind a pill, fetched when asked for.
import { connect } from "./socket.js";
import { say } from "./toasts.js";
import { shortNumber } from "./short.js";

const list = document.querySelector("[data-live-list]");
const pill = document.querySelector("[data-new-posts]");
const said = document.querySelector("[data-new-posts-said]");
const waiting = new Set();
let mustReload = false;

// The newest entry up to which the list is whole. One's own new post does not raise it: others may
// have posted in between.
const newestShown = () => list.dataset.since;
const isOnPage = (entryId) => Boolean(list.querySelector(`[data-entry-id="${CSS.escape(entryId)}"]`));
const larger = (one, other) => (BigInt(one || 0) > BigInt(other || 0) ? one : other);

function showPill() {
  for (const entryId of waiting) if (isOnPage(entryId)) waiting.delete(entryId);
  const text = mustReload ? "Show new posts" : `Show ${waiting.size} new post${waiting.size === 1 ? "" : "s"}`;
  pill.hidden = !mustReload && waiting.size === 0;
  pill.textContent = text;
  said.textContent = pill.hidden ? "" : text.replace("Show ", "");
}

async function showNewPosts() {
  if (mustReload) return location.reload();
  pill.disabled = true;
  try {
    const answer = await fetch(`/feed/new?since=${newestShown() || 0}`, { headers: { "HX-Request": "true" } });
    if (answer.status === 204) return location.reload();
    if (!answer.ok) throw new Error(String(answer.status));
    putOnTop(await answer.text());
  } catch {
    say("The new posts could not be fetched. Please try again.", { isError: true });
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

function setCounts(message) {
  const card = document.getElementById(`post-${message.post_id}`);
  for (const name of ["likes", "comments"]) {
    const count = card?.querySelector(`[data-count="${name}"]`);
    if (!count || count.closest(".htmx-request")) continue;
    count.dataset.number = message[`${name}_count`];
    count.textContent = shortNumber(message[`${name}_count`]);
  }
}

function removePost(postId) {
  document.getElementById(`post-${postId}`)?.remove();
  waiting.delete(postId);
  showPill();
}

function start(url) {
  let newestTold = newestShown();
  const handlers = {
    new_post({ post }) {
      newestTold = larger(post.entry_id, newestTold);
      if (!isOnPage(post.entry_id)) waiting.add(post.entry_id);
      showPill();
    },
    post_deleted: (message) => removePost(message.post_id),
    counts: setCounts,
    resync() {
      mustReload = true;
      showPill();
    },
  };
  connect(url, {
    since: () => (newestTold && newestTold !== "0" ? newestTold : ""),
    onMessage: (message) => handlers[message.type]?.(message),
    onLost: handlers.resync,
  });
  pill.addEventListener("click", showNewPosts);
  // Whom one follows from this page has written already: their posts are a reload away.
  document.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.successful && event.detail.requestConfig.path.endsWith("/follow")) handlers.resync();
  });
  // One's own post was told before the page had it, or the other way round.
  document.addEventListener("htmx:oobAfterSwap", showPill);
}

const url = document.querySelector('meta[name="live-url"]')?.content;
// Deeper pages (?cursor=) are history: nothing new belongs on top of them.
if (url && list && newestShown()) start(url);

// What the websocket tells an open page: new posts, and how those it shows change.
import { cameBack, isWatched, removePost, setCounts, updatePost, watchedPosts } from "./live-cards.js";
import { newPost, startPill, mustReload, newestTold, recount } from "./live-pill.js";
import { readElsewhere, showNotification } from "./notifications.js";
import { connect } from "./socket.js";

const SETTLED_MS = 500;

function query() {
  const asked = { since: newestTold(), watch: watchedPosts().join(",") };
  return Object.entries(asked).filter(([, value]) => value).map((pair) => pair.join("=")).join("&");
}

const handlers = {
  new_post: ({ post }) => (post.entry_id === post.post_id && cameBack(post.post_id)) || newPost(post),
  post_updated: ({ post }) => updatePost(post),
  post_deleted(message) {
    removePost(message.post_id);
    recount(message.post_id);
  },
  counts: setCounts,
  notification: showNotification,
  unread_count: readElsewhere,
  resync: mustReload,
};

function start(url) {
  const live = connect(url, { query, onMessage: (message) => handlers[message.type]?.(message), onLost: mustReload });
  startPill();
  // More posts were put on the page: those that no feed brings are asked for as well.
  let settling;
  document.addEventListener("htmx:load", () => {
    clearTimeout(settling);
    settling = setTimeout(() => isWatched() || live.again(), SETTLED_MS);
  });
}

const url = document.querySelector('meta[name="live-url"]')?.content;
if (url) start(url);

// Which posts of home were on screen for a second: told to the site within seconds and when the page is left.
// The first card of what the site puts on the page carries its token; without one nothing is looked at.
const SECOND = 1000;
const SEND_MS = 3000;
// So that a tall post is looked at again as it scrolls by.
const STEPS = Array.from({ length: 21 }, (_, step) => step / 20);

const list = document.querySelector("[data-live-list]");
// {entry id: token of its page}; {card: timer}; entries that count already; {token: {entry id: when}} to be told.
const tokens = new Map();
const timers = new Map();
const seen = new Set();
const untold = new Map();
let sending;

// Half of the post, or half the screen where the post is taller than that.
const isRead = ({ isIntersecting, intersectionRect, boundingClientRect }) =>
  isIntersecting && intersectionRect.height >= Math.min(boundingClientRect.height, innerHeight) / 2;

function note(card) {
  const { entryId } = card.dataset;
  const token = tokens.get(entryId);
  timers.delete(card);
  seen.add(entryId);
  observer.unobserve(card);
  if (!untold.has(token)) untold.set(token, new Map());
  untold.get(token).set(entryId, Date.now());
  sending ??= setTimeout(send, SEND_MS);
}

function start(card) {
  if (!timers.has(card)) timers.set(card, setTimeout(note, SECOND, card));
}

function stop(card) {
  clearTimeout(timers.get(card));
  timers.delete(card);
}

function look(changes) {
  for (const change of changes) {
    if (isRead(change) && !document.hidden) start(change.target);
    else stop(change.target);
  }
}

const observer = new IntersectionObserver(look, { threshold: STEPS });

// The cards from one that carries a token to the next such came with it.
function take(first) {
  for (let card = first; card?.dataset.entryId; card = card.nextElementSibling) {
    if (card !== first && card.dataset.impressions) return;
    if (!tokens.has(card.dataset.entryId)) tokens.set(card.dataset.entryId, first.dataset.impressions);
  }
}

// A card that was made anew in its place goes on under the token of the one before.
function watch(cards) {
  cards.filter((card) => card.dataset.impressions).forEach(take);
  for (const card of cards) {
    const { entryId } = card.dataset;
    if (tokens.has(entryId) && !seen.has(entryId)) observer.observe(card);
  }
}

function send() {
  clearTimeout(sending);
  sending = undefined;
  for (const [token, entries] of untold) {
    const told = [...entries].map(([entryId, when]) => `${entryId}:${Math.max(Date.now() - when, 0)}`).join(" ");
    // A beacon has no headers; what proves that the page is ours goes in a field, as from any form.
    const { value } = document.querySelector("#action-form [name=csrfmiddlewaretoken]");
    const body = new URLSearchParams({ csrfmiddlewaretoken: value, token, entries: told });
    if (!navigator.sendBeacon("/impressions", body)) {
      fetch("/impressions", { method: "POST", body, keepalive: true }).catch(() => {});
    }
  }
  untold.clear();
}

// What is behind another tab is not read; coming back, a post begins its second anew.
function whenHiddenOrShown() {
  if (document.hidden) {
    [...timers.keys()].forEach(stop);
    send();
  } else {
    const cards = [...list.querySelectorAll("[data-entry-id]")];
    cards.forEach((card) => observer.unobserve(card));
    watch(cards);
  }
}

if (list) {
  watch([...list.querySelectorAll("[data-entry-id]")]);
  const added = (records) => records.flatMap(({ addedNodes }) => [...addedNodes]).filter((node) => node.dataset?.entryId);
  new MutationObserver((records) => watch(added(records))).observe(list, { childList: true });
  document.addEventListener("visibilitychange", whenHiddenOrShown);
  addEventListener("pageshow", whenHiddenOrShown);
  addEventListener("pagehide", send);
}

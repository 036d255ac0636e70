// How many notifications are unread, on every page; and on their own page the list itself, as the socket tells it.
import { tell } from "./toasts.js";

const MOST_SHOWN = 99;
const badge = document.querySelector("[data-unread]");
const list = document.querySelector("[data-notification-list]");
const readAll = document.querySelector("[data-read-all]");
const title = document.title;
const rowOf = (group) => list?.querySelector(`[data-notification="${CSS.escape(group)}"]`);
const newerFirst = (one, other) => (BigInt(other.dataset.place) > BigInt(one.dataset.place) ? 1 : -1);

function showCount(count) {
  const text = count > MOST_SHOWN ? `${MOST_SHOWN}+` : String(count || "");
  document.title = text ? `(${text}) ${title}` : title;
  if (readAll) readAll.hidden = !text;
  if (!badge) return;
  const seen = document.createElement("span");
  seen.ariaHidden = "true";
  seen.textContent = text;
  const heard = document.createElement("span");
  heard.className = "visually-hidden";
  heard.textContent = ` ${text} ${badge.dataset.unreadWords}`;
  badge.replaceChildren(...(text ? [seen, heard] : []));
}

// A new one, or one that has grown: it comes to the top of the list.
export function showNotification({ notification, unread_count: count }) {
  showCount(count);
  if (list) fetchRow(notification.group);
}

async function fetchRow(group) {
  const answer = await fetch(`${list.dataset.address}/${group}/row`, { headers: { "HX-Request": "true" } }).catch(() => null);
  if (answer?.status !== 200 || answer.redirected) return; // the next look at the page has it
  const made = document.createElement("template");
  made.innerHTML = await answer.text();
  const row = made.content.querySelector("[data-notification]");
  const old = rowOf(group);
  const hadFocus = old?.contains(document.activeElement);
  old?.remove();
  row.classList.add("notification-new");
  list.prepend(...[row, ...list.querySelectorAll("[data-notification]")].sort(newerFirst));
  const newest = document.querySelector("[data-read-up-to]");
  if (newest) newest.value = list.firstElementChild.dataset.place;
  if (hadFocus) row.querySelector(".notification-link").focus({ preventScroll: true });
  tell(row.querySelector(".notification-link").textContent);
}

// Read here or in another window: the marks go where they have been read.
export function readElsewhere({ unread_count: count, read_up_to: upTo, read_group: group }) {
  showCount(count);
  if (!list) return;
  const rows = upTo
    ? [...list.querySelectorAll("[data-notification]")].filter((row) => BigInt(row.dataset.place) <= BigInt(upTo))
    : [rowOf(group ?? "")].filter(Boolean);
  for (const row of rows) {
    row.classList.remove("notification-unread");
    row.querySelectorAll("[data-unread-note]").forEach((note) => note.remove());
  }
}

// The button is about to go: who was on it goes on at the heading.
readAll?.addEventListener("htmx:afterRequest", (event) => {
  if (!event.detail.successful) return;
  if (readAll.contains(document.activeElement)) document.getElementById("notifications-title").focus();
  readElsewhere({ unread_count: 0, read_up_to: readAll.elements.up_to.value });
});

// A click beside the words opens it as well.
list?.addEventListener("click", (event) => {
  const row = event.target.closest("[data-notification]");
  if (!row || event.target.closest("a, button") || event.button !== 0 || String(getSelection())) return;
  row.querySelector(".notification-link").click();
});

document.querySelector("[data-own-zone]")?.addEventListener("click", (event) => {
  const field = document.getElementById(event.currentTarget.dataset.ownZone);
  field.value = Intl.DateTimeFormat().resolvedOptions().timeZone;
});

if (badge?.textContent) document.title = `(${badge.firstElementChild.textContent}) ${title}`;

// This browser's own subscription, and whose it is. What is kept here says on whose behalf it asked.
const KEPT = "push-for";
const LOOKED = "push-looked";

export const viewer = document.querySelector("meta[name=push-for]")?.content ?? "";
export const isSupported = () => "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;

function kept(name) {
  try {
    return localStorage.getItem(name);
  } catch {
    return null; // storage is switched off
  }
}

function keep(name, value) {
  try {
    if (value === null) localStorage.removeItem(name);
    else localStorage.setItem(name, value);
  } catch {
    // Then the device is not remembered, and the server has the last word.
  }
}

export const isMine = () => Boolean(viewer) && kept(KEPT) === viewer;
export const lookedAt = () => Number(kept(LOOKED));
export const looked = () => keep(LOOKED, String(Date.now()));

const token = () => JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"];

export async function call(method, path, body) {
  const headers = { "Content-Type": "application/json", "X-CSRFToken": token() };
  const answer = await fetch(`/api/v1/push/${path}`, { method, headers, body: body && JSON.stringify(body) });
  if (!answer.ok) throw new Error(`${answer.status}`);
  return answer.status === 204 ? null : answer.json();
}

const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (one) => one.charCodeAt(0));
const text = (raw) => btoa(String.fromCharCode(...new Uint8Array(raw))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

// The key of the site that the browser's subscription was made for; null without one.
export async function madeFor() {
  const subscription = await (await navigator.serviceWorker.ready).pushManager.getSubscription();
  return subscription && text(subscription.options.applicationServerKey);
}

// Subscribes for the site's key, anew where it was another's, and tells the site.
export async function subscribe(key) {
  const { pushManager } = await navigator.serviceWorker.ready;
  let subscription = await pushManager.getSubscription();
  if (subscription && text(subscription.options.applicationServerKey) !== key) {
    await subscription.unsubscribe();
    subscription = null;
  }
  subscription ??= await pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytes(key) });
  const made = await call("POST", "subscriptions", { ...subscription.toJSON(), public_key: key });
  keep(KEPT, viewer);
  looked();
  return made;
}

// Ends it in this browser, whoever asked for it.
export async function forget() {
  keep(KEPT, null);
  keep(LOOKED, null);
  const registration = await navigator.serviceWorker.getRegistration();
  const subscription = await registration?.pushManager?.getSubscription();
  await subscription?.unsubscribe();
}

export const hasTraces = () => kept(KEPT) !== null;

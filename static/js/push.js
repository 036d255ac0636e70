// "Push on this device": what holds here, and the button that changes it. Permission is asked for by a click only.
import { call, forget, hasTraces, isMine, isSupported, looked, lookedAt, madeFor, subscribe } from "./push-device.js";
import { say } from "./toasts.js";

const LOOK_EVERY_MS = 3_600_000;
const section = document.querySelector("[data-push]");

function state() {
  if (!isSupported()) return "unsupported";
  if (Notification.permission === "denied") return "blocked";
  return section.dataset.pushId && Notification.permission === "granted" ? "on" : "off";
}

function show() {
  const holds = state();
  for (const words of section.querySelectorAll("[data-push-state]")) words.hidden = words.dataset.pushState !== holds;
  section.querySelector("[data-push-on]").hidden = holds !== "off";
  section.querySelector("[data-push-off]").hidden = holds !== "on";
}

// The list as the server has it now.
async function refreshList() {
  await window.htmx?.ajax("GET", section.dataset.pushPage, {
    source: section, target: "#push-devices", select: "#push-devices", swap: "outerHTML",
  });
}

async function turnOn() {
  if ((await Notification.requestPermission()) !== "granted") return;
  const made = await subscribe(section.dataset.pushKey);
  section.dataset.pushId = made.subscription_id;
}

async function turnOff() {
  await call("DELETE", `subscriptions/${section.dataset.pushId}`).catch((error) => {
    if (error.message !== "404") throw error; // it is gone already
  });
  section.dataset.pushId = "";
  await forget();
}

async function press(button, act) {
  button.disabled = true;
  try {
    await act();
    await refreshList();
  } catch {
    say(section.dataset.pushFailed, { isError: true });
  }
  button.disabled = false;
  const had = document.activeElement === button || document.activeElement === document.body;
  show();
  if (had) section.querySelector("[data-push-on]:not([hidden]), [data-push-off]:not([hidden])")?.focus();
}

if (section) {
  show();
  section.querySelector("[data-push-on]").addEventListener("click", ({ target }) => press(target, turnOn));
  section.querySelector("[data-push-off]").addEventListener("click", ({ target }) => press(target, turnOff));
}

// Now and then it is looked whether this still holds. What ended elsewhere, by its owner or with its session, ends here
// too; only a new key of the site is no reason to ask anybody anew.
async function keepUp() {
  if (!hasTraces()) return;
  if (!isMine() || Notification.permission !== "granted") await forget(); // another person's, or not wanted any more
  else if (Date.now() - lookedAt() > LOOK_EVERY_MS) await look();
}

async function look() {
  const { public_key: key } = await call("GET", "key");
  const made = await madeFor();
  if (made && made !== key) return subscribe(key);
  const { subscriptions } = await call("GET", "subscriptions");
  return made && subscriptions.some((one) => one.current) ? looked() : forget();
}

if (isSupported()) keepUp().catch(() => {}); // at the next page, then

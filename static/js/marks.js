// A like, share or bookmark shows at once; the server's answer takes its place, a refusal turns it back.
import { shortNumber } from "./short.js";

// What is on its way: leaving the page cuts it off, so it is sent again by the browser itself.
// Marking twice is marking once.
const underWay = new Map();

function toggle(mark) {
  const isOn = mark.dataset.mark === "on";
  mark.dataset.mark = isOn ? "off" : "on";
  if (mark.hasAttribute("aria-pressed")) mark.setAttribute("aria-pressed", String(!isOn));
  const count = (mark.closest("[data-mark-box]") ?? mark).querySelector("[data-count]");
  if (!count) return;
  const number = Number(count.dataset.number) + (isOn ? -1 : 1);
  count.dataset.number = number;
  count.textContent = shortNumber(number);
}

// A mark in a menu: the menu closes, and whoever was in it goes on at its button.
document.addEventListener("htmx:beforeRequest", (event) => {
  const box = event.target.matches("[data-mark]") && event.target.closest("[data-mark-box]");
  if (box && box.contains(document.activeElement)) box.querySelector("summary").focus();
});

document.addEventListener("htmx:beforeSend", (event) => {
  if (!event.target.matches("[data-mark]")) return;
  toggle(event.target);
  underWay.set(event.target.id, event.detail.requestConfig.path);
});

document.addEventListener("htmx:afterRequest", (event) => underWay.delete(event.detail.elt.id));

addEventListener("pagehide", () => {
  const body = new FormData(document.getElementById("action-form"));
  for (const path of underWay.values()) navigator.sendBeacon(path, body);
});

for (const failed of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(failed, (event) => {
    if (event.target.matches("[data-mark]")) toggle(event.target);
  });
}

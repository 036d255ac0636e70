// A like shows at once; the server's answer replaces the button, a failure turns it back.
import { shortNumber } from "./short.js";

// Likes on their way: leaving the page cuts them off, so they are sent again by the browser itself.
// Liking twice is liking once.
const underWay = new Map();

function toggle(button) {
  const isOn = button.getAttribute("aria-pressed") === "true";
  const count = button.querySelector("[data-count]");
  const number = Number(count.dataset.number) + (isOn ? -1 : 1);
  button.setAttribute("aria-pressed", String(!isOn));
  count.dataset.number = number;
  count.textContent = shortNumber(number);
}

document.addEventListener("htmx:beforeSend", (event) => {
  if (!event.target.matches("[data-like]")) return;
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
    if (event.target.matches("[data-like]")) toggle(event.target);
  });
}

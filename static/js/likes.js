// A like shows at once; the server's answer replaces the button, a failure turns it back.
import { shortNumber } from "./short.js";

function toggle(button) {
  const isOn = button.getAttribute("aria-pressed") === "true";
  const count = button.querySelector("[data-count]");
  const number = Number(count.dataset.number) + (isOn ? -1 : 1);
  button.setAttribute("aria-pressed", String(!isOn));
  count.dataset.number = number;
  count.textContent = shortNumber(number);
}

document.addEventListener("htmx:beforeSend", (event) => {
  if (event.target.matches("[data-like]")) toggle(event.target);
});

for (const failed of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(failed, (event) => {
    if (event.target.matches("[data-like]")) toggle(event.target);
  });
}

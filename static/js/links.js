// The address of a post, copied.
import { say } from "./toasts.js";
import { gettext, interpolate } from "./words.js";

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy-link]");
  if (!button) return;
  const address = new URL(button.dataset.copyLink, location.href).href;
  try {
    await navigator.clipboard.writeText(address);
    say(gettext("The link is copied."));
  } catch {
    say(interpolate(gettext("Your browser does not allow copying. The link is %(address)s"), { address }), { isError: true });
  }
});

// Shows the chosen picture before it is sent, copies a token, and brings the open tab into sight.
import { say } from "./toasts.js";
import { gettext } from "./words.js";

// Of a row of tabs that is wider than a phone, the one that is open is in sight.
document.querySelector(".tab[aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });

document.querySelector("[data-avatar-input]")?.addEventListener("change", (event) => {
  const file = event.target.files[0];
  if (!file) return;
  const picture = document.createElement("img");
  picture.className = "avatar avatar-large";
  picture.alt = "";
  picture.src = URL.createObjectURL(file);
  document.querySelector("[data-avatar-preview]").replaceChildren(picture);
});

document.querySelector("[data-copy]")?.addEventListener("click", async (event) => {
  try {
    await navigator.clipboard.writeText(document.getElementById(event.target.dataset.copy).textContent);
    say(gettext("Copied."));
  } catch {
    say(gettext("Your browser does not allow copying. Mark the token and copy it by hand."), { isError: true });
  }
});

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

for (const button of document.querySelectorAll("[data-copy]")) {
  button.addEventListener("click", () => copy(document.getElementById(button.dataset.copy).textContent.trim()));
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    say(gettext("Copied."));
  } catch {
    say(gettext("Your browser does not allow copying. Mark it and copy it by hand."), { isError: true });
  }
}

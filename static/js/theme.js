// The switch: as the system has it, light, dark. theme-boot.js shows what is saved here.
import { gettext } from "./words.js";

const root = document.documentElement;
const button = document.querySelector("[data-theme-switch]");
const IS = {
  "": gettext("Colours: as your system."),
  light: gettext("Colours: light."),
  dark: gettext("Colours: dark."),
};
const WILL_BE = {
  "": gettext("Change to as your system"),
  light: gettext("Change to light"),
  dark: gettext("Change to dark"),
};
const isDarkSystem = () => matchMedia("(prefers-color-scheme: dark)").matches;
const chosen = () => root.dataset.theme ?? "";

// From the system's choice the first press always changes something.
function following() {
  const round = isDarkSystem() ? ["", "light", "dark"] : ["", "dark", "light"];
  return round[(round.indexOf(chosen()) + 1) % round.length];
}

function name() {
  const label = `${IS[chosen()]} ${WILL_BE[following()]}`;
  button.setAttribute("aria-label", label);
  button.title = label;
}

function choose(theme) {
  if (theme) root.dataset.theme = theme;
  else delete root.dataset.theme;
  try {
    if (theme) localStorage.setItem("theme", theme);
    else localStorage.removeItem("theme");
  } catch {
    // Storage is switched off: the choice holds for this page.
  }
  name();
}

if (button) {
  name();
  button.addEventListener("click", () => choose(following()));
}

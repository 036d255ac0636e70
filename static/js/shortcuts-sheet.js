// The sheet that lists the keys, and the switch in it: single keys get in the way of speech input, so they can be off.
const sheet = document.getElementById("shortcuts");
const choice = sheet?.querySelector("[data-shortcuts-switch]");

function read() {
  try {
    return localStorage.getItem("shortcuts") !== "off";
  } catch {
    return true; // storage is switched off
  }
}

let on = read();
export const areOn = () => on;

export function openSheet() {
  if (!sheet?.showModal) return false;
  document.querySelector("[data-menu][open]")?.removeAttribute("open");
  choice.checked = on;
  sheet.showModal();
  return true;
}

function keep() {
  on = choice.checked;
  try {
    if (on) localStorage.removeItem("shortcuts");
    else localStorage.setItem("shortcuts", "off");
  } catch {
    // The choice holds for this page.
  }
}

choice?.addEventListener("change", keep);

// Menus close and take their items with them: the focus goes back to what opened the menu.
document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-shortcuts-open]");
  if (!opener) return;
  const menu = opener.closest("[data-menu]");
  (menu?.querySelector("summary") ?? opener).focus();
  openSheet();
});

// A click beside the sheet closes it, as Escape does.
sheet?.addEventListener("click", (event) => {
  if (event.target === sheet) sheet.close();
});

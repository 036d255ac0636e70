// The page without a network looks by itself whether the site is back, and then shows what was asked for.
const LOOK_EVERY_MS = 5000;
const note = document.querySelector("[data-offline-note]");

async function isBack() {
  try {
    const answer = await fetch("/healthz", { method: "HEAD", cache: "no-store" });
    return answer.ok;
  } catch {
    return false;
  }
}

async function goOn() {
  if (await isBack()) location.reload();
  else return false;
  return true;
}

document.querySelector("[data-offline-again]").addEventListener("click", async (event) => {
  event.preventDefault();
  note.textContent = note.dataset.trying;
  if (!(await goOn())) note.textContent = note.dataset.still;
});

// Opened by its own address it has nothing to go back to.
if (location.pathname !== "/offline") {
  window.addEventListener("online", goOn);
  setInterval(() => document.hidden || goOn(), LOOK_EVERY_MS);
  document.addEventListener("visibilitychange", () => document.hidden || goOn());
}

// The site as an app: its service worker, and "Install" where the browser offers that.
navigator.serviceWorker?.register("/sw.js", { updateViaCache: "none" }).catch(() => {
  // Private windows and some settings forbid it: nothing is lost but the offline page and push.
});

const button = document.querySelector("[data-install]");
let offer = null;

window.addEventListener("beforeinstallprompt", (event) => {
  if (!button) return;
  event.preventDefault(); // the menu asks instead of a bar over the page
  offer = event;
  button.hidden = false;
});

window.addEventListener("appinstalled", () => {
  offer = null;
  if (button) button.hidden = true;
});

button?.addEventListener("click", async () => {
  button.hidden = true;
  await offer?.prompt(); // it can be asked once; the browser offers again when it likes
  offer = null;
});

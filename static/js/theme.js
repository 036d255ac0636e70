// The switch between light and dark; theme-boot.js shows what is saved here.
document.querySelector("[data-theme-switch]")?.addEventListener("click", () => {
  const root = document.documentElement;
  const next = root.dataset.shown === "dark" ? "light" : "dark";
  root.dataset.theme = root.dataset.shown = next;
  try {
    localStorage.setItem("theme", next);
  } catch {
    // Storage is switched off: the choice holds for this page.
  }
});

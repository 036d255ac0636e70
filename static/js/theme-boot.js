// Runs before the page is drawn, so that the chosen theme never flashes.
(() => {
  const root = document.documentElement;
  const darkSystem = matchMedia("(prefers-color-scheme: dark)");
  root.dataset.js = "";

  window.showTheme = () => {
    let chosen = null;
    try {
      chosen = localStorage.getItem("theme");
    } catch {
      // Storage is switched off: the system's choice holds.
    }
    if (chosen === "light" || chosen === "dark") root.dataset.theme = chosen;
    root.dataset.shown = chosen || (darkSystem.matches ? "dark" : "light");
  };
  darkSystem.addEventListener("change", window.showTheme);
  window.showTheme();
})();

// Runs before the page is drawn, so that the chosen theme never flashes. Without a choice the system's holds.
(() => {
  const root = document.documentElement;
  root.dataset.js = "";
  try {
    const chosen = localStorage.getItem("theme");
    if (chosen === "light" || chosen === "dark") root.dataset.theme = chosen;
  } catch {
    // Storage is switched off.
  }
})();

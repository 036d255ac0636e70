// What the phone paints around the page follows the theme that was chosen, not only the system's.
const metas = [...document.querySelectorAll("[data-theme-color]")].map((meta) => [meta, meta.media]);

function follow() {
  const chosen = document.documentElement.dataset.theme;
  for (const [meta, media] of metas) {
    if (chosen) meta.media = meta.dataset.themeColor === chosen ? "all" : "not all";
    else meta.media = media;
  }
}

follow();
new MutationObserver(follow).observe(document.documentElement, { attributeFilter: ["data-theme"] });

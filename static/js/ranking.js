// The weights: their numbers follow the sliders, a preset moves them all, and what would stand on top is said.
import { tell } from "./toasts.js";

const form = document.querySelector("[data-ranking]");
const sliders = form ? [...form.querySelectorAll("[data-weight]")] : [];
const presets = form ? [...form.querySelectorAll("[data-preset]")] : [];
const written = () => sliders.map((slider) => `${slider.name}:${slider.value}`).join(",");

function show() {
  for (const slider of sliders) form.querySelector(`output[for="${slider.id}"]`).value = slider.value;
  for (const preset of presets) {
    if (preset.dataset.preset === written()) preset.setAttribute("aria-current", "true");
    else preset.removeAttribute("aria-current");
  }
}

// Whoever moves a weight wants to see it count.
function chooseWeights() {
  form.querySelector('[name="ranking"][value="engagement"]').checked = true;
}

form?.addEventListener("input", (event) => {
  if (!event.target.matches("[data-weight]")) return;
  chooseWeights();
  show();
});

for (const preset of presets) {
  preset.addEventListener("click", (event) => {
    event.preventDefault();
    const weights = new Map(preset.dataset.preset.split(",").map((pair) => pair.split(":")));
    for (const slider of sliders) slider.value = weights.get(slider.name);
    sliders[0].dispatchEvent(new Event("input", { bubbles: true }));
  });
}

document.getElementById("ranking-preview")?.addEventListener("htmx:afterSwap", (event) => {
  const said = event.currentTarget.querySelector("[data-preview-said]");
  if (said) tell(said.textContent);
});

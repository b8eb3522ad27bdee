// SPDX-License-Identifier: Apache-2.0
// Without this file every button still works; with it, one button shows the sum of what is ticked.
for (const form of document.querySelectorAll("form[data-sum]")) {
  const shown = form.querySelector("[data-sum-shown]");
  if (!shown) continue;
  const button = shown.closest("button");
  const whole = { text: shown.textContent, scope: button.value };
  const ticks = [...form.querySelectorAll("input[data-minor]")];
  const proposed = ticks.map((tick) => tick.checked);
  const scale = 10 ** Number(form.dataset.places);
  form.querySelector("[data-sum-plain]")?.setAttribute("hidden", "");

  const show = () => {
    const untouched = ticks.every((tick, at) => tick.checked === proposed[at]);
    const minor = ticks.reduce((sum, tick) => sum + (tick.checked ? Number(tick.dataset.minor) : 0), 0);
    const places = minor % scale ? Number(form.dataset.places) : Number(form.dataset.shownPlaces);
    const number = new Intl.NumberFormat(document.documentElement.lang, {
      minimumFractionDigits: places,
      maximumFractionDigits: places,
      useGrouping: "always",
    }).format(minor / scale);
    shown.textContent = untouched ? whole.text : form.dataset.sum.replace("{}", number);
    button.value = untouched ? whole.scope : "chosen";
    button.disabled = minor === 0;
  };
  form.addEventListener("change", show);
  addEventListener("pageshow", show);
}

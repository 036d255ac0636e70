// Times in the reader's own time zone. Without scripts they are in UTC, and say so.
import { each } from "./each.js";
import { locale } from "./words.js";

const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
const long = new Intl.DateTimeFormat(locale, { dateStyle: "long", timeStyle: "short" });
const two = (number) => String(number).padStart(2, "0");

// As a field for a date and a time takes it.
function local(moment) {
  const day = `${moment.getFullYear()}-${two(moment.getMonth() + 1)}-${two(moment.getDate())}`;
  return `${day}T${two(moment.getHours())}:${two(moment.getMinutes())}`;
}

if (zone) {
  each("[data-local-time]", (time) => (time.textContent = long.format(new Date(time.dateTime))));
  each("[data-zone-name]", (name) => (name.textContent = zone.replaceAll("_", " ")));
  each("[data-due]", (due) => {
    const sent = due.form.querySelector("[data-time-zone]");
    if (due.value && sent.value === "UTC") due.value = local(new Date(`${due.value}Z`));
    sent.value = zone;
    due.min = local(new Date());
  });
}

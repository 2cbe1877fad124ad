// What every page needs: parts that renew themselves (htmx), and the choice between light and dark.
import htmx from "htmx.org";

htmx.config.allowEval = false; // the Content-Security-Policy forbids it
htmx.config.includeIndicatorStyles = false; // an inline style, forbidden too; style.css has them
htmx.config.historyCacheSize = 0; // pages show what is true now
// What a part is refused with is said in its place: without this nothing happens, and what was there before looks like the answer.
htmx.config.responseHandling = [
  { code: "204", swap: false },
  { code: "[23]..", swap: true },
  { code: "4..|500|503", swap: true, error: true, select: "[role=alert]", ignoreTitle: true },
  { code: "...", swap: false, error: true },
];
window.htmx = htmx;

const dark = () => {
  const chosen = document.documentElement.dataset.theme;
  return chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
};

document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-theme-switch]")) return;
  const theme = dark() ? "light" : "dark";
  document.documentElement.dataset.theme = theme;
  localStorage.setItem("foreview-theme", theme);
  document.dispatchEvent(new Event("foreview:theme"));
});

// A value that is shown once, such as a new key, can be copied.
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent.trim());
  button.textContent = "Copied";
});

// A file that was chosen is looked at; without this there is the button.
document.addEventListener("change", (event) => {
  if (event.target.matches("input[data-submit]")) event.target.form.requestSubmit();
});

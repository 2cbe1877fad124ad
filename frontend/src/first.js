// Runs before anything is painted, and so before anything can be clicked: what it listens for is never asked in vain.
const root = document.documentElement;
root.classList.add("scripted");
root.classList.toggle("copies", Boolean(navigator.clipboard)); // browsers give it to encrypted pages alone

// A look that was chosen on this screen is there from the first moment.
const kept = localStorage.getItem("foreview-theme");
if (kept === "light" || kept === "dark") root.dataset.theme = kept;

const dark = () => {
  const chosen = root.dataset.theme;
  return chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
};

document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-theme-switch]")) return;
  const theme = dark() ? "light" : "dark";
  root.dataset.theme = theme;
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

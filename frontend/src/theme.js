// Runs before anything is painted: a look that was chosen on this screen is there from the first moment.
const chosen = localStorage.getItem("foreview-theme");
if (chosen === "light" || chosen === "dark") document.documentElement.dataset.theme = chosen;
document.documentElement.classList.add("scripted");

// Bundles what pages run in the browser into the Django app's static files. Needs nothing but what package-lock.json names.
import { build } from "esbuild";

const out = "../backend/downloader/static/foreview";
await build({
  entryPoints: { pages: "src/pages.js", charts: "src/charts.js", first: "src/first.js", style: "src/style.css" },
  outdir: out,
  bundle: true,
  minify: true,
  format: "iife",
  target: ["es2022"],
  legalComments: "linked",
  logLevel: "warning",
});

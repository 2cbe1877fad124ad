// Makes the figures of a page interactive. Each panel lies beside its picture as JSON: axes with their ticks, series with their points
// and what each says. Nothing is computed here but places on the screen.
import { CustomChart, LineChart } from "echarts/charts";
import { GridComponent, MarkLineComponent, TooltipComponent } from "echarts/components";
import * as echarts from "echarts/core";
import { SVGRenderer } from "echarts/renderers";

echarts.use([CustomChart, LineChart, GridComponent, MarkLineComponent, TooltipComponent, SVGRenderer]);

const LOOKS = 6;
const SHAPES = ["circle", "rect", "triangle", "diamond", "path://M-4,-4L4,-4L0,4Z", "path://M-5,-1.6L5,-1.6L5,1.6L-5,1.6Z"];
const SCALES = { linear: (value) => value, log: Math.log, root: Math.sqrt };
const shape = (look) => SHAPES[(look + Math.floor(look / LOOKS)) % SHAPES.length];
const still = matchMedia("(prefers-reduced-motion: reduce)");

const colours = () => {
  const style = getComputedStyle(document.documentElement);
  const named = (name) => style.getPropertyValue(name).trim();
  const looks = Array.from({ length: LOOKS }, (_, look) => named(`--c${look}`));
  return { look: (look) => looks[look % LOOKS], ink: named("--ink"), soft: named("--soft"), rule: named("--rule"), paper: named("--paper") };
};

const placed = (axis, value) => {
  const scale = SCALES[axis.kind];
  return scale(Math.min(Math.max(value, axis.low), axis.high));
};

const axisOf = (axis, paint, upright) => {
  const names = new Map(axis.ticks.map(([value, text]) => [placed(axis, value).toFixed(6), text]));
  const places = axis.ticks.map(([value]) => placed(axis, value));
  return {
    type: "value",
    min: SCALES[axis.kind](axis.low),
    max: SCALES[axis.kind](axis.high),
    name: axis.label,
    nameLocation: "middle",
    nameGap: upright ? 46 : 28,
    nameTextStyle: { color: paint.ink },
    axisLabel: { customValues: places, formatter: (value) => names.get(value.toFixed(6)) ?? "", color: paint.soft, hideOverlap: true },
    axisTick: { customValues: places, show: !upright },
    splitLine: { show: false },
    axisLine: { show: !upright, onZero: false, lineStyle: { color: paint.soft } },
  };
};

const band = (series, panel, paint) => ({
  name: series.name,
  type: "custom",
  silent: true,
  tooltip: { show: false },
  data: [series.band.map(([x]) => placed(panel.x, x))],
  renderItem: (_, api) => {
    const upper = series.band.map(([x, , high]) => api.coord([placed(panel.x, x), placed(panel.y, high)]));
    const lower = series.band.map(([x, low]) => api.coord([placed(panel.x, x), placed(panel.y, low)]));
    return { type: "polygon", shape: { points: [...upper, ...lower.reverse()] }, style: { fill: paint.look(series.look), opacity: 0.18 } };
  },
});

const whiskers = (series, panel, paint) => ({
  name: series.name,
  type: "custom",
  silent: true,
  tooltip: { show: false },
  data: series.points.filter((point) => point.low !== null && point.high !== null).map((point) => [placed(panel.x, point.x), placed(panel.y, point.low), placed(panel.y, point.high)]),
  renderItem: (_, api) => {
    const [x1, y1] = api.coord([api.value(0), api.value(1)]);
    const [x2, y2] = api.coord([api.value(0), api.value(2)]);
    return { type: "line", shape: { x1, y1, x2, y2 }, style: { stroke: paint.look(series.look), lineWidth: 2, opacity: 0.6 } };
  },
});

const line = (series, panel, paint) => ({
  name: series.name,
  type: "line",
  symbol: shape(series.look),
  symbolSize: series.points.length <= 40 ? 8 : series.joined ? 4 : 6,
  showSymbol: !series.joined || series.points.length <= 62,
  showAllSymbol: true,
  lineStyle: { color: paint.look(series.look), width: series.joined ? 2 : 0 },
  itemStyle: { color: paint.look(series.look), opacity: series.joined ? 1 : 0.7 },
  emphasis: { focus: "series" },
  data: series.points.map((point) => ({ value: [placed(panel.x, point.x), placed(panel.y, point.y)], says: point.says })),
});

const reference = (panel, paint) => ({
  type: "line",
  silent: true,
  symbol: "none",
  tooltip: { show: false },
  lineStyle: { color: paint.soft, type: "dashed", width: 1.5 },
  data: panel.reference.map(([x, y]) => [placed(panel.x, x), placed(panel.y, y)]),
});

// Text nodes, not markup: a title of a video is no HTML, and inline styles are forbidden.
const told = (points) => {
  const list = document.createElement("ul");
  for (const point of [points].flat().filter((one) => one.data?.says)) {
    const entry = document.createElement("li");
    entry.textContent = `${point.seriesName}: ${point.data.says}`;
    list.append(entry);
  }
  return list;
};

const common = (paint) => ({
  animation: !still.matches,
  animationDuration: 250,
  textStyle: { fontFamily: "system-ui, sans-serif", color: paint.soft },
  tooltip: { trigger: "axis", className: "told", formatter: told, backgroundColor: paint.paper, borderColor: paint.rule, textStyle: { color: paint.ink }, confine: true },
});

const lines = (panel, paint, hidden) => {
  const shown = panel.series.filter((series) => !hidden.has(series.name));
  const grid = { left: 64, right: 16, top: 12, bottom: 44 };
  const y = axisOf(panel.y, paint, true);
  y.splitLine = { show: true, lineStyle: { color: paint.rule } };
  const base = common(paint);
  if (panel.series.some((series) => !series.joined)) base.tooltip.trigger = "item";
  return {
    ...base,
    grid,
    xAxis: axisOf(panel.x, paint, false),
    yAxis: y,
    series: [
      ...shown.filter((series) => series.band.length).map((series) => band(series, panel, paint)),
      ...(panel.reference ? [reference(panel, paint)] : []),
      ...shown.filter((series) => series.points.some((point) => point.low !== null)).map((series) => whiskers(series, panel, paint)),
      ...shown.filter((series) => series.points.length).map((series) => line(series, panel, paint)),
    ],
  };
};

const LANE = 14;
const GAP = 12;

const dots = (panel, paint, hidden) => {
  const rows = panel.rows.map((row) => ({ ...row, dots: row.dots.filter((dot) => !hidden.has(dot.series)) }));
  const marks = rows.flatMap((row, at) => row.dots.map((dot, lane) => ({ ...dot, at, lane, of: row.dots.length, row: row.name })));
  const place = (api, mark, value) => {
    const [x, y] = api.coord([value, mark.at]);
    return [x, y + (mark.lane - (mark.of - 1) / 2) * LANE];
  };
  const draw = (_, api) => {
    const mark = marks[api.value(2)];
    const [x1, y] = place(api, mark, placed(panel.x, mark.low));
    const [x2] = place(api, mark, placed(panel.x, mark.high));
    const [x] = place(api, mark, placed(panel.x, mark.value));
    const colour = paint.look(mark.look);
    return {
      type: "group",
      children: [
        { type: "line", shape: { x1, y1: y, x2, y2: y }, style: { stroke: colour, lineWidth: 2, opacity: 0.6 } },
        { type: "circle", shape: { cx: x, cy: y, r: 4.5 }, style: { fill: colour } },
      ],
    };
  };
  return {
    ...common(paint),
    tooltip: { ...common(paint).tooltip, trigger: "item" },
    grid: { left: 8, right: 16, top: 8, bottom: 44, containLabel: true },
    xAxis: axisOf(panel.x, paint, false),
    yAxis: { type: "category", inverse: true, data: rows.map((row) => row.name), axisTick: { show: false }, axisLine: { show: false }, axisLabel: { color: paint.ink } },
    series: [
      {
        type: "custom",
        renderItem: draw,
        data: marks.map((mark, number) => ({ value: [placed(panel.x, mark.value), mark.at, number], says: `${mark.row}: ${mark.says}` })),
        tooltip: { formatter: (point) => told({ data: point.data, seriesName: marks[point.dataIndex].series }) },
        markLine: {
          silent: true,
          symbol: "none",
          label: { show: false },
          data: panel.references.map(([value, look]) => ({ xAxis: placed(panel.x, value), lineStyle: { color: paint.look(look), type: "dashed", width: 1.5 } })),
        },
      },
    ],
  };
};

const height = (panel) => (panel.rows ? panel.rows.reduce((sum, row) => sum + LANE * row.dots.length + GAP, 60) : 320);

const enliven = (figure) => {
  const panels = JSON.parse(figure.querySelector("script[type='application/json']").textContent);
  const hidden = new Set();
  const charts = [...figure.querySelectorAll(".panels > div")].map((place, number) => {
    const panel = panels[number];
    const picture = place.querySelector("svg");
    const canvas = document.createElement("div");
    canvas.className = "canvas";
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", panel.describes);
    canvas.style.height = `${height(panel)}px`;
    picture.replaceWith(canvas);
    return { panel, chart: echarts.init(canvas, null, { renderer: "svg" }) };
  });
  const draw = () => {
    const paint = colours();
    for (const { panel, chart } of charts) chart.setOption(panel.rows ? dots(panel, paint, hidden) : lines(panel, paint, hidden), true);
  };
  for (const entry of figure.querySelectorAll(".legend > li")) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "plain";
    button.setAttribute("aria-pressed", "true");
    button.append(...entry.childNodes);
    button.addEventListener("click", () => {
      const name = button.textContent.trim();
      if (!hidden.delete(name)) hidden.add(name);
      button.setAttribute("aria-pressed", String(!hidden.has(name)));
      draw();
    });
    entry.append(button);
  }
  draw();
  document.addEventListener("foreview:theme", draw);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  new ResizeObserver(() => charts.forEach(({ chart }) => chart.resize())).observe(figure);
  figure.dataset.live = "";
};

const all = (root) => root.querySelectorAll("figure[data-figure]:not([data-live])").forEach(enliven);
all(document);
document.addEventListener("htmx:load", (event) => all(event.detail.elt.parentElement ?? document));

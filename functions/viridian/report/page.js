"use strict";
// Draws the picture of the report from the JSON beside it; what it shows is in words and tables too.
(() => {
  const root = document.documentElement;
  const source = document.getElementById("data");
  if (!source) return;
  const told = JSON.parse(source.textContent);
  const picture = document.getElementById("picture");
  const strip = picture.querySelector(".marks");
  const readout = document.getElementById("readout");
  const AXIS = 56, HEIGHT = 118, PAPER_HEIGHT = 70, LANES = 4, TICKS = 20, MOST_POINTS = 120;
  const whole = { min: told.from, max: told.to };
  let charts = [];

  const colour = (name) => getComputedStyle(root).getPropertyValue(`--${name}`).trim();
  const utc = (seconds, from, to) => new Date(1000 * seconds).toISOString().slice(from, to);

  function clock(_chart, splits, _axis, _space, step) {
    const [from, to] = step >= 86400 ? [5, 10] : step >= 60 ? [11, 16] : [11, 19];
    return splits.map((at) => utc(at, from, to));
  }

  function short(_chart, splits) {
    return splits.map((v) => (v >= 1e6 ? `${v / 1e6}M` : v >= 1e4 ? `${v / 1e3}k` : `${v}`));
  }

  // Periods without a neighbour: no line leads to them, so each needs its point.
  function lonely(values) {
    const isAlone = (i) => values[i] != null && values[i - 1] == null && values[i + 1] == null;
    return [...values.keys()].filter(isAlone);
  }

  function line(given, isSplit) {
    const isLive = given.side === "live";
    const stroke = colour(given.side);
    return {
      stroke,
      width: given.is_thin ? 1 : 2,
      dash: isLive ? [7, 5] : undefined,
      fill: isSplit ? `${stroke}22` : undefined,
      paths: isSplit ? uPlot.paths.stepped({ align: 1 }) : undefined,
      points: {
        show: !isSplit && given.values.length < MOST_POINTS,
        filter: (_made, _series, isShown) => (isShown || isSplit ? null : lonely(given.values)),
        size: given.is_thin ? 3 : isLive ? 5 : 8,
        fill: stroke,
      },
    };
  }

  function rules(chart) {
    const { ctx, bbox } = chart;
    ctx.save();
    for (const mark of told.marks) {
      const x = Math.round(chart.valToPos(mark.at, "x", true));
      if (x < bbox.left || x > bbox.left + bbox.width) continue;
      ctx.strokeStyle = colour(mark.is_breach ? "bad" : "line");
      ctx.lineWidth = (mark.is_breach ? 2 : 1) * devicePixelRatio;
      ctx.beginPath();
      ctx.moveTo(x, bbox.top);
      ctx.lineTo(x, bbox.top + bbox.height);
      ctx.stroke();
    }
    ctx.restore();
  }

  // Links to the rows of the table, in lanes; what finds no room keeps its line.
  function label() {
    const weight = (mark) => (mark.is_breach ? 0 : mark.kind === "step" ? 2 : 1);
    const placed = [];
    strip.replaceChildren();
    for (const mark of [...told.marks].sort((one, other) => weight(one) - weight(other))) {
      const x = charts[0].valToPos(mark.at, "x") + AXIS;
      if (x < AXIS || x > picture.clientWidth) continue;
      const link = document.createElement("a");
      link.textContent = `${mark.number} ${mark.sign}`;
      link.href = `#row-${mark.number}`;
      link.tabIndex = -1;
      link.className = mark.is_breach ? "breach" : mark.kind;
      strip.append(link);
      const half = link.offsetWidth / 2 + 1;
      const isFree = (lane) =>
        placed.every((other) => other.lane !== lane || Math.abs(other.x - x) > other.half + half);
      const lane = [...Array(LANES).keys()].find(isFree);
      if (lane === undefined) { link.remove(); continue; }
      placed.push({ x, half, lane });
      link.style.left = `${x}px`;
      link.style.top = `${1.35 * (LANES - 1 - lane)}rem`;
    }
  }

  function chart(panel, index, width) {
    const isLast = index === told.panels.length - 1;
    const axis = { stroke: colour("soft"), grid: { stroke: colour("grid"), width: 1 }, ticks: { show: false } };
    const top = panel.is_split ? 100 : Math.max(4, ...panel.series.flatMap((s) => s.values.map((v) => v ?? 0)));
    const made = new uPlot({
      width,
      height: (root.classList.contains("paper") ? PAPER_HEIGHT : HEIGHT) + (isLast ? TICKS : 0),
      padding: [6, 8, isLast ? 0 : 6, 0],
      legend: { show: false },
      cursor: { sync: { key: "report" }, y: false, bind: { dblclick: () => reset } },
      scales: { x: { range: (_made, low, high) => [low, high] }, y: { range: [0, 1.1 * top] } },
      series: [{}, ...panel.series.map((given) => line(given, panel.is_split))],
      axes: [
        { ...axis, size: isLast ? TICKS + 8 : 0, values: isLast ? clock : () => [], space: 70 },
        { ...axis, size: AXIS, values: short, space: 26 },
      ],
      hooks: {
        drawClear: [rules],
        setCursor: [({ cursor }) => { if (index === 1 && cursor.idx != null) read(cursor.idx); }],
        setScale: [(_made, key) => { if (key === "x" && index === 0 && charts.length) label(); }],
      },
    }, [panel.x, ...panel.series.map((given) => given.values)], picture.querySelectorAll(".chart")[index]);
    made.setScale("x", whole);
    return made;
  }

  function reset() {
    charts.forEach((each) => each.setScale("x", whole));
  }

  function draw() {
    charts.forEach((old) => old.destroy());
    charts = [];
    const width = picture.querySelector(".chart").clientWidth;
    charts = told.panels.map((panel, index) => chart(panel, index, width));
    label();
  }

  // What the cursor points at, in words: also for whoever moves it by key.
  let at = -1;
  function read(index) {
    at = index;
    const [, requests, errors, times] = told.panels;
    const side = (name, series) => {
      const count = requests.series[series].values[index];
      if (count == null) return `${name}: no requests known`;
      const slow = times.series[series].values[index];
      const p99 = slow == null ? "" : `, p99 ${Number(slow.toPrecision(3))} ms`;
      return `${name}: ${count} requests, ${errors.series[series].values[index] ?? 0} answered 5xx${p99}`;
    };
    const time = utc(requests.x[index] - told.period / 2, 11, 19);
    readout.textContent = `${time} · ${side("release", 0)} · ${side("live", 1)}`;
  }

  picture.addEventListener("keydown", (event) => {
    if (event.key === "Escape") reset();
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!step || !told.panels[1]) return;
    event.preventDefault();
    const periods = told.panels[1].x;
    const index = Math.min(periods.length - 1, Math.max(0, at + step));
    for (const each of charts) {
      each.setCursor({ left: each.valToPos(periods[index], "x"), top: 0 }, false, false);
    }
    read(index);
  });

  const paper = (isPaper) => { root.classList.toggle("paper", isPaper); draw(); };
  let width = 0;
  new ResizeObserver(() => {
    if (picture.clientWidth === width) return;
    width = picture.clientWidth;
    draw();
  }).observe(picture);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  addEventListener("beforeprint", () => paper(true));
  addEventListener("afterprint", () => paper(false));
  draw();
})();

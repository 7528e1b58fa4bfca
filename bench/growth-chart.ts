const colours = ['#2f81f7', '#d29922', '#3fb950', '#f85149', '#a371f7', '#8b949e'];
const [width, left, top, plotHeight] = [860, 50, 20, 320];
const plotWidth = 500;
const decades = [0.1, 1, 10, 100, 1_000];

/** Response times with a number of tickets. */
interface Stage {
  tickets: number;
  ms: Record<string, number>;
}

/** Draws a line chart: the time of each request over the number of tickets, on logarithmic axes. */
export function growthChart(stages: Stage[]): string {
  const names = Object.keys(stages[0]?.ms ?? {});
  const [first = 1, last = 1] = [stages[0]?.tickets, stages.at(-1)?.tickets];
  const x = (tickets: number) => left + (Math.log(tickets / first) / Math.log(last / first || 1)) * plotWidth;
  const y = (ms: number) => top + plotHeight - ((Math.log10(Math.max(ms, 0.1)) + 1) / 4) * plotHeight;
  const grid = decades.map(
    (ms) =>
      `<line x1="${left}" x2="${left + plotWidth}" y1="${y(ms)}" y2="${y(ms)}" stroke="#848d97" stroke-opacity=".3"/>` +
      `<text x="0" y="${y(ms) + 4}">${ms} ms</text>`,
  );
  const ticks = stages.map(
    ({ tickets }) =>
      `<text x="${x(tickets)}" y="${top + plotHeight + 18}" text-anchor="middle">${tickets.toLocaleString('en')}</text>`,
  );
  const lines = names.map((name, n) => {
    const points = stages.map(({ tickets, ms }) => `${x(tickets).toFixed(1)},${y(ms[name] ?? 0).toFixed(1)}`);
    const style = `stroke="${colours[n % colours.length] ?? ''}" stroke-dasharray="${n < colours.length ? '' : n < 12 ? '6 3' : '2 2'}"`;
    const legendY = top + 10 + n * 20;
    return (
      `<polyline points="${points.join(' ')}" fill="none" stroke-width="2" ${style}/>` +
      `<line x1="${left + plotWidth + 40}" x2="${left + plotWidth + 70}" y1="${legendY}" y2="${legendY}" stroke-width="2" ${style}/>` +
      `<text x="${left + plotWidth + 78}" y="${legendY + 4}">${name}</text>`
    );
  });
  const text = 'font-family="system-ui, sans-serif" font-size="12" fill="#848d97"';
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${top + plotHeight + 30}" ${text}>
${[...grid, ...ticks, ...lines].join('\n')}
</svg>
`;
}

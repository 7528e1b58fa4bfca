/** Colours of the targets, legible on a light and on a dark background. */
const colours = ['#2f81f7', '#8b949e', '#d29922', '#3fb950'];

const barHeight = 14;
const groupGap = 16;
const labelWidth = 170;
const width = 860;
const top = 40;

/** Draws a bar chart: a group for each scenario, with a bar for the requests per second of each target. */
export function chart(names: string[], rows: { scenario: string; values: number[] }[]): string {
  const groupHeight = names.length * barHeight + groupGap;
  const height = top + rows.length * groupHeight;
  const groups = rows.map((row, n) => group(row, top + n * groupHeight));
  const text = 'font-family="system-ui, sans-serif" font-size="12" fill="#848d97"';
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" ${text}>
${legend(names)}
${groups.join('\n')}
</svg>
`;
}

function legend(names: string[]): string {
  return names
    .map((name, n) => {
      const x = labelWidth + n * 110;
      const square = `<rect x="${x}" y="12" width="10" height="10" fill="${colours[n] ?? ''}"/>`;
      return `${square}<text x="${x + 16}" y="21">${name}</text>`;
    })
    .join('\n');
}

function group({ scenario, values }: { scenario: string; values: number[] }, y: number): string {
  const maxLength = width - labelWidth - 70;
  const max = Math.max(...values);
  const bars = values.map((value, n) => {
    const length = Math.round((value / max) * maxLength);
    const top = y + n * barHeight;
    const bar = `<rect x="${labelWidth}" y="${top}" width="${length}" height="${barHeight - 3}" fill="${colours[n] ?? ''}"/>`;
    return `${bar}<text x="${labelWidth + length + 6}" y="${top + 10}">${value.toLocaleString('en')}/s</text>`;
  });
  return `<text x="0" y="${y + barHeight * 2}">${scenario}</text>${bars.join('')}`;
}

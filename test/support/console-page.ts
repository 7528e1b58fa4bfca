import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { promisify } from 'node:util';

/** A command of a page, and what it printed. */
interface Step {
  command: string;
  output: string;
}

const consoleBlock = /^```console\n([^]*?)^```$/gm;

/** Values that differ between runs: request ids, times, cursors and tags of events. */
const varying: [RegExp, string][] = [
  [/[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}/g, '<id>'],
  [/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g, '<time>'],
  [/(cursor"?[=:]"?)[\w-]{20,}/g, '$1<cursor>'],
  [/(?<=\d-)[\da-f]{8}\b/g, '<tag>'],
];

/** Runs the commands in the console blocks of a page against a service, in their order. */
export class ConsolePage {
  private readonly text: string;
  readonly steps: Step[];

  constructor(private readonly path: string) {
    this.text = readFileSync(path, 'utf8');
    this.steps = [...this.text.matchAll(consoleBlock)].flatMap(([, block = '']) => parseSteps(block));
  }

  /** Returns what the commands print now: the headers that the page shows, and whole bodies. */
  async run(url: string, environment: Record<string, string>): Promise<Step[]> {
    const steps: Step[] = [];
    for (const { command, output } of this.steps)
      steps.push({ command, output: withHeadersOf(output, await print(command, url, environment)) });
    return steps;
  }

  /** Writes what the commands printed into the page. */
  update(steps: Step[]): void {
    const rest = [...steps];
    const updated = this.text.replaceAll(consoleBlock, (_, block: string) => {
      const shown = rest.splice(0, parseSteps(block).length);
      const lines = shown.map(({ command, output }) => `$ ${command}\n${output}\n`);
      return `\`\`\`console\n${lines.join('\n')}\`\`\``;
    });
    writeFileSync(this.path, updated);
  }
}

/** Replaces what differs from run to run. */
export function withoutVarying(steps: Step[]): Step[] {
  return steps.map(({ command, output }) => ({
    command,
    output: varying.reduce((text, [pattern, name]) => text.replaceAll(pattern, name), output),
  }));
}

function parseSteps(block: string): Step[] {
  return block
    .split(/^\$ /m)
    .slice(1)
    .map((step) => {
      const [, command = '', output = ''] = /^(.*)\n([^]*)$/.exec(step) ?? [];
      return { command, output: output.trimEnd() };
    });
}

async function print(command: string, url: string, env: Record<string, string>): Promise<string> {
  const local = command.replaceAll('localhost:8000', new URL(url).host);
  const options = { env: { ...process.env, ...env }, encoding: 'utf8' } as const;
  // Some commands end with an error on purpose, such as a time limit.
  const printed = await promisify(execFile)('bash', ['-c', local], options).catch((error: unknown) => error);
  return (printed as { stdout: string }).stdout
    .replaceAll('\r', '')
    .replaceAll(/whsec_[^"]+/g, 'whsec_…')
    .trimEnd();
}

/** Leaves out the response headers that the page does not show. */
function withHeadersOf(shown: string, printed: string): string {
  if (!printed.startsWith('HTTP/')) return printed;
  const [head = '', ...body] = printed.split('\n\n');
  const names = new Set((shown.split('\n\n')[0] ?? '').split('\n').map(nameOf));
  const [status = '', ...headers] = head.split('\n');
  return [[status, ...headers.filter((header) => names.has(nameOf(header)))].join('\n'), ...body].join(
    '\n\n',
  );
}

function nameOf(header: string): string {
  return header.split(':')[0] ?? '';
}

import { createWriteStream } from 'node:fs';
import { open, rename } from 'node:fs/promises';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createBar, RemoteService, repeat, responseOf, runCommand } from './remote-service.js';
/** Exports all tickets into a file. The file appears when it is complete; until then its name ends with `.partial`. */
async function exportFile() {
    const { service, file } = RemoteService.fromOptions('export');
    const partial = `${file}.partial`;
    const bar = createBar('{bar} {percentage} % | {value} of {total} tickets | {eta_formatted} left');
    const lines = { value: 0 };
    try {
        await repeat(async () => {
            const response = await responseOf(service.request('GET', '/export').end());
            const counted = new LineCount(bar);
            await pipeline(response, counted, createWriteStream(partial));
            counted.check();
            lines.value = counted.tickets;
        }, () => 0);
    }
    finally {
        bar.stop();
    }
    const written = await open(partial, 'r+');
    await written.sync();
    await written.close();
    await rename(partial, file);
    console.error(`${lines.value} tickets exported`);
}
/** Passes an export on, and counts its lines. The first one has the number of tickets. */
class LineCount extends Transform {
    bar;
    first = '';
    expected = 0;
    lines = 0;
    constructor(bar) {
        super();
        this.bar = bar;
    }
    /** The number of tickets so far. */
    get tickets() {
        return this.lines - 1;
    }
    /** Throws an error if a ticket is missing. */
    check() {
        if (this.tickets !== this.expected)
            throw new Error(`The export has ${this.tickets} of ${this.expected} tickets`);
    }
    _transform(chunk, _, done) {
        if (this.first !== undefined)
            this.readFirst(chunk);
        for (let at = chunk.indexOf(10); at !== -1; at = chunk.indexOf(10, at + 1))
            this.lines++;
        if (this.first === undefined)
            this.bar.update(this.tickets);
        done(null, chunk);
    }
    readFirst(chunk) {
        const text = (this.first ?? '') + chunk.toString();
        const [line = '', rest] = text.split('\n', 2);
        this.first = text;
        if (rest === undefined)
            return;
        this.expected = JSON.parse(line).tickets;
        this.bar.start(this.expected, 0);
        this.first = undefined;
    }
}
await runCommand(exportFile);
//# sourceMappingURL=export-command.js.map
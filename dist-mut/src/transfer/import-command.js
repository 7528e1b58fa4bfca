import { createReadStream } from 'node:fs';
import { readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createBar, RemoteService, repeat, responseOf, runCommand } from './remote-service.js';
/** The time between two writes of the progress. */
const saveIntervalMs = 1_000;
const format = '{bar} {percentage} % | {created} created, {exists} existed, {invalid} invalid | {eta_formatted} left';
/** Imports a file, beginning where an interrupted import of it ended. Invalid lines are reported on standard output. */
async function importFile() {
    const { service, file } = RemoteService.fromOptions('import');
    const { size, mtimeMs } = await stat(file);
    const progress = await readProgress(file, `${size} ${mtimeMs}`);
    const bar = createBar(format);
    bar.start(size, progress.bytes, progress);
    const save = setInterval(() => void saveProgress(file, progress), saveIntervalMs);
    try {
        const report = () => {
            bar.update(progress.bytes, progress);
        };
        await repeat(() => send(service, file, progress, report), () => progress.bytes);
    }
    finally {
        clearInterval(save);
        bar.stop();
        await saveProgress(file, progress);
    }
    await rm(progressFile(file), { force: true });
    const { created, exists, invalid } = progress;
    console.error(`${created} tickets created, ${exists} existed, ${invalid} lines invalid`);
    if (invalid > 0)
        process.exitCode = 1;
}
/** Sends the lines after the progress, and takes the results while it sends. */
async function send(service, file, progress, report) {
    const firstLine = progress.lines;
    const ends = new LineEnds(progress.bytes);
    const request = service.request('POST', '/import', { 'content-type': 'application/x-ndjson' });
    const sending = pipeline(createReadStream(file, { start: progress.bytes }), ends, request);
    // The response tells more about a failure.
    sending.catch(() => undefined);
    const response = await responseOf(request);
    for await (const text of createInterface({ input: response })) {
        const result = JSON.parse(text);
        progress[result.status]++;
        if (result.status === 'invalid')
            console.log(JSON.stringify({ ...result, line: firstLine + result.line }));
        progress.bytes = ends.takeEnds(firstLine + result.line - progress.lines) ?? progress.bytes;
        progress.lines = firstLine + result.line;
        report();
    }
    await sending;
    if (!response.complete)
        throw new Error('The connection was lost');
}
/** Passes bytes on, and remembers where the lines without a result end. */
class LineEnds extends Transform {
    position;
    ends = [];
    constructor(position) {
        super();
        this.position = position;
    }
    _transform(chunk, _, done) {
        for (let at = chunk.indexOf(10); at !== -1; at = chunk.indexOf(10, at + 1))
            this.ends.push(this.position + at + 1);
        this.position += chunk.length;
        done(null, chunk);
    }
    /** Takes lines; returns where the last of them ends. The last line of a file may have no end. */
    takeEnds(lines) {
        return this.ends.splice(0, lines).at(-1);
    }
}
const progressFile = (file) => `${file}.progress`;
async function readProgress(file, version) {
    const text = await readFile(progressFile(file), 'utf8').catch(() => '{}');
    const saved = JSON.parse(text);
    const start = { file: version, bytes: 0, lines: 0, created: 0, exists: 0, invalid: 0 };
    return saved.file === version ? { ...start, ...saved } : start;
}
/** Replaces the progress in one step, so that an interruption leaves the old or the new one. */
async function saveProgress(file, progress) {
    await writeFile(`${progressFile(file)}.new`, JSON.stringify(progress));
    await rename(`${progressFile(file)}.new`, progressFile(file));
}
await runCommand(importFile);
//# sourceMappingURL=import-command.js.map
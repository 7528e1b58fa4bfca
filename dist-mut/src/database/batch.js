import pLimit from 'p-limit';
import { concernsOneItem, isStatementTimeout } from './database-errors.js';
/** Most items of one statement. */
const maxItems = 128;
/** Most bytes of the items of one statement, of which an item takes at least its share. */
const maxBytes = 128 * 1024;
const minItemBytes = maxBytes / maxItems;
/** Statements of a batch at a time: PostgreSQL works on one while this process reads and writes the other. */
const maxRunning = 2;
/** Items that run alone at a time. More locked rows than that wait here, and not on connections. */
const maxAlone = 2;
/**
 * Sends to PostgreSQL together what arrives together. Items that arrive in one turn of the event loop, or while two statements
 * run, share the next statement. An item that arrives alone is sent at the end of its turn and does not wait for others.
 *
 * An error that one item may have caused rolls all of them back, and each then runs alone, so that it meets only its own errors.
 * A statement that took too long is run again in halves, and the next ones take no more items than a half, plus one for each that succeeds.
 * Any other error, such as a lost connection, is the error of all: whether they took effect is unknown.
 */
export class Batch {
    statement;
    waiting = [];
    limitAlone = pLimit(maxAlone);
    running = 0;
    mostItems = maxItems;
    isScheduled = false;
    constructor(statement) {
        this.statement = statement;
    }
    /**
     * Returns the result of an item, or throws its error: DatabaseUnavailable if it has not been sent by its deadline. It settles when the
     * statement has ended, which may be later than the deadline.
     */
    run(item, deadline) {
        return new Promise((resolve, reject) => {
            this.waiting.push({ item, deadline, resolve, reject });
            this.schedule();
        });
    }
    /** Sends what waits at the end of this turn of the event loop, in which more may arrive. */
    schedule() {
        if (this.isScheduled || this.running === maxRunning || this.waiting.length === 0)
            return;
        this.isScheduled = true;
        setImmediate(() => {
            this.isScheduled = false;
            void this.send(this.waiting.splice(0, this.countOfNext()));
            this.schedule();
        });
    }
    /** Returns how many of the waiting items the next statement takes. */
    countOfNext() {
        let bytes = 0;
        const end = this.waiting.findIndex(({ item }, n) => {
            bytes += Math.max(this.statement.sizeOf?.(item) ?? 0, minItemBytes);
            return (bytes > maxBytes && n > 0) || n === this.mostItems;
        });
        return end === -1 ? this.waiting.length : end;
    }
    async send(all) {
        const entries = all.filter(isInTime);
        if (entries.length === 0)
            return;
        this.running++;
        try {
            const results = await this.statement.together(entries.map(({ item }) => item));
            this.mostItems = Math.min(this.mostItems + 1, maxItems);
            entries.forEach((entry, n) => {
                const result = results[n];
                if (result === undefined)
                    this.runAlone(entry);
                else
                    entry.resolve(result);
            });
        }
        catch (error) {
            this.recover(entries, error);
        }
        finally {
            this.running--;
            this.schedule();
        }
    }
    /** Runs the items of a statement that PostgreSQL rolled back again: in halves after a timeout, else alone. */
    recover(entries, error) {
        if (entries.length > 1 && isStatementTimeout(error)) {
            this.mostItems = Math.ceil(entries.length / 2);
            this.waiting.unshift(...entries);
            return;
        }
        const isRetried = entries.length > 1 && concernsOneItem(error);
        for (const entry of entries) {
            if (isRetried)
                this.runAlone(entry);
            else
                entry.reject(error);
        }
    }
    runAlone(entry) {
        this.limitAlone(() => {
            entry.deadline.check();
            return this.statement.alone(entry.item);
        }).then(entry.resolve, entry.reject);
    }
}
/** Rejects an entry whose deadline is over. */
function isInTime({ deadline, reject }) {
    try {
        deadline.check();
        return true;
    }
    catch (error) {
        reject(error);
        return false;
    }
}
//# sourceMappingURL=batch.js.map
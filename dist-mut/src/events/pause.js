/** The pause of a loop, which can be cut short. */
export class Pause {
    isCut = false;
    end;
    /** Waits for so many milliseconds; not at all if `cut` was called since the last wait. */
    async wait(ms) {
        if (!this.isCut) {
            await new Promise((resolve) => {
                const timer = setTimeout(resolve, ms);
                this.end = () => {
                    clearTimeout(timer);
                    resolve();
                };
            });
        }
        this.isCut = false;
    }
    /** Ends the wait, or the next one if none runs: what it is cut for may have come too late for the round that runs. */
    cut() {
        this.isCut = true;
        this.end?.();
    }
}
//# sourceMappingURL=pause.js.map
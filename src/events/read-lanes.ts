/** How many streams that are behind read the table at once: a small part of what MAX_IN_FLIGHT lets in. */
const laneCount = 4;

/** Lets streams that are behind read by turns, so that many of them do not turn all others away. */
export class ReadLanes {
  private readonly lanes = Array.from({ length: laneCount }, () => Promise.resolve());
  private turn = 0;

  /** Reads once those who came to its lane before have read. */
  take<Result>(read: () => Promise<Result>): Promise<Result> {
    const lane = this.turn++ % laneCount;
    const result = (this.lanes[lane] ?? Promise.resolve()).then(read);
    const end = () => undefined;
    this.lanes[lane] = result.then(end, end);
    return result;
  }
}

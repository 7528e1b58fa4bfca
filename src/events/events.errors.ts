import { Problem } from '../api/problem.js';
import { formatCursor, type FeedCursor } from './feed-cursor.js';

/** 410: some of what follows this place has been swept, so a reader who went on from it would miss it. */
export class CursorExpired extends Problem {
  constructor(place: FeedCursor) {
    super('cursor-expired', `Events that follow ${formatCursor(place)} are no longer kept: begin again`);
  }
}

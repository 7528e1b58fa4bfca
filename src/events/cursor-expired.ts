import { Problem } from '../http/problem.js';
import { formatPlace, type FeedPlace } from './feed-place.js';

/** 410: some of what follows this place has been swept, so a reader who went on from it would miss it. */
export class CursorExpired extends Problem {
  constructor(place: FeedPlace) {
    super('cursor-expired', `Events that follow ${formatPlace(place)} are no longer kept: begin again`);
  }
}

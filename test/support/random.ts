/** Returns a random number between two. */
export function between(least: number, most: number): number {
  return least + Math.random() * (most - least);
}

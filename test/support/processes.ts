import { readFileSync } from 'node:fs';

/** The memory that a process takes, in bytes. */
export function memoryOf(pid = 0): number {
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024;
}

/** The numbers of the processes that a process has begun and that have not ended. */
export function childrenOf(pid = 0): number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ');
  return children.map(Number).filter((child) => child > 0);
}

import { readdirSync, readFileSync } from 'node:fs';

/** Unit in which Linux counts the CPU time of a process. */
const msPerTick = 10;

/** Returns the fields of /proc/<pid>/stat after the name of the program; none if the process has ended. */
function statOf(pid: number | string): string[] {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  } catch {
    return [];
  }
}

/** Returns the CPU time of a process, and that of its children that have ended. */
export function cpuMsOf(pid: number | string): { own: number; ended: number } {
  const [user = 0, system = 0, endedUser = 0, endedSystem = 0] = statOf(pid).slice(11, 15).map(Number);
  return { own: (user + system) * msPerTick, ended: (endedUser + endedSystem) * msPerTick };
}

/** Returns the CPU time of a process and of all children that it has or had. */
export function cpuMsOfFamily(pid: number): number {
  const children = readdirSync('/proc').filter(
    (name) => /^\d+$/.test(name) && statOf(name)[1] === String(pid),
  );
  const { own, ended } = cpuMsOf(pid);
  return children.reduce((sum, child) => sum + cpuMsOf(child).own, own + ended);
}

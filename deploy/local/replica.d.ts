/** Types of replica.js. */
export function startReplica(
  data: string,
  primary: { host: string; port: number; user: string; password: string },
): Promise<{ environment: Record<string, string>; port: number; stop: () => Promise<void> }>;

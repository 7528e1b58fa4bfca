/** Types of pgbouncer.js. */
export function startPgbouncer(postgres: {
  port: number;
  user: string;
  password: string;
}): Promise<{ environment: Record<string, string>; stop: () => void }>;

/** Runs a statement that only reads. */
export type RunRead = <Row>(statement: { text: string }, values: unknown[]) => Promise<Row[]>;

/** A node of the plan of a statement, as PostgreSQL explains it. */
export interface Plan {
  'Node Type': string;
  'Plan Rows': number;
  'Relation Name'?: string;
  Plans?: Plan[];
}

/** Returns the plan of a statement that is not run. */
export async function explain(run: RunRead, text: string, values: unknown[]): Promise<Plan | undefined> {
  const statement = { text: `EXPLAIN (FORMAT JSON) ${text}` };
  const [row] = await run<{ 'QUERY PLAN': [{ Plan: Plan }] }>(statement, values);
  return row?.['QUERY PLAN'][0].Plan;
}

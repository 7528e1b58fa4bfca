/** The row of cache_state, and the server that returned it. */
export interface StateReport {
  /**
   * The database: its files and the start of its server, in microseconds. A restart, a restore and a failover all change it. The system
   * identifier would add nothing, because a copy of the files has it too, and PostgreSQL reads a file to tell it.
   */
  identity: string;
  isStandby: boolean;
  epoch: number;
  state: 'on' | 'off' | 'warming';
  /** The name of the store that the row speaks of. */
  store: string;
}

const report = `
  concat_ws(' ', pg_relation_filepath('cache_state'), extract(epoch FROM pg_postmaster_start_time()), pg_is_in_recovery(),
    epoch, state, store)`;

/** The column of a statement that reports the state. `Database` takes it off the row. */
export const stateReport = `(SELECT ${report} FROM cache_state) AS cache_state`;

/** The same column, in RETURNING of a statement that changes the row. */
export const changedState = `${report} AS cache_state`;

/** Parses the column. */
export function parseStateReport(text: string): StateReport {
  const [files = '', start = '', isStandby, epoch, state, store = ''] = text.split(' ');
  return {
    identity: `${files}@${start}`,
    isStandby: isStandby === 't',
    epoch: Number(epoch),
    state: state as StateReport['state'],
    store,
  };
}

const report = `
  concat_ws(' ', pg_relation_filepath('cache_state'), extract(epoch FROM pg_postmaster_start_time()), pg_is_in_recovery(),
    epoch, state, store)`;
/** The column of a statement that reports the state. `Database` takes it off the row. */
export const stateReport = `(SELECT ${report} FROM cache_state) AS cache_state`;
/** The same column, in RETURNING of a statement that changes the row. */
export const changedState = `${report} AS cache_state`;
/** Parses the column. */
export function parseStateReport(text) {
    const [files = '', start = '', isStandby, epoch, state, store = ''] = text.split(' ');
    return {
        identity: `${files}@${start}`,
        isStandby: isStandby === 't',
        epoch: Number(epoch),
        state: state,
        store,
    };
}
//# sourceMappingURL=state-report.js.map
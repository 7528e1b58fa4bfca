import type { StateReport } from '../../../src/database/state-report.js';
import type { Servers } from './servers.js';

/** A process on the simulated servers: it can be killed, paused, and cut off. */
export abstract class SimulatedProcess {
  isDead = false;
  pausedUntil = 0;
  /** Its way to Redis is cut until then. */
  cutUntil = 0;
  /** Its polls are late until then. */
  slowUntil = 0;
  /** Its connections to PostgreSQL lead to a standby until then. */
  standbyUntil = 0;

  constructor(readonly servers: Servers) {}

  /** Receives the report of every statement, as from `Database`. */
  abstract observe(report: StateReport, begunAt: number): void;

  /** Calls back after some time, unless the process is dead; later, while it is paused. */
  resume(ms: number, act: () => void): void {
    const { time } = this.servers;
    time.after(ms, () => {
      if (this.isDead) return;
      if (this.pausedUntil > time.now) this.resume(this.pausedUntil - time.now + time.random(), act);
      else act();
    });
  }

  wait(ms: number): Promise<void> {
    return this.answer((resolve) => {
      this.resume(ms, resolve);
    });
  }

  /**
   * Returns a promise that tells the clock when it is settled, because code goes on then. Its errors are created only where they are
   * used: most time limits pass after the answer, and an error takes long to create.
   */
  answer<Result>(
    run: (resolve: (result: Result) => void, reject: (error: () => Error) => void) => void,
  ): Promise<Result> {
    return new Promise((resolve, reject) => {
      let isSettled = false;
      const settle =
        <Value>(act: (value: Value) => void) =>
        (value: Value) => {
          if (isSettled) return;
          isSettled = true;
          this.servers.time.resumed();
          act(value);
        };
      run(
        settle(resolve),
        settle((error) => {
          reject(error());
        }),
      );
    });
  }

  /**
   * Runs a statement, and observes its report as `Database` does.
   * @param options.lockMs the time from its snapshot, which the report shows, to its commit
   * @param options.reports false for a statement without the report
   */
  statement<Result>(
    run: (isStandby: boolean) => Result,
    { timeoutMs = 1_500, lockMs = 0, reports = true } = {},
  ): Promise<Result> {
    const { time, postgres, rules } = this.servers;
    const begunAt = time.now;
    const { instance } = postgres;
    return this.answer((resolve, reject) => {
      const fail = (reason: string) => {
        reject(() => new Error(reason));
      };
      this.resume(timeoutMs, () => {
        fail('Timed out');
      });
      // Goes on while PostgreSQL is not frozen; fails if it was restarted.
      const onServer = (act: () => void): void => {
        if (postgres.frozenUntil > time.now)
          time.at(postgres.frozenUntil + time.random(), () => {
            onServer(act);
          });
        else if (postgres.isDown || postgres.instance !== instance)
          this.resume(0, () => {
            fail('The connection is lost');
          });
        else act();
      };
      const later = (ms: number, act: () => void) => {
        time.after(ms, () => {
          onServer(act);
        });
      };
      later(time.delay(), () => {
        const isStandby = this.standbyUntil > time.now;
        const report = postgres.report(isStandby ? postgres.lagging : postgres.state, isStandby);
        const commit = () => {
          const result = run(isStandby);
          later(time.delay(), () => {
            this.resume(0, () => {
              if (isStandby && rules.standbyFails) fail('The server is a standby');
              else {
                if (reports) this.observe(report, begunAt);
                resolve(result);
              }
            });
          });
        };
        if (lockMs > 0) later(lockMs, commit);
        else commit();
      });
    });
  }
}

import { beforeAll, describe, expect, it } from '@jest/globals';

import { Api, waitForRedis } from '../support/api.js';
import { ConsolePage, withoutVarying } from '../support/console-page.js';
import { ensureInstalled } from '../support/debian-package.js';
import { Service } from '../support/service.js';
import { token } from '../support/tokens.js';

/** Pages whose commands run one after the other on a fresh service, with the variables of the service. */
const runs: [string[], Record<string, string>][] = [
  [['README.md'], {}],
  [['docs/tour.md', 'docs/webhooks.md', 'docs/events.md'], {}],
  [['docs/auth.md'], { AUTH_REQUIRED: 'true' }],
];

beforeAll(() => {
  ensureInstalled('curl', '/usr/bin/curl');
});

describe('The commands', () => {
  it.each(runs)('of %j print what the pages show', async (paths, environment) => {
    const service = await Service.start({ environment });
    await waitForRedis(new Api(service.url));
    const TOKEN = await token();
    for (const path of paths) {
      const page = new ConsolePage(path);
      const printed = await page.run(service.url, { TOKEN });
      if (process.env['UPDATE_DOCS']) page.update(printed);
      else expect(withoutVarying(printed)).toEqual(withoutVarying(page.steps));
    }
    await service.stop();
  });
});

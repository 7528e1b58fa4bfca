import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { describe, expect, it } from '@jest/globals';

import { sharedService } from '../support/shared-service.js';

const { api } = sharedService();

describe('docs/attachments.md', () => {
  it('has commands that attach a file and download it again', async () => {
    const { id } = (await api.createTicket()).body;
    const [, commands = ''] =
      /```sh\n(printf[^]*?)```/.exec(readFileSync('docs/attachments.md', 'utf8')) ?? [];
    const script = commands
      .replaceAll(/(http:\/\/)?localhost:8000/g, api.url)
      .replaceAll('/ticket/1/', `/ticket/${id}/`);
    const cwd = mkdtempSync(join(tmpdir(), 'ticket-attach-'));
    const { status, stderr } = spawnSync('bash', ['-euc', script], { cwd, encoding: 'utf8' });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(readFileSync(join(cwd, 'download/invoice.txt'), 'utf8')).toBe('It lists the same item twice.\n');
  });
});

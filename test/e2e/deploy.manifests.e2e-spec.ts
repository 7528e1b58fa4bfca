import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from '@jest/globals';
import ts from 'typescript';
import { parse } from 'yaml';

/** What the types and the schemas of Kubernetes are asked of a manifest. */
interface Manifest {
  apiVersion: string;
  kind: string;
}
type Model = new (manifest: Manifest) => { validate(): void };

const folder = 'deploy/kubernetes';
const manifests = readdirSync(folder).map((name) => [name, read(name)] as const);

function read(name: string): Manifest {
  return parse(readFileSync(join(folder, name), 'utf8')) as Manifest;
}

/** What the types of Kubernetes say against a manifest: what a field may not be, and fields that there are not. */
function misfits({ apiVersion, kind, ...rest }: Manifest): string[] {
  // Below the project, whose packages it takes.
  const directory = mkdtempSync('dist/manifest-');
  const file = join(directory, 'manifest.ts');
  const literal = JSON.stringify({ apiVersion, kind, ...rest });
  const type = `import('kubernetes-models/${apiVersion}').I${kind}`;
  writeFileSync(file, `export const manifest = ${literal} satisfies ${type};`);
  const program = ts.createProgram([file], {
    ...{ strict: true, noEmit: true, skipLibCheck: true, types: [] },
    ...{ module: ts.ModuleKind.NodeNext, target: ts.ScriptTarget.ES2022 },
  });
  const found = ts.getPreEmitDiagnostics(program);
  rmSync(directory, { recursive: true });
  return found.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, ' '));
}

/** Checks what types cannot: bounds, patterns and the like. */
async function validate(manifest: Manifest): Promise<void> {
  const models = (await import(`kubernetes-models/${manifest.apiVersion}/${manifest.kind}`)) as Record<
    string,
    Model
  >;
  const { [manifest.kind]: Kind } = models;
  if (!Kind) throw new Error(`Kubernetes knows no ${manifest.kind}`);
  new Kind(manifest).validate();
}

describe('The manifests', () => {
  it.each(manifests)('%s is what Kubernetes takes', async (_name, manifest) => {
    expect(misfits(manifest)).toEqual([]);
    await expect(validate(manifest)).resolves.toBeUndefined();
  });

  it('would be refused with a field that there is not, or of another type', async () => {
    const service = read('service.yaml');
    expect(misfits({ ...service, spec: { port: 8000 } } as Manifest).join()).toContain('known properties');
    const ports = [{ port: 'eighty' }];
    expect(misfits({ ...service, spec: { ports } } as Manifest)).toHaveLength(1);
    await expect(validate({ ...service, spec: { ports } } as Manifest)).rejects.toThrow('integer');
  });

  it('let no container have rights, or write to its file system', () => {
    const pods = ['deployment.yaml', 'migration-job.yaml'].map((name) => JSON.stringify(read(name)));
    for (const pod of pods) {
      expect(pod).toContain('"runAsNonRoot":true');
      expect(pod).toContain('"readOnlyRootFilesystem":true');
      expect(pod).toContain('"allowPrivilegeEscalation":false');
      expect(pod).toContain('"drop":["ALL"]');
    }
  });
});

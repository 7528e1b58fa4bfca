import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from '@jest/globals';
import ts from 'typescript';
import { parse } from 'yaml';

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

/** Checks a manifest against the types of Kubernetes: unknown fields and wrong types. */
function typeErrors({ apiVersion, kind, ...rest }: Manifest): string[] {
  // Inside the project, so that its packages are found.
  const directory = mkdtempSync('dist/manifest-');
  const file = join(directory, 'manifest.ts');
  const literal = JSON.stringify({ apiVersion, kind, ...rest });
  const type = `import('kubernetes-models/${apiVersion}').I${kind}`;
  writeFileSync(file, `export const manifest = ${literal} satisfies ${type};`);
  const program = ts.createProgram([file], {
    ...{ strict: true, noEmit: true, skipLibCheck: true, types: [] },
    ...{ module: ts.ModuleKind.NodeNext, target: ts.ScriptTarget.ES2022 },
  });
  const diagnostics = ts.getPreEmitDiagnostics(program);
  rmSync(directory, { recursive: true });
  return diagnostics.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, ' '));
}

/** Checks a manifest against the schemas of Kubernetes: bounds and patterns. */
async function validate(manifest: Manifest): Promise<void> {
  const models = (await import(`kubernetes-models/${manifest.apiVersion}/${manifest.kind}`)) as Record<
    string,
    Model
  >;
  const { [manifest.kind]: Kind } = models;
  if (!Kind) throw new Error(`Kubernetes has no ${manifest.kind}`);
  new Kind(manifest).validate();
}

describe('The Kubernetes manifests', () => {
  it.each(manifests)('are valid: %s', async (_name, manifest) => {
    expect(typeErrors(manifest)).toEqual([]);
    await expect(validate(manifest)).resolves.toBeUndefined();
  });

  it('would be invalid with an unknown field or a field of another type', async () => {
    const service = read('service.yaml');
    expect(typeErrors({ ...service, spec: { port: 8000 } } as Manifest).join()).toContain('known properties');
    const ports = [{ port: 'eighty' }];
    expect(typeErrors({ ...service, spec: { ports } } as Manifest)).toHaveLength(1);
    await expect(validate({ ...service, spec: { ports } } as Manifest)).rejects.toThrow('integer');
  });

  it('give no container privileges or a writable file system', () => {
    const pods = ['deployment.yaml', 'migration-job.yaml'].map((name) => JSON.stringify(read(name)));
    for (const pod of pods) {
      expect(pod).toContain('"runAsNonRoot":true');
      expect(pod).toContain('"readOnlyRootFilesystem":true');
      expect(pod).toContain('"allowPrivilegeEscalation":false');
      expect(pod).toContain('"drop":["ALL"]');
    }
  });
});

interface Compose {
  services: Record<string, { ports?: string[]; environment?: Record<string, string> }>;
}

describe('docker-compose.yml', () => {
  it('passes every variable of .env.example to the service that it does not set itself', () => {
    const { services } = parse(readFileSync('docker-compose.yml', 'utf8')) as Compose;
    const template = readFileSync('.env.example', 'utf8');
    const names = Array.from(template.matchAll(/^([A-Z\d_]+)=/gm), ([, name]) => name ?? '');
    const own = [
      'NODE_ENV',
      'EMBEDDED_POSTGRES',
      'DATABASE_URL',
      'REDIS_USER',
      'REDIS_KEY_PREFIX',
      'ATTACHMENTS_DIR',
    ];
    const passed = Object.keys(services['ticket']?.environment ?? {});
    expect(names.filter((name) => !passed.includes(name)).sort()).toEqual(own.sort());
  });

  it('publishes the service on this machine only, unless PUBLISH_ADDRESS names another address', () => {
    for (const file of ['docker-compose.yml', 'deploy/compose/scaled.yml']) {
      const text = readFileSync(file, 'utf8').replace('!reset', '');
      const { services } = parse(text) as Compose;
      const ports = Object.values(services).flatMap((each) => each.ports ?? []);
      expect(ports).toEqual(['${PUBLISH_ADDRESS:-127.0.0.1}:8000:8000']);
    }
  });
});
